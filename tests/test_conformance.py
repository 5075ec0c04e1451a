"""The official MCP conformance suite, in server mode, against our stack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host_servers import HOSTS, install_packages, run_node
from tests.served import serve

pytestmark = pytest.mark.conformance

_SUITE = HOSTS / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"

APPLICABLE = [
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-simple-text",
    "tools-call-image",
    "tools-call-audio",
    "tools-call-embedded-resource",
    "tools-call-mixed-content",
    "tools-call-error",
    "tools-call-with-progress",
    "json-schema-2020-12",
    "resources-list",
    "resources-read-text",
    "resources-read-binary",
    "resources-templates-read",
    "prompts-list",  # the SDK declares the capability and lists none
    "dns-rebinding-protection",
]

_NO_BACK_CHANNEL = "asks the client something during a call, which a stateless server cannot"
_NO_SESSION = "wants an MCP session id and resumable streams, which a stateless server does not have"

NOT_APPLICABLE = {
    "logging-set-level": "the server does not declare the capability `logging`",
    "tools-call-with-logging": "the server does not declare the capability `logging`",
    "completion-complete": "the server does not declare the capability `completions`",
    "resources-subscribe": "the server does not declare `resources.subscribe`",
    "resources-unsubscribe": "the server does not declare `resources.subscribe`",
    "prompts-get-simple": "the server has no prompts",
    "prompts-get-with-args": "the server has no prompts",
    "prompts-get-embedded-resource": "the server has no prompts",
    "prompts-get-with-image": "the server has no prompts",
    "tools-call-sampling": _NO_BACK_CHANNEL,
    "tools-call-elicitation": _NO_BACK_CHANNEL,
    "elicitation-sep1034-defaults": _NO_BACK_CHANNEL,
    "elicitation-sep1330-enums": _NO_BACK_CHANNEL,
    "server-sse-polling": _NO_SESSION,
    "server-sse-multiple-streams": _NO_SESSION,
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The MCP endpoint of `conformance_server.py`."""
    install_packages()
    with serve(["-m", "tests.conformance_server"], tmp_path_factory.mktemp("conformance") / "log") as url:
        yield url


def test_each_scenario_of_the_suite_is_run_or_has_a_reason() -> None:
    """spec: the suite's own list; a new version may bring scenarios that apply to us."""
    install_packages()
    listing = run_node(str(_SUITE), "list", "--server")
    assert sorted(re.findall(r"^  - (\S+)", listing.stdout, re.MULTILINE)) == sorted([*APPLICABLE, *NOT_APPLICABLE])


@pytest.mark.parametrize("scenario", APPLICABLE)
def test_scenario_passes(scenario: str, endpoint: str, tmp_path: Path) -> None:
    """spec: MCP 2025-06-18 and 2025-11-25, as the conformance suite reads them."""
    run = run_node(str(_SUITE), "server", "--url", endpoint, "--scenario", scenario, "--output-dir", str(tmp_path))
    files = list(tmp_path.rglob("checks.json"))
    assert len(files) == 1, run.stdout + run.stderr
    checks = json.loads(files[0].read_text())
    failed = {check["id"]: check.get("errorMessage") for check in checks if check["status"] in ("FAILURE", "WARNING")}
    assert (failed, run.returncode) == ({}, 0)
    assert any(check["status"] == "SUCCESS" for check in checks)
