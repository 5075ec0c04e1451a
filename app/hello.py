"""The smallest widget: Python greets, and Python counts the clicks."""

import reflex as rx

from mcp_bridge import widget


class Hello(rx.State):
    name: str = "you"
    clicks: int = 0

    @rx.event
    def greet(self, name: str) -> None:
        self.name = name

    @rx.event
    def count(self) -> None:
        self.clicks += 1


@widget(on_call=Hello.greet, structured_content=[Hello.name], read_only=True)
def hello() -> rx.Component:
    """Greet a person by name, with a button that counts its clicks."""
    button = rx.button(f"Clicks: {Hello.clicks}", on_click=Hello.count, variant="soft", high_contrast=True, size="4")
    return rx.hstack(rx.heading(f"Hello, {Hello.name}"), button, align="center", spacing="4", padding="12px")
