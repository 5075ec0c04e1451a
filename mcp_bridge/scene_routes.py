"""The emulator reads and saves the scenes of a project through the server, where that is the author's own machine.

    app = Starlette(routes=preview_routes(read_bundle, Path("tests/scenes")))      # they are among these

    GET /preview/scenes                     {"scenes": [{"name", "scene", "hasResult", "hasWidgetState"}, …]}
    GET /preview/scenes/<name>              {"scene": …} with all that the file has
    PUT /preview/scenes/<name>?overwrite=true

A page of any site can send requests to a server on this machine, and a tunnel brings anyone's. So these routes exist in
development only, and answer only to who names this machine, comes from it, and comes from no other page.
"""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from .errors import SceneError
from .scenes import Scene

LARGEST = 2_000_000
"""Bytes of a scene; a saved result is most of them."""

MOST = 500
"""Scenes that are listed."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
# Names that Windows gives to devices, whatever follows the dot.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
_ONLY_IN_FILES = {"result", "widgetState"}

_Handler = Callable[[Request], Awaitable[Response]]


class _RefusedError(Exception):
    """A request that is not carried out."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def scene_routes(folder: Path) -> list[BaseRoute]:
    """Return the routes of a folder of scenes.

    Args:
        folder: Where the files are; it is made when the first one is saved.
    """

    async def every(_: Request) -> Response:
        return JSONResponse({"scenes": await run_in_threadpool(_listed, folder)})

    async def one(request: Request) -> Response:
        path = _path(folder, request)
        if not path.is_file():
            raise _RefusedError(404, f"There is no scene {path.stem}. It may have been renamed; reload the page.")
        scene = await run_in_threadpool(Scene.read, path)
        return JSONResponse({"scene": scene.data()})

    async def save(request: Request) -> Response:
        path = _path(folder, request)
        scene = Scene.of(await _body(request))
        may_replace = request.query_params.get("overwrite") == "true"
        is_new = await run_in_threadpool(_write, scene, path, may_replace=may_replace)
        return JSONResponse({"path": shown(path)}, status_code=201 if is_new else 200)

    return [
        Route("/preview/scenes", _guarded(every), methods=["GET"]),
        Route("/preview/scenes/{name}", _guarded(one), methods=["GET"]),
        Route("/preview/scenes/{name}", _guarded(save), methods=["PUT"]),
    ]


def _guarded(handle: _Handler) -> _Handler:
    """Return the handler behind the checks, with its refusals as sentences."""

    async def checked(request: Request) -> Response:
        try:
            _require_author(request)
            response = await handle(request)
        except _RefusedError as error:
            response = PlainTextResponse(str(error), status_code=error.status)
        except SceneError as error:
            response = PlainTextResponse(_sentence(str(error)), status_code=400)
        except OSError as error:
            sentence = f"The scene cannot be read or written: {error.strerror or error}."
            response = PlainTextResponse(sentence, status_code=500)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return checked


def is_here(request: Request) -> bool:
    """Whether a request names this machine and comes from it, not through a tunnel or a proxy elsewhere."""
    if _hostname(request.headers.get("host", "")) not in _LOCAL_HOSTS:
        return False
    is_forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "cf-connecting-ip"))
    return not is_forwarded or _is_loopback(request.client.host if request.client else "")


def _require_author(request: Request) -> None:
    """Refuse whoever is not at this machine, or is a page of another site."""
    if not is_here(request):
        raise _RefusedError(403, "Scenes are read and saved only on this machine, at localhost, not through a tunnel.")
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != request.headers.get("host")):
        raise _RefusedError(403, "Scenes are read and saved by the emulator's own page only.")


def _path(folder: Path, request: Request) -> Path:
    """Return the file of the scene that a request names, which is always in the folder itself."""
    name: str = request.path_params["name"]
    if not _NAME.fullmatch(name) or name in _DEVICES:
        msg = "A scene's name has small letters, digits, - and _, and up to 64 of them, such as late-night."
        raise _RefusedError(400, msg)
    return folder / f"{name}.json"


async def _body(request: Request) -> Any:
    """Return the JSON of a request, of which no more is read than a scene may have."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise _RefusedError(415, "A scene is sent as application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            megabytes = LARGEST // 1_000_000
            raise _RefusedError(413, f"The scene has more than {megabytes} MB. Save it without its result.")
    try:
        return json.loads(body)
    except ValueError as error:
        raise _RefusedError(400, f"The scene is not JSON: {error}.") from error


def _listed(folder: Path) -> list[dict[str, Any]]:
    """Return all scenes by name, without what only files have; of a broken one, what is wrong with it."""
    files = sorted(each for each in folder.glob("*.json") if each.is_file())[:MOST] if folder.is_dir() else []
    return [_entry(path) for path in files]


def _entry(path: Path) -> dict[str, Any]:
    if not _NAME.fullmatch(path.stem):
        return {"name": path.stem, "error": "This file's name is no scene's: use small letters, digits, - and _."}
    if path.stat().st_size > LARGEST:
        return {"name": path.stem, "error": f"This file has more than {LARGEST // 1_000_000} MB."}
    try:
        data = Scene.read(path).data()
    except SceneError as error:
        return {"name": path.stem, "error": _sentence(str(error))}
    scene = {key: value for key, value in data.items() if key not in _ONLY_IN_FILES}
    return {
        "name": path.stem,
        "scene": scene,
        "hasResult": "result" in data,
        "hasWidgetState": "widgetState" in data,
    }


def _write(scene: Scene, path: Path, *, may_replace: bool) -> bool:
    """Write a scene at once or not at all; return whether there was none of that name.

    Raises:
        _RefusedError: If there is one, and it may not be replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp")
    is_new = True
    try:
        path.touch(exist_ok=False)
    except FileExistsError as error:
        if not may_replace:
            raise _RefusedError(409, f"There is a scene {path.stem} already.") from error
        is_new = False
    try:
        scene.write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return is_new


def shown(path: Path) -> str:
    """Return a path as the author knows it, from the project's folder."""
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def _sentence(text: str) -> str:
    """Return a message as a sentence; one that begins with the name of a file stays."""
    return text[:1].upper() + text[1:] if text.startswith(("a ", "the ")) else text


def _hostname(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
