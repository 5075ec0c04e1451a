"""Components with large packages, for `features_app.py`."""

from __future__ import annotations

import reflex as rx

from mcp_bridge import widget


class Rich(rx.State):
    """What they show."""

    text: str = "# Title\n\n**bold** and `code`"
    rows: list[dict[str, int]] = [{"x": 1, "y": 2}, {"x": 2, "y": 5}]

    @rx.event
    def open_rich(self) -> None:
        """Open."""

    @rx.event
    def add(self) -> None:
        """Change what is shown."""
        self.rows.append({"x": 3, "y": 1})
        self.text = "# Another"


@widget(on_call=Rich.open_rich)
def rich() -> rx.Component:
    """Show them."""
    return rx.box(
        rx.button("Add", on_click=Rich.add),
        rx.box(
            rx.recharts.line_chart(
                rx.recharts.line(data_key="y", is_animation_active=False), data=Rich.rows, width=300, height=120
            ),
            id="recharts",
        ),
        rx.box(rx.markdown(Rich.text), id="markdown"),
        rx.box(rx.data_table(data=[["Tea", 3], ["Bread", 2]], columns=["Name", "Price"]), id="data-table"),
        rx.box(rx.code_block("print(1)", language="python"), id="code-block"),
    )
