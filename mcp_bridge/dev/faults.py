"""An exception as its author wants to read it: one sentence, the file and line of their own code, and the source there.

describe(error, Path.cwd())
# {"kind": "NameError", "message": "name 'flihgts' is not defined", "file": "app/flights.py", "line": 34,
#  "source": [{"line": 33, "text": "def rows():"}, ...], "trace": "Traceback ..."}
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_AROUND = 3
_FOREIGN = frozenset({".venv", "venv", "site-packages", "node_modules", ".web"})
_MESSAGE_CHARACTERS = 4000


def describe(error: BaseException, root: Path) -> dict[str, Any]:
    """Return an exception as JSON data.

    Args:
        error: The exception.
        root: The project's folder; the place that is named is the innermost one below it.

    Returns:
        `kind`, `message` and `trace`; `file` (relative to the project), `line` (from 1) and `source`, a list of
        `{"line", "text"}`, are None, None and [] if no code of the project took part.
    """
    root = root.resolve()
    file, line = next(_places(error, root), (None, None))
    return {
        "kind": type(error).__name__,
        "message": _message(error)[:_MESSAGE_CHARACTERS],
        "file": None if file is None else file.relative_to(root).as_posix(),
        "line": line,
        "source": [] if file is None or line is None else _source(file, line),
        "trace": "".join(traceback.format_exception(error)),
    }


def _message(error: BaseException) -> str:
    """Return what the exception says; a syntax error names its place itself, which would be said twice."""
    if isinstance(error, SyntaxError) and error.msg:
        return error.msg
    if isinstance(error, KeyError):
        return f"no key {error}"
    return str(error)


def _places(error: BaseException, root: Path) -> Iterator[tuple[Path, int]]:
    """Yield the places of the project's own code, the innermost of the exception first, then those of its causes."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if isinstance(current, SyntaxError) and current.filename and current.lineno:
            path = Path(current.filename)
            if _is_own(path, root):
                yield path.resolve(), current.lineno
        for frame in reversed(traceback.extract_tb(current.__traceback__)):
            path = Path(frame.filename)
            if frame.lineno and _is_own(path, root):
                yield path.resolve(), frame.lineno
        current = current.__cause__ or current.__context__


def _is_own(path: Path, root: Path) -> bool:
    """Whether a file belongs to the project rather than to what it has installed."""
    try:
        parts = path.resolve().relative_to(root).parts
    except ValueError:
        return False
    return not _FOREIGN.intersection(parts)


def _source(file: Path, line: int) -> list[dict[str, Any]]:
    """Return the lines around one."""
    linecache.checkcache(str(file))
    lines = linecache.getlines(str(file))
    around = range(max(1, line - _AROUND), min(len(lines), line + _AROUND) + 1)
    return [{"line": number, "text": lines[number - 1].rstrip("\n")} for number in around]
