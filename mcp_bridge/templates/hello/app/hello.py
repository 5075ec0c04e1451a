"""The smallest widget: a greeting and a counter."""

import reflex as rx

from mcp_bridge import widget


class Hello(rx.State):
    name: str = "you"
    clicks: int = 0

    @rx.event
    def greet(self, name: str):
        self.name = name

    @rx.event
    def count(self):
        self.clicks += 1


@widget(on_call=Hello.greet, structured_content=[Hello.name], read_only=True)
def hello() -> rx.Component:
    """Greet a person by name, with a button that counts its clicks."""
    return rx.hstack(
        rx.heading(f"Hello, {Hello.name}", size="5"),
        rx.button(f"Clicks: {Hello.clicks}", on_click=Hello.count, variant="soft", high_contrast=True, size="3"),
        align="center",
        spacing="4",
        padding="16px",
    )
