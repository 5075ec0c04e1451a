"""The host that a widget of a test is in: what it was asked for, and what can be changed while it runs.

page.host.set(theme="dark", width=390)
with page.host.quirk("offline"):
page.get_by_role("button", name="Book").click()
assert page.host.wait_for("messages") == ["I have booked a table."]
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from mcp_bridge.errors import BridgeError
from mcp_bridge.scenes import DEFAULT_HOST, Scene

from .matrix import can_call_tools

if TYPE_CHECKING:
    from mcp_bridge.browser.emulator import Emulator

_LISTS = ("calls", "messages", "links", "wire", "sizes", "violations", "logs")


class HostSide:
    """The host of one widget."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The tool calls of the widget: `name`, `arguments`, `result` or `error`, `ms`."""
        return self._emulator.record("calls")

    @property
    def messages(self) -> list[str]:
        """The follow-up messages that it has sent."""
        return self._emulator.record("messages")

    @property
    def links(self) -> list[str]:
        """The links that it has asked to open."""
        return self._emulator.record("links")

    @property
    def model_context(self) -> dict[str, Any] | None:
        """What the model was told last, None if nothing."""
        return self._emulator.record("modelContext")

    @property
    def widget_state(self) -> Any:
        """What the host keeps for the widget, None if nothing."""
        return self._emulator.record("widgetState")

    @property
    def display_mode(self) -> str:
        """`inline`, `fullscreen` or `pip`."""
        return self._emulator.record("displayMode")

    @property
    def result(self) -> dict[str, Any]:
        """The result of the tool that opened it."""
        return self._emulator.record("result")

    @property
    def wire(self) -> list[dict[str, Any]]:
        """Every message between the widget and the host."""
        return self._emulator.record("wire")

    @property
    def heights(self) -> list[float]:
        """The heights that it has reported, in CSS pixels."""
        sizes = cast("list[dict[str, Any]]", self._emulator.record("sizes"))
        return [float(each["height"]) for each in sizes if each.get("height") is not None]

    @property
    def can_call_tools(self) -> bool:
        """Whether this host lets a widget call tools, so that event handlers run."""
        scene = self.scene
        return can_call_tools(scene.host or DEFAULT_HOST) and "no-server-tools" not in (scene.quirks or ())

    @property
    def scene(self) -> Scene:
        """What decides what one sees."""
        return Scene.of(self._emulator.page.evaluate("() => window.emulator.scene()"))

    def set(self, **changes: Any) -> None:
        """Change what a host decides.

        Args:
            changes: `theme`, `locale`, `time_zone`, `direction`, `device`, `width`, `display_mode`, `max_height`,
                `safe_area`, `quirks`; None gives it back to the host.

        Raises:
            SceneError: If a value is none that the emulator can show.
        """
        checked = Scene(**{name: value for name, value in changes.items() if value is not None}).data()
        gone = {_camel(name): None for name, value in changes.items() if value is None}
        self._emulator.change({**checked, **gone})

    def quirk(self, name: str) -> Quirk:
        """Turn a quirk of hosts on, until the end of the `with` block or for the rest of the test.

        Args:
            name: Its id, such as `offline`; `slow-network:500` gives the milliseconds.
        """
        before = tuple(self.scene.quirks or ())
        self.set(quirks=[*(each for each in before if each.partition(":")[0] != name.partition(":")[0]), name])
        return Quirk(self, before)

    def wait_for(self, record: str, count: int = 1, *, seconds: float = 10) -> list[Any]:
        """Wait until a record has so many entries, and return it.

        Args:
            record: `calls`, `messages`, `links`, `wire`, `sizes`, `violations` or `logs`.
            count: How many.
            seconds: How long it waits at most.

        Raises:
            AssertionError: If it has fewer.
        """
        __tracebackhide__ = True
        if record not in _LISTS:
            msg = f"the host keeps no list {record!r}. It keeps: {', '.join(_LISTS)}."
            raise BridgeError(msg)
        found = cast("list[Any]", self._emulator.wait_for(record, count, limit=round(1000 * seconds)))
        if len(found) < count:
            msg = f"after {seconds:g} s there are {len(found)} of {count} {record}: {found}"
            raise AssertionError(msg)
        return found


class Quirk:
    """A quirk that is on; at the end of a `with` block those of before are on."""

    def __init__(self, host: HostSide, before: tuple[str, ...]) -> None:
        self._host = host
        self._before = before

    def __enter__(self) -> None:
        """Keep it on."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn it off."""
        self._host.set(quirks=list(self._before) or None)


def _camel(name: str) -> str:
    """Return a name as the emulator spells it."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
