"""Scenes: the file, the address, and what is told of a wrong one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mcp_bridge.errors import SceneError
from mcp_bridge.scenes import Scene, hosts, quirks

WHOLE: dict[str, Any] = {
    "tool": "flights",
    "input": {"origin": "JFK", "seats": 2},
    "host": "chatgpt",
    "theme": "dark",
    "locale": "ar-EG",
    "timeZone": "Africa/Cairo",
    "direction": "rtl",
    "device": "mobile",
    "width": 390,
    "displayMode": "fullscreen",
    "maxHeight": 600,
    "safeArea": {"top": 44, "right": 0, "bottom": 34, "left": 0},
    "quirks": ["offline", "late-result:500"],
    "result": {"content": []},
    "widgetState": {"privateContent": {}},
}


def test_a_scene_that_is_written_is_read_again(tmp_path: Path) -> None:
    """bridge: every key goes through the file, and absent ones stay absent."""
    for data in (WHOLE, {"tool": "hello"}, {}):
        file = tmp_path / "scenes" / "one.json"
        Scene.of(data).write(file)
        assert json.loads(file.read_text()) == data
        assert Scene.read(file) == Scene.of(data)


def test_the_address_has_what_fits_into_it() -> None:
    """bridge: the fragment is what `mcp_bridge/preview/scene.js` reads."""
    assert Scene.of(WHOLE).fragment() == (
        "tool=flights&args=%7B%22origin%22%3A%20%22JFK%22%2C%20%22seats%22%3A%202%7D&host=chatgpt&theme=dark&locale=ar-EG"
        "&timeZone=Africa%2FCairo&direction=rtl&device=mobile&width=390&displayMode=fullscreen&maxHeight=600"
        "&safeArea=44%2C0%2C34%2C0&quirks=offline%2Clate-result%3A500"
    )
    assert Scene().fragment() == ""


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"them": "dark"}, "a scene has no key `them`. Did you mean `theme`? It has: tool, input, host, "),
        ([], 'a scene is a JSON object, and this is `[]`. Write it such as {"tool": "hello"}.'),
        (
            {"host": "chatgtp"},
            'the scene\'s `host` is `"chatgtp"`, which is no host of the emulator. Did you mean `chatgpt`?',
        ),
        ({"theme": "drak"}, "which is none of `light`, `dark` or `auto`. Did you mean `dark`?"),
        ({"locale": "de_DE"}, "which is not a BCP 47 tag. Write it as language and region, such as de-DE."),
        ({"timeZone": "Europe/Berln"}, "which is not an IANA time zone. Did you mean `Europe/Berlin`?"),
        ({"width": "wide"}, "which is not a number of pixels from 1 to 20,000."),
        ({"maxHeight": "full"}, "which is not a number of pixels. Leave it out for the host's own."),
        ({"safeArea": {"topp": 1}}, "and it has no side `topp`. Did you mean `top`?"),
        ({"quirks": "offline"}, 'which is not a list of ids. Write ["offline"], for example.'),
        ({"quirks": ["ofline"]}, "and there is no quirk `ofline`. Did you mean `offline`? There are: "),
        ({"quirks": ["offline:5"]}, "and the quirk `offline` takes no milliseconds. Write `offline` alone."),
        ({"quirks": ["late-result:"]}, "is no number of milliseconds. Write `late-result:500`, for example."),
        ({"input": 3}, "the scene's `input` is `3`, which is not a JSON object."),
        ({"tool": ""}, "which is not the name of a tool."),
    ],
)
def test_a_wrong_scene_is_told_with_its_cure(data: Any, sentence: str) -> None:
    """bridge: the subject, what is wrong with the value, the cure."""
    with pytest.raises(SceneError) as raised:
        Scene.of(data)
    assert sentence in str(raised.value)


def test_the_file_is_named(tmp_path: Path) -> None:
    """bridge: a person with many scenes knows which one."""
    file = tmp_path / "one.json"
    with pytest.raises(SceneError, match=r"the scene .*one\.json cannot be read: No such file or directory\."):
        Scene.read(file)
    file.write_text("{")
    with pytest.raises(SceneError, match=r"one\.json is not JSON: "):
        Scene.read(file)
    file.write_text('{"theme": "red"}')
    with pytest.raises(SceneError, match=r"one\.json: the scene's `theme` is `\"red\"`"):
        Scene.read(file)


def test_the_docs_have_every_host_key_and_quirk() -> None:
    """bridge: docs/emulator.md says what the emulator's menus say."""
    page = (Path(__file__).parent.parent / "docs/emulator.md").read_text()
    first = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert [name for name in first if name in hosts()] == list(hosts())
    assert [name for name in first if name in quirks()] == list(quirks())
    assert [name for name in first if name in WHOLE] == list(WHOLE)
    for name, quirk in quirks().items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert quirk["sentence"] in row
        assert f"| {quirk.get('milliseconds', '')} |" in row
        assert f"]({quirk['thread']})" in row


def test_every_host_and_quirk_says_what_the_emulator_reads() -> None:
    """spec: MCP Apps 2026-01-26, `hostInfo`, `hostCapabilities`, `availableDisplayModes`, `containerDimensions`."""
    for name, host in hosts().items():
        assert {"title", "shell", "device", "platform", "hostInfo", "capabilities", "displayModes", "container"} <= set(
            host
        ), name
        assert set(host["displayModes"]) <= {"inline", "fullscreen", "pip"}
        assert set(host["capabilities"]) <= {"openLinks", "serverTools", "logging", "message", "updateModelContext"}
    for name, quirk in quirks().items():
        assert {"id", "group", "title", "sentence", "thread"} <= set(quirk), name
        assert quirk["thread"].startswith("https://github.com/")
        assert quirk["sentence"].endswith(".")
