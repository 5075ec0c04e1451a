"""The vars that a model may see, and nothing else; and what a tool without UI returns.

`structured_content=[Shop.items]` names them. Their Python types become the tool's `outputSchema`, and their values
are written by the same Pydantic types, so that a result matches its schema by construction (a client of the official
Python SDK refuses a result that does not).
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, TypeAdapter, create_model
from pydantic.errors import PydanticSchemaGenerationError
from pydantic_core import PydanticSerializationError

from . import _reflex
from .arguments import without_titles
from .errors import WidgetError

logger = logging.getLogger(__name__)

MODEL_BYTES = 16 * 1024
"""What a model is told of a widget at a time; more costs tokens and is cut."""


@dataclass(frozen=True)
class VisibleVar:
    """One declared var.

    Attributes:
        key: Its name in `structuredContent`.
        state: The full name of the State that holds it.
        name: The attribute of that State.
        type: Its Python type.
    """

    key: str
    state: str
    name: str
    type: Any

    @cached_property
    def adapter(self) -> TypeAdapter[Any] | None:
        """The Pydantic type that writes the value, or None where Pydantic has none."""
        try:
            return TypeAdapter(self.type, config=None)
        except (PydanticUserError, PydanticSchemaGenerationError, TypeError):
            return None

    def dump(self, value: Any) -> Any:
        """Return the value as JSON data in the shape that the output schema promises."""
        value = _reflex.plain(value)
        if self.adapter is not None:
            try:
                return self.adapter.dump_python(value, mode="json", warnings="error")
            except (PydanticSerializationError, ValueError):
                logger.warning(
                    "Var `%s` of `%s` holds a value that is not of its type %r, so it may break the tool's output "
                    "schema. Correct the type of the var or the value.",
                    self.name,
                    self.state,
                    self.type,
                )
        return _reflex.jsonable(value)


def visible_vars(declared: Iterable[Any] | Mapping[str, Any], owner: str) -> tuple[VisibleVar, ...]:
    """Resolve what an author declared as `structured_content`.

    Args:
        declared: Vars of States, or a mapping from the key in `structuredContent` to the Var.
        owner: Whose mistake it is when something cannot be declared.

    Raises:
        WidgetError: If a value is not a plain var of a State, is a backend var, or shares its key with another.
    """
    if isinstance(declared, str) or not isinstance(declared, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"{owner}: structured_content is {declared!r}, not a list of vars. Write structured_content=[State.var]."
        raise WidgetError(msg)
    pairs: list[tuple[str | None, Any]] = [(None, var) for var in declared]
    if isinstance(declared, Mapping):
        pairs = list(cast("Mapping[str, Any]", declared).items())
    found: dict[str, VisibleVar] = {}
    for index, (key, var) in enumerate(pairs):
        where = f"structured_content[{key!r}]" if key is not None else f"structured_content[{index}]"
        visible = visible_var(var, key, owner, where)
        if visible.key in found:
            msg = (
                f"{owner}: {where} has the key {visible.key!r}, which another declared var has already. Give both keys "
                'of their own: structured_content={"first": State.var, "second": Other.var}.'
            )
            raise WidgetError(msg)
        found[visible.key] = visible
    return tuple(found.values())


def visible_var(var: Any, key: str | None, owner: str, where: str) -> VisibleVar:
    """Resolve one declared Var to the State and the attribute that it reads.

    Raises:
        WidgetError: If it is not a plain var of a State, or is a backend var.
    """
    if (backend := _reflex.backend_var_name(var)) is not None:
        msg = (
            f"{owner}: {where} is the backend var `{backend}`, and a var whose name begins with `_` never leaves the "
            "server. Declare a computed var (`@rx.var`) that returns what the model may see."
        )
        raise WidgetError(msg)
    source = _reflex.var_source(var)
    if source is None:
        what = "an expression" if _reflex.is_var(var) else f"{var!r} ({type(var).__name__})"
        msg = (
            f"{owner}: {where} is {what}, not a var of a State. Name the var itself, for example `State.items`; for a "
            "derived value write a computed var (`@rx.var`)."
        )
        raise WidgetError(msg)
    return VisibleVar(key=key or source.name, state=source.state, name=source.name, type=source.type)


def output_schema(declared: tuple[VisibleVar, ...]) -> dict[str, Any] | None:
    """Return the JSON Schema of `structuredContent`; its root is an object, as hosts demand.

    Returns:
        None if nothing is declared.
    """
    if not declared:
        return None
    fields: dict[str, Any] = {}
    for index, var in enumerate(declared):
        fields[f"var_{index}"] = (var.type if var.adapter is not None else Any, Field(alias=var.key))
    model: type[BaseModel] = create_model("Output", __config__=ConfigDict(arbitrary_types_allowed=False), **fields)
    schema = without_titles(model.model_json_schema(mode="serialization", by_alias=True))
    schema.pop("additionalProperties", None)
    return schema


def return_schema(function: Callable[..., Any]) -> dict[str, Any] | None:
    """Return the JSON Schema of what a tool function's return annotation promises as `structuredContent`.

    A Pydantic model, a dataclass or a dict gives one, also as the second part of `tuple[str, Model]`. A str, no
    annotation, or a union gives none, since a root that is not one object breaks some hosts.
    """
    annotation: Any = get_type_hints(function, include_extras=True).get("return")
    if get_origin(annotation) is tuple:
        parts = get_args(annotation)
        annotation = parts[1] if len(parts) == 2 and parts[0] is str else None
    if not _is_record(annotation) and get_origin(annotation) is not dict:
        return None
    schema = TypeAdapter(annotation).json_schema(mode="serialization", by_alias=True)
    return without_titles(schema) if schema.get("type") == "object" else None


def _is_record(annotation: Any) -> bool:
    """Whether a type is a Pydantic model or a dataclass."""
    return isinstance(annotation, type) and (
        issubclass(annotation, BaseModel) or dataclasses.is_dataclass(cast("Any", annotation))
    )
