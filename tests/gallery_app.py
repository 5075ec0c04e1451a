"""The app that the tests of the bundle export: widgets that use Radix Themes in every way that a cut could break.

It is copied into a project of its own, as `gallery/gallery.py`. Lines that a test changes end with `# changed`.
"""

from __future__ import annotations

from typing import ClassVar

import reflex as rx

from mcp_bridge import Csp, widget


class Plain(rx.State):
    """The State of the widget that most tests look at."""

    name: str = "you"
    clicks: int = 0
    opened: str = rx.LocalStorage("", name="opened")
    _secret: str = "never sent"

    @rx.event
    def open_plain(self, name: str) -> None:
        """Open."""
        self.name = name

    @rx.event
    def click(self) -> None:
        """Count."""
        self.clicks += 1

    @rx.event
    def unused(self) -> None:
        """No component has it."""


@widget(on_call=Plain.open_plain, read_only=True, csp=Csp(connect=["https://api.example.com"]))
def plain() -> rx.Component:
    """Greet."""
    return rx.card(
        rx.heading(f"Hello, {Plain.name}"),
        rx.text("About <script> and </script>", size="2"),
        rx.image(src="https://images.example.com/a.png", alt=""),
        rx.image(src="/dot.svg", alt=""),
        rx.image(src="/not-there.svg", alt=""),
        rx.button(f"Clicks: {Plain.clicks}", on_click=Plain.click),
        rx.text("first edition"),  # changed
    )


class Gallery(rx.State):
    """The State of the other widgets."""

    color: str = "tomato"
    paint: str = "var(--grass-9)"
    size: str = "4"
    share: int = 40
    cargo: list[str] = ["much to tell and to keep"] * 2000
    rows: ClassVar[list[str]] = ["A", "B"]

    @rx.event
    def open_gallery(self) -> None:
        """Open."""

    @rx.event
    def choose(self, color: str) -> None:
        """Take a color."""
        self.color = color


@widget(on_call=Gallery.open_gallery)
def forms() -> rx.Component:
    """Show inputs, all with literal props."""
    return rx.vstack(
        rx.hstack(
            *(
                rx.button(kind, variant=kind, size="2")
                for kind in ("classic", "solid", "soft", "surface", "outline", "ghost")
            ),
            rx.icon_button(rx.icon("plane"), color_scheme="crimson", radius="full"),
            wrap="wrap",
            spacing="4",
        ),
        rx.input(placeholder="Text", size="3", color_scheme="green", variant="soft"),
        rx.text_area("Several\nlines", rows="3"),
        rx.hstack(rx.checkbox(default_checked=True), rx.switch(default_checked=True), rx.spinner(loading=True)),
        rx.radio(["one", "two"], default_value="one", direction="row"),
        rx.checkbox_group.root(rx.checkbox_group.item("a", value="a"), default_value=["a"], color_scheme="amber"),
        rx.radio_cards.root(
            rx.radio_cards.item("8 GB", value="8"), rx.radio_cards.item("16 GB", value="16"), default_value="8"
        ),
        rx.checkbox_cards.root(rx.checkbox_cards.item("A", value="a"), columns="2"),
        rx.segmented_control.root(
            rx.segmented_control.item("Day", value="d"), rx.segmented_control.item("Week", value="w"), default_value="d"
        ),
        rx.slider(default_value=[30, 70], width="100%"),
        rx.progress(value=60, color_scheme="jade", width="100%"),
        rx.select(["UA", "AA", "DL"], default_value="AA", size="3"),
        padding="4",
        width="100%",
        align="start",
    )


@widget(on_call=Gallery.open_gallery)
def texts() -> rx.Component:
    """Show typography, layout and data, with breakpoints."""
    return rx.box(
        rx.flex(
            rx.heading("Responsive", size=rx.breakpoints(initial="4", sm="8"), trim="both"),
            rx.badge(
                "wide", variant="surface", color_scheme="orange", display=rx.breakpoints(initial="none", sm="block")
            ),
            direction=rx.breakpoints(initial="column", sm="row"),
            gap="3",
            justify="between",
        ),
        rx.grid(
            *(rx.card(str(n), variant="classic") for n in range(6)),
            columns=rx.breakpoints(initial="2", md="3"),
            gap="2",
        ),
        rx.text(
            rx.text.strong("Strong"),
            rx.text.em(" em"),
            rx.text.quote(" quote"),
            rx.text.kbd("K"),
            rx.code("code"),
            rx.link("link", href="#", color_scheme="ruby", underline="always"),
            weight="medium",
            high_contrast=True,
        ),
        rx.blockquote("Quoted", color_scheme="gray", size="2"),
        rx.callout("Careful", icon="info", color_scheme="red", variant="surface"),
        rx.separator(size="4", my="3"),
        rx.table.root(
            rx.table.header(rx.table.row(rx.table.column_header_cell("Name"), rx.table.column_header_cell("Price"))),
            rx.table.body(rx.table.row(rx.table.row_header_cell("Tea"), rx.table.cell("3", justify="end"))),
            variant="surface",
            size="1",
        ),
        rx.data_list.root(
            rx.data_list.item(rx.data_list.label("Status"), rx.data_list.value(rx.badge("open", radius="full")))
        ),
        rx.hstack(
            rx.avatar(fallback="AB", color_scheme="violet", size="4"),
            rx.skeleton(rx.text("loading")),
            margin_top="-4px",
        ),
        rx.list.unordered(rx.list.item("one"), rx.list.item("two")),
        rx.tabs.root(
            rx.tabs.list(rx.tabs.trigger("One", value="1"), rx.tabs.trigger("Two", value="2")),
            rx.tabs.content(rx.text("Content", trim="start"), value="1"),
            default_value="1",
        ),
        rx.accordion.root(
            rx.accordion.item(header="Head", content="Body", value="x"), default_value="x", type="single"
        ),
        rx.aspect_ratio(rx.box(width="100%", height="100%", background=rx.color("plum", 5)), ratio=6),
        rx.scroll_area(rx.text("Scroll " * 200), type="always", scrollbars="vertical", style={"height": 80}),
        rx.theme(rx.button("Nested"), accent_color="lime", radius="none", has_background=False),
        padding="3",
    )


@widget(on_call=Gallery.open_gallery, structured_content=[Gallery.color, Gallery.cargo])
def dynamic() -> rx.Component:
    """Show what only the State decides."""
    return rx.vstack(
        rx.badge("state decides", color_scheme=Gallery.color),
        rx.button("size from state", size=Gallery.size),
        rx.box("painted", background=Gallery.paint, padding="12px"),
        rx.progress(value=Gallery.share, width=f"{Gallery.share}%"),
        rx.text("matched", color_scheme=rx.match(Gallery.color, ("tomato", "cyan"), "gray")),
    )


@widget(on_call=Gallery.open_gallery)
def overlays() -> rx.Component:
    """Show what opens over the page."""
    return rx.flex(
        rx.dialog.root(
            rx.dialog.trigger(rx.button("Dialog")),
            rx.dialog.content(
                rx.dialog.title("Title"), rx.dialog.description("Text"), rx.dialog.close(rx.button("Close"))
            ),
        ),
        rx.menu.root(
            rx.menu.trigger(rx.button("Menu", variant="soft")),
            rx.menu.content(
                rx.menu.item("Edit", shortcut="E"), rx.menu.separator(), rx.menu.item("Delete", color="red")
            ),
        ),
        rx.popover.root(rx.popover.trigger(rx.button("Popover")), rx.popover.content(rx.text("Popped"))),
        rx.select(["one", "two"], placeholder="Select"),
        rx.tooltip(rx.button("Tooltip"), content="Told"),
        gap="3",
        wrap="wrap",
        min_height="420px",
        align="start",
    )


def index() -> rx.Component:
    """An ordinary page."""
    return rx.text("An ordinary page")


app = rx.App()
app.add_page(index)
