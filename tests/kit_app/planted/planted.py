"""Widgets with one bug each, and one without; `kit_tests.py` beside this folder looks at them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventChain

from mcp_bridge import host, widget


class Counter(rx.State):
    """What all of them show."""

    count: int = 0
    step: int = 2
    picture: str = ""
    news: str = ""

    @rx.event
    def start(self, at: int = 0) -> None:
        """Open."""
        self.count = at

    @rx.event
    def add(self) -> None:
        """Count; the bug of wrong state is the step."""
        self.count += self.step

    @rx.event
    def show(self) -> None:
        """Open with a picture from an origin that nothing declares."""
        self.picture = "https://img.example.com/pizza.png"

    @rx.event
    async def tell(self) -> AsyncIterator[None]:
        """Push everything down when it has been read for a while."""
        yield
        await asyncio.sleep(0.8)
        self.news = "Something new"

    @rx.event
    def stay(self) -> None:
        """Open."""

    @rx.event
    def boom(self) -> None:
        """Raise what nobody foresaw."""
        msg = "a bug of the author"
        raise ValueError(msg)

    @rx.event
    def hidden(self) -> None:
        """Occur in no bundle."""


@widget(on_call=Counter.start, structured_content=[Counter.count], read_only=True)
def fine() -> rx.Component:
    """Count."""
    return rx.el.main(
        rx.heading("Counter", size="4"),
        rx.text(f"The count is {Counter.count}."),
        rx.button("Add", on_click=Counter.add, high_contrast=True),
        rx.button("Tell", on_click=host.send_message("Counted."), high_contrast=True, variant="outline"),
        padding="16px",
    )


@widget(on_call={"faint": Counter.stay}, read_only=True)
def faint() -> rx.Component:
    """Have a text that can hardly be read, and a button without a name."""
    return rx.el.main(
        rx.el.p("Prices without tax", color="#b8b8b8", background="#ffffff", font_size="14px"),
        rx.el.button(rx.el.span(class_name="icon"), width="40px", height="40px"),
        padding="16px",
    )


@widget(on_call={"jumpy": Counter.stay}, on_load=Counter.tell, read_only=True)
def jumpy() -> rx.Component:
    """Move under the reader."""
    return rx.el.main(
        rx.cond(Counter.news != "", rx.el.div(Counter.news, height="160px")),
        rx.el.p("What one is reading", font_size="20px", height="200px"),
        padding="16px",
    )


@widget(on_call={"leaky": Counter.show}, read_only=True)
def leaky() -> rx.Component:
    """Load a picture that hosts refuse."""
    return rx.el.main(rx.el.img(src=Counter.picture, alt="A pizza", width="40", height="40"))


def _script(code: str) -> rx.Var[EventChain]:
    """Return what a button does in the browser."""
    return rx.Var(f"(() => {{ {code} }})").to(EventChain)


_HIDDEN = base64.b64encode(f"{Counter.get_full_name()}.hidden".encode()).decode()


@widget(on_call={"lossy": Counter.stay}, read_only=True)
def lossy() -> rx.Component:
    """Send what no server takes, and throw."""
    return rx.el.main(
        rx.button("Lose", on_click=_script(f"addEvents([ReflexEvent(atob('{_HIDDEN}'), {{}})], [], {{}})")),
        rx.button("Throw", on_click=_script("throw new Error('a bug in the browser')")),
        rx.button("Boom", on_click=Counter.boom),
    )


@widget(on_call={"wide": Counter.stay}, read_only=True)
def wide() -> rx.Component:
    """Stick out at the side."""
    return rx.el.main(rx.el.div("A row that never wraps", width="600px"))


@widget(on_call={"growing": Counter.stay}, read_only=True)
def growing() -> rx.Component:
    """Get taller with each view."""
    grow = "const grow = () => requestAnimationFrame(() => { style.height = `${(height += 9)}px`; grow(); }); grow()"
    start = f"let height = 100; const {{ style }} = document.querySelector('main'); {grow}"
    return rx.el.main(rx.button("Grow", on_click=_script(start), high_contrast=True))


app = rx.App()
