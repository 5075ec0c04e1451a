"""Widgets in the ordinary Reflex app: its page `/widgets/<name>`, and the component in a page of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from mcp_bridge.shots import launch
from tests.served import free_port
from tests.test_bundle import lend_packages

ROOT = Path(__file__).parent.parent
_MILLISECONDS = 90_000  # the first page is compiled when it is asked for

CONFIG = """\
import reflex as rx
from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="pizza",
    plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
"""
APP = '''\
import reflex as rx
from mcp_bridge import host, widget

class Shop(rx.State):
    shown: str = ""
    clicks: int = 0

    @rx.event
    def search(self, city: str, limit: int = 5):
        self.shown = f"{limit} shops in {city}"
        return host.reply("Shown.")

    @rx.event
    def click(self):
        self.clicks += 1
        return [host.send_message("Clicked."), host.open_link("https://shop.invalid/handler")]

    @rx.event
    def count(self):
        self.clicks += 1

@widget(on_call=Shop.search, read_only=True)
def shops() -> rx.Component:
    """Show shops."""
    wishes = [host.send_message("Hi."), host.request_display_mode("pip"), host.cancel(Shop.click), Shop.count]
    return rx.vstack(
        rx.heading(rx.cond(Shop.shown, Shop.shown, "No city")),
        rx.text(host.theme, " ", host.locale, " ", host.display_mode, id="facts"),
        rx.cond(host.can_send_message, rx.button("Ask")),
        rx.cond(host.can_call_tools, rx.text("Clicks: ", Shop.clicks, id="clicks")),
        rx.button("Click", on_click=Shop.click),
        rx.button("Wish", on_click=wishes),
        rx.button("Link", on_click=host.open_link("https://shop.invalid/trigger")),
    )

@widget(on_call=Shop.count)
def counter() -> rx.Component:
    """Count."""
    return rx.heading(Shop.clicks)

@rx.page(route="/", on_load=Shop.search("Rome"))
def index() -> rx.Component:
    return rx.container(shops())

app = rx.App()
'''


@pytest.mark.browser
@pytest.mark.export
def test_a_widget_is_a_page_of_the_app_and_a_component_of_any_page(tmp_path: Path) -> None:
    """bridge: docs/pages.md, "A page of the Reflex app". reflex-seam: events that begin with _host_."""
    (tmp_path / "pizza").mkdir()
    (tmp_path / "pizza/__init__.py").touch()
    (tmp_path / "pizza/pizza.py").write_text(APP)
    (tmp_path / "rxconfig.py").write_text(CONFIG)
    lend_packages(tmp_path / ".web", tmp_path)
    front, back = free_port(), free_port()
    command = [sys.executable, "-m", "reflex", "run", "--frontend-port", str(front), "--backend-port", str(back)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("REFLEX_", "PYTEST_"))}
    environment |= {"PYTHONPATH": str(ROOT), "REFLEX_TELEMETRY_ENABLED": "false", "REFLEX_STATE_MANAGER_MODE": "memory"}
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--backend-host", "127.0.0.1"],
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while "App running at" not in log.read_text():
                assert process.poll() is None, log.read_text()
                try:
                    process.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    continue
            look(f"http://localhost:{front}")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
    assert "Error processing event" not in log.read_text(), log.read_text()[-4000:]


def look(origin: str) -> None:
    """Use the component in an ordinary page, then the page of the widget."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        context = browser.new_context(color_scheme="dark", locale="fr-FR")
        context.set_default_timeout(_MILLISECONDS)
        context.route("https://shop.invalid/**", lambda route: route.fulfill(body="Outside"))
        page = context.new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(error.message))

        page.goto(origin)
        expect(page.get_by_role("heading")).to_have_text("5 shops in Rome", timeout=_MILLISECONDS)
        expect(page.locator("#facts")).to_have_text("dark fr-FR fullscreen")
        expect(page.get_by_role("button", name="Ask")).to_have_count(0)
        with context.expect_page() as opened:
            page.get_by_role("button", name="Click").click()
        opened.value.wait_for_url("https://shop.invalid/handler")
        with context.expect_page() as opened:
            page.get_by_role("button", name="Link").click()
        opened.value.wait_for_url("https://shop.invalid/trigger")
        page.get_by_role("button", name="Wish").click()
        expect(page.locator("#clicks")).to_have_text("Clicks: 2")

        page.goto(f'{origin}/widgets/shops?args={{"city":"Oslo","limit":3}}')
        expect(page.get_by_role("heading")).to_have_text("3 shops in Oslo", timeout=_MILLISECONDS)
        said = {
            'shops?args={"limit":"many"}': "The arguments do not fit: `city` is required",
            "shops?args=[1]": "The address has args that are not a JSON object.",
            "shops?tool=other": "No tool other opens this widget.",
            "counter?args={}": "Counter changes something, so an address does not run it.",
        }
        for address, sentence in said.items():
            page.goto(f"{origin}/widgets/{address}")
            expect(page.get_by_text(sentence)).to_be_visible(timeout=_MILLISECONDS)
        assert failures == []
        browser.close()
