import pytest

from assistant.errors import SettingError
from assistant.settings import Settings, read_settings


def test_command_line_goes_before_environment_before_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings().port == 8000
    monkeypatch.setenv("ASSISTANT_PORT", "9000")
    assert read_settings(port=None).port == 9000
    assert read_settings(port="0").port == 0


def test_hosts_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_ALLOWED_HOSTS", "qa.example.org, Proxy ")
    assert Settings().allowed_hosts == ("qa.example.org", "proxy")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("port", "99999", "setting port is '99999'"),
        ("passages_read", "0", "setting passages_read is '0'"),
        ("index", "../x", "setting index is '../x'"),
        ("reader", "magic", "setting reader is 'magic'"),
        ("threshold", "high", "setting threshold is 'high'"),
        ("token", "short", "setting token is (hidden)"),
    ],
)
def test_a_bad_setting_is_named_with_its_value_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name.upper()}", value)
    with pytest.raises(SettingError) as caught:
        read_settings()
    message = str(caught.value)
    assert message.startswith(f"{shown}: ")
    assert f"(ASSISTANT_{name.upper()})" in message
    assert "short" not in message or name != "token"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Settings(), "port", 1)  # noqa: B010


def test_the_token_is_not_shown() -> None:
    assert "secretsecretsecret" not in repr(Settings(token="secretsecretsecret"))
