from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.cli import make_parser
from assistant.errors import SettingError
from assistant.pages.app import create_app
from assistant.settings import SECRETS, Settings, read_settings


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


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ASSISTANT_SECRETS", str(tmp_path))
    (tmp_path / "assistant_token").write_text("secretsecretsecret\n")
    return tmp_path


def test_a_secret_is_read_from_its_file_and_the_environment_goes_before_it(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "other").write_text("of another program")
    settings = read_settings()
    assert (settings.token, settings.write_token) == ("secretsecretsecret", None)
    assert settings.secrets == secrets
    monkeypatch.setenv("ASSISTANT_TOKEN", "of-the-environment")
    assert read_settings().token == "of-the-environment"


def test_without_a_folder_of_secrets_no_file_is_read(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSISTANT_SECRETS")
    monkeypatch.chdir(secrets)
    assert read_settings().token is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"short", "setting token is (hidden): "),
        (b"\xff" * 20, "setting secrets is '{}': make its files readable"),
    ],
)
def test_a_file_with_a_bad_secret_is_refused_and_not_shown(
    secrets: Path, content: bytes, message: str
) -> None:
    (secrets / "assistant_token").write_bytes(content)
    with pytest.raises(SettingError) as caught:
        read_settings()
    assert str(caught.value).startswith(message.format(secrets))
    assert "short" not in str(caught.getrepr(chain=True, style="short"))


def test_a_secret_that_may_not_be_read_is_refused(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(SettingError, match=f"setting secrets is '{secrets}': make its files"):
        read_settings()


def test_a_folder_of_secrets_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_SECRETS", str(tmp_path / "nowhere"))
    with pytest.raises(SettingError) as caught:
        read_settings()
    assert str(caught.value) == (
        f"setting secrets is '{tmp_path}/nowhere': give a folder that exists (ASSISTANT_SECRETS)"
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("port", "x", "give a whole number"),
        ("port", "65536", "give 65535 or less"),
        ("queue", "-1", "give 0 or more"),
        ("deadline_seconds", "soon", "give a number"),
        ("deadline_seconds", "0", "give more than 0"),
        ("watch", "maybe", "give true or false"),
        ("log", "xml", "give 'text' or 'json'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_plain_words(
    name: str, value: str, reason: str
) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(**{name: value})
    expected = f"setting {name.replace('_', '-')} is '{value}': {reason} (ASSISTANT_{name.upper()})"
    assert str(caught.value) == expected


def test_every_setting_but_secrets_is_an_option_of_the_server() -> None:
    parsed, _ = make_parser().parse_known_args(["serve"])
    assert set(Settings.model_fields) - set(vars(parsed)) == {*SECRETS, "secrets"}
