"""The figures and the bars in Chromium. It takes an export: `pytest --mcp-bridge-export`, or `reflex export` before."""

from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="run pip install 'reflex-mcp-bridge[testing]'")
expect = playwright.expect
MANIFEST = Path(__file__).parent.parent / "dist/widgets/manifest.json"
pytestmark = pytest.mark.skipif(not MANIFEST.is_file(), reason="no widget is exported: run pytest --mcp-bridge-export")


@pytest.mark.hosts("chatgpt", "claude", themes=["light", "dark"], widths=[390])
def test_a_choice_changes_the_figures(widget_page):
    page = widget_page("sales")
    page.get_by_role("radio", name="Music").click()
    expect(page.get_by_text("180")).to_be_visible()
    page.check_accessibility()
    page.check_layout()
