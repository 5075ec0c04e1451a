"""Reflex sends `rx.toast` and its like as JavaScript text for `eval`, which a host's policy forbids a widget.

The text is always one call with literal arguments, so it can be read and sent as a named action with JSON in it:

    translate({"name": "_call_function", "payload": {"function": "(() => (refs['__toast']('Hi')))", ...}})
    {"name": "_action_toast", "payload": {"level": None, "message": "Hi", "props": {}}}

`js/actions.js` performs the actions. Text that is none of these calls is answered with an error in words.
"""

from __future__ import annotations

from typing import Any, cast

from ._script import Call, Cond, Events, Member, Name, Node, Parameter, ScriptError, read

_SCRIPTS = {"_call_function": "function", "_call_script": "javascript_code"}
"""Reflex's events with JavaScript in them, and the key of the text (0.10.1, `applyEvent` in utils/state.js)."""

OPEN_PAGE = "_bridge_open_page"
"""What the `on_load` of a widget's page has for an ordinary page of the app (app_pages.py)."""

_TOAST_CALLBACKS = {"onDismiss", "onAutoClose"}
_CLIENT_STATE = "_client_state_"


def translate(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a widget is sent in place of an event that Reflex would let it `eval`.

    Args:
        event: A frontend event as Reflex emits it, `{"name", "payload"}`.

    Returns:
        An event `_action_…` with JSON in its payload; `_bridge_error` with a sentence for a script that cannot run in
        a widget; None where there is nothing to do. Any other event is returned as it is.
    """
    name = event["name"]
    payload: dict[str, Any] = event.get("payload") or {}
    if name == OPEN_PAGE:
        return None
    if name == "_download":
        return {"name": "_action_download", "payload": payload}
    key = _SCRIPTS.get(name)
    if key is None:
        return event
    text = str(payload.get(key))
    try:
        return _action(text if name == "_call_script" else read(text), payload.get("callback"))
    except ScriptError:
        return {"name": "_bridge_error", "payload": {"message": _refusal(text)}}


def handlers_in(event: dict[str, Any]) -> set[str]:
    """Return the event handlers that a translated event may send back, such as the `on_click` of a toast's button."""
    found: set[str] = set()
    stack: list[Any] = [event.get("payload")]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            entry = cast("dict[str, Any]", value)
            found |= {str(each["name"]) for each in entry.get("events", ()) if _is_event(each)}
            stack.extend(entry.values())
        elif isinstance(value, list):
            stack.extend(cast("list[Any]", value))
    return {name for name in found if not name.startswith("_")}


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value


def _refusal(text: str) -> str:
    """Return the sentence for a script that is none of those known."""
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return (
        f"An event handler sent the script `{shown}`, which no host lets a widget run. Use it as a trigger in the "
        "component, where the export compiles it, or set a var."
    )


def _action(node: Node, callback: Any) -> dict[str, Any] | None:
    """Return the action that a call stands for."""
    name, payload = _named(node)
    if callback:
        events = read(str(callback))
        if name != "_action_client_state_get" or not isinstance(events, Events):
            raise ScriptError
        payload = {**payload, **_events(events)}
    elif name == "_action_client_state_get":
        raise ScriptError
    return {"name": name, "payload": payload} if name else None


def _named(node: Node) -> tuple[str, dict[str, Any]]:
    """Return name and payload of an action; no name if there is nothing to do."""
    match node:
        case None:
            return "", {}
        # `fallback_to_alert`: a widget always has the provider.
        case Cond(test=Call(function=Name("isTrue")), then=then):
            return _named(then)
        case Call(function=Member(Name("refs"), "__toast"), args=args):
            return "_action_toast", _toast(None, args)
        case Call(function=Member(Member(Name("refs"), "__toast"), "dismiss"), args=args):
            return "_action_toast_dismiss", {"id": _text(args[0])} if args else {}
        case Call(function=Member(Member(Name("refs"), "__toast"), level), args=args):
            return "_action_toast", _toast(level, args)
        case Call(function=Member(Member(Name("navigator"), "clipboard"), "writeText"), args=(text,)):
            return "_action_clipboard", {"text": _plain(text)}
        case Call(function=Member(Name("console"), "log"), args=(text,)):
            return "_action_log", {"message": _plain(text)}
        case Call(function=Member(Name("window"), "alert"), args=(text,)):
            return "_action_alert", {"message": _plain(text)}
        case Call(
            function=Member(
                Call(function=Member(Name("document"), "getElementById"), args=(target,)), "scrollIntoView"
            ),
            args=args,
        ):
            return "_action_scroll", {"id": _text(target), "alignToTop": _plain(args[0]) if args else True}
        case Call(function=Member(Name("refs"), ref), args=(value,)) if ref.startswith(_CLIENT_STATE):
            return "_action_client_state", {"ref": ref, "value": _plain(value)}
        case Member(Name("refs"), ref) if ref.startswith(_CLIENT_STATE):
            return "_action_client_state_get", {"ref": ref}
        case _:
            raise ScriptError


def _toast(level: str | None, args: tuple[Node, ...]) -> dict[str, Any]:
    """Return the payload of a toast."""
    message = _text(args[0]) if args else ""
    given = args[1] if len(args) > 1 else {}
    if not isinstance(given, dict):
        raise ScriptError
    props: dict[str, Any] = {}
    for key, value in given.items():
        if key in {"action", "cancel"} and isinstance(value, dict):
            label, click = value.get("label"), value.get("onClick")
            props[key] = {"label": _text(label), **(_events(click) if click is not None else {"events": []})}
        elif key in _TOAST_CALLBACKS:
            props[key] = _events(value)
        else:
            props[key] = _plain(value)
    return {"level": level, "message": message, "props": props}


def _events(node: Node) -> dict[str, Any]:
    """Return the events of a callback; what they take from the callback's argument is named in `takes`."""
    if not isinstance(node, Events):
        raise ScriptError
    events: list[dict[str, Any]] = []
    takes: list[list[str]] = []
    for name, payload in node.events:
        events.append(_event(name, payload))
        takes.append([key for key, value in payload.items() if isinstance(value, Parameter)])
    return {"events": events, **({"takes": takes} if any(takes) else {})}


def _event(name: str, payload: dict[str, Node]) -> dict[str, Any]:
    """Return one event of a callback, itself translated."""
    if name in _SCRIPTS:
        return _action(payload[_SCRIPTS[name]], payload.get("callback")) or {"name": "_action_none", "payload": {}}
    plain = {key: _plain(value) for key, value in payload.items() if not isinstance(value, Parameter)}
    return translate({"name": name, "payload": plain}) or {"name": "_action_none", "payload": {}}


def _plain(node: Node) -> Any:
    """Return a literal as JSON data."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if node is None or isinstance(node, (str, bool, int, float)):
        return node
    raise ScriptError


def _text(node: Node) -> str:
    """Return a literal string."""
    if isinstance(node, str):
        return node
    raise ScriptError
