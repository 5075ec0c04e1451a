"""`@widget` and `@tool`: what they register, and what they refuse at import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx

from mcp_bridge import Csp, tool, widget
from mcp_bridge.errors import WidgetError
from mcp_bridge.widgets import Hints, Registry
from tests.registries import separate_registry


class Cart(rx.State):
    """A State of these tests."""

    lines: list[str] = []
    total: float = 0.0
    _cost: float = 0.0

    @rx.var
    def summary(self) -> str:
        """Sum up."""
        return f"{len(self.lines)} lines"

    @rx.event
    def load(self, owner: str) -> None:
        """Load the cart of somebody."""

    @rx.event
    def load_shared(self, link: str) -> None:
        """Load a shared cart.

        Args:
            link: The link.
        """

    @rx.event
    def untyped(self, owner) -> None:  # noqa: ANN001
        """Lack an annotation."""


def cart() -> rx.Component:
    """Show the cart.

    Args:
        nothing: at all.
    """
    return rx.text(Cart.total)


def declared(function: Callable[..., Any] = cart, **options: Any) -> Registry:
    """Declare a widget in a registry of its own."""
    with separate_registry() as registry:
        widget(**{"on_call": Cart.load, **options})(function)
    return registry


def test_a_widget_is_registered_with_its_tool() -> None:
    """bridge: the authoring surface."""
    registry = declared(structured_content=[Cart.lines, Cart.total], content=Cart.summary, read_only=True)
    spec = registry.widgets["cart"]
    assert (spec.name, spec.title) == ("cart", "Cart")
    assert spec.description.startswith("Show the cart.")
    assert [var.key for var in spec.structured_content] == ["lines", "total"]
    assert spec.content is not None
    assert spec.content.name == "summary"
    call = registry.tools["cart"]
    assert call.widget == "cart"
    assert call.arguments.names == ("owner",)
    assert call.hints == Hints(read_only=True, destructive=False)
    assert call.output_schema == {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": {"type": "string"}}, "total": {"type": "number"}},
        "required": ["lines", "total"],
    }
    assert (call.invoking, call.invoked) == ("Opening Cart…", "Cart is ready")


def test_the_component_function_is_returned_unchanged() -> None:
    """bridge: a widget is still a component of ordinary pages."""
    with separate_registry():
        assert widget(on_call=Cart.load)(cart) is cart


def test_several_handlers_open_one_widget() -> None:
    """bridge: several handlers for one widget."""
    listed = declared(on_call=[Cart.load, Cart.load_shared])
    assert list(listed.tools) == ["load", "load_shared"]
    assert listed.tools["load_shared"].description == "Load a shared cart."
    assert [each.title for each in listed.tools.values()] == ["Load", "Load shared"]
    told = declared(on_call=[Cart.load, Cart.load_shared], title="Carts", description="Work with carts.")
    assert {each.description for each in told.tools.values()} == {"Work with carts."}
    assert (told.widgets["cart"].title, told.tools["load"].title) == ("Carts", "Load")
    named = declared(on_call={"my_cart": Cart.load, "shared_cart": Cart.load_shared})
    assert [(each.name, each.widget) for each in named.tools.values()] == [("my_cart", "cart"), ("shared_cart", "cart")]


def test_hints_are_cautious_unless_declared() -> None:
    """bridge: the three hints are always present."""
    assert declared().tools["cart"].hints == Hints(read_only=False, destructive=True)
    assert declared(destructive=False).tools["cart"].hints == Hints(read_only=False, destructive=False)


def test_keys_of_structured_content_can_be_named() -> None:
    """bridge: a mapping gives the keys."""
    registry = declared(structured_content={"sum": Cart.total})
    assert registry.widgets["cart"].structured_content[0].key == "sum"


def no_docstring() -> rx.Component:
    return rx.text("x")


def needs_argument(item: str) -> rx.Component:
    """Take an argument."""
    return rx.text(item)


async def async_component() -> None:
    """Be async."""


REFUSED: list[tuple[str, dict[str, Any], Callable[..., Any], list[str]]] = [
    ("a called handler", {"on_call": Cart.load("x")}, cart, ["a call of `Cart.load`", "Name the handler: `Cart.load`"]),
    ("a function", {"on_call": cart}, cart, ["a function, not an event handler", "Shop.search"]),
    ("a text", {"on_call": "load"}, cart, ["'load' (str), not an event handler"]),
    ("no handler", {"on_call": []}, cart, ["on_call is empty"]),
    ("no annotation", {"on_call": Cart.untyped}, cart, ["parameter `owner` of `Cart.untyped`", "`owner: str`"]),
    ("a backend var", {"structured_content": [Cart._cost]}, cart, ["backend var `_cost`", "@rx.var"]),
    ("an unknown var", {"structured_content": ["lines"]}, cart, ["structured_content[0]", "'lines' (str)"]),
    ("an expression", {"structured_content": [Cart.total + 1]}, cart, ["an expression", "computed var"]),
    ("one text", {"structured_content": "lines"}, cart, ["not a list of vars"]),
    ("a key twice", {"structured_content": [Cart.total, Cart.total]}, cart, ["the key 'total'"]),
    ("content that is no text", {"content": Cart.total}, cart, ["content is the var `total`", "str"]),
    ("a contradiction", {"read_only": True, "destructive": True}, cart, ["contradict each other"]),
    ("a long status", {"invoking": "x" * 65}, cart, ["invoking has 65 characters", "64"]),
    ("a bad name", {"name": "my cart!"}, cart, ["'my cart!'", "64 characters"]),
    ("a taken name", {"name": "reflex_event"}, cart, ["taken by the bridge"]),
    ("no docstring", {}, no_docstring, ["no docstring", "description=..."]),
    ("a component with an argument", {}, needs_argument, ["takes `item`", "parameter of the event handler"]),
    ("an async component", {}, async_component, ["not above a function that returns a component"]),
]


@pytest.mark.parametrize(
    ("options", "function", "parts"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_mistake_is_refused_at_import(
    options: dict[str, Any], function: Callable[..., Any], parts: list[str]
) -> None:
    """bridge: every mistake of an author is refused at import with subject, value and cure."""
    with pytest.raises(WidgetError) as refused:
        declared(function, **options)
    message = str(refused.value)
    for part in parts:
        assert part in message
    assert "!" not in message.replace("'my cart!'", "")


def test_two_widgets_of_one_name_are_refused() -> None:
    """bridge: two widgets of one name."""

    def other() -> rx.Component:
        """Show something else."""
        return rx.text("x")

    with separate_registry():
        widget(on_call=Cart.load)(cart)
        with pytest.raises(WidgetError, match="`cart` is declared twice"):
            widget(on_call=Cart.load, name="cart")(other)


def test_two_tools_of_one_name_are_refused() -> None:
    """bridge: a tool of one widget cannot hide that of another."""

    def other() -> rx.Component:
        """Show something else."""
        return rx.text("x")

    with separate_registry():
        widget(on_call=Cart.load)(cart)
        with pytest.raises(WidgetError, match="tool `cart` is declared twice"):
            widget(on_call={"cart": Cart.load})(other)


def test_the_same_declaration_again_replaces_the_first() -> None:
    """bridge: a hot reload."""
    with separate_registry() as registry:
        widget(on_call=[Cart.load, Cart.load_shared])(cart)
        widget(on_call=Cart.load)(cart)
    assert list(registry.tools) == ["cart"]


def test_a_tool_function_must_be_async() -> None:
    """bridge: `@tool` stands above an async function."""

    def now() -> str:
        """Tell the time."""
        return ""

    with pytest.raises(WidgetError, match="async def"):
        tool()(now)


@pytest.mark.parametrize("value", ["api.example.com", "https://example.com/path", "javascript:x", "*"])
def test_a_csp_value_that_is_no_origin_is_refused(value: str) -> None:
    """bridge: origins are checked at import."""
    with pytest.raises(WidgetError, match="is not an origin"):
        Csp(connect=[value])


def test_csp_lists_are_sorted_origins() -> None:
    """bridge: the same needs give the same metadata."""
    csp = Csp(connect=["wss://b.example.com", "https://a.example.com/", "https://*.example.com"])
    assert csp.connect == ("https://*.example.com", "https://a.example.com", "wss://b.example.com")
