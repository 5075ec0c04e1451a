"""The greeting in Chromium. It takes an export: `pytest --mcp-bridge-export`, or `reflex export` before."""

from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="run pip install 'reflex-mcp-bridge[testing]'")
expect = playwright.expect
MANIFEST = Path(__file__).parent.parent / "dist/widgets/manifest.json"
pytestmark = pytest.mark.skipif(not MANIFEST.is_file(), reason="no widget is exported: run pytest --mcp-bridge-export")


@pytest.mark.hosts("chatgpt", "claude", themes=["light", "dark"], widths=[390])
def test_a_click_counts(widget_page):
    page = widget_page("hello", name="Ada")
    page.get_by_role("button", name="Clicks: 0").click()
    expect(page.get_by_role("button", name="Clicks: 1")).to_be_visible()
    page.check_accessibility()
    page.check_layout()
