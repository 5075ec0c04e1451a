"""Scenes through the server: who may, what is written, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mcp_bridge import create_app, create_server
from mcp_bridge.bridge import Bridge
from mcp_bridge.preview import preview_routes
from mcp_bridge.scene_routes import LARGEST

ORIGIN = "http://localhost:8000"
SCENE: dict[str, Any] = {"tool": "hello", "input": {"name": "Ada"}, "host": "chatgpt", "quirks": ["offline"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tests" / "scenes"


@pytest.fixture
def client(folder: Path) -> TestClient:
    return TestClient(Starlette(routes=preview_routes(lambda _: None, folder)), base_url=ORIGIN)


def test_a_scene_is_saved_as_a_file_and_read_again(client: TestClient, folder: Path) -> None:
    """bridge: `tests/scenes/<name>.json`, for the emulator and for tests alike."""
    kept = {**SCENE, "result": {"content": []}, "widgetState": {"privateContent": {"session": "s"}}}
    assert client.get("/preview/scenes").json() == {"scenes": []}
    assert client.put("/preview/scenes/ada", json=SCENE).status_code == 201
    saved = client.put("/preview/scenes/kept", json=kept)

    assert (saved.status_code, saved.json()) == (201, {"path": (folder / "kept.json").as_posix()})
    assert json.loads((folder / "kept.json").read_text()) == kept
    assert client.get("/preview/scenes/kept").json() == {"scene": kept}
    assert client.get("/preview/scenes").json() == {
        "scenes": [
            {"name": "ada", "scene": SCENE, "hasResult": False, "hasWidgetState": False},
            {"name": "kept", "scene": SCENE, "hasResult": True, "hasWidgetState": True},
        ]
    }
    assert sorted(each.name for each in folder.iterdir()) == ["ada.json", "kept.json"]


def test_a_scene_is_replaced_only_when_asked(client: TestClient, folder: Path) -> None:
    """bridge: nobody loses a file by saving another of the same name."""
    client.put("/preview/scenes/ada", json=SCENE)
    refused = client.put("/preview/scenes/ada", json={"tool": "flights"})
    assert (refused.status_code, refused.text) == (409, "There is a scene ada already.")
    assert json.loads((folder / "ada.json").read_text()) == SCENE
    replaced = client.put("/preview/scenes/ada?overwrite=true", json={"tool": "flights"})
    assert replaced.status_code == 200
    assert json.loads((folder / "ada.json").read_text()) == {"tool": "flights"}


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fevil",
        "%2E%2E%2F%2E%2E%2Fevil",
        "..%5Cevil",
        "%2Fetc%2Fpasswd",
        "..",
        ".hidden",
        "a.json",
        "a%00",
        "Ada",
        "a%0A",
        "a b",
        "ä",
        "-a",
        "con",
        "lpt1",
        "a" * 65,
    ],
)
def test_a_name_never_leaves_the_folder(client: TestClient, folder: Path, name: str) -> None:
    """bridge: only into `tests/scenes`, under names that every file system takes."""
    assert client.put(f"/preview/scenes/{name}", json=SCENE).status_code in (400, 404, 405)
    assert client.get(f"/preview/scenes/{name}").status_code in (400, 404)
    assert list(folder.parent.parent.rglob("*.json")) == []


def test_what_is_no_scene_is_refused_in_a_sentence(client: TestClient, folder: Path) -> None:
    """bridge: nothing is written that the emulator could not show."""
    put = client.put
    cases = [
        (put("/preview/scenes/a", json={"tol": "hello"}), 400, "A scene has no key `tol`. Did you mean `tool`?"),
        (put("/preview/scenes/a", json=[1]), 400, "A scene is a JSON object, and this is `[1]`."),
        (put("/preview/scenes/a", json={"host": "nowhere"}), 400, 'The scene\'s `host` is `"nowhere"`'),
        (put("/preview/scenes/a", content="{", headers={"content-type": "application/json"}), 400, "is not JSON"),
        (put("/preview/scenes/a", content="{}", headers={"content-type": "text/plain"}), 415, "application/json"),
        (put("/preview/scenes/a", json={"tool": "a", "result": {"x": "x" * LARGEST}}), 413, "without its result"),
        (client.get("/preview/scenes/none"), 404, "There is no scene none."),
    ]
    for response, status, words in cases:
        assert (response.status_code, words in response.text) == (status, True), response.text
    assert not folder.exists()


def test_a_broken_file_is_listed_with_what_is_wrong(client: TestClient, folder: Path) -> None:
    """bridge: a file that somebody wrote by hand does not hide the others."""
    folder.mkdir(parents=True)
    (folder / "good.json").write_text('{"tool": "hello"}')
    (folder / "bad.json").write_text("{")
    (folder / "Odd name.json").write_text("{}")
    (folder / "notes.txt").write_text("no scene")
    listed = {each["name"]: each.get("error", "") for each in client.get("/preview/scenes").json()["scenes"]}
    assert listed.keys() == {"good", "bad", "Odd name"}
    assert listed["good"] == ""
    assert "bad.json is not JSON" in listed["bad"]
    assert "small letters" in listed["Odd name"]
    assert client.get("/preview/scenes/bad").status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"host": "rebound.example.com"}, id="another name of this machine"),
        pytest.param({"host": "my-tunnel.example.com", "x-forwarded-for": "203.0.113.9"}, id="tunnel"),
        pytest.param({"x-forwarded-for": "203.0.113.9"}, id="tunnel that keeps the name"),
        pytest.param({"origin": "https://evil.example.com"}, id="page of another site"),
        pytest.param({"origin": "null"}, id="sandboxed frame"),
        pytest.param({"origin": "http://127.0.0.1:8000"}, id="frame under the other name"),
        pytest.param({"sec-fetch-site": "cross-site"}, id="cross-site"),
        pytest.param({"sec-fetch-site": "same-site"}, id="same-site"),
    ],
)
def test_only_the_author_s_own_page_reads_and_saves(client: TestClient, folder: Path, headers: dict[str, str]) -> None:
    """bridge: any page can send requests to this machine, and a tunnel brings anyone's."""
    assert client.put("/preview/scenes/a", json=SCENE, headers=headers).status_code == 403
    assert client.get("/preview/scenes", headers=headers).status_code == 403
    assert not folder.exists()


def test_the_emulator_s_own_page_is_let_in(client: TestClient, folder: Path) -> None:
    """bridge: what a browser sends from the page itself."""
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    assert client.put("/preview/scenes/a", json=SCENE, headers=headers).status_code == 201
    assert f'<meta name="scenes" content="{folder.as_posix()}">' in client.get("/").text
    assert '<meta name="scenes" content="">' in client.get("/", headers={"host": "my-tunnel.example.com"}).text


def test_production_has_no_scenes_even_with_a_preview(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bridge: `--env prod --preview` shows widgets, and writes no file."""
    monkeypatch.chdir(tmp_path)
    for mode, is_there in (("dev", True), ("prod", False)):
        monkeypatch.setenv("REFLEX_ENV_MODE", mode)
        app = create_app(create_server(bridge), bridge, preview=True)
        client = TestClient(app, base_url=ORIGIN)
        assert client.get("/").status_code == 200
        assert client.get("/preview/scenes").status_code == (200 if is_there else 404)
        assert client.put("/preview/scenes/a", json=SCENE).status_code == (201 if is_there else 404)
        assert ('content="tests/scenes"' in client.get("/").text) is is_there
    assert [each.name for each in (tmp_path / "tests/scenes").iterdir()] == ["a.json"]


def test_no_other_site_may_even_ask(bridge: Bridge) -> None:
    """bridge: the endpoint's CORS allows any origin, but not PUT."""
    client = TestClient(create_app(create_server(bridge), bridge, preview=True), base_url=ORIGIN)
    asked = {"origin": "https://evil.example.com", "access-control-request-method": "PUT"}
    assert client.options("/preview/scenes/a", headers=asked).status_code == 400
