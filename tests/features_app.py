"""The app of `test_features.py`: every feature of Reflex in some widget, each in a box whose id is the row's name.

It is copied into a project of its own. Widgets with large packages are in `features_rich.py`, because the components
of one Python module are compiled to one JS module.
"""

from __future__ import annotations

import asyncio
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar

import reflex as rx
from pydantic import BaseModel
from reflex.experimental import ClientStateVar
from reflex_base.event import EventSpec

from mcp_bridge import widget

from . import features_rich as features_rich


def row(name: str, *children: Any) -> rx.Component:
    """Return the box of one row."""
    return rx.box(*children, id=name, padding="4px")


# Vars -------------------------------------------------------------------------------------------------------------


class Place(BaseModel):
    """A value of a State that is an object."""

    name: str
    since: date


class Counting(rx.State, mixin=True):
    """A mixin with a var, a computed var and a handler."""

    mixed: int = 0

    @rx.var
    def mixed_twice(self) -> int:
        """Depend on the mixin's own var."""
        return self.mixed * 2

    @rx.event
    def mix(self) -> None:
        """Count."""
        self.mixed += 1


class Vars(Counting, rx.State):
    """The State of most rows about vars."""

    number: int = 0
    places: list[Place] = [Place(name="Rome", since=date(2026, 1, 2))]
    table: dict[str, int] = {"a": 1}
    asked: str = ""
    loads: int = 0
    runs: ClassVar[int] = 0
    _backend: int = 0

    @rx.event
    def open_vars(self) -> None:
        """Open."""

    @rx.event
    async def load(self) -> None:
        """Load, for longer than the opening call waits."""
        await asyncio.sleep(1)
        self.loads += 1

    @rx.event
    def count(self) -> None:
        """Count, also in place."""
        self.number += 1
        self._backend += 10
        self.places.append(Place(name=f"Place {self.number}", since=date(2026, 1, 3)))
        self.table["a"] += 1

    @rx.var
    def twice(self) -> int:
        """Depend on a var and a backend var."""
        return self.number * 2 + self._backend

    @rx.var(cache=True)
    def cached(self) -> str:
        """Depend on one var."""
        return f"cached {self.number}"

    @rx.var(cache=False)
    def uncached(self) -> int:
        """Computed at every event."""
        Vars.runs += 1
        return Vars.runs

    @rx.var
    async def awaited(self) -> str:
        """Wait."""
        await asyncio.sleep(0)
        return f"awaited {self.number}"

    @rx.event
    async def ask(self) -> None:
        """Read another State and change it."""
        other = await self.get_state(Other)
        other.told += 1
        value = await self.get_var_value(Other.told_twice)
        self.asked = f"{other.told} {value}"


class Child(Vars):
    """A substate."""

    inner: str = "child"

    @rx.event
    def set_from_child(self) -> None:
        """Change a var of its own and one of its parent."""
        self.inner = "changed"
        self.number = 100


class Other(rx.State):
    """Another State, reached by `get_state`."""

    told: int = 0

    @rx.var
    def told_twice(self) -> int:
        """Depend on a var."""
        return self.told * 2


class Stepper(rx.ComponentState):
    """A component with a State of its own for each use."""

    steps: int = 0

    @rx.event
    def step(self) -> None:
        """Count."""
        self.steps += 1

    @classmethod
    def get_component(cls, label: str) -> rx.Component:
        """Show the count."""
        return rx.button(f"{label} {cls.steps}", on_click=cls.step)


@widget(on_call=Vars.open_vars)
def not_loaded() -> rx.Component:
    """Show that there is no page load without `on_load`."""
    return rx.text(Vars.number, id="number")


@widget(on_call=Vars.open_vars, on_load=Vars.load)
def loaded() -> rx.Component:
    """Show how often the page was loaded."""
    return row("on-load", rx.text("opened, loads: ", Vars.loads))


@widget(on_call=Vars.open_vars)
def variables() -> rx.Component:
    """Show vars."""
    return rx.box(
        rx.button("Count", on_click=Vars.count),
        row("base-vars", rx.text(Vars.number), rx.foreach(Vars.places, lambda place: rx.text(place.name, place.since))),
        row("computed-vars", rx.text(Vars.twice)),
        row("cached-vars", rx.text(Vars.cached), rx.text("run ", Vars.uncached)),
        row("async-computed-vars", rx.text(Vars.awaited)),
        row("substates", rx.text(Child.inner), rx.button("Child", on_click=Child.set_from_child)),
        row("mixins", rx.text(Vars.mixed_twice), rx.button("Mix", on_click=Vars.mix)),
        row("component-state", Stepper.create("Left"), Stepper.create("Right")),
        row("get-state", rx.text(Vars.asked), rx.button("Ask", on_click=Vars.ask)),
    )


# Events -----------------------------------------------------------------------------------------------------------


class Events(rx.State):
    """The State of the rows about events."""

    log: list[str] = []
    step: str = ""
    text: str = ""
    ticks: int = 0

    @rx.event
    def open_events(self) -> None:
        """Open."""

    @rx.event
    def note(self, text: str, number: int = 0) -> None:
        """Add to the log."""
        self.log.append(f"{text} {number}")

    @rx.event
    def pair(self, first: str, second: str) -> None:
        """Add two texts to the log."""
        self.log.append(f"{first} {second}")

    @rx.event
    async def in_steps(self) -> Any:
        """Show views while it runs."""
        for name in ("one", "two"):
            self.step = name
            yield
            await asyncio.sleep(0.8)
        self.step = "three"
        yield Events.note("yielded", 1)

    @rx.event
    async def in_twenty_steps(self) -> Any:
        """Show twenty views in ten seconds."""
        for number in range(20):
            self.step = f"view {number}"
            yield
            await asyncio.sleep(0.5)

    @rx.event
    def chained(self) -> list[Any]:
        """Return two events."""
        return [Events.note("first", 1), Events.note("second", 2)]

    @rx.event(background=True)
    async def in_background(self) -> None:
        """Change the State in three blocks."""
        for name in ("b1", "b2", "b3"):
            async with self:
                self.step = name
            await asyncio.sleep(0.7)

    @rx.event
    def type(self, text: str) -> None:
        """Take what was typed."""
        self.text = text

    @rx.event
    def tick(self, _date: str = "") -> None:
        """Count."""
        self.ticks += 1

    @rx.event
    def fail(self) -> None:
        """Raise."""
        msg = "a secret of the server"
        raise ValueError(msg)

    @rx.event
    def go_inside(self) -> EventSpec:
        """Redirect to a path below the widget's own."""
        return rx.redirect("/widgets/events/details")

    @rx.event
    def go_outside(self) -> EventSpec:
        """Redirect to a web address."""
        return rx.redirect("https://example.com/outside")


mounted = ClientStateVar.create("mounted_box", default=True)


@widget(on_call=Events.open_events)
def steps() -> rx.Component:
    """Show views of a handler that runs for long."""
    return rx.box(rx.text(Events.step, id="step"), rx.button("Twenty steps", on_click=Events.in_twenty_steps))


@widget(on_call=Events.open_events)
def events() -> rx.Component:
    """Show events."""
    return rx.box(
        rx.text(rx.Var.create(Events.log).join(", "), id="log"),
        rx.text(Events.step, id="step"),
        row("event-arguments", rx.button("Arguments", on_click=Events.note("literal", 7))),
        row("partials", rx.input(placeholder="Partial", on_blur=Events.pair("partial"))),
        row("chains", rx.button("Chain", on_click=[Events.note("a", 1), Events.note("b", 2)])),
        row("yield", rx.button("Steps", on_click=Events.in_steps)),
        row("return-events", rx.button("Return", on_click=Events.chained)),
        row("background", rx.button("Background", on_click=Events.in_background)),
        row("debounce", rx.button("Debounce", on_click=Events.note("debounced", 1).debounce(300))),
        row("throttle", rx.button("Throttle", on_click=Events.note("throttled", 1).throttle(2000))),
        row("temporal", rx.button("Temporal", on_click=Events.note("temporal", 1).temporal)),
        row(
            "prevent-default",
            rx.el.form(
                rx.el.button("Prevent", type="submit", on_click=Events.note("prevented", 1).prevent_default),
                on_submit=Events.note("submitted", 1),
            ),
        ),
        row(
            "stop-propagation",
            rx.box(
                rx.button("Stop", on_click=Events.note("inner", 1).stop_propagation), on_click=Events.note("outer", 1)
            ),
        ),
        row(
            "mount-unmount",
            mounted,
            rx.cond(
                mounted.value,
                rx.box(
                    "Mounted", on_mount=Events.note("mounted", 1), on_unmount=Events.note("unmounted", 1), id="mounted"
                ),
                rx.text("Gone"),
            ),
            rx.button("Unmount", on_click=mounted.set_value(False)),
        ),
        row("moment-interval", rx.moment(interval=400, on_change=Events.tick), rx.text(Events.ticks)),
        row("backend-exception", rx.button("Fail", on_click=Events.fail)),
        row("redirect-outside", rx.button("Outside", on_click=Events.go_outside)),
        row(
            "redirect-inside",
            rx.match(
                rx.State.router.url.path,
                ("/widgets/events/details", rx.text("Details")),
                rx.button("Inside", on_click=Events.go_inside),
            ),
        ),
        row("links", rx.link("A link", href="https://example.com/link", is_external=True)),
    )


class Visible(rx.State):
    """What the model sees, what only the widget sees, and what nobody sees."""

    told: str = "told 0"
    shown: str = "shown-to-the-person 0"
    _kept: str = "kept-on-the-server 0"

    @rx.event
    def open_visible(self) -> None:
        """Open."""

    @rx.event
    def change(self) -> None:
        """Change all."""
        self.told, self.shown, self._kept = "told 1", "shown-to-the-person 1", "kept-on-the-server 1"


@widget(on_call=Visible.open_visible, structured_content=[Visible.told])
def visible() -> rx.Component:
    """Show what the model may see and what it may not."""
    return rx.box(rx.text(Visible.told), rx.text(Visible.shown), rx.button("Change", on_click=Visible.change))


# Forms ------------------------------------------------------------------------------------------------------------


class Forms(rx.State):
    """The State of the rows about forms."""

    sent: dict[str, Any] = {}
    text: str = ""
    problem: str = ""
    agreed: bool = False
    chosen: str = "UA"

    @rx.event
    def open_forms(self) -> None:
        """Open."""

    @rx.event
    def send(self, form: dict[str, Any]) -> EventSpec | None:
        """Take the form, or say what is wrong with it."""
        self.problem = "" if form.get("city") else "Name a city."
        if self.problem:
            return rx.set_focus("city")
        self.sent = form
        return rx.set_value("city", "")

    @rx.event
    def type(self, text: str) -> None:
        """Take the text of the controlled input."""
        self.text = text.upper()

    @rx.event
    def agree(self, is_agreed: bool) -> None:
        """Take the checkbox."""
        self.agreed = is_agreed

    @rx.event
    def choose(self, value: str) -> None:
        """Take the choice."""
        self.chosen = value


@widget(on_call=Forms.open_forms)
def forms() -> rx.Component:
    """Show forms."""
    return rx.box(
        row(
            "on-submit",
            rx.form(
                rx.input(name="city", id="city", placeholder="City"),
                rx.el.input(name="day", type="date", default_value="2026-01-02"),
                rx.button("Send", type="submit"),
                on_submit=Forms.send,
            ),
            rx.text(Forms.problem, id="problem"),
            rx.text(rx.Var.create(Forms.sent).to_string(), id="sent"),
        ),
        row("controlled-inputs", rx.input(value=Forms.text, on_change=Forms.type, placeholder="Controlled")),
        row(
            "radix-inputs",
            rx.checkbox("Agree", checked=Forms.agreed, on_change=Forms.agree),
            rx.select(["UA", "AA"], value=Forms.chosen, on_change=Forms.choose),
            rx.text(rx.cond(Forms.agreed, "agreed ", "open "), Forms.chosen, id="inputs"),
        ),
    )


class Files(rx.State):
    """The State of the row about uploads."""

    taken: list[str] = []
    percent: int = 0

    @rx.event
    def open_files(self) -> None:
        """Open."""

    @rx.event
    async def take(self, files: list[rx.UploadFile], label: str) -> None:
        """Note name, length and digest of each file."""
        for file in files:
            data = await file.read()
            self.taken.append(f"{label} {file.name} {len(data)} {sha256(data).hexdigest()[:8]}")

    @rx.event
    def advance(self, progress: dict[str, float]) -> None:
        """Note how much was sent."""
        self.percent = round(100 * progress["progress"])


@widget(on_call=Files.open_files)
def files() -> rx.Component:
    """Take files."""
    send = rx.upload_files(upload_id="files", on_upload_progress=Files.advance)
    return row(
        "upload",
        rx.upload(rx.text("Choose files"), id="files", multiple=True, max_files=3),
        rx.text(rx.selected_files("files").join(","), id="chosen"),
        rx.button("Send files", on_click=Files.take(send, "album")),
        rx.button("Forget", on_click=rx.clear_selected_files("files")),
        rx.button("Cancel", on_click=rx.cancel_upload("files")),
        rx.text(Files.percent, id="progress"),
        rx.text(Files.taken.join(","), id="taken"),
    )


# Components -------------------------------------------------------------------------------------------------------


class Confetti(rx.Component):
    """A React component of an npm package."""

    library = "react-confetti-boom@1.1.0"
    tag = "Confetti"
    is_default = True

    mode: rx.Var[str]
    particle_count: rx.Var[int]


class Shown(rx.State):
    """The State of the rows about components."""

    items: list[str] = ["a", "b"]
    kind: str = "one"
    saved: str = rx.LocalStorage("", name="saved")
    lasting: str = rx.Cookie("", name="lasting")
    during: str = rx.SessionStorage("", name="during")

    @rx.event
    def open_shown(self) -> None:
        """Open."""

    @rx.event
    def add(self) -> None:
        """Change what the components show."""
        self.items.append("c")
        self.kind = "two"

    @rx.event
    def keep(self) -> None:
        """Write into the browser's storage."""
        self.saved = "s"
        self.lasting = "l"
        self.during = "d"

    @rx.event
    def forget(self) -> EventSpec:
        """Empty the storage."""
        return rx.clear_local_storage()

    @rx.event
    def break_it(self) -> None:
        """Let a component raise while it renders."""
        self.kind = "broken"


@rx.memo
def remembered(text: rx.Var[str]) -> rx.Component:
    """Show a text."""
    return rx.text(f"memo {text}")


class Bomb(rx.Component):
    """A component that raises when it is told to."""

    tag = "Bomb"
    kind: rx.Var[str]

    def add_custom_code(self) -> list[str]:
        """Define it."""
        return ['const Bomb = ({kind}) => { if (kind === "broken") throw new Error("boom"); return null; };']


client = ClientStateVar.create("words", default="none")


@widget(on_call=Shown.open_shown)
def components() -> rx.Component:
    """Show components."""
    return rx.box(
        rx.button("Add", on_click=Shown.add),
        row("cond", rx.cond(Shown.kind == "one", rx.text("is one"), rx.text("is other"))),
        row("foreach", rx.foreach(Shown.items, lambda item, index: rx.text(f"{index} {item}"))),
        row("match", rx.match(Shown.kind, ("one", rx.text("first")), ("two", rx.text("second")), rx.text("none"))),
        row("memo", remembered(text=Shown.kind)),
        row("client-state", client, rx.button("Words", on_click=client.set_value("said")), rx.text(client.value)),
        row("html-elements", rx.el.details(rx.el.summary("Summary"), rx.el.p("Detail")), rx.html("<b>html</b>")),
        row("icons", rx.icon("plane"), rx.cond(Shown.kind == "one", rx.icon("sun"), rx.icon("moon"))),
        row("color-mode", rx.color_mode_cond(rx.text("is light"), rx.text("is dark"))),
        row("tailwind", rx.box("Wind", class_name="pt-4 underline", id="wind")),
        row("npm-components", Confetti.create(mode="fall", particle_count=1)),
        row(
            "browser-storage",
            rx.button("Keep", on_click=Shown.keep),
            rx.button("Forget", on_click=Shown.forget),
            rx.text(f"{Shown.saved}{Shown.lasting}{Shown.during}", id="stored"),
        ),
        row("error-boundary", Bomb.create(kind=Shown.kind), rx.button("Break", on_click=Shown.break_it)),
    )


# Actions ----------------------------------------------------------------------------------------------------------


class Actions(rx.State):
    """The State of the rows about what a handler asks the browser to do."""

    done: str = ""
    got: str = ""

    @rx.event
    def open_actions(self) -> None:
        """Open."""

    @rx.event
    def toast(self) -> EventSpec:
        """Show a toast with a button."""
        return rx.toast.success(
            "Saved “it”", description="All of it.", id="t1", action={"label": "Undo", "on_click": Actions.undo("x")}
        )

    @rx.event
    def undo(self, what: str) -> None:
        """Take the press on the toast's button."""
        self.done = f"undone {what}"

    @rx.event
    def dismiss(self) -> EventSpec:
        """Take the toast away."""
        return rx.toast.dismiss("t1")

    @rx.event
    def copy(self) -> EventSpec:
        """Write to the clipboard."""
        return rx.set_clipboard('copied "text"')

    @rx.event
    def save(self) -> EventSpec:
        """Save a file."""
        return rx.download(data="a,b\n1,2\n", filename="table.csv")

    @rx.event
    def save_asset(self) -> EventSpec:
        """Save a file of the app's server."""
        return rx.download(url="/dot.svg")

    @rx.event
    def log(self) -> EventSpec:
        """Write to the console."""
        return rx.console_log("from the handler")

    @rx.event
    def alert(self) -> EventSpec:
        """Say something."""
        return rx.window_alert("Mind the gap")

    @rx.event
    def scroll(self) -> EventSpec:
        """Scroll to the end."""
        return rx.scroll_to("the-end")

    @rx.event
    def take(self, value: str) -> None:
        """Take what a script or a client state gave."""
        self.got = str(value)

    @rx.event
    def push(self) -> EventSpec:
        """Set a client state."""
        return client_words.push("pushed")

    @rx.event
    def fetch(self) -> EventSpec:
        """Read a client state."""
        return client_words.retrieve(Actions.take)

    @rx.event
    def hidden_script(self) -> Any:
        """Send a script in a way that the export does not see."""
        return getattr(rx, "call" + "_script")("document.title = 'never'")


client_words = ClientStateVar.create("client_words", default="unset")


@widget(on_call=Actions.open_actions)
def actions() -> rx.Component:
    """Show what a handler asks the browser to do."""
    return rx.box(
        rx.text(Actions.done, id="done"),
        rx.text(Actions.got, id="got"),
        row("toast", rx.button("Toast", on_click=Actions.toast), rx.button("Dismiss", on_click=Actions.dismiss)),
        row("toast-trigger", rx.button("Toast here", on_click=rx.toast("Here"))),
        row(
            "set-clipboard",
            rx.button("Copy", on_click=Actions.copy),
            rx.button("Copy here", on_click=rx.set_clipboard("here")),
        ),
        row(
            "download",
            rx.button("Save", on_click=Actions.save),
            rx.button("Save here", on_click=rx.download(data="here", filename="here.txt")),
            rx.button("Asset", on_click=Actions.save_asset),
        ),
        row("console-log", rx.button("Log", on_click=Actions.log)),
        row(
            "window-alert",
            rx.button("Alert", on_click=Actions.alert),
            rx.button("Alert here", on_click=rx.window_alert("Here")),
        ),
        row(
            "call-script",
            rx.button("Script", on_click=rx.call_script("document.body.dataset.ran = 'yes'")),
            rx.button("Statements", on_click=rx.call_script("const n = 20; n + 1", callback=Actions.take)),
        ),
        row("call-function", rx.button("Function", on_click=rx.call_function("() => 6 * 7", callback=Actions.take))),
        row("hidden-script", rx.button("Hidden", on_click=Actions.hidden_script)),
        row(
            "client-state-of-a-handler",
            client_words,
            rx.text(client_words.value),
            rx.button("Push", on_click=Actions.push),
            rx.button("Fetch", on_click=Actions.fetch),
        ),
    )


@widget(on_call=Actions.open_actions)
def tall() -> rx.Component:
    """Show more than a screen holds."""
    return rx.box(
        row("scroll-to", rx.button("Scroll", on_click=Actions.scroll)),
        rx.box(height="1800px"),
        rx.text("The end", id="the-end"),
    )


# Shared state -----------------------------------------------------------------------------------------------------


class Room(rx.SharedState):
    """A State that two open widgets share."""

    said: int = 0

    @rx.event
    async def open_room(self) -> None:
        """Open, linked with everybody."""
        await self._link_to("room")

    @rx.event
    async def say(self) -> None:
        """Count for everybody."""
        self.said += 1


@widget(on_call=Room.open_room)
def shared() -> rx.Component:
    """Show what is shared."""
    return row("two-widgets", rx.text("said ", Room.said), rx.button("Say", on_click=Room.say))


def index() -> rx.Component:
    """An ordinary page."""
    return rx.text("An ordinary page")


def on_error(exception: Exception) -> EventSpec:
    """Tell the person what a handler raised, in the app's own way."""
    return rx.toast.error(f"Told by the app: {type(exception).__name__}")


app = rx.App(backend_exception_handler=on_error)
app.add_page(index)
