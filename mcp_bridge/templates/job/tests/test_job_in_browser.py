"""The progress of the job in Chromium. It takes an export: `pytest --mcp-bridge-export`, or `reflex export` before."""

from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="run pip install 'reflex-mcp-bridge[testing]'")
expect = playwright.expect
MANIFEST = Path(__file__).parent.parent / "dist/widgets/manifest.json"
pytestmark = pytest.mark.skipif(not MANIFEST.is_file(), reason="no widget is exported: run pytest --mcp-bridge-export")


@pytest.mark.hosts("chatgpt", "claude", themes=["light", "dark"], widths=[390])
def test_it_can_be_stopped(widget_page):
    page = widget_page("report", topic="tea")
    expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    page.check_accessibility()
    page.check_layout()
