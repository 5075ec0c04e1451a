"""What only the host knows, and what only the host can do.

A host is the chat program that shows a widget. Its facts are Vars, its actions are used like `rx.redirect`, from a
trigger or from an event handler:

    rx.cond(host.theme == "dark", night(), day())
    rx.button("Book", on_click=host.send_message("Book a table for two."))

    @rx.event
    def finish(self):
        return host.send_message(f"Order {self.number} is complete.")

A host that lacks something says so in a Var (`host.can_send_message`); hide what cannot work there. Outside of any
host, in an ordinary browser tab, the Vars have the browser's values.
"""

from __future__ import annotations

import inspect
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from reflex.vars import ArrayVar, BooleanVar, NumberVar, ObjectVar, StringVar

from ._reflex import (
    frontend_event,
    handler_full_name,
    handler_problem,
    host_event,
    host_var,
    is_var,
    page_handler,
)
from .errors import WidgetError

__all__ = [
    "can_call_tools",
    "can_open_link",
    "can_send_message",
    "cancel",
    "display_mode",
    "display_modes",
    "locale",
    "max_height",
    "open_link",
    "platform",
    "reply",
    "request_display_mode",
    "safe_area",
    "send_message",
    "theme",
    "time_zone",
    "touch",
]

SEND_MESSAGE = "_host_send_message"
OPEN_LINK = "_host_open_link"
REQUEST_DISPLAY_MODE = "_host_request_display_mode"
CANCEL = "_host_cancel"
REPLY = "_host_reply"

_HANDLER = inspect.Parameter("handler", inspect.Parameter.KEYWORD_ONLY)

DISPLAY_MODES = ("inline", "fullscreen", "pip")
_LINK_SCHEMES = ("https://", "http://", "mailto:", "tel:")

theme: StringVar = host_var("theme", str)
"""`"light"` or `"dark"`."""

locale: StringVar = host_var("locale", str)
"""The user's language as BCP 47, such as `"fr-FR"`."""

time_zone: StringVar = host_var("timeZone", str)
"""The user's time zone as IANA name, such as `"Europe/Paris"`."""

display_mode: StringVar = host_var("displayMode", str)
"""How the widget is shown now: `"inline"`, `"fullscreen"` or `"pip"`."""

display_modes: ArrayVar[list[str]] = host_var("displayModes", list[str])
"""The display modes that the host can show."""

platform: StringVar = host_var("platform", str)
"""`"web"`, `"desktop"` or `"mobile"`."""

touch: BooleanVar = host_var("touch", bool)
"""Whether the device has a touch screen."""

max_height: NumberVar = host_var("maxHeight", int)
"""The most height that the host gives the widget, in pixels; 0 if it does not say."""

safe_area: ObjectVar[dict[str, int]] = host_var("safeArea", dict[str, int])
"""The pixels to keep free at `top`, `right`, `bottom` and `left`."""

can_send_message: BooleanVar = host_var("canSendMessage", bool)
"""Whether `send_message` works here."""

can_open_link: BooleanVar = host_var("canOpenLink", bool)
"""Whether the host opens links; without it they open as the browser likes."""

can_call_tools: BooleanVar = host_var("canCallTools", bool)
"""Whether event handlers work here; without it the widget is read-only."""


def send_message(text: str | StringVar) -> EventSpec:
    """Send a message into the conversation, as if the user had written it.

    Args:
        text: What the user would write. It should read well, since the user sees it.

    Returns:
        An event for a trigger or to return from a handler.

    Raises:
        WidgetError: If the text is empty.
    """
    if isinstance(text, str) and not text.strip():
        msg = "host.send_message: the text is empty, and hosts refuse an empty message. Write what the user would say."
        raise WidgetError(msg)
    return host_event(SEND_MESSAGE, inspect.signature(send_message), text=text)


def open_link(url: str | StringVar) -> EventSpec:
    """Open a link outside the widget; the host may ask the user first.

    Args:
        url: An absolute URL: https, http, mailto or tel.

    Returns:
        An event for a trigger or to return from a handler.

    Raises:
        WidgetError: If a literal URL is not absolute or has another scheme.
    """
    if isinstance(url, str) and not url.startswith(_LINK_SCHEMES):
        msg = f"host.open_link: {url!r} is not an absolute https, http, mailto or tel URL. Write the whole URL."
        raise WidgetError(msg)
    return host_event(OPEN_LINK, inspect.signature(open_link), url=url)


def request_display_mode(mode: str | StringVar) -> EventSpec:
    """Ask the host to show the widget in another way; `host.display_mode` tells what was granted.

    Args:
        mode: `"inline"`, `"fullscreen"` or `"pip"`.

    Returns:
        An event for a trigger or to return from a handler.

    Raises:
        WidgetError: If a literal mode is none of the three.
    """
    if isinstance(mode, str) and mode not in DISPLAY_MODES:
        known = ", ".join(f'"{each}"' for each in DISPLAY_MODES)
        msg = f"host.request_display_mode: {mode!r} is not a display mode. Write one of {known}."
        raise WidgetError(msg)
    return host_event(REQUEST_DISPLAY_MODE, inspect.signature(request_display_mode), mode=mode)


def cancel(handler: Any) -> EventSpec:
    """Cancel what runs of an event handler in this widget.

    The handler's `await` raises `asyncio.CancelledError`; what it has stored stays.

    Args:
        handler: The event handler, such as `Search.run`.

    Returns:
        An event for a trigger or to return from a handler.

    Raises:
        WidgetError: If it is not an event handler of a State.
    """
    problem = handler_problem(handler)
    if problem is not None:
        msg = f"host.cancel: the argument is {problem}"
        raise WidgetError(msg)
    return host_event(CANCEL, inspect.Signature([_HANDLER]), handler=handler_full_name(handler))


def reply(text: str) -> EventSpec:
    """Give the text that the model reads as the result of this call.

    Return it from the handler that opens a widget, or from a `@tool` function; elsewhere it does nothing.

    Args:
        text: The text; Markdown reads well.

    Returns:
        An event to return from the handler.

    Raises:
        WidgetError: If it is not a plain str, or is empty.
    """
    if is_var(text) or not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"host.reply: {text!r} is not a str. It runs on the server; inside a handler use the State's values."
        raise WidgetError(msg)
    if not text.strip():
        msg = "host.reply: the text is empty, so the model would read nothing. Leave it out or write a sentence."
        raise WidgetError(msg)
    return host_event(REPLY, inspect.signature(reply), text=text)


def reply_text(event: Any) -> str | None:
    """Return the text of a `reply`, whether it is still an `EventSpec` or already an event; None for anything else."""
    name, payload = frontend_event(event)
    return str(payload.get("text", "")) if name == REPLY else None


# Ordinary pages have no widget's runtime, which would take the events: so they come to Reflex's backend ---------------


def _open_tab(self: Any, url: str) -> EventSpec:  # noqa: ARG001
    return rx.redirect(url, is_external=True)


def _do_nothing(name: str, argument: str) -> None:
    """Have an event of which nothing is to be done taken in silence."""

    def run(self: Any, **_: Any) -> None:
        """Do nothing."""

    parameters = [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in ("self", argument)]
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    page_handler(name, run)


page_handler(OPEN_LINK, _open_tab)
for _name, _argument in (
    (SEND_MESSAGE, "text"),
    (REQUEST_DISPLAY_MODE, "mode"),
    (CANCEL, "handler"),
    (REPLY, "text"),
):
    _do_nothing(_name, _argument)
