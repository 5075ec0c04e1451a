"""A widget that a test has opened: it sends events and takes updates as the one in a browser does.

await widget.send(Flights.open_details("AA1"))
assert widget.state.chosen == "AA1"              # the State of the handler that opened it
assert widget.state[Cart].items == []            # any other State
assert widget.model_context["structuredContent"] == {"chosen": "AA1"}
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mcp_bridge import _reflex, _reflex_run, host
from mcp_bridge.errors import CallError
from mcp_bridge.results import META_KEY, Result
from mcp_bridge.widgets import EVENT_TOOL, POLL_TOOL, ToolSpec

if TYPE_CHECKING:
    from .stage import Stage

S = TypeVar("S")


class Shown:
    """The States of a session, as they are on the server.

    An attribute is that of the State whose handler opened the widget, computed vars and backend vars included;
    `state[Other]` is another State.
    """

    def __init__(self, widget: OpenWidget) -> None:
        self._widget = widget

    def __getitem__(self, state: type[S]) -> S:
        """Return another State of the session; it is there to be read."""
        return cast("S", _reflex_run.live_state(self._widget.stage.app, self._widget.session, state))

    def __getattr__(self, name: str) -> Any:
        """Return a var of the State whose handler opened the widget."""
        return getattr(self[self._widget.tool.handler.state], name)


class OpenWidget:
    """One open widget.

    Attributes:
        stage: The app.
        tool: The tool that opened it.
        session: Its session.
        text: What the model read when it was opened, Markdown.
        structured_content: The declared vars that the model got then, None if none are declared.
        model_context: What the model was told last: `text` and `structuredContent`.
        vars: What the widget shows, by State class name and var, as JSON data.
        messages: The follow-up messages that it has sent.
        links: The links that it has asked the host to open.
        effects: All that handlers asked the browser to do, as (name, payload), the messages and links included.
        errors: The sentences that the person was shown because a handler raised.
        notices: The sentences that the person was shown after a restart.
    """

    def __init__(self, stage: Stage, tool: ToolSpec, arguments: Mapping[str, Any], result: Result) -> None:
        self.stage = stage
        self.tool = tool
        self._arguments = dict(arguments)
        self.text = result.text
        self.structured_content = result.structured
        self.model_context: dict[str, Any] = {"text": result.text, "structuredContent": result.structured}
        self.vars: dict[str, dict[str, Any]] = {}
        self.effects: list[tuple[str, dict[str, Any]]] = []
        self.errors: list[str] = []
        self.notices: list[str] = []
        answer = result.meta[META_KEY]
        self.session: str = answer["session"]
        self.calls = 0
        self._seal: str | None = None
        self._mount = secrets.token_hex(8)
        self._seq = 0
        self._version = 0
        self.is_pending = False
        self._take(answer["update"])

    @property
    def state(self) -> Shown:
        """The States of the session."""
        return Shown(self)

    @property
    def messages(self) -> list[str]:
        """The follow-up messages that it has sent into the conversation."""
        return [payload["text"] for name, payload in self.effects if name == host.SEND_MESSAGE]

    @property
    def links(self) -> list[str]:
        """The links that it has asked the host to open."""
        return [payload["url"] for name, payload in self.effects if name == host.OPEN_LINK]

    async def send(self, *events: Any, wait: bool = True, seconds: float = 10.0) -> None:
        """Send events, as a click does; they go in one call.

        Args:
            events: Event handlers, with or without their arguments: `Cart.clear`, `Cart.add("tea")`.
            wait: Whether to wait until all that they began has ended, background handlers included.
            seconds: How long to wait at most.

        Raises:
            CallError: If the server refused the call.
            Exception: What a handler raised, unless it was a ToolError: then its sentence is in `errors`.
        """
        batch: list[dict[str, Any]] = []
        for name, payload in _reflex.events_of(events):
            if name.startswith("_"):
                self.effects.append((name, payload))
                continue
            self._seq += 1
            batch.append({"seq": self._seq, "name": name, "payload": payload})
        if batch:
            await self._ask(EVENT_TOOL, {"events": batch})
        if wait:
            await self.settle(seconds=seconds)

    async def settle(self, *, seconds: float = 10.0) -> None:
        """Take updates until nothing runs.

        Raises:
            TimeoutError: If something still runs after so many seconds.
            Exception: What a handler raised, unless it was a ToolError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.is_pending:
            if loop.time() >= deadline:
                running = await self._running()
                msg = (
                    f"{running} still runs after {seconds:g} s. Give `seconds=...`, or `wait=False` and then "
                    "`pass_time`, or mark the test with @pytest.mark.virtual_time."
                )
                raise TimeoutError(msg)
            await self._poll(deadline - loop.time())
        self._raise()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, with the polls that a widget makes meanwhile.

        Raises:
            Exception: What a handler raised, unless it was a ToolError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.is_pending and loop.time() < deadline:
            await self._poll(deadline - loop.time())
        await asyncio.sleep(max(deadline - loop.time(), 0))
        self._raise()

    async def refresh(self) -> None:
        """Ask once for what others have changed: a background task, another widget of a SharedState."""
        await self._ask(EVENT_TOOL, {"events": []})
        self._raise()

    async def cancel(self, handler: Any) -> None:
        """Stop what runs of a handler, as `host.cancel` does."""
        await self._ask(EVENT_TOOL, {"events": [], "cancel": [_reflex.handler_full_name(handler)]})
        await self.settle()

    async def reload(self) -> None:
        """Show the widget in a new document, as a chat does that is opened again."""
        self._mount, self._seq = secrets.token_hex(8), 0
        await self._ask(EVENT_TOOL, {"since": 0, "events": []})
        if self.stage.bridge.tools.widgets[self.tool.widget or ""].on_load:
            await self._ask(EVENT_TOOL, {"events": [{"seq": 1, "name": _reflex_run.ON_LOAD}]})
            self._seq = 1
        await self.settle()

    async def restart_server(self, *, keeps_states: bool = True) -> None:
        """Go on with another server process, as after a deployment.

        Args:
            keeps_states: Whether the States are still there, as with Reflex's disk or Redis manager; else the sealed
                snapshot that the widget carries has to do.

        Raises:
            CallError: If the widget can only be opened again.
        """
        await self.stage.restart(keeps_states=keeps_states)
        restore = {"session": self.session, "seal": self._seal or None, "tool": self.tool.name}
        await self._ask(EVENT_TOOL, {"since": 0, "events": [], "restore": {**restore, "arguments": self._arguments}})
        await self.settle()

    # The way to the server ----------------------------------------------------------------------------------------

    async def _poll(self, seconds: float) -> None:
        """Poll once, for no longer than so many seconds."""
        widgets = self.stage.bridge.widgets
        before, widgets.poll_seconds = widgets.poll_seconds, max(0.01, min(seconds, widgets.poll_seconds))
        try:
            await self._ask(POLL_TOOL, {})
        finally:
            widgets.poll_seconds = before

    async def _ask(self, tool: str, question: Mapping[str, Any]) -> None:
        """Call one of the widget's own tools, and take what it answers.

        Raises:
            CallError: If the server refuses the call.
        """
        call = {"session": self.session, "mount": self._mount, "since": self._version, **question}
        self.calls += 1
        result = await self.stage.bridge.call_tool(tool, call, "")
        answer: dict[str, Any] = result.meta[META_KEY]
        if error := answer.get("error"):
            raise CallError(error["code"], error["message"], retry=error["retry"])
        if answer["session"] != self.session:
            self.session, self._seq = answer["session"], 0
        if "rung" in answer:
            self._seq = answer["update"]["ack"]
            self.notices += [answer["notice"]] if answer["notice"] else []
        self._take(answer["update"])

    def _take(self, update: Mapping[str, Any]) -> None:
        """Take an update as a widget does."""
        if update["full"]:
            self.vars.clear()
        for state, values in update["vars"].items():
            shown = self.vars.setdefault(_reflex.state_label(state), {})
            shown.update({_reflex.var_name(name): value for name, value in values.items()})
        for _, event in update["events"]:
            if event["name"] == "_bridge_error":
                self.errors.append(event["payload"]["message"])
            else:
                self.effects.append((event["name"], event["payload"]))
        self.model_context = update.get("context") or self.model_context
        self._seal = update.get("seal", self._seal)
        self._version, self.is_pending = update["version"], update["pending"]

    async def _running(self) -> str:
        """Return what runs, in words."""
        session = self.stage.bridge.widgets.sessions.find(self.session)
        running = (await session.mailbox.running()).values() if session is not None else ()
        return ", ".join(f"`{name.rpartition('.')[2]}`" for name in running) or "something"

    def _raise(self) -> None:
        """Raise the first of what handlers have raised since the last time."""
        raised, self.stage.raised[:] = list(self.stage.raised), []
        for error in raised:
            raise error
