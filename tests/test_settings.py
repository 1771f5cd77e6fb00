from collections.abc import Callable

import pytest

from assistant.answer import Assistant
from assistant.errors import SettingError
from assistant.pages.app import create_app
from assistant.settings import Settings, read_settings


def test_command_line_goes_before_environment_before_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings().port == 8000
    monkeypatch.setenv("ASSISTANT_PORT", "9000")
    assert read_settings(port=None).port == 9000
    assert read_settings(port="0").port == 0


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("qa.example.org, Proxy ,", ("qa.example.org", "proxy")),
        ("qa.example.org:8443,proxy:80", ("qa.example.org", "proxy")),
        ("2001:db8::7, [2001:DB8::8]", ("2001:db8::7", "2001:db8::8")),
        ("[2001:db8::7]:8443", ("2001:db8::7",)),
    ],
)
def test_hosts_are_a_list_with_commas_and_lose_their_ports(
    monkeypatch: pytest.MonkeyPatch, value: str, hosts: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ASSISTANT_ALLOWED_HOSTS", value)
    assert Settings().allowed_hosts == hosts


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("port", "99999", "setting port is '99999'"),
        ("passages_read", "0", "setting passages-read is '0'"),
        ("index", "../x", "setting index is '../x'"),
        ("reader", "", "setting reader is ''"),
        ("threshold", "high", "setting threshold is 'high'"),
        ("token", "short", "setting token is (hidden)"),
        ("token", "sixteen or more, spaced", "setting token is (hidden)"),
        ("token", "пароль-пароль-пароль", "setting token is (hidden)"),
    ],
)
def test_a_bad_setting_is_named_with_its_value_and_a_hint(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name.upper()}", value)
    with pytest.raises(SettingError) as caught:
        read_settings()
    message = str(caught.value)
    assert message.startswith(f"{shown}: ")
    assert f"(ASSISTANT_{name.upper()})" in message
    assert name != "token" or value not in message


@pytest.mark.parametrize("start", [read_settings, Assistant.open, create_app])
@pytest.mark.parametrize("token", ["sixteen or more, spaced", "pässwörd-pässwörd"])
def test_a_token_that_no_header_carries_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, token: str, start: Callable[[], object]
) -> None:
    monkeypatch.setenv("ASSISTANT_TOKEN", token)
    with pytest.raises(SettingError, match=r"setting token is \(hidden\)") as caught:
        start()
    assert token not in str(caught.getrepr(chain=True, style="short"))


def test_a_threshold_that_is_not_given_is_the_reader_s_own_and_0_is_a_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings().threshold is None
    monkeypatch.setenv("ASSISTANT_THRESHOLD", "0")
    assert read_settings(threshold=None).threshold == 0
    assert read_settings(threshold=-0.5).threshold == -0.5


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Settings(), "port", 1)  # noqa: B010


def test_the_token_is_not_shown() -> None:
    assert "secretsecretsecret" not in repr(Settings(token="secretsecretsecret"))


def test_scans_are_recognised_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().ocr is False
    assert read_settings(ocr=True).ocr is True
    monkeypatch.setenv("ASSISTANT_OCR", "1")
    assert read_settings(ocr=None).ocr is True
