import codecs
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import load_corpus
from assistant.load.encoding import LEAST_BYTES, SAMPLE_BYTES, decode, find_declared_encoding
from assistant.load.html import load_html

FRENCH = "Le café était fermé à Noël ; « déjà vu » coûte 3 €. L'été dernier, des crêpes."
ENGLISH = "The company’s glasses – “Quark” – cost £300. A résumé of the year follows below."
CHINESE = "小米集团发布了智能眼镜,售价为1999元。阿里巴巴也推出了夸克眼镜。市场竞争日益激烈。"
RUSSIAN = "Компания выпустила новые очки по цене 1999 рублей. Рынок растёт."
TAIWANESE = "小米集團發布了智慧眼鏡,售價為1999元。" * 3
JAPANESE = "これは日本語の文章です。眼鏡の価格は三千円でした。"
KOREAN = "회사는 새로운 안경을 출시했다. 가격은 삼천 원이다."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"), (ENGLISH, "cp1252"), (CHINESE, "gb18030"), (RUSSIAN, "cp1251"),
        (JAPANESE, "cp932"), (KOREAN, "cp949"), (TAIWANESE, "big5"),
        (CHINESE, "utf_16_le"), (ENGLISH, "utf_16_be"), (FRENCH, "utf_32_le"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [1, 40])
def test_an_encoding_is_detected_and_named(text: str, encoding: str, times: int) -> None:
    written = f"{text}\n" * times
    assert decode(written.encode(encoding), "x.txt") == (written, encoding)


def test_characters_beyond_ascii_may_come_late() -> None:
    written = "Plain words.\n" * SAMPLE_BYTES + FRENCH + "\n" + "More words.\n" * SAMPLE_BYTES
    assert decode(written.encode("cp1252"), "x.txt") == (written, "cp1252")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_utf_8_and_byte_order_marks_need_no_detection(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding), "x.txt") == (CHINESE, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Caf\xe9", "x is not UTF-8 (byte 3): save it as UTF-8"),
        (bytes(range(128, 256)) * 3, "x is not UTF-8 (byte 0)"),
        (b"text\0text", "x contains a NUL character: save it as text"),
        (codecs.BOM_UTF16_LE + b"a", "x is not UTF-16 (byte 2), as its first bytes say"),
        (codecs.BOM_UTF8 + b"\xff", "x is not UTF-8 (byte 3), as its first bytes say"),
    ],
)
def test_undecodable_bytes_are_refused_by_name(content: bytes, message: str) -> None:
    assert len(b"Caf\xe9") < LEAST_BYTES
    with pytest.raises(LoadError) as caught:
        decode(content, "x")
    assert str(caught.value).startswith(message)


def test_a_detected_encoding_is_in_the_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(FRENCH.encode("cp1252"))
    (tmp_path / "b.txt").write_text(FRENCH, encoding="utf-8")
    first, second = load_corpus(tmp_path).documents
    assert first.text == second.text == FRENCH
    assert (first.extra, second.extra) == ({"encoding": "cp1252"}, {})


@pytest.mark.parametrize(
    ("tag", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ("<META CHARSET=ISO-8859-1 >", "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        ('<meta charset="utf-7">', None),
        ("<p>charset=gb2312</p>", None),
    ],
)
def test_a_page_declares_its_encoding(tag: str, encoding: str | None) -> None:
    assert find_declared_encoding(tag.encode()) == encoding


def test_a_declared_encoding_is_used_if_a_page_is_not_utf_8() -> None:
    page = f'<meta charset="koi8-r"><p>{RUSSIAN}</p>'
    for encoding in ("koi8-r", "utf-8"):  # a page saved again often keeps its old declaration
        assert load_html(page.encode(encoding), "x.html").text.strip() == RUSSIAN


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_a_text_without_nul_or_a_named_refusal(content: bytes) -> None:
    try:
        text, detected = decode(content, "x.txt")
    except LoadError:
        return
    text.encode()
    assert detected is None or "\0" not in text
