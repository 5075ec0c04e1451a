"""`mcp-bridge screenshot`, as a person runs it, with the Chromium of the system."""

from __future__ import annotations

import base64
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from mcp_bridge.scenes import Scene
from mcp_bridge.shots import launch
from tests.test_cli import ROOT, environment, run

FLIGHTS = ("flights", "origin=JFK", "destination=SFO", "date=2013-07-02")


def size(file: Path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG")
    return struct.unpack(">II", data[16:24])


@pytest.mark.browser
@pytest.mark.parametrize("way", [("--host", "plain"), ("--host", "chatgpt"), ("--part", "alone")], ids=" ".join)
def test_a_picture_has_the_width_that_was_asked_for_and_the_height_of_the_widget(
    tmp_path: Path, way: tuple[str, str]
) -> None:
    """bridge: alone or in a host; neither cut nor with the window's empty rest."""
    pictures: dict[tuple[str, int], tuple[int, int]] = {}
    for theme, width in (("dark", 390), ("light", 768)):
        file = tmp_path / f"{theme}.png"
        done = run(ROOT, "screenshot", *FLIGHTS, *way, "--theme", theme, "--width", str(width), "-o", str(file))
        assert (done.returncode, done.stderr) == (0, "")
        wide, high = pictures[theme, width] = size(file)
        assert done.stdout == f"{file}  {wide} × {high} pixels, {file.stat().st_size:,} bytes\n"
    assert [wide for wide, _ in pictures.values()] == [390, 768]
    assert pictures["dark", 390][1] > 900 > pictures["light", 768][1] > 500
    shades = [_corner(tmp_path / f"{theme}.png") for theme in ("dark", "light")]
    assert max(shades[0]) < 60
    assert min(shades[1]) > 240


def _corner(file: Path) -> tuple[int, ...]:
    """Return the color of a point inside the widget, left of its text, as Chromium reads it."""
    read = """async (data) => {
      const image = await createImageBitmap(await (await fetch(data)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
      canvas.drawImage(image, 0, 0);
      return [...canvas.getImageData(4, image.height / 2, 1, 1).data].slice(0, 3);
    }"""
    data = f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        try:
            return tuple(browser.new_page().evaluate(read, data))
        finally:
            browser.close()


@pytest.mark.browser
def test_a_widget_that_shows_an_error_gives_the_sentence_and_no_picture(tmp_path: Path) -> None:
    """bridge: exit code 1, in both ways to take it."""
    wrong = ("flights", "origin=JFK", "destination=XXX", "date=2013-07-02")
    for part in ("alone", "widget"):
        done = run(ROOT, "screenshot", *wrong, "--part", part, "-o", str(tmp_path / "no.png"))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: Flights could not be opened: No airport in this data has the code XXX.")
    assert not (tmp_path / "no.png").exists()


@pytest.mark.browser
def test_a_scene_is_pictured_with_the_chat_around_it(tmp_path: Path) -> None:
    """bridge: what is given at the command line comes before the scene, and the tool may be the scene's."""
    scene = tmp_path / "phone.json"
    Scene(tool="hello", input={"name": "Ada"}, host="chatgpt-mobile", theme="dark", quirks=["offline"]).write(scene)
    file = tmp_path / "chat.png"
    done = run(ROOT, "screenshot", "--scene", str(scene), "--part", "chat", "-o", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert size(file) == (430, 900)
    assert max(_corner(file)) < 60
    done = run(ROOT, "screenshot", "hello", "name=Bo", "--scene", str(scene), "--theme", "light", "-o", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert size(file)[0] == 390
    assert min(_corner(file)) > 240


def test_what_cannot_be_pictured_is_told_in_one_sentence(tmp_path: Path) -> None:
    """bridge: a tool without UI, a locale that is none, a folder that is not there, a browser that is none."""
    told = {
        ("delays",): "tool `delays` opens no widget, so there is nothing to see. Run `mcp-bridge call delays` instead.",
        ("hello",): "tool `hello` needs `name` (string). Add name=…",
        ("hello", "name=A", "--locale", "de_DE"): (
            "--locale is `de_DE`, which is not a BCP 47 tag. Write it as language and region, such as de-DE."
        ),
        (): "no tool is named. Write `mcp-bridge screenshot TOOL`, or name a scene that has one with --scene.",
        ("--scene", "gone.json"): (
            "SceneError: the scene gone.json cannot be read: No such file or directory. Save it from the emulator, or "
            "name another file."
        ),
        ("hello", "name=A", "-o", "gone/a.png"): (
            "the folder `gone` of a.png does not exist. Make it, or choose another with -o."
        ),
    }
    for arguments, sentence in told.items():
        done = run(ROOT, "screenshot", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")


def test_without_playwright_or_a_browser_the_cure_is_told(tmp_path: Path) -> None:
    """bridge: an optional dependency says how to get it."""
    hidden = "import sys; sys.modules['playwright.sync_api'] = None; from mcp_bridge.cli import main; main()"
    command = [sys.executable, "-c", hidden, "screenshot", "hello", "name=A"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Error: Playwright is not installed, and it takes the picture. "
        'Run `pip install "reflex-mcp-bridge[testing]"`.\n'
    )
    nowhere = {**environment(), "CHROMIUM": str(tmp_path / "chromium")}
    command = [sys.executable, "-m", "mcp_bridge.cli", "screenshot", "hello", "name=A", "-o", str(tmp_path / "a.png")]
    done = subprocess.run(command, cwd=ROOT, env=nowhere, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: `{tmp_path}/chromium` cannot be started. Run `playwright install chromium`, or name a Chromium in the "
        "environment variable CHROMIUM.\n"
    )
