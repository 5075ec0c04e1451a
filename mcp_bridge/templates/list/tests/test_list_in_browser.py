"""The list and its details in Chromium. It takes an export: `pytest --mcp-bridge-export`, or `reflex export` before."""

from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="run pip install 'reflex-mcp-bridge[testing]'")
expect = playwright.expect
MANIFEST = Path(__file__).parent.parent / "dist/widgets/manifest.json"
pytestmark = pytest.mark.skipif(not MANIFEST.is_file(), reason="no widget is exported: run pytest --mcp-bridge-export")


@pytest.mark.hosts("chatgpt", "claude", themes=["light", "dark"], widths=[390])
def test_details_open_and_ask_for_a_plan(widget_page):
    page = widget_page("trails", region="Alps")
    page.check_accessibility()
    page.get_by_role("button", name="Eagle Ridge").click()
    page.get_by_role("button", name="Plan a day").click()
    assert page.host.wait_for("messages") == ["Plan a day around the trail Eagle Ridge."]
    page.check_accessibility()
    page.check_layout()
