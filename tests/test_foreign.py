"""Text that the models can't read: the best sentences, never an answer."""

from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.answer.abstain import fill_message
from assistant.load import load_corpus
from assistant.records import Document, Guess, Player
from assistant.settings import Settings
from assistant.words import read_words
from tests.answering import ask, open_with
from tests.conftest import Maker
from tests.reading import TermsReader

CASE = Path(__file__).parent / "data/cases/chinese-documents/corpus"
SHOP = Document("shop.txt", "Shop", "The Quark glasses cost 299 dollars. They are light.")
MENU = Document("menu.txt", "食堂通知", "早餐每份八元，午餐每份十五元。食堂经理是王芳。")
HOUR = Document("hour.txt", "図書館", "図書館は夜九時に閉まります。月曜日は休みです。")


def open_case(make: Maker) -> Assistant:
    documents = load_corpus(CASE).documents
    return Assistant.of(make.generation(*documents), TermsReader(), Settings(threshold=0.0))


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("图书馆的闭馆时间是几点？", "图书馆周一至周五的闭馆时间改为晚上十点。"),
        ("借书证押金多少？", "借书证的押金为二百元。"),
        ("食堂的经理是谁？", "食堂经理是王芳。"),
    ],
)
def test_the_best_sentence_of_a_chinese_document_is_a_guess(
    make: Maker, question: str, quote: str
) -> None:
    answer = ask(open_case(make), question)
    assert (answer.status, answer.text, answer.confidence) == ("abstained", None, None)
    assert answer.best_guess == Guess(quote, None, (1,))
    assert answer.citations[0].quote == quote
    assert answer.abstention is not None
    assert (answer.abstention.reason, answer.abstention.closest[0]) == ("language", 1)
    assert "is in Chinese, which the reader does not know" in answer.abstention.message
    assert (answer.coverage.method, answer.coverage.passages_read) == ("words", 0)
    best = [mark for mark in answer.marks[0] if mark.start == answer.citations[0].start]
    assert len(best) == 1


def test_a_japanese_document_is_searched_by_words(make: Maker) -> None:
    answer = ask(open_with(make, HOUR, SHOP), "図書館は何時に閉まりますか？")
    assert answer.best_guess == Guess("図書館は夜九時に閉まります。", None, (1,))
    assert answer.abstention is not None
    assert answer.abstention.message.startswith("The question is in Japanese")


def test_a_chinese_question_about_nothing_in_the_documents_gets_no_guess(make: Maker) -> None:
    answer = ask(open_with(make, MENU, SHOP), "火车几点开？")
    assert (answer.best_guess, answer.citations) == (None, ())


def test_an_english_question_is_answered_next_to_chinese_documents(make: Maker) -> None:
    question = "What do the Quark glasses cost?"
    alone, mixed = (
        ask(open_with(make, *documents), question) for documents in ((SHOP,), (SHOP, MENU, HOUR))
    )
    assert (mixed.status, mixed.text) == ("answered", alone.text)
    assert mixed.citations[0].document.id == "shop.txt"


def test_an_english_question_about_chinese_documents_is_no_answer(make: Maker) -> None:
    menu = Document("menu.txt", "食堂", "食堂经理是Wang Fang，早餐每份八元，午餐每份十五元。")
    answer = ask(open_with(make, menu), "Who is Wang Fang?")
    assert (answer.status, answer.confidence) == ("abstained", None)
    assert answer.best_guess == Guess(menu.text, None, (1,))
    assert answer.abstention is not None
    assert answer.abstention.message.startswith("The closest passages are in Chinese")


def test_of_a_passage_in_two_languages_the_guess_is_the_sentence_that_was_not_read(
    make: Maker,
) -> None:
    price = "夸克公司今年新推出的智能眼镜 Quark S1 的官方零售价格是 3799 元。"
    battery = "The battery of the glasses lasts 7 hours, and a charge takes 40 minutes."
    mixed = Document("s1.txt", "S1", price + battery)
    answer = ask(open_with(make, mixed), "How much is the Quark S1?")
    assert answer.best_guess == Guess(price, None, (1,))
    assert answer.abstention is not None
    assert answer.abstention.message == (
        "The closest passages are in Chinese, which the reader does not know. This sentence has "
        "most of the question’s words, but the reader has not checked it."
    )
    assert (answer.abstention.code, answer.abstention.fields) == (
        "foreign_passages",
        {"language": "zh", "n": 1},
    )
    assert fill_message(read_words("zh"), "foreign_passages", answer.abstention.fields) == (
        "最接近的段落使用的是中文，阅读模型不支持。"
        "以下句子包含问题中的大部分字词，但未经阅读模型核对。"
    )


def test_a_chinese_name_is_found_without_spaces_around_it(make: Maker) -> None:
    player = Player("xiaomi", "Xiaomi", "company", aliases=("小米",))
    text = "昨天小米科技发布了新款眼镜。售价为一千元。"
    answer = ask(
        open_with(make, Document("a.txt", "新闻", text), players=[player]), "小米发布了什么？"
    )
    assert answer.players == (player,)
    assert answer.best_guess == Guess("昨天小米科技发布了新款眼镜。", None, (1,))
