"""One Reflex app as hosts see it: its tools, its resources, and the widgets that are open.

    bridge = Bridge.load()                               # the app of rxconfig.py, with its exported bundles
    async with bridge.running():
        await bridge.call_tool("flights", {"origin": "JFK", ...}, principal="")

Everything here is in wire shape or in plain Python; `server.py` gives it to the MCP SDK.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from . import _reflex, _reflex_run, metadata, results, uploads
from .csp import Csp
from .errors import CallError, ToolError
from .events import GENERAL_ERROR, Widgets
from .manifest import Build, BuiltWidget, Manifest, output_folder, read, read_file, require_fresh, verify
from .questions import Question
from .redis_mailbox import mailboxes_for
from .restore import restore
from .results import META_KEY, Result
from .snapshots import Seals, load_secret
from .widgets import EVENT_TOOL, POLL_TOOL, Registry, ToolSpec, registry

if TYPE_CHECKING:
    import reflex as rx

logger = logging.getLogger(__name__)

_URI = re.compile(r"^ui://(?P<app>[^/?#]+)/(?P<name>[A-Za-z0-9_-]+)\.html(?:\?v=(?P<version>[^&#]*))?$")


@dataclass(frozen=True)
class Bundle:
    """A bundle that was asked for.

    Attributes:
        html: The document.
        csp: The origins that it needs.
        version: The first characters of its hash.
        content: The entry of `resources/read` without its `uri`.
        is_versioned: Whether the URI names this version, so that the answer never changes.
    """

    html: str
    csp: Csp
    version: str
    content: dict[str, Any]
    is_versioned: bool


@dataclass
class Bridge:
    """One app, ready to be served.

    Attributes:
        name: The app's name.
        folder: Where the exported files are.
        manifest: What was exported.
        tools: The app's widgets and tools.
        widgets: The open widgets.
        public_url: The URL that the server is reached by from outside, "" if unknown.
    """

    name: str
    folder: Path
    manifest: Manifest
    tools: Registry
    widgets: Widgets
    public_url: str = ""
    _users: int = field(default=0, init=False)
    _runner: asyncio.Task[None] | None = field(default=None, init=False)
    _stop: asyncio.Event | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Tell the open widgets what is declared and what was built."""
        self.widgets.registry = self.widgets.answers.registry = self.tools
        self.widgets.states = {name: frozenset(built.current.states) for name, built in self.manifest.widgets.items()}

    @classmethod
    def load(cls, folder: Path | None = None, *, app: rx.App | None = None) -> Bridge:
        """Import the app that `rxconfig.py` in the current folder names, and read what was exported of it.

        Args:
            folder: Where the bundles are; by default where `reflex export` writes them.
            app: The app, if it has been imported already and its pages have been evaluated.

        Raises:
            ManifestError: If there was no export yet, or its files are missing, stale or altered.
        """
        app = app or _reflex_run.load_app()
        declared = registry()
        folder = folder or output_folder(_reflex.configured_output())
        manifest = Manifest(app=_reflex.app_name(), widgets={}, retired={})
        if declared.widgets:
            manifest = read(folder)
            require_fresh(manifest, declared.widgets)
            verify(manifest, folder)
        return cls(
            name=_reflex.app_name(),
            folder=folder,
            manifest=manifest,
            tools=declared,
            widgets=Widgets(app, seals=Seals(load_secret(Path(".states"))), mailboxes=mailboxes_for(app)),
            public_url=os.environ.get("MCP_BRIDGE_PUBLIC_URL", "").rstrip("/"),
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep the app's event processor running; may be entered by several owners at a time.

        The processor lives in a task of its own, since Reflex wants to be stopped in the context that started it.
        """
        self._users += 1
        try:
            if self._runner is None:
                self._stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
                self._runner = asyncio.create_task(self._run(ready, self._stop))
                await asyncio.shield(ready)
            yield
        finally:
            self._users -= 1
            if self._users == 0 and self._runner is not None and self._stop is not None:
                self._stop.set()
                runner, self._runner = self._runner, None
                await runner

    async def _run(self, ready: asyncio.Future[None], stop: asyncio.Event) -> None:
        """Run the event processor until it is to stop."""
        async with self.widgets.running():
            ready.set_result(None)
            await stop.wait()

    # Tools --------------------------------------------------------------------------------------------------------

    def list_tools(self) -> list[dict[str, Any]]:
        """Return the app's tools in the shape of `tools/list`."""
        listed: list[dict[str, Any]] = []
        for tool in self.tools.tools.values():
            entry: dict[str, Any] = {
                "name": tool.name,
                "title": tool.title,
                "description": tool.description,
                "inputSchema": tool.arguments.schema,
                "annotations": metadata.tool_annotations(tool.hints, tool.title),
                "_meta": metadata.tool_meta(tool, self.manifest.uri(tool.widget) if tool.widget else None),
            }
            if tool.output_schema is not None:
                entry["outputSchema"] = tool.output_schema
            listed.append(entry)
        return [*listed, *metadata.app_tools()] if self.tools.widgets else listed

    def has_tool(self, name: str) -> bool:
        """Whether a tool is the app's."""
        return name in self.tools.tools or (name in (EVENT_TOOL, POLL_TOOL) and bool(self.tools.widgets))

    async def call_tool(self, name: str, arguments: Mapping[str, Any], principal: str) -> Result:
        """Call one of the app's tools; a failure is a result too, and says nothing of the server's insides.

        Args:
            name: The tool.
            arguments: The arguments of the call, unchecked.
            principal: The authenticated caller, "" if there is none.
        """
        try:
            if name in (EVENT_TOOL, POLL_TOOL):
                return await self._answer_widget(name, arguments, principal)
            tool = self.tools.tools[name]
            checked = tool.arguments.validate(arguments)
            if tool.widget is None:
                return results.from_tool(tool.title, await tool.handler(**checked))
            return await self.open(tool, checked, principal)
        except (ToolError, CallError) as error:
            return Result(text=str(error), is_error=True)
        except Exception:
            logger.exception("Tool `%s` raised.", name)
            return Result(text=GENERAL_ERROR, is_error=True)

    async def open(self, tool: ToolSpec, arguments: dict[str, Any], principal: str) -> Result:
        """Open a widget.

        Args:
            tool: Its tool.
            arguments: The validated arguments, as Python values.
            principal: The authenticated caller, "" if there is none.

        Raises:
            ToolError: If the handler raised; what it raised is the cause, unless it was a ToolError itself.
        """
        widget = self.tools.widgets[tool.widget or ""]
        build = self.manifest.widgets[widget.name].current
        opened = await self.widgets.open(widget, tool, build, arguments, principal)
        given = {name: results.to_data(value) for name, value in arguments.items()}
        text = opened.text or opened.content or results.readable(tool.title, opened.visible, given)
        answer = {"session": opened.session.id, "widget": widget.name, "tool": tool.name, "update": opened.answer}
        structured = opened.visible if widget.structured_content else None
        return Result(text=text, structured=structured, meta={META_KEY: answer})

    async def _answer_widget(self, name: str, arguments: Mapping[str, Any], principal: str) -> Result:
        """Answer a widget's own call, in `_meta`, or in `structuredContent` if the host drops `_meta`."""
        in_content = arguments.get("in_content") is True
        try:
            if name == EVENT_TOOL and "open" in arguments:
                answer = await self._open_anew(arguments["open"], principal)
            elif name == EVENT_TOOL:
                answer = await self._run_events(arguments, principal)
            else:
                question = Question.parse({**arguments, "events": [], "restore": None})
                session = await self.widgets.session(question.session, principal)
                answer = {"session": session.id, "update": await self.widgets.poll(session, question)}
            text, is_error = "Done.", False
        except CallError as error:
            logger.info("A widget's call was refused (%s): %s", error.code, error.message)
            answer = {"error": {"code": error.code, "message": error.message, "retry": error.retry}}
            text, is_error = error.message, True
        carried = {META_KEY: answer}
        if in_content:
            return Result(text=text, structured=carried, is_error=is_error)
        return Result(text=text, meta=carried, is_error=is_error)

    async def _run_events(self, arguments: Mapping[str, Any], principal: str) -> dict[str, Any]:
        """Run a batch of events, in the session that they name or in one that is restored for them."""
        question = Question.parse(arguments)
        found: dict[str, Any] = {}
        if question.restore is None:
            session = await self.widgets.session(question.session, principal)
        else:
            restored = await restore(self.widgets, self.manifest, question.restore, principal)
            session = restored.session
            found = {"widget": session.widget, "tool": session.tool, "rung": restored.rung, "notice": restored.notice}
        if question.upload is not None:
            await uploads.keep(session, question.upload)
            return {"session": session.id}
        update = await self.widgets.run(session, question, self._published()[session.widget].builds)
        return {"session": session.id, **found, "update": update}

    async def _open_anew(self, asked: Any, principal: str) -> dict[str, Any]:
        """Open a widget for a frame whose host dropped the `_meta` of the first result."""
        opening = cast("Mapping[str, Any]", asked if isinstance(asked, Mapping) else {})
        name = opening.get("tool")
        tool = self.tools.tools.get(name) if isinstance(name, str) else None
        if tool is None or tool.widget is None:
            msg = f"No tool {name!r} opens a widget here, so nothing was executed."
            raise CallError("bad_request", msg)
        arguments: Any = opening.get("arguments") or {}
        if not isinstance(arguments, dict):
            msg = "The arguments of `open` are not an object, so nothing was executed."
            raise CallError("bad_request", msg)
        result = await self.open(tool, tool.arguments.validate(cast("dict[str, Any]", arguments)), principal)
        return result.meta[META_KEY]

    # Resources ----------------------------------------------------------------------------------------------------

    def list_resources(self, requester: metadata.Requester) -> list[dict[str, Any]]:
        """Return every published bundle in the shape of `resources/list`, the newest of each widget first."""
        listed: list[dict[str, Any]] = []
        for name, entry in self._published().items():
            for build in entry.builds:
                is_current = name in self.manifest.widgets and build is entry.current
                listed.append(
                    {
                        "uri": self.manifest.uri(name, build.version),
                        "name": name if is_current else f"{name}-{build.version}",
                        "title": entry.title if is_current else f"{entry.title} (earlier version {build.version})",
                        "description": entry.description,
                        "mimeType": metadata.APP_MIME_TYPE,
                        "size": build.bytes,
                        "_meta": self._resource_meta(name, build, requester),
                    }
                )
        return listed

    def read_resource(self, uri: str, requester: metadata.Requester = "other") -> Bundle | None:
        """Return the bundle of a `ui://` URI.

        A published version is answered with its own bytes, for as long as the ledger keeps it. Without a version, or
        with one that is no longer kept, the newest bundle answers, because an old conversation with a current widget
        is better than one with an empty frame.

        Returns:
            None if no widget has this URI.
        """
        match = _URI.match(uri)
        entry = self._published().get(match["name"]) if match and match["app"] == self.manifest.app else None
        if match is None or entry is None:
            return None
        asked = [build for build in entry.builds if build.version == match["version"]]
        build = asked[0] if asked else entry.current
        html = read_file(build, self.folder).decode()
        content = {
            "mimeType": metadata.APP_MIME_TYPE,
            "text": html,
            "_meta": self._resource_meta(entry.name, build, requester),
        }
        return Bundle(html, _csp(build), build.version, content, is_versioned=bool(asked))

    def _published(self) -> dict[str, BuiltWidget]:
        """Return every widget that hosts may still show, the app's own first."""
        return {**self.manifest.widgets, **self.manifest.retired}

    def _resource_meta(self, name: str, build: Build, requester: metadata.Requester) -> dict[str, Any]:
        """Return the `_meta` of a bundle."""
        widget = self.tools.widgets.get(name)
        description = self._published()[name].description
        return metadata.resource_meta(widget, _csp(build), description, self.public_url, requester)


def _csp(build: Build) -> Csp:
    """Return the origins that a bundle needs."""
    return Csp(**dataclasses.asdict(build.csp))
