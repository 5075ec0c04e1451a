"""The page `/widgets/<name>` of the ordinary Reflex app opens its widget by the address: no host calls a tool there.

    /widgets/flights?args={"origin":"JFK","destination":"SFO","date":"2013-07-02"}

The page's `on_load` has one event more, which goes to the browser and back, and runs the handler of the tool. A widget
is not sent it (actions.py).
"""

from __future__ import annotations

import json
from typing import Any, cast

from . import _reflex
from .actions import OPEN_PAGE
from .errors import ToolError
from .widgets import registry


def open_page(self: Any) -> Any:
    """Return the event that opens the widget of the address, or a sentence for the person."""
    url = self.router.url
    widget = registry().widgets.get(url.path.rstrip("/").rpartition("/")[2])
    query = url.query_parameters
    if widget is None or not ("args" in query or "tool" in query):
        return None
    tool = next((each for each in widget.tools if each.name == query.get("tool", each.name)), None)
    if tool is None:
        return _reflex.alert(f"No tool {query['tool']} opens this widget.")
    # An address can come from anywhere, so by itself it may only look.
    if not tool.read_only:
        return _reflex.alert(f"{tool.title} changes something, so an address does not run it.")
    arguments = _arguments(query.get("args", "{}"))
    if arguments is None:
        return _reflex.alert('The address has args that are not a JSON object. Write them as {"name": "value"}.')
    try:
        tool.arguments.validate(arguments)
    except ToolError as error:
        return _reflex.alert(str(error))
    return _reflex.event_of(tool.handler, arguments)


OPEN = _reflex.page_handler(OPEN_PAGE, open_page)
"""For the `on_load` of a widget's page."""


def _arguments(text: str) -> dict[str, Any] | None:
    """Return the arguments in an address, None if they are none."""
    try:
        given = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", given) if isinstance(given, dict) else None
