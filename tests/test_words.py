"""The words of the interface: the same messages in every language."""

import shutil
from pathlib import Path
from string import Formatter

import pytest
from markupsafe import Markup

from assistant.pages import templates
from assistant.words import LANGUAGES, Words, read_words
from tests.answers import ANSWERED, client_of
from tests.conftest import ROOT


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_messages_with_the_same_fields(language: str) -> None:
    english, other = read_words("en").messages, read_words(language).messages
    assert list(other) == list(english)
    for key, message in english.items():
        assert list_fields(other[key]) == list_fields(message), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_with_plurals_has_every_form_of_its_language(language: str) -> None:
    words = read_words(language)
    for key, message in words.messages.items():
        if not isinstance(message, str):
            assert set(message) == {*words.locale.plural_form.tags, "other"}, key


def test_another_language_is_a_copy_of_the_file_and_its_place_in_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("templates", "words"):
        shutil.copytree(ROOT / "web" / folder, tmp_path / folder)
    text = (tmp_path / "words" / "en.toml").read_text(encoding="utf-8")
    text = text.replace('language = "English"', 'language = "Français"')
    (tmp_path / "words" / "fr.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("assistant.words.web_folder", lambda: tmp_path)
    for module in ("assistant.pages.language", "assistant.pages.templates"):
        monkeypatch.setattr(f"{module}.LANGUAGES", (*LANGUAGES, "fr"))
    read_words.cache_clear()
    templates._read_templates.cache_clear()
    try:
        french = read_words("fr")
        assert french("count.passage", n=0) == "0 passage"  # French counts 0 as one
        client = client_of(ANSWERED)
        accepted = {"Accept-Language": "fr-CA, en;q=0.5"}
        for page in (client.get("/fr/docs").text, client.get("/docs", headers=accepted).text):
            assert '<html lang="fr">' in page
            assert 'hreflang="zh" lang="zh">中文</a>' in page
        assert 'hreflang="fr" lang="fr">Français</a>' in client.get("/zh/docs").text
    finally:
        read_words.cache_clear()
        templates._read_templates.cache_clear()


def list_fields(message: object) -> set[str]:
    """The fields of a message, and `n` if its plural forms depend on it."""
    forms = [message] if isinstance(message, str) else list(dict(message).values())  # type: ignore[call-overload]
    named = {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}
    return named if isinstance(message, str) else named | {"n"}


WORDS = Words(
    "en",
    {
        "page": {"hello": "Hello {name} & all", "files": {"one": "{n} file", "other": "{n} files"}},
        "title": "Title",
    },
)


def test_a_message_is_named_by_its_section_and_filled_in() -> None:
    assert WORDS("title") == "Title"
    assert WORDS("page.hello", name="Ann") == "Hello Ann & all"
    assert [WORDS("page.files", n=n) for n in (1, 2, 1200)] == ["1 file", "2 files", "1,200 files"]
    with pytest.raises(KeyError):
        WORDS("page.none")


def test_a_field_of_markup_escapes_the_rest() -> None:
    said = WORDS("page.hello", name=Markup("<b>Ann</b>"))
    assert said == Markup("Hello <b>Ann</b> &amp; all")
    assert WORDS("page.hello", name="<b>") == "Hello <b> & all"  # escaped by the template
