"""What is shipped for running a hub (deploy/) does what the guide says, as far as it can be tried on one machine."""

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from microcare.cli import app
from microcare.web.server.serving import behind_proxy
from microcare.workers.checking import CHECKS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
GUIDES = [ROOT / "docs/guides/hosting.md", ROOT / "docs/guides/three-in-the-morning.md"]


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(params=["1", ""], ids=["behind a proxy", "alone"])
def answering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[bool, Any]]:
    """The web server as the hub starts it, with a page that says what it was told; a request's lines in, its answer out."""
    from waitress import create_server

    from microcare.web.origin import address_of

    monkeypatch.setenv("MICROCARE_BEHIND_PROXY", request.param)

    def page(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked: Any = type("Asked", (), {"META": environ})
        start("200 OK", [("Content-Type", "text/plain")])
        return [
            f"{address_of(asked)} {environ.get('HTTP_X_FORWARDED_PROTO', 'none')} {environ.get('HTTP_X_FORWARDED_HOST', 'none')}".encode()
        ]

    listening = create_server(page, host="127.0.0.1", port=0, threads=1, **behind_proxy())
    port = listening.effective_port
    thread = threading.Thread(target=listening.run, daemon=True)
    thread.start()

    def ask(*lines: str) -> str:
        with socket.create_connection(("127.0.0.1", port), 10) as stream:
            stream.sendall("\r\n".join(["GET / HTTP/1.0", "Host: care.test", *lines, "", ""]).encode())
            found = b""
            while part := stream.recv(4096):
                found += part
        return found.decode().partition("\r\n\r\n")[2]

    yield bool(request.param), ask
    listening.close()
    thread.join(10)


def test_a_proxy_sets_what_the_hub_believes(answering: tuple[bool, Any]) -> None:
    """What the proxy says last is believed behind a proxy; alone, nothing of it is."""
    proxied, ask = answering
    said = ask("X-Forwarded-For: 1.2.3.4, 9.9.9.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.test")
    assert said == ("9.9.9.9 https none" if proxied else "127.0.0.1 none none")


def test_both_proxies_write_those_headers_themselves() -> None:
    nginx = text("nginx.conf")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_set_header X-Forwarded-Proto https;" in nginx
    for name in ("Caddyfile", "Caddyfile.compose"):
        # Caddy throws away what came from outside, unless it is told to trust somebody.
        assert "trusted_proxies" not in text(name) and "header_up" not in text(name)
    assert "MICROCARE_BEHIND_PROXY=1" in text("environment")


def test_the_two_for_caddy_are_the_same() -> None:
    other = text("Caddyfile").replace("127.0.0.1:8000", "hub:8000")
    assert text("Caddyfile.compose") == other.replace("output file /var/log/caddy/microcare.log", "output stdout")


def test_the_interface_is_never_led_from_http_to_https() -> None:
    assert re.search(r"listen 80;.*?location /api/ \{\s+return 403;", text("nginx.conf"), re.S)
    caddy = text("Caddyfile")
    assert "auto_https disable_redirects" in caddy and 'respond @interface "Use https." 403' in caddy


def test_only_new_tls_is_spoken() -> None:
    assert re.findall(r"ssl_protocols (.*);", text("nginx.conf")) == ["TLSv1.2 TLSv1.3"]
    ciphers = re.findall(r"ssl_ciphers (.*);", text("nginx.conf"))[0].split(":")
    assert all(one.startswith("ECDHE-") and ("GCM" in one or one.endswith("POLY1305")) for one in ciphers)
    assert "protocols tls1.2 tls1.3" in text("Caddyfile")


def test_the_hub_listens_where_only_its_proxy_reaches_it() -> None:
    assert "--host 127.0.0.1" in text("microcare.service")
    services = yaml.safe_load(text("compose.yaml"))["services"]
    assert "ports" not in services["hub"] and services["proxy"]["ports"] == ["80:80", "443:443"]
    for name in ("hub", "proxy"):
        for volume in services[name]["volumes"]:
            source = volume.partition(":")[0]
            assert not source.startswith("./") or (DEPLOY / source).is_file(), volume
    assert (DEPLOY / services["hub"]["build"]["context"] / services["hub"]["build"]["dockerfile"]).is_file()


def test_the_unit_has_no_rights_it_does_not_need() -> None:
    unit = text("microcare.service").splitlines()
    for line in (
        "User=microcare",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "UMask=0077",
        "PrivateDevices=yes",
    ):
        assert line in unit
    assert [one for one in unit if one.startswith("ReadWritePaths")] == ["ReadWritePaths=/var/lib/microcare"]
    assert yaml.safe_load(text("compose.yaml"))["services"]["hub"]["cap_drop"] == ["ALL"]
    assert "USER microcare" in text("Containerfile")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    """With a program where the unit expects one."""
    hub = tmp_path / "microcare"
    hub.write_text("#!/bin/sh\n", encoding="utf-8")
    hub.chmod(0o755)
    unit = tmp_path / "microcare.service"
    unit.write_text(
        text("microcare.service").replace("/opt/microcare/current/bin/microcare", str(hub)), encoding="utf-8"
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)],
        capture_output=True,
        text=True,
        env=os.environ | {"SYSTEMD_LOG_LEVEL": "notice"},
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "microcare.service" in line]) == (0, [])


def shown() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in GUIDES)


def test_every_command_in_the_guides_is_one() -> None:
    commands: Any = get_command(app)
    code = "\n".join(a or b for a, b in re.findall(r"```(?:sh)?\n(.*?)```|`([^`\n]+)`", shown(), re.S))
    written = re.findall(
        r"(?:\bmicrocare|compose run --rm hub)((?: --?[a-z-]+| [a-z]+)*)", code.replace("NAME ", "name ")
    )
    known = [line.split() for line in written if line.split() and line.split()[0] in commands.commands]
    assert {"up", "invite", "audit"} <= {words[0] for words in known}
    for words in known:
        options = {name for parameter in commands.commands[words[0]].params for name in parameter.opts}
        assert {word for word in words[1:] if word.startswith("--")} <= options | {"--help"}, words


def test_every_setting_in_the_guides_is_one() -> None:
    named = {*re.findall(r"MICROCARE_[A-Z_]+", shown()), *re.findall(r"MICROCARE_[A-Z_]+", text("environment"))}
    assert named <= set(CHECKS)
    assert set(CHECKS) - {"MICROCARE_PUSH_LOCAL", "MICROCARE_DATA"} <= named, "the guide explains every setting"


def test_every_file_in_the_guides_is_there() -> None:
    for name in re.findall(r"`(deploy/[^`]+)`", shown()):
        assert (ROOT / name).exists(), name
    for target in re.findall(r"^(?:make|\$ make) ([a-z-]+)", shown(), re.M):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M), target
