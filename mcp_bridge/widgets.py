"""`@widget` and `@tool`: Python functions become tools of the MCP server.

    @widget(on_call=Pizza.search, structured_content=[Pizza.shops], read_only=True)
    def pizza_shops() -> rx.Component:
        '''Show the pizza shops of a city as cards; the user can book one.'''
        return rx.foreach(Pizza.shops, shop_card)

A host calls the tool, the server runs the event handler with the call's arguments in a fresh State, and the host
shows the component. Every mistake that an author can make here is refused at import, because a host would show no
more than an empty frame.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from . import _reflex
from .arguments import Arguments
from .csp import Csp
from .declarations import (
    EVENT_TOOL,
    POLL_TOOL,
    checked_name,
    checked_version,
    content_of,
    described,
    handlers_of,
    load_events_of,
    refuse_component,
    status,
    title_of,
)
from .errors import WidgetError
from .outputs import VisibleVar, output_schema, return_schema, visible_vars

__all__ = ["EVENT_TOOL", "POLL_TOOL", "Hints", "Registry", "ToolSpec", "Widget", "registry", "tool", "widget"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Hints:
    """What a tool does to the world, as the author declares it (MCP, ToolAnnotations)."""

    read_only: bool = False
    destructive: bool = True
    idempotent: bool = False
    open_world: bool = False


@dataclass(frozen=True)
class ToolSpec:
    """One tool that a model can call.

    Attributes:
        name: The name on the wire, at most 64 characters.
        title: For people.
        description: For the model.
        arguments: The parameters and their schema.
        hints: The annotations.
        handler: The event handler that opens the widget, or the async function of a tool without UI.
        source: Where it was declared, "module:name".
        widget: The widget that the tool opens, or None.
        invoking: Status text while it runs, at most 64 characters.
        invoked: Status text when it is done, at most 64 characters.
        output_schema: JSON Schema of `structuredContent`, or None.
    """

    name: str
    title: str
    description: str
    arguments: Arguments
    hints: Hints
    handler: Any
    source: str
    output_schema: dict[str, Any] | None
    widget: str | None = None
    invoking: str = ""
    invoked: str = ""

    @property
    def read_only(self) -> bool:
        """Whether calling the tool changes nothing."""
        return self.hints.read_only


@dataclass(frozen=True)
class Widget:
    """A component that tools open.

    Attributes:
        name: Its name in URIs and file names.
        title: For people.
        description: For the model.
        component: The function that makes the component.
        tools: The tools that open it.
        on_load: The events that run when it is loaded.
        structured_content: The vars that the model may see.
        content: The var with the text for the model, or None for a text made from `structured_content`.
        csp: The origins that the author declared.
        prefers_border: Whether the host should draw a border; None leaves it to the host.
        live: Whether it shows what happens between its own events, too.
        state_version: The version of its snapshots.
        on_interrupted: What becomes of a background handler that a restart interrupted: "report" or "restart".
        source: Where it was declared, "module:name".
    """

    name: str
    title: str
    description: str
    component: Callable[[], Any]
    tools: tuple[ToolSpec, ...]
    on_load: tuple[Any, ...]
    structured_content: tuple[VisibleVar, ...]
    content: VisibleVar | None
    csp: Csp
    prefers_border: bool | None
    live: bool
    state_version: int
    on_interrupted: Literal["report", "restart"]
    source: str

    @property
    def handlers(self) -> tuple[Any, ...]:
        """The handlers that run without a trigger of the component: those that open it, and what it loads."""
        return (*(tool.handler for tool in self.tools), *self.on_load)


@dataclass
class Registry:
    """The widgets and tools of one app, in the order of their declaration."""

    widgets: dict[str, Widget] = field(default_factory=dict[str, Widget])
    tools: dict[str, ToolSpec] = field(default_factory=dict[str, ToolSpec])

    def add_widget(self, widget: Widget) -> None:
        """Add a widget and its tools; the same declaration again (a hot reload) replaces the earlier one."""
        known = self.widgets.get(widget.name)
        if known is not None and known.source != widget.source:
            msg = (
                f"widget `{widget.name}` is declared twice, in {known.source} and in {widget.source}. Rename one of "
                "the functions, or give it a name: @widget(name=...)."
            )
            raise WidgetError(msg)
        for tool in known.tools if known else ():
            self.tools.pop(tool.name, None)
        for tool in widget.tools:
            self.add_tool(tool)
        self.widgets[widget.name] = widget

    def add_tool(self, tool: ToolSpec) -> None:
        """Add a tool; the same declaration again replaces the earlier one."""
        known = self.tools.get(tool.name)
        if known is not None and known.source != tool.source:
            msg = (
                f"tool `{tool.name}` is declared twice, in {known.source} and in {tool.source}. Rename one; a widget "
                'with several handlers takes on_call={"tool_name": State.handler}.'
            )
            raise WidgetError(msg)
        self.tools[tool.name] = tool

    def clear(self) -> None:
        """Forget everything; for tests that declare widgets."""
        self.widgets.clear()
        self.tools.clear()


_registry = Registry()


def registry() -> Registry:
    """Return the widgets and tools that have been declared by the modules imported so far."""
    return _registry


def widget(
    *,
    on_call: Any,
    on_load: Any = None,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    content: Any = None,
    structured_content: Iterable[Any] | Mapping[str, Any] = (),
    read_only: bool = False,
    destructive: bool | None = None,
    idempotent: bool = False,
    open_world: bool = False,
    invoking: str | None = None,
    invoked: str | None = None,
    csp: Csp | None = None,
    prefers_border: bool | None = None,
    live: bool = False,
    state_version: int = 1,
    on_interrupted: Literal["report", "restart"] = "report",
) -> Callable[[F], F]:
    """Make a tool with a UI from a component function.

    Args:
        on_call: The event handler that a call of the tool runs, such as `Pizza.search`; its typed parameters are
            the tool's input schema. Several handlers make several tools that open this widget: a list names each
            tool after its handler, a mapping gives the names.
        on_load: The event or events that run when the widget is loaded, as for a page of Reflex: after the handler of
            `on_call`, and each time that the conversation is loaded again. The answer to the model does not wait for
            them. What has not ended when the widget is closed is cancelled, and runs again when it is back.
        name: The widget's name, and its tool's; the function's name by default.
        title: The widget's name for people, and its tool's; made from the name by default. Several tools are titled
            after their own names.
        description: What the tool does, for the model; the component function's docstring by default, or the
            handler's where there are several.
        content: A str Var with the text that the model reads. `return host.reply("...")` in the handler overrides
            it for one call. With neither, a text is made from `structured_content`.
        structured_content: The vars that the model may see, as a list or as a mapping from key to Var. All others
            are seen by the widget only.
        read_only: Whether a call changes nothing.
        destructive: Whether a call may destroy something; by default it may, unless it is read-only.
        idempotent: Whether the same call again has no further effect.
        open_world: Whether a call reaches beyond your own systems.
        invoking: Status text while the tool runs, at most 64 characters.
        invoked: Status text when it has run, at most 64 characters.
        csp: The origins that the widget needs.
        prefers_border: Whether the host should draw a border around it; None leaves it to the host.
        live: Whether the widget shows at once what background tasks and shared States change between its own events;
            it then keeps one call waiting for news while it is seen.
        state_version: Raise it when the stored vars change their meaning, and say by `@migrate` what becomes of the
            snapshots that old conversations carry.
        on_interrupted: What becomes of a background handler that a restart of the server interrupted: "report" tells
            the user, who can start it again; "restart" starts it again with the same arguments.

    Returns:
        A decorator that registers the function and returns it unchanged.

    Raises:
        WidgetError: If the declaration cannot work; the text says what to change.
    """

    def register(function: F) -> F:
        widget_name = checked_name(name or getattr(function, "__name__", ""), "widget")
        owner = f"widget `{widget_name}`"
        refuse_component(function, owner)
        source = f"{function.__module__}:{function.__qualname__}"
        hints = _hints(owner, read_only, destructive, idempotent, open_world)
        handlers = handlers_of(on_call, widget_name, owner)
        own_description = description or inspect.getdoc(function) or ""
        declared = visible_vars(structured_content, owner)
        tools: list[ToolSpec] = []
        for tool_name, handler in handlers.items():
            is_only = len(handlers) == 1
            tool_title = (title if is_only else None) or title_of(tool_name)
            text = description or (None if is_only else inspect.getdoc(handler.fn)) or own_description
            tools.append(
                ToolSpec(
                    name=checked_name(tool_name, "tool"),
                    title=tool_title,
                    description=described(text, owner, function.__name__),
                    arguments=Arguments.of(
                        handler.fn, owner=owner, label=_reflex.handler_label(handler), skip_first=True
                    ),
                    hints=hints,
                    handler=handler,
                    source=source,
                    output_schema=output_schema(declared),
                    widget=widget_name,
                    invoking=status(invoking, f"Opening {tool_title}…", owner, "invoking"),
                    invoked=status(invoked, f"{tool_title} is ready", owner, "invoked"),
                )
            )
        _registry.add_widget(
            Widget(
                name=widget_name,
                title=title or title_of(widget_name),
                description=described(own_description, owner, function.__name__),
                component=function,
                tools=tuple(tools),
                on_load=load_events_of(on_load, owner),
                structured_content=declared,
                content=content_of(content, owner),
                csp=csp or Csp(),
                prefers_border=prefers_border,
                live=live,
                state_version=checked_version(state_version, owner),
                on_interrupted=on_interrupted,
                source=source,
            )
        )
        return function

    return register


def tool(
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    read_only: bool = False,
    destructive: bool | None = None,
    idempotent: bool = False,
    open_world: bool = False,
    invoking: str | None = None,
    invoked: str | None = None,
) -> Callable[[F], F]:
    """Make a tool without UI from an async function.

    What it returns is the result: a `str` is the text for the model; a Pydantic model, a dataclass or a dict is
    `structuredContent` with a readable text made from it; a tuple `(text, data)` gives both. The return annotation
    is the output schema.

    Args:
        name: The tool's name; the function's name by default.
        title: The name for people; made from the name by default.
        description: What the tool does, for the model; the docstring by default.
        read_only: Whether a call changes nothing.
        destructive: Whether a call may destroy something; by default it may, unless it is read-only.
        idempotent: Whether the same call again has no further effect.
        open_world: Whether a call reaches beyond your own systems.
        invoking: Status text while the tool runs, at most 64 characters.
        invoked: Status text when it has run, at most 64 characters.

    Returns:
        A decorator that registers the function and returns it unchanged.

    Raises:
        WidgetError: If the function is not async, has a parameter without annotation, or has no description.
    """

    def register(function: F) -> F:
        tool_name = checked_name(name or getattr(function, "__name__", ""), "tool")
        owner = f"tool `{tool_name}`"
        if not inspect.iscoroutinefunction(function):
            msg = f"{owner}: `{tool_name}` is {function!r}, not an async function. Declare it with `async def`."
            raise WidgetError(msg)
        tool_title = title or title_of(tool_name)
        _registry.add_tool(
            ToolSpec(
                name=tool_name,
                title=tool_title,
                description=described(description or inspect.getdoc(function) or "", owner, function.__name__),
                arguments=Arguments.of(function, owner=owner, label=function.__name__),
                hints=_hints(owner, read_only, destructive, idempotent, open_world),
                handler=function,
                source=f"{function.__module__}:{function.__qualname__}",
                output_schema=return_schema(function),
                invoking=status(invoking, f"{tool_title}…", owner, "invoking"),
                invoked=status(invoked, tool_title, owner, "invoked"),
            )
        )
        return function

    return register


def _hints(owner: str, read_only: bool, destructive: bool | None, idempotent: bool, open_world: bool) -> Hints:
    """Return the annotations, refusing a contradiction."""
    if read_only and destructive:
        msg = f"{owner}: read_only=True and destructive=True contradict each other. Drop the one that is not so."
        raise WidgetError(msg)
    return Hints(
        read_only=read_only,
        destructive=not read_only if destructive is None else destructive,
        idempotent=idempotent,
        open_world=open_world,
    )
