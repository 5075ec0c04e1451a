"""Files of a widget: chunks beside the events, then the event that names them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

from mcp_bridge import manifest, widget
from mcp_bridge.bridge import Bridge
from mcp_bridge.events import Widgets
from mcp_bridge.uploads import UPLOAD_BYTES
from tests.demo import demo_app
from tests.registries import separate_registry
from tests.test_events import Widget

pytestmark = pytest.mark.anyio


class Album(rx.State):
    """What was taken."""

    taken: list[str] = []

    @rx.event
    def open_album(self) -> None:
        """Open."""

    @rx.event
    async def take(self, files: list[rx.UploadFile], label: str = "") -> None:
        """Note the files."""
        for file in files:
            self.taken.append(f"{label}{file.path}:{file.content_type}:{(await file.read()).decode()}")

    @rx.event
    def name(self, label: str) -> None:
        """Take no file."""
        self.taken.append(label)


STATE = Album.get_full_name()

with separate_registry() as registry:

    @widget(on_call={"album": Album.open_album})
    def album() -> rx.Component:
        """Take files."""
        return rx.foreach(Album.taken, rx.text)


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    """An app with one widget that takes files."""
    events = (f"{STATE}.take", f"{STATE}.name")
    export = manifest.Export("album", "Album", "Take.", b"<!doctype html>", events, (STATE,), manifest.Needs())
    written = manifest.write(tmp_path, "demo", [export])
    return Bridge(name="demo", folder=tmp_path, manifest=written, tools=registry, widgets=Widgets(demo_app()))


class Sender(Widget):
    """A widget that sends files."""

    async def chunk(self, content: bytes, **changes: Any) -> dict[str, Any]:
        """Send a chunk."""
        chunk = {"id": "u1", "file": 0, "index": 0, "data": base64.b64encode(content).decode(), **changes}
        call = {"session": self.session, "mount": self.mount, "since": self.version, "upload": chunk}
        return await self.ask("reflex_event", call)

    async def take(self, *files: dict[str, Any], seq: int = 1, name: str = "take", **payload: Any) -> dict[str, Any]:
        """Send the event."""
        event = {
            "seq": seq,
            "name": f"{STATE}.{name}",
            "payload": payload,
            "upload": {"id": "u1", "files": list(files)},
        }
        call = {"session": self.session, "mount": self.mount, "since": 0, "events": [event]}
        return await self.ask("reflex_event", call)


async def opened(bridge: Bridge) -> Sender:
    """Open the widget."""
    answer = (await bridge.call_tool("album", {}, "")).meta["mcp-bridge"]
    return Sender(bridge, answer["session"], answer["update"]["version"])


def taken(answer: dict[str, Any]) -> list[str]:
    """Return what the State has."""
    return answer["update"]["vars"][STATE]["taken_rx_state_"]


async def test_files_come_whole_whatever_the_order_and_the_repeats(bridge: Bridge) -> None:
    """bridge: a chunk that comes twice is the same chunk; names lead nowhere, also in other alphabets."""
    async with bridge.running():
        sender = await opened(bridge)
        for data, where in [(b"lo", {"index": 1}), (b"hel", {}), (b"hel", {}), (b"x", {"file": 1})]:
            assert await sender.chunk(data, **where) == {"session": sender.session}
        files = [
            {"name": "../../etc/Grüße.txt", "type": "text/plain", "size": 5},
            {"name": "..", "type": "", "size": 1},
            {"name": "empty", "type": "", "size": 0},
        ]
        answer = await sender.take(*files, label="my ")
        assert taken(answer) == [
            "my etc/Grüße.txt:text/plain:hello",
            "my upload:application/octet-stream:x",
            "my empty:application/octet-stream:",
        ]
        # The same call again, as a host repeats it.
        assert taken(await sender.take(*files, label="my ")) == taken(answer)
        session = bridge.widgets.sessions.find(sender.session)
        assert session is not None
        assert await session.mailbox.chunks("u1") == {}


async def test_a_file_that_is_not_whole_runs_nothing(bridge: Bridge) -> None:
    """bridge: a server that was restarted has no chunks; the person is told so."""
    async with bridge.running():
        sender = await opened(bridge)
        await sender.chunk(b"hel")
        answer = await sender.take({"name": "a.txt", "type": "", "size": 5})
        assert answer["error"]["code"] == "bad_request"
        assert answer["error"]["message"].startswith("The file 'a.txt' is not on the server any more")
        await sender.chunk(b"lo", index=1)
        assert taken(await sender.take({"name": "a.txt", "type": "", "size": 5})) == [
            "a.txt:application/octet-stream:hello"
        ]


async def test_a_handler_that_takes_no_files_gets_none(bridge: Bridge) -> None:
    """bridge: everything from a widget is client input."""
    async with bridge.running():
        sender = await opened(bridge)
        answer = await sender.take(name="name", label="x")
        assert answer["error"]["message"] == f"Event `{STATE}.name` takes no files, so nothing was executed."


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"data": "no base64!"}, "bad_request"),
        ({"data": "A" * 300_000}, "too_large"),
        ({"file": 100}, "bad_request"),
        ({"index": -1}, "bad_request"),
        ({"id": ""}, "bad_request"),
        ({"id": "x" * 200}, "bad_request"),
    ],
)
async def test_a_wrong_chunk_is_refused(bridge: Bridge, changes: dict[str, Any], code: str) -> None:
    """bridge: bounded and typed."""
    async with bridge.running():
        sender = await opened(bridge)
        assert (await sender.chunk(b"x", **changes))["error"]["code"] == code


async def test_too_many_bytes_are_refused_and_forgotten(bridge: Bridge) -> None:
    """bridge: memory is bounded; what was never used makes room."""
    part = b"x" * 128 * 1024
    async with bridge.running():
        sender = await opened(bridge)
        for index in range(UPLOAD_BYTES // len(part)):
            assert "error" not in await sender.chunk(part, index=index)
        session = bridge.widgets.sessions.find(sender.session)
        assert session is not None
        assert len(await session.mailbox.chunks("u1")) == 80
        assert "error" not in await sender.chunk(b"y", id="u2")
        assert await session.mailbox.chunks("u1") == {}
        for index in range(UPLOAD_BYTES // len(part)):
            await sender.chunk(part, index=index)
        refused = await sender.chunk(b"x", index=999)
        assert refused["error"]["message"].startswith("Files of more than 10 MB cannot be sent.")
        assert await session.mailbox.chunks("u1") == {}
