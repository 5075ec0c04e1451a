"""Private Reflex names around what an author declares, each with the version it was checked on: 0.10.1.

`_reflex_run.py` has those that run with the server, `_reflex_compile.py` those of the export; nothing else in this
package imports Reflex internals. When Reflex moves, the tests marked `reflex-seam:` fail, and these are the files to
mend.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import dataclasses
import inspect
import io
import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import docstring_parser
import reflex as rx
from reflex_base.constants import Env
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.environment import environment
from reflex_base.event import Event, EventHandler, EventSpec, resolve_upload_handler_param, server_side
from reflex_base.registry import RegistrationContext
from reflex_base.utils import format as reflex_format
from reflex_base.utils.exceptions import UploadTypeError, UploadValueError
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import Var, VarData
from reflex_base.vars.base import Field
from reflex_components_core.core._upload import _sanitize_upload_filename  # pyright: ignore[reportMissingTypeStubs]
from starlette.datastructures import Headers

logger = logging.getLogger(__name__)

State = rx.State
HOST_CONTEXT_MODULE = "$/mcp_bridge/js/host-vars"

EmitDelta = Callable[[str, Mapping[str, Mapping[str, Any]]], None]
EmitEvents = Callable[[str, list[dict[str, Any]]], None]
OnError = Callable[[str, str, Exception], None]


# What an author declares ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class VarSource:
    """Where a plain var comes from."""

    state: str
    name: str
    type: Any


def is_var(value: Any) -> bool:
    """Whether a value is a Reflex Var."""
    return isinstance(value, Var)


def var_source(value: Any) -> VarSource | None:
    """Return the State and attribute that a Var reads, or None if it is no plain var of a State."""
    if not isinstance(value, Var):
        return None
    data = value._get_all_var_data()  # 0.10.1
    if data is None or not data.field_name or not data.state:
        return None
    state_class = RegistrationContext.ensure_context().base_states.get(data.state)
    if state_class is None or str(getattr(state_class, data.field_name, "")) != str(value):
        return None
    return VarSource(state=data.state, name=data.field_name, type=value._var_type)


def backend_var_name(value: Any) -> str | None:
    """Return the name of a backend var given in place of a Var, else None."""
    if isinstance(value, Field) and value._backend:  # 0.10.1
        return value._name
    return None


def host_var(name: str, var_type: Any) -> Any:
    """Return a Var that reads one key of the host's context in the browser."""
    data = VarData(
        imports={HOST_CONTEXT_MODULE: [ImportVar(tag="useHostContext", install=False)]},
        hooks={"const hostContext = useHostContext()": None},
    )
    return Var(_js_expr=f"hostContext.{name}", _var_type=var_type, _var_data=data).guess_type()


def host_event(name: str, signature: inspect.Signature, **payload: Any) -> EventSpec:
    """Return an event that the browser handles, for a trigger or to return from a handler."""
    return server_side(name, signature, **payload)  # 0.10.1


def handler_problem(value: Any) -> str | None:
    """Return what is wrong with a value given as an event handler, ready to follow "is"; None if nothing is."""
    if isinstance(value, EventSpec):
        label = handler_label(value.handler)
        return f"a call of `{label}`, but the call's arguments come from the model. Name the handler: `{label}`."
    if not isinstance(value, EventHandler):
        kind = "a function" if inspect.isfunction(value) else f"{value!r} ({type(value).__name__})"
        return f"{kind}, not an event handler. Name a method of a State, for example `Shop.search`."
    if value.state is None:
        return f"{value!r}, an event handler without a State. Name a method of a State, for example `Shop.search`."
    return None


def load_problem(value: Any) -> str | None:
    """Return what is wrong with a value given as an event of `on_load`, ready to follow "is"; None if nothing is."""
    if not isinstance(value, (EventHandler, EventSpec)):
        kind = "a function" if inspect.isfunction(value) else f"{value!r} ({type(value).__name__})"
        return f"{kind}, not an event. Name a method of a State, for example `Shop.load`."
    handler = value if isinstance(value, EventHandler) else value.handler
    bound = {str(name) for name, _ in value.args} if isinstance(value, EventSpec) else set[str]()
    if handler.state is not None:
        for name, parameter in list(handler.get_parameters().items())[1:]:
            if parameter.default is parameter.empty and parameter.kind < parameter.VAR_POSITIONAL and name not in bound:
                label = handler_label(handler)
                return (
                    f"`{label}`, which takes `{name}`, but a page brings no argument. Bind it: `{label}({name}=...)`."
                )
    return None


def handler_name(value: Any) -> str:
    """Return the bare name of an event handler."""
    return getattr(getattr(value, "fn", None), "__name__", "")


def handler_label(handler: EventHandler) -> str:
    """Return an event handler as its author writes it: "Pizza.search"."""
    state = handler.state.__name__ if handler.state is not None else ""
    return f"{state}.{handler_name(handler)}"


def events_of(given: Sequence[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return name and JSON payload of events as an author writes them: handlers, with or without arguments."""
    return [(event.name, jsonable(event.payload)) for event in Event.from_event_type(list(given))]


def state_label(full_name: str) -> str:
    """Return the class name of a State."""
    state = RegistrationContext.ensure_context().base_states.get(full_name)
    return state.__name__ if state is not None else full_name


def var_name(key: str) -> str:
    """Return a var's name in Python from its name in an update."""
    return key.removesuffix(FIELD_MARKER)  # 0.10.1


def handler_full_name(handler: EventHandler) -> str:
    """Return the name of an event handler on the wire."""
    return reflex_format.format_event_handler(handler)


def is_background(handler: EventHandler) -> bool:
    """Whether a handler is declared with `background=True`."""
    return handler.is_background


def summary_of(docstring: str) -> str:
    """Return the prose of a docstring, without its sections of parameters, returns and errors."""
    parsed = docstring_parser.parse(inspect.cleandoc(docstring))
    parts = [part.strip() for part in (parsed.short_description, parsed.long_description) if part and part.strip()]
    return "\n\n".join(parts)


def upload_parameter(event: str) -> str | None:
    """Return the parameter of an event's handler that takes the files of an `rx.upload`, None if there is none."""
    registered = RegistrationContext.get().event_handlers.get(event)
    try:
        return resolve_upload_handler_param(registered.handler)[0] if registered is not None else None  # 0.10.1
    except (UploadTypeError, UploadValueError):
        return None


def upload_file(name: str, media_type: str, data: bytes) -> rx.UploadFile:
    """Return a file as the handler of an `rx.upload` takes it; its name leads nowhere outside of a folder."""
    headers = Headers({"content-type": media_type or "application/octet-stream"})
    path = Path(_sanitize_upload_filename(name))  # 0.10.1
    return rx.UploadFile(file=io.BytesIO(data), path=path, size=len(data), headers=headers)


# Values -----------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Return a value without Reflex's change-tracking proxy."""
    return getattr(value, "__wrapped__", value)


def jsonable(value: Any) -> Any:
    """Return a value as JSON data, written by Reflex's own serializers; NaN and infinities become None."""
    return _finite(json.loads(reflex_format.json_dumps(value)))


def _finite(value: Any) -> Any:
    """Replace numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_finite(item) for item in cast("list[Any]", value)]
    return value


def frontend_event(event: Any) -> tuple[str, dict[str, Any]]:
    """Return name and payload of an `Event` or an `EventSpec`; ("", {}) for anything else."""
    if isinstance(event, EventSpec):
        event = Event.from_event_type(event)[0]
    if isinstance(event, Event):
        return event.name, dict(event.payload)
    return "", {}


# Settings ------------------------------------------------------------------------------------------------------


def token_lifetime() -> float:
    """Return how long Reflex keeps the state of an idle session, in seconds."""
    return float(rx.config.get_config().redis_token_expiration)


def is_production() -> bool:
    """Whether Reflex was told to run in production, by `REFLEX_ENV_MODE=prod`."""
    return environment.REFLEX_ENV_MODE.get() == Env.PROD  # 0.10.1


def app_name() -> str:
    """Return the app's name from `rxconfig.py`."""
    return rx.config.get_config().app_name


def configured_output() -> str | None:
    """Return the output folder that `WidgetsPlugin(output=...)` names in `rxconfig.py`, or None."""
    for plugin in rx.config.get_config().plugins:
        if type(plugin).__name__ == "WidgetsPlugin":
            return cast("str | None", getattr(plugin, "output", None))
    return None
