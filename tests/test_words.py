"""The words of the interface: the same messages in every language."""

from string import Formatter

import pytest
from markupsafe import Markup

from assistant.words import LANGUAGES, Words, read_words


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
