"""A dashboard: figures at a glance, and bars that a choice changes."""

import reflex as rx
from pydantic import BaseModel

from mcp_bridge import widget

SALES = {
    "Books": [120, 90, 160, 200],
    "Games": [80, 140, 70, 110],
    "Music": [40, 30, 60, 50],
}
QUARTERS = ["Q1", "Q2", "Q3", "Q4"]


class Bar(BaseModel):
    label: str
    value: int
    percent: int


class Sales(rx.State):
    product: str = "Books"
    quarter: str = "Q4"

    @rx.event
    def show(self, product: str = "Books"):
        """Show the sales of a product.

        Args:
            product: Books, Games or Music.
        """
        self.product = product if product in SALES else "Books"

    @rx.event
    def choose(self, product: str | list[str]):
        self.product = str(product)

    @rx.var
    def total(self) -> int:
        return sum(SALES[self.product])

    @rx.var
    def best(self) -> str:
        return QUARTERS[SALES[self.product].index(max(SALES[self.product]))]

    @rx.var
    def bars(self) -> list[Bar]:
        most = max(SALES[self.product])
        return [
            Bar(label=quarter, value=value, percent=100 * value // most)
            for quarter, value in zip(QUARTERS, SALES[self.product], strict=True)
        ]


def tile(label: str, value: rx.Var) -> rx.Component:
    return rx.card(rx.text(label, size="2", color_scheme="gray"), rx.text(value, size="6", weight="bold"))


def bar(each: rx.Var[Bar]) -> rx.Component:
    return rx.hstack(
        rx.text(each.label, size="2", width="32px"),
        rx.box(rx.box(height="12px", width=f"{each.percent}%", background=rx.color("accent", 9)), flex="1"),
        rx.text(each.value, size="2", width="40px", text_align="end"),
        align="center",
        width="100%",
    )


@widget(on_call=Sales.show, structured_content=[Sales.product, Sales.total, Sales.best], read_only=True)
def sales() -> rx.Component:
    """Show the sales of a year as figures and bars; the person can switch the product."""
    return rx.vstack(
        rx.segmented_control.root(
            *(rx.segmented_control.item(name, value=name) for name in SALES),
            value=Sales.product,
            on_change=Sales.choose,
        ),
        rx.grid(tile("Total", Sales.total), tile("Best quarter", Sales.best), columns="2", gap="3", width="100%"),
        rx.vstack(rx.foreach(Sales.bars, bar), width="100%", spacing="2"),
        padding="16px",
        spacing="4",
        width="100%",
    )
