"""A list with details: the model asks for a kind of thing, the person looks closer and picks one."""

import reflex as rx
from pydantic import BaseModel

from components import note
from mcp_bridge import host, widget


class Trail(BaseModel):
    name: str
    region: str
    kilometers: float
    about: str


TRAILS = [
    Trail(name="Lake Loop", region="Alps", kilometers=7.5, about="Flat, along the water, with two huts."),
    Trail(name="Eagle Ridge", region="Alps", kilometers=14.0, about="Steep at first, then a view over three valleys."),
    Trail(name="Cork Oaks", region="Algarve", kilometers=9.0, about="Shade all the way; bring water."),
]


class Trails(rx.State):
    region: str = ""
    trails: list[Trail] = []
    chosen: Trail | None = None

    @rx.var
    def summary(self) -> str:
        names = ", ".join(f"{each.name} ({each.kilometers:g} km)" for each in self.trails)
        return f"{len(self.trails)} trails in {self.region}: {names or 'none'}."

    @rx.event
    def search(self, region: str, longest: float = 20):
        """Find trails.

        Args:
            region: For example Alps.
            longest: The most kilometers.
        """
        self.region, self.chosen = region, None
        self.trails = [each for each in TRAILS if each.region.lower() == region.lower() and each.kilometers <= longest]

    @rx.event
    def choose(self, name: str):
        self.chosen = next((each for each in self.trails if each.name == name), None)

    @rx.event
    def close(self):
        self.chosen = None


def row(each: rx.Var[Trail]) -> rx.Component:
    return rx.el.li(
        rx.button(
            rx.text(each.name, weight="medium"),
            rx.spacer(),
            rx.text(f"{each.kilometers} km", color_scheme="gray"),
            on_click=Trails.choose(each.name),
            variant="surface",
            size="3",
            width="100%",
        ),
    )


def details(trail: rx.Var[Trail]) -> rx.Component:
    return rx.vstack(
        rx.button("All trails", on_click=Trails.close, variant="ghost", high_contrast=True),
        rx.heading(trail.name, size="4"),
        rx.text(f"{trail.kilometers} km"),
        rx.text(trail.about),
        rx.cond(
            host.can_send_message,
            rx.button(
                "Plan a day",
                on_click=host.send_message(f"Plan a day around the trail {trail.name}."),
                high_contrast=True,
            ),
        ),
        align="start",
    )


@widget(
    on_call=Trails.search, structured_content=[Trails.region, Trails.trails], content=Trails.summary, read_only=True
)
def trails() -> rx.Component:
    """Show the hiking trails of a region; the person can look at each and ask for a plan."""
    found = rx.el.ul(
        rx.foreach(Trails.trails, row),
        aria_label="Trails",
        style={"list_style": "none", "padding": 0, "margin": 0, "display": "grid", "gap": "8px"},
    )
    nothing = note("No trails here", "Ask for another region.")
    return rx.box(
        rx.cond(Trails.chosen, details(Trails.chosen), rx.cond(Trails.trails, found, nothing)), padding="16px"
    )
