"""A function's typed parameters are a tool's input schema.

    arguments = Arguments.of(search, owner="widget `pizza_shops`", label="Pizza.search", skip_first=True)
    arguments.schema                          # JSON Schema for `tools/list`
    arguments.validate({"city": "Rome"})      # {"city": "Rome", "limit": 5}, or ToolError

Pydantic does the work, so models, dataclasses, enums, literals, dates, constraints, optionals, lists and defaults
mean here what they mean there. Descriptions come from `Field(description=...)` or from the docstring.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_type_hints

import docstring_parser
from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError
from pydantic.fields import FieldInfo

from .errors import ToolError, WidgetError

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_VALUE_CHARACTERS = 80


@dataclass(frozen=True)
class Arguments:
    """The parameters of one tool.

    Attributes:
        names: The parameter names, in order.
        schema: JSON Schema of the arguments object; its root is always `type: object`.
        model: The Pydantic model behind it; field `arg_0` has the first parameter's name as its alias.
    """

    names: tuple[str, ...]
    schema: dict[str, Any]
    model: type[BaseModel]

    @classmethod
    def of(cls, function: Callable[..., Any], *, owner: str, label: str, skip_first: bool = False) -> Arguments:
        """Read the parameters of a function.

        Args:
            function: The function whose parameters become the schema.
            owner: Whose mistake it is when they cannot, for the message: "widget `pizza_shops`".
            label: How the author calls the function: "Pizza.search".
            skip_first: Whether the first parameter is `self`.

        Raises:
            WidgetError: If a parameter has no annotation, cannot be described as JSON, or is `*args`, `**kwargs`
                or positional-only.
        """
        parameters = list(inspect.signature(function).parameters.values())[1 if skip_first else 0 :]
        hints = _hints(function, owner, label)
        described = _descriptions(function)
        fields: dict[str, Any] = {}
        for index, parameter in enumerate(parameters):
            _refuse_shape(parameter, owner, label)
            annotation = hints.get(parameter.name, inspect.Parameter.empty)
            if annotation is inspect.Parameter.empty:
                msg = (
                    f"{owner}: parameter `{parameter.name}` of `{label}` has no type annotation, so the tool has no "
                    f"schema for it. Annotate it, for example `{parameter.name}: str`."
                )
                raise WidgetError(msg)
            fields[f"arg_{index}"] = _field(parameter, annotation, described.get(parameter.name))
        model, schema = _model(fields, owner, label)
        return cls(names=tuple(parameter.name for parameter in parameters), schema=schema, model=model)

    def validate(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as Python values by parameter name, defaults filled in.

        Args:
            raw: The `arguments` object of the call. A JSON text where the schema wants an object or a list is
                parsed first, since some models send nested values so.

        Raises:
            ToolError: If a value breaks the schema; the text names every field with its rule.
        """
        try:
            checked = self.model.model_validate({name: self._parsed(name, value) for name, value in raw.items()})
        except ValidationError as error:
            raise ToolError(_explain(error, self.names)) from error
        return {name: getattr(checked, f"arg_{index}") for index, name in enumerate(self.names)}

    def _parsed(self, name: str, value: Any) -> Any:
        """Parse a JSON text given for an object or a list."""
        if not isinstance(value, str) or not _wants_container(self.schema, name):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value


def _hints(function: Callable[..., Any], owner: str, label: str) -> dict[str, Any]:
    """Return the resolved annotations of a function."""
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        msg = (
            f"{owner}: an annotation of `{label}` names `{error.name}`, which its module does not have at run time. "
            "Import it outside `if TYPE_CHECKING:`."
        )
        raise WidgetError(msg) from error


def _descriptions(function: Callable[..., Any]) -> dict[str, str]:
    """Return what the docstring says of each parameter (Google, NumPy or reST style)."""
    parsed = docstring_parser.parse(inspect.getdoc(function) or "")
    return {param.arg_name: " ".join(param.description.split()) for param in parsed.params if param.description}


def _refuse_shape(parameter: inspect.Parameter, owner: str, label: str) -> None:
    """Refuse a parameter that cannot be given by name."""
    if parameter.kind in _VARIADIC or parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        kind = "positional-only" if parameter.kind is inspect.Parameter.POSITIONAL_ONLY else "variadic"
        msg = (
            f"{owner}: parameter `{parameter.name}` of `{label}` is {kind}, but a model gives every argument by its "
            "name. Make it an ordinary parameter with a type."
        )
        raise WidgetError(msg)


def _field(parameter: inspect.Parameter, annotation: Any, description: str | None) -> tuple[Any, FieldInfo]:
    """Return the model field of one parameter, under its own name as the alias."""
    default = parameter.default
    field = Field(alias=parameter.name) if default is parameter.empty else Field(default, alias=parameter.name)
    if isinstance(default, FieldInfo):
        annotation, field = Annotated[annotation, default], Field(alias=parameter.name)
    if description is not None and not _describes(annotation):
        annotation = Annotated[annotation, Field(description=description)]
    return annotation, field


def _describes(annotation: Any) -> bool:
    """Whether an annotation already carries a description."""
    extras = getattr(annotation, "__metadata__", ())
    return any(isinstance(extra, FieldInfo) and extra.description for extra in extras)


def _model(fields: dict[str, Any], owner: str, label: str) -> tuple[type[BaseModel], dict[str, Any]]:
    """Build the model and its JSON Schema."""
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=False)
    try:
        model = create_model("Arguments", __config__=config, **fields)
        schema = model.model_json_schema(by_alias=True)
    except (PydanticUserError, PydanticSchemaGenerationError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        msg = (
            f"{owner}: the parameters of `{label}` cannot be described as JSON: {reason} "
            "Use types that JSON can carry: str, int, float, bool, date, enums, lists, dataclasses, Pydantic models."
        )
        raise WidgetError(msg) from error
    return model, without_titles(schema)


def without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema without the titles that Pydantic derives from names; they cost tokens and say nothing."""

    def clean(node: Any, *, is_properties: bool = False) -> Any:
        if isinstance(node, list):
            return [clean(item) for item in cast("list[Any]", node)]
        if not isinstance(node, dict):
            return node
        items = cast("dict[str, Any]", node).items()
        return {
            key: clean(value, is_properties=key in ("properties", "$defs") and not is_properties)
            for key, value in items
            if is_properties or key != "title" or not isinstance(value, str)
        }

    cleaned: dict[str, Any] = clean(schema)
    cleaned.setdefault("properties", {})
    return cleaned


def _wants_container(schema: dict[str, Any], name: str) -> bool:
    """Whether the schema of a parameter is an object or a list and nothing that a plain text could be."""
    node = schema["properties"].get(name, {})
    options = node.get("anyOf", [node])
    types = {option.get("type", "object" if "$ref" in option else None) for option in options}
    return bool(types & {"object", "array"}) and "string" not in types


def _explain(error: ValidationError, names: tuple[str, ...]) -> str:
    """Return one sentence that a model can act on."""
    problems: list[str] = []
    for detail in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in detail["loc"]) or "arguments"
        if detail["type"] == "extra_forbidden":
            known = ", ".join(f"`{name}`" for name in names) or "none"
            problems.append(f"`{where}` is not a parameter of this tool (it has {known})")
        elif detail["type"] == "missing":
            problems.append(f"`{where}` is required")
        else:
            value = repr(detail["input"])
            shown = value if len(value) <= _VALUE_CHARACTERS else value[:_VALUE_CHARACTERS] + "…"
            problems.append(f"`{where}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}, but it is {shown}")
    return "The arguments do not fit: " + "; ".join(problems) + "."
