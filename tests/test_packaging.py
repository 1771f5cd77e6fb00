"""What the package is installed with: container, compose file, systemd unit."""

import ipaddress
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.cli import make_parser
from assistant.settings import Settings, read_settings
from tests.structure import ROOT

SETTINGS = {f"ASSISTANT_{name.upper()}" for name in Settings.model_fields}
GUIDE = (ROOT / "web" / "guide" / "operation.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_FILE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def read_stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage of the Dockerfile: their words, and what follows them."""
    stages: list[list[tuple[str, str]]] = []
    lines = "\n".join(line for line in DOCKERFILE.splitlines() if not line.startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append([])
        if stages and word:
            stages[-1].append((word, rest.strip()))
    return stages


def read_last(word: str) -> str:
    """What follows the last instruction of this name in the image that is run."""
    return [rest for one, rest in read_stages()[-1] if one == word][-1]


def read_environment() -> dict[str, str]:
    return dict(one.split("=", 1) for one in shlex.split(read_last("ENV")))


def read_unit() -> list[tuple[str, str]]:
    """The lines of the unit in the guide: a name and a value."""
    (unit,) = re.findall(r"```ini\n(.*?)```", GUIDE, re.DOTALL)
    return [tuple(line.split("=", 1)) for line in unit.splitlines() if re.match(r"\w+=", line)]


@pytest.mark.parametrize("text", [DOCKERFILE, COMPOSE_FILE], ids=["Dockerfile", "compose.yaml"])
def test_every_variable_of_a_container_is_a_setting(text: str) -> None:
    names = set(re.findall(r"\bASSISTANT_[A-Z_]+", text))
    assert len(names) >= 4
    assert names <= SETTINGS


def test_the_image_runs_as_a_user_without_rights_and_has_no_build_tools() -> None:
    build, image = read_stages()
    assert build[0] == ("FROM", "python:${PYTHON} AS build")
    assert image[0] == ("FROM", "python:${PYTHON}")
    assert re.search(r"^ARG PYTHON=\d+\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert read_last("USER") == "10001:10001"
    assert read_last("COPY") == "--from=build /opt/assistant /opt/assistant"
    assert not [rest for word, rest in image if word == "RUN" and re.search("apt|pip", rest)]
    assert read_last("STOPSIGNAL") == "SIGTERM"


def test_the_image_starts_the_server_without_a_shell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = json.loads(read_last("ENTRYPOINT")) + json.loads(read_last("CMD"))
    assert command[0] == "assistant"
    make_parser().parse_args(command[1:])
    for name, value in read_environment().items():
        if name.startswith("ASSISTANT_"):
            monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.host == "0.0.0.0"
    folders = [settings.corpus, settings.indexes, settings.feedback_folder]
    assert json.loads(read_last("VOLUME")) == [str(folder) for folder in folders]
    assert read_last("EXPOSE") == str(settings.port)


@pytest.fixture
def answering() -> Iterator[tuple[int, list[int]]]:
    """The port of a server, and the status that it gives each of the next requests for /livez."""
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.pop(0) if self.path == "/livez" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port, statuses
        server.shutdown()


def test_the_health_check_passes_while_the_server_lives(
    answering: tuple[int, list[int]],
) -> None:
    _, _, check = read_last("HEALTHCHECK").partition("CMD ")
    program, *arguments = json.loads(check)
    assert program == "python"

    def run(port: int) -> int:
        environment = os.environ | {"ASSISTANT_PORT": str(port)}
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, capture_output=True).returncode

    port, statuses = answering
    statuses += [200, 503]
    assert run(port) == 0
    assert run(port) == 1
    assert statuses == []
    assert run(1) == 1  # nobody listens


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["mem_limit"] == service["memswap_limit"]
    assert service["pids_limit"] <= 256
    assert all("noexec" in mount for mount in service["tmpfs"])
    assert not service.get("privileged")
    assert "build" in service or re.search(r":\d+\.\d+\.\d+", service["image"])


def test_only_the_proxy_can_be_reached_and_is_trusted() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["assistant"]["networks"].keys() == {"inside"}
    assert SERVICES["index"]["network_mode"] == "none"
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    addresses = [
        SERVICES[name]["networks"]["inside"]["ipv4_address"] for name in ("assistant", "caddy")
    ]
    hosts = [str(host) for host in ipaddress.ip_network(network["subnet"]).hosts()]
    assert len({network["gateway"], *addresses}) == 3
    assert {network["gateway"], *addresses} <= set(hosts)
    assert SERVICES["assistant"]["environment"]["ASSISTANT_TRUSTED_PROXIES"] == addresses[1]
    assert f"--to=assistant:{read_last('EXPOSE')}" in SERVICES["caddy"]["command"]
    assert SERVICES["caddy"]["depends_on"] == {"assistant": {"condition": "service_healthy"}}


def test_the_server_of_the_compose_file_has_a_token_and_time_to_stop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = SERVICES["assistant"]
    (secret,) = service["secrets"]
    (tmp_path / secret).write_text("secretsecretsecret\n")
    given = service["environment"] | {"ASSISTANT_SECRETS": str(tmp_path)}
    assert service["environment"]["ASSISTANT_SECRETS"] == "/run/secrets"
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.token == "secretsecretsecret"
    assert settings.watch is True
    grace = int(service["environment"]["ASSISTANT_GRACE_SECONDS"])
    assert int(service["stop_grace_period"].removesuffix("s")) > grace


def test_the_variables_of_the_compose_file_are_in_the_guide() -> None:
    names = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_FILE))
    assert names == {"DOMAIN", "DOCUMENTS", "TOKEN_FILE"}
    assert all(f"| `{name}` |" in GUIDE for name in names)
    run = re.findall(r"docker compose run --rm (\w+)", GUIDE + COMPOSE_FILE)
    assert set(run) == {"index"} <= SERVICES.keys()


def test_the_unit_starts_the_server_with_settings_and_time_to_stop() -> None:
    unit = read_unit()
    (command,) = [value for name, value in unit if name == "ExecStart"]
    make_parser().parse_args(shlex.split(command)[1:])
    given = [value for name, value in unit if name == "Environment"]
    same = {"HOME", "MPLCONFIGDIR", "HF_HUB_OFFLINE"}
    container = read_environment()
    assert {f"{name}={container[name]}" for name in same} <= set(" ".join(given).split())
    assert int(dict(unit)["TimeoutStopSec"]) > 30


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_the_unit_right_and_safe(tmp_path: Path) -> None:
    path = tmp_path / "assistant.service"
    (text,) = re.findall(r"```ini\n(.*?)```", GUIDE, re.DOTALL)
    path.write_text(text.replace("/opt/assistant/bin/assistant", sys.executable))
    for command in (["verify"], ["security", "--offline=true", "--threshold=15"]):
        done = subprocess.run(
            ["systemd-analyze", "--no-pager", *command, path], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""


def test_onnx_runtime_reports_nothing_to_its_makers(tmp_path: Path) -> None:
    """Its reports begin with an identifier of the machine in the home folder."""
    code = "from assistant.read import open_model; open_model('packaged')"
    given = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], env=given, check=True)
    assert list(tmp_path.rglob("*")) == []
