"""The app: its widgets, and an ordinary page that lists them."""

import reflex as rx

from components.style import SMALL

from . import delays, flights, hello, valuation

_PAGES = {
    hello.hello: "The smallest widget: a greeting and a counter.",
    flights.flights: "The flights of a route: sort, filter, open one, book it.",
    valuation.valuation: "What a home is worth: a minute of work that shows its progress.",
}


def index() -> rx.Component:
    """The ordinary page at `/`."""
    links = [
        rx.el.li(
            rx.el.a(page.__name__, href=f"/widgets/{page.__name__}", style={"color": "var(--accent-11)"}),
            rx.el.div(about, style=SMALL),
        )
        for page, about in _PAGES.items()
    ]
    return rx.el.main(
        rx.el.h1("Widgets", style={"margin": "0", "font_size": "22px", "line_height": "28px", "font_weight": "650"}),
        rx.el.p(
            "Each is a page here, and a tool with a UI in a chat. ",
            rx.el.code(delays.delays.__name__),
            " is a tool without one.",
            style={**SMALL, "margin_block": "4px 16px"},
        ),
        rx.el.ul(*links, style={"display": "grid", "gap": "12px", "margin": "0", "padding": "0", "list_style": "none"}),
        style={"max_width": "640px", "margin_inline": "auto", "padding": "24px 16px"},
    )


app = rx.App()
app.add_page(index, title="Widgets")
