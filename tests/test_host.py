"""Host Vars and actions."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx
from reflex.vars import Var

from mcp_bridge import host
from mcp_bridge.errors import WidgetError
from tests.demo import Shop, event_name


def test_host_vars_read_one_object_in_the_browser() -> None:
    """bridge: host.theme and the rest are Vars."""
    names = {name for name in host.__all__ if isinstance(getattr(host, name), Var)}
    assert {"theme", "locale", "display_mode", "time_zone", "can_send_message"} <= names
    for name in names:
        assert str(getattr(host, name)).startswith("hostContext.")


def test_host_vars_work_in_conditions() -> None:
    """reflex-seam: a Var with a hook and an import compiles in a component."""
    component = rx.cond(host.theme == "dark", rx.text("night"), rx.text("day"))
    assert "hostContext.theme" in str(component)


def test_actions_are_events_for_triggers_and_handlers() -> None:
    """bridge: used like rx.redirect."""
    button = rx.el.button("Book", on_click=host.send_message("Book it."))
    assert "_host_send_message" in str(button)
    cancel = str(rx.el.button("x", on_click=host.cancel(Shop.add)))
    assert "_host_cancel" in cancel
    assert event_name("add") in cancel
    assert "_host_open_link" in str(rx.el.button("x", on_click=host.open_link("https://example.com")))
    assert "_host_request_display_mode" in str(rx.el.button("x", on_click=host.request_display_mode("fullscreen")))


@pytest.mark.parametrize(
    ("action", "value", "part"),
    [
        (host.send_message, " ", "empty"),
        (host.open_link, "/relative", "'/relative'"),
        (host.open_link, "javascript:alert(1)", "absolute https"),
        (host.request_display_mode, "huge", '"fullscreen"'),
        (host.reply, "", "empty"),
        (host.reply, Var("x"), "not a str"),
        (host.cancel, "add", "not an event handler"),
    ],
)
def test_a_literal_that_no_host_takes_is_refused(action: Any, value: Any, part: str) -> None:
    """bridge: mistakes are found early."""
    with pytest.raises(WidgetError, match=part):
        action(value)


def test_the_text_of_a_reply_is_found_again() -> None:
    """reflex-seam: an EventSpec carries its arguments."""
    assert host.reply_text(host.reply('Say "hi"\nto all')) == 'Say "hi"\nto all'
    assert host.reply_text(host.send_message("x")) is None
    assert host.reply_text("x") is None
