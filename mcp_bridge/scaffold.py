"""A new project: the files of a template, with the project's name in them.

    written = create(Path("pizzeria"), "list")

A template is a folder of `templates/`, laid over `templates/base`. Each makes a project whose own tests pass at once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ._version import __version__
from .errors import BridgeError

_TEMPLATES = Path(__file__).parent / "templates"
_BASE = "base"
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")

TEMPLATES = {
    "hello": "a greeting and a counter",
    "list": "a list with details and a follow-up message",
    "dashboard": "figures and bars that a choice changes",
    "job": "a job of minutes with progress and a stop button",
    "streaming": "a text that comes word by word",
}
"""The templates with a few words for a person."""


class ScaffoldError(BridgeError):
    """A project cannot be written here."""


@dataclass(frozen=True)
class Change:
    """What was done to a file: "written", "changed", or "left" because it was there already.

    Attributes:
        path: The file, from the project's folder.
        what: What was done.
        note: What a person has to do, "" for nothing.
    """

    path: str
    what: str
    note: str = ""


def create(folder: Path, template: str) -> list[Change]:
    """Write a project.

    Args:
        folder: Where to; it must not have files yet. Its name is the project's.
        template: One of `TEMPLATES`.

    Raises:
        ScaffoldError: If the name does not fit or the folder has files.
    """
    name = folder.resolve().name
    if not _NAME.match(name):
        msg = f"project name {name!r} does not fit: it needs a letter, then letters, digits, `_` and `-`."
        raise ScaffoldError(msg)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = (
            f"{folder} exists and is not empty, so nothing was written. Choose another name, or run `mcp-bridge init` "
            "in it if it is a Reflex app."
        )
        raise ScaffoldError(msg)
    return [_write(folder, path, text) for path, text in _files(name, template)]


def extend(folder: Path, template: str) -> list[Change]:
    """Add a widget to a Reflex app that exists; files that are there are not touched, but for `rxconfig.py`.

    Args:
        folder: The app's folder, with `rxconfig.py`.
        template: One of `TEMPLATES`.

    Raises:
        ScaffoldError: If there is no Reflex app in the folder.
    """
    config = folder / "rxconfig.py"
    if not config.is_file():
        msg = f"{folder} has no rxconfig.py, so it is no Reflex app. Run `mcp-bridge new NAME` for a new one."
        raise ScaffoldError(msg)
    package = _app_name(config)
    changes = [_with_plugin(config)]
    for path, text in _files(folder.resolve().name, template):
        part = path.partition("/")[0]
        if part not in ("app", "components", "tests") or path in ("app/__init__.py", "app/app.py"):
            continue
        moved = f"{package}/{path.removeprefix('app/')}" if part == "app" else path
        changes.append(_write(folder, moved, text.replace("from app.", f"from {package}.")))
    return changes


def _files(name: str, template: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every file of a template, sorted."""
    found: dict[str, Path] = {}
    for source in (_TEMPLATES / _BASE, _TEMPLATES / template):
        files = (path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        found |= {path.relative_to(source).as_posix(): path for path in files}
    for path, source in sorted(found.items()):
        text = source.read_text(encoding="utf-8")
        yield path, text.replace("{{name}}", name).replace("{{range}}", _range())


def _range() -> str:
    """Return the versions that a project is written for: this one and later, as long as none may break it.

    Before 1.0 that is the minor version, after it the major one (Semantic Versioning 2.0.0, 4 and 8).
    """
    major, minor = (int(part) for part in __version__.split(".")[:2])
    return f">={__version__},<{major + 1}" if major else f">={__version__},<0.{minor + 1}"


def _write(folder: Path, path: str, text: str) -> Change:
    """Write a file unless it is there."""
    target = folder / path
    if target.exists():
        return Change(path, "left")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return Change(path, "written")


def _app_name(config: Path) -> str:
    """Return the `app_name` of an rxconfig.py.

    Raises:
        ScaffoldError: If it cannot be read from the file.
    """
    for node in ast.walk(ast.parse(config.read_text(encoding="utf-8"))):
        match node:
            case ast.keyword(arg="app_name", value=ast.Constant(value=str(name))):
                return name
            case _:
                pass
    msg = f'{config} has no `app_name="..."`, so the app\'s package is not known. Name it there.'
    raise ScaffoldError(msg)


def _with_plugin(config: Path) -> Change:
    """Put `WidgetsPlugin()` into the `plugins` of an rxconfig.py, and its import at the end of the imports."""
    text = config.read_text(encoding="utf-8")
    if "WidgetsPlugin" in text:
        return Change("rxconfig.py", "left")
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_config(node)]
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    if len(calls) != 1 or not imports:
        return Change("rxconfig.py", "left", "add `from mcp_bridge import WidgetsPlugin` and plugins=[WidgetsPlugin()]")
    plugins = next((each.value for each in calls[0].keywords if each.arg == "plugins"), None)
    if isinstance(plugins, ast.List):
        _insert(lines, plugins.lineno, plugins.col_offset + 1, "WidgetsPlugin()" + (", " if plugins.elts else ""))
    elif plugins is None and calls[0].keywords:
        first = calls[0].keywords[0]
        _insert(lines, first.lineno, first.col_offset, "plugins=[WidgetsPlugin()], ")
    else:
        return Change("rxconfig.py", "left", "add WidgetsPlugin() to the plugins")
    last = imports[-1].end_lineno or imports[-1].lineno
    lines.insert(last, "\nfrom mcp_bridge import WidgetsPlugin\n")
    config.write_text("".join(lines), encoding="utf-8")
    return Change("rxconfig.py", "changed")


def _is_config(call: ast.Call) -> bool:
    """Whether a call is `rx.Config(...)` or `Config(...)`."""
    return getattr(call.func, "attr", getattr(call.func, "id", "")) == "Config"


def _insert(lines: list[str], line: int, column: int, text: str) -> None:
    """Insert text at a place that `ast` gives: lines from 1, columns in bytes."""
    raw = lines[line - 1].encode()
    lines[line - 1] = (raw[:column] + text.encode() + raw[column:]).decode()
