"""A job of minutes in a chat that is scrolled, opened again and served by a server that is restarted meanwhile.

`VALUATION_ROUNDS=30000 pytest tests/test_long_jobs.py` runs the reference widget at its full setting, over a minute.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import HostName, WidgetPage
from tests.host_fixtures import OpenInHost
from tests.served import free_port, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

ROUNDS = int(os.environ.get("VALUATION_ROUNDS", "5000"))
HOME: dict[str, object] = {"bedrooms": 3, "baths": 1.75, "square_feet": 1440, "year_built": 1956, "lot_acres": 0.28}
_SERVE = (
    "from app import valuation_state; valuation_state.ROUNDS['full'] = {rounds}; "
    "from mcp_bridge.cli import main; main(['serve', '--port', '{port}'])"
)


def expect_progress(widget: WidgetPage, beyond: int = 0) -> int:
    """Wait until the widget shows more rounds than so many; returns how many."""
    words = widget.frame.get_by_text(re.compile(rf"[\d,]+ of {ROUNDS:,} rounds")).first
    deadline = time.monotonic() + 120
    while True:
        found = re.search(r"([\d,]+) of", words.inner_text(timeout=60_000))
        rounds = int(found[1].replace(",", "")) if found else 0
        if rounds > beyond:
            return rounds
        assert time.monotonic() < deadline, f"no progress beyond {beyond}"
        widget.page.wait_for_timeout(100)


@pytest.mark.parametrize(("host", "manager"), [("appbridge", "disk"), ("openai", "memory")])
def test_valuation_runs_to_its_end_through_a_reload_a_remount_and_a_restart(
    open_in_host: OpenInHost, host: HostName, manager: str, tmp_path: Path
) -> None:
    """bridge: progress in the widget, the result in place, no follow-up message, a few calls a minute."""
    command = ["-c", _SERVE.format(rounds=ROUNDS, port=free_port())]
    began = time.monotonic()
    with serve(command, tmp_path / "first", REFLEX_STATE_MANAGER_MODE=manager) as url:
        widget = open_in_host(host, "valuation", HOME, server=url, message="m1")
        assert "about $128,000" in widget.result["content"][0]["text"]
        rounds = expect_progress(widget)
        widget.reload()
        rounds = expect_progress(widget, rounds)
        first_calls = len(widget.calls)
        widget.revisit()
        rounds = expect_progress(widget, rounds)
    with serve(command, tmp_path / "second", REFLEX_STATE_MANAGER_MODE=manager):
        expect(widget.frame.get_by_text("Done. Eight of ten such homes sell for")).to_be_attached(timeout=900_000)
        widget.keep_screenshot(f"valuation-done-{host}")
        assert widget.messages == []
        assert widget.frame.get_by_role("alert").count() == 0
        calls, minutes = first_calls + len(widget.calls), (time.monotonic() - began) / 60
        print(f"{ROUNDS} rounds, {minutes:.1f} min, {calls} calls")
        # The first seconds show progress often; then a poll every few seconds, and two kills cost some more.
        assert calls <= 20 + 15 * minutes
        assert widget.violations == []
