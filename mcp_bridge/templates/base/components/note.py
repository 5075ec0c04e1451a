"""What stands where there is nothing to show, or something went wrong."""

import reflex as rx


def note(title: str | rx.Var[str], text: str | rx.Var[str]) -> rx.Component:
    """Return a title with a sentence below it."""
    return rx.vstack(
        rx.text(title, weight="bold"),
        rx.text(text, color_scheme="gray", size="2"),
        role="status",
        align="center",
        spacing="1",
        padding="24px",
        width="100%",
    )
