"""`mcp-bridge doctor`: what hosts and their reviewers would object to, before they do."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .headers import HEADERS, headers_for
from .terminal import aside, told

if TYPE_CHECKING:
    from mcp_bridge.doctor.evidence import Evidence
    from mcp_bridge.doctor.findings import Report
    from mcp_bridge.scenes import Scene

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("url", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--junit", type=_FILE, help="Write the report as JUnit XML to a file.")
@click.option("--sarif", type=_FILE, help="Write the report as SARIF 2.1.0 to a file.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option(
    "--browser/--no-browser",
    default=None,
    show_default="on, if Playwright and Chromium are there",
    help="Look at widgets in a browser too.",
)
@HEADERS
def doctor(
    url: str | None,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    strict: bool,
    browser: bool | None,
    headers: tuple[tuple[str, str], ...],
) -> None:
    """Check the app of the current folder, or the server at URL, by the rules of hosts and reviewers.

    Nothing is changed: of the tools only those are called that read and need no arguments. The exit code is 0
    without errors and 1 with.
    """
    with told(logging.ERROR), aside():
        sent = headers_for(url, headers)
        report = _check_url(_endpoint(url), sent, browser) if url else _check_app(browser)

    from mcp_bridge.doctor import reports

    if junit is not None:
        junit.write_text(reports.as_junit(report, strict=strict), encoding="utf-8")
    if sarif is not None:
        sarif.write_text(reports.as_sarif(report), encoding="utf-8")
    if as_json:
        click.echo(reports.as_json(report, strict=strict))
    else:
        reports.show(report)
    sys.exit(1 if report.is_failed(strict=strict) else 0)


def _check_app(browser: bool | None) -> Report:
    """Check the app of the current folder, which is served for as long as that takes."""
    from mcp_bridge.doctor.diagnosis import diagnose
    from mcp_bridge.doctor.local import serving
    from mcp_bridge.doctor.survey import survey

    with serving() as app:
        evidence = survey(app.url, public_url=app.public_url, ledger=app.ledger)
        evidence = _looked(evidence, browser, {}, _scenes())
    return diagnose(evidence, f"app {app.name}")


def _check_url(url: str, headers: dict[str, str], browser: bool | None) -> Report:
    """Check a server."""
    from mcp_bridge.doctor.diagnosis import diagnose
    from mcp_bridge.doctor.survey import survey

    return diagnose(_looked(survey(url, headers=headers), browser, headers, {}))


def _looked(evidence: Evidence, browser: bool | None, headers: dict[str, str], scenes: dict[str, Scene]) -> Evidence:
    """Return the evidence with what widgets are like in a browser.

    The emulator speaks the stateless era, so a server that does not is not looked at.
    """
    from mcp_bridge.doctor.sights import browse, can_browse

    if browser is False or evidence.discover.result is None or (browser is None and not can_browse()):
        return evidence
    return dataclasses.replace(evidence, sights=browse(evidence.url, evidence.tools, scenes=scenes, headers=headers))


def _scenes() -> dict[str, Scene]:
    """Return the scenes of the app in the current folder, those that can be read."""
    from mcp_bridge.errors import SceneError
    from mcp_bridge.scenes import FOLDER, Scene

    found: dict[str, Scene] = {}
    for path in sorted(Path(FOLDER).glob("*.json")):
        with contextlib.suppress(SceneError):
            found[path.stem] = Scene.read(path)
    return found


def _endpoint(url: str) -> str:
    """Return the URL of the MCP endpoint; of a URL without a path it is `/mcp`.

    Raises:
        click.BadParameter: If it is not a URL of HTTP.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or urlsplit(url).scheme not in ("http", "https"):
        msg = f"{url!r} is not a URL with http or https. Write it like https://pizza.example.com/mcp."
        raise click.BadParameter(msg, param_hint="URL")
    return f"{url.rstrip('/')}/mcp" if urlsplit(url).path in ("", "/") else url
