"""What Reflex emits for its own browser events, as actions."""

from __future__ import annotations

import json
from typing import Any

import pytest
import reflex as rx
from reflex.experimental import ClientStateVar
from reflex_base.event import Event
from reflex_base.utils import format as reflex_format

from mcp_bridge.actions import handlers_in, translate
from tests.registries import separate_registry


def emitted(spec: Any) -> dict[str, Any]:
    """Return an event as Reflex emits it."""
    event = Event.from_event_type(spec)[0]
    return {"name": event.name, "payload": json.loads(reflex_format.json_dumps(event.payload))}


TEXT = 'It\'s "q" `b` ${x} \\ é\n(()=>{})'
CLIENT = ClientStateVar.create("actions_text", default="")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (rx.toast(TEXT), ("_action_toast", {"level": None, "message": TEXT, "props": {}})),
        (
            rx.toast.error("No", description="d", duration=3000, close_button=True, style={"color": "red"}),
            (
                "_action_toast",
                {
                    "level": "error",
                    "message": "No",
                    "props": {"description": "d", "duration": 3000, "closeButton": True, "style": {"color": "red"}},
                },
            ),
        ),
        (rx.toast(title="T"), ("_action_toast", {"level": None, "message": "", "props": {"title": "T"}})),
        (
            rx.toast("Hi", fallback_to_alert=True),
            ("_action_toast", {"level": None, "message": "Hi", "props": {}}),
        ),
        (rx.toast.dismiss("a"), ("_action_toast_dismiss", {"id": "a"})),
        (rx.toast.dismiss(), ("_action_toast_dismiss", {})),
        (rx.set_clipboard(TEXT), ("_action_clipboard", {"text": TEXT})),
        (rx.console_log("x"), ("_action_log", {"message": "x"})),
        (rx.window_alert("x"), ("_action_alert", {"message": "x"})),
        (rx.scroll_to("a", align_to_top=False), ("_action_scroll", {"id": "a", "alignToTop": False})),
        (
            rx.download(data="abc", filename="a.txt"),
            ("_action_download", {"url": "data:text/plain;base64,YWJj", "filename": "a.txt"}),
        ),
        (CLIENT.push([1, "a"]), ("_action_client_state", {"ref": "_client_state_setActions_text", "value": [1, "a"]})),
        (rx.set_focus("a"), ("_set_focus", {"ref": "ref_a"})),
        (rx.clear_local_storage(), ("_clear_local_storage", {})),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_an_event_of_reflex_becomes_an_action(spec: Any, expected: tuple[str, dict[str, Any]]) -> None:
    """reflex-seam: what Reflex 0.10.1 writes for its own events, as JSON and without `eval`."""
    assert translate(emitted(spec)) == {"name": expected[0], "payload": expected[1]}


def test_a_button_of_a_toast_names_its_handler() -> None:
    """bridge: the widget may send the events that the server offered it."""
    with separate_registry():

        class Toasting(rx.State):
            @rx.event
            def undo(self, what: str) -> None:
                """Undo."""

        toast = rx.toast("Hi", action={"label": "Undo", "on_click": Toasting.undo("x")}, on_dismiss=rx.console_log("d"))
        name = f"{Toasting.get_full_name()}.undo"
        retrieve = CLIENT.retrieve(Toasting.undo)
        translated = translate(emitted(toast))
        fetched = translate(emitted(retrieve))

    assert translated == {
        "name": "_action_toast",
        "payload": {
            "level": None,
            "message": "Hi",
            "props": {
                "action": {"label": "Undo", "events": [{"name": name, "payload": {"what": "x"}}]},
                "onDismiss": {"events": [{"name": "_action_log", "payload": {"message": "d"}}]},
            },
        },
    }
    assert translated is not None
    assert handlers_in(translated) == {name}
    assert fetched == {
        "name": "_action_client_state_get",
        "payload": {
            "ref": "_client_state_actions_text",
            "events": [{"name": name, "payload": {}}],
            "takes": [["what"]],
        },
    }
    assert fetched is not None
    assert handlers_in(fetched) == {name}


def test_nothing_to_do_is_nothing_to_send() -> None:
    """bridge: `rx.noop`."""
    assert translate({"name": "_call_function", "payload": {"function": "(() => null)", "callback": None}}) is None


@pytest.mark.parametrize(
    ("name", "key", "text"),
    [
        ("_call_script", "javascript_code", "alert(1)"),
        ("_call_function", "function", "() => 3 + 3"),
        ("_call_function", "function", "(() => (fetch('/x')))"),
        ("_call_function", "function", "(() => (refs['__toast'](refs.secret)))"),
        ("_call_function", "function", "(() => (refs['__toast']('a'b')))"),
        ("_call_function", "function", "(" * 500),
        ("_call_function", "function", ""),
        ("_call_function", "function", "(() => "),
    ],
)
def test_any_other_script_is_an_error_in_words(name: str, key: str, text: str) -> None:
    """bridge: what no host lets a widget run is said, not tried."""
    translated = translate({"name": name, "payload": {key: text, "callback": None}})
    assert translated is not None
    assert translated["name"] == "_bridge_error"
    assert "which no host lets a widget run" in translated["payload"]["message"]
    assert len(translated["payload"]["message"]) < 300


def test_a_callback_of_a_script_is_refused() -> None:
    """bridge: a value that only a script could give reaches no handler."""
    payload = {
        "function": '(() => (console?.["log"]("x")))',
        "callback": '(_result) => {addEvents([ReflexEvent("a.b", {x:_result})])}',
    }
    translated = translate({"name": "_call_function", "payload": payload})
    assert translated is not None
    assert translated["name"] == "_bridge_error"
