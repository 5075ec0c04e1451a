"""A sealed copy of a session's State, which the widget carries for the day when the server has lost it.

    text = Seals(secret).seal(Snapshot(...))
    Seals(secret).unseal(text, widget="shop", principal="")       # CallError if it is forged, foreign or too old

AES-GCM hides it from the browser and from the host, and shows every change. It is JSON only, and each value is
validated by the type of its var before it is used. Its version is the widget's `state_version`: a snapshot of an older
version goes through the author's `@migrate` functions, and one that no function mends is not used.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import BridgeError, WidgetError

SECRET_VARIABLE = "MCP_BRIDGE_SECRET"  # noqa: S105
LIFETIME_SECONDS = 90 * 24 * 3600
LARGEST = 48 * 1024
"""Characters of the largest snapshot that a widget carries; hosts keep little."""

_NONCE = 12
_FORMAT = b"mcp-bridge snapshot 2"
_SHORTEST_SECRET = 32
_READ_ATTEMPTS = 50
_MAC = 16

Values = dict[str, dict[str, Any]]
Migration = Callable[[Values], Values]
M = TypeVar("M", bound=Migration)


class SnapshotError(BridgeError):
    """A snapshot cannot be used; the next way to restore is tried."""


@dataclass(frozen=True)
class Snapshot:
    """A copy of a session's State.

    Attributes:
        widget: The widget that carries it.
        tool: The tool that opened it.
        principal: Whose it is, "" without authentication.
        version: The `state_version` of the widget.
        values: The stored vars by State, as JSON data.
        numbers: The committed sequence numbers, as in the session's record.
        jobs: What had still to run, likewise.
    """

    widget: str
    tool: str
    principal: str
    version: int
    values: Values
    numbers: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    jobs: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])


_migrations: dict[tuple[str, int], Migration] = {}


def migrate(widget: str, version: int) -> Callable[[M], M]:
    """Say how the State of an older version of a widget becomes that of the next.

    Args:
        widget: The widget's name.
        version: The version that the function takes; it gives version + 1.

    Returns:
        A decorator for a function that takes and gives the stored vars: `{"full.state.name": {"var": json}}`.

    Raises:
        WidgetError: If the version is below 1.
    """
    if version < 1:
        msg = f"migrate({widget!r}, {version}): {version} is not a version, because versions begin with 1."
        raise WidgetError(msg)

    def register(function: M) -> M:
        _migrations[widget, version] = function
        return function

    return register


class Seals:
    """Seals snapshots and mints session ids, both under one secret.

    Args:
        secret: At least 32 random bytes; the same in every process that serves the app, and after a restart.
    """

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(sha256(b"seal" + secret).digest())
        self._id_key = sha256(b"session" + secret).digest()

    def mint(self) -> str:
        """Return a new session id: 128 random bits, and a code that only this secret gives."""
        number = secrets.token_hex(16)
        return number + self._code(number)

    def is_minted(self, session: str) -> bool:
        """Whether a session id was made under this secret; a made-up one never reaches a state manager."""
        number, code = session[:-_MAC], session[-_MAC:]
        return hmac.compare_digest(self._code(number).encode(), code.encode())

    def _code(self, number: str) -> str:
        return hmac.new(self._id_key, number.encode(), sha256).hexdigest()[:_MAC]

    def seal(self, snapshot: Snapshot) -> str:
        """Return a snapshot as text that only `unseal` can read."""
        data = {
            "widget": snapshot.widget,
            "tool": snapshot.tool,
            "principal": snapshot.principal,
            "version": snapshot.version,
            "values": snapshot.values,
            "numbers": snapshot.numbers,
            "jobs": snapshot.jobs,
            "made": int(time.time()),
        }
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, json.dumps(data, separators=(",", ":")).encode(), _FORMAT)
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, text: str, *, widget: str, principal: str, version: int) -> Snapshot:
        """Return the snapshot that a widget carried, in the current version.

        Args:
            text: What the widget sent.
            widget: The widget that sent it.
            principal: The authenticated caller, "" if there is none.
            version: The widget's `state_version` now.

        Raises:
            SnapshotError: If it was changed, is another's, is too old, or is of a version that cannot be migrated.
        """
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
            data: dict[str, Any] = json.loads(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _FORMAT))
        except (ValueError, InvalidTag) as error:
            msg = "the snapshot was changed, or was sealed under another secret"
            raise SnapshotError(msg) from error
        if data["widget"] != widget or data["principal"] != principal:
            msg = "the snapshot belongs to another widget or to another user"
            raise SnapshotError(msg)
        if time.time() - data["made"] > LIFETIME_SECONDS:
            msg = f"the snapshot is older than {LIFETIME_SECONDS // 86400} days"
            raise SnapshotError(msg)
        values = _migrated(data["values"], widget, data["version"], version)
        return Snapshot(widget, data["tool"], principal, version, values, data["numbers"], data["jobs"])


def _migrated(values: Values, widget: str, made: int, wanted: int) -> Values:
    """Return stored vars in the wanted version."""
    for version in range(made, wanted):
        migration = _migrations.get((widget, version))
        if migration is None:
            msg = f'the snapshot is of version {made}, and there is no @migrate("{widget}", {version})'
            raise SnapshotError(msg)
        try:
            values = migration(values)
        except Exception as error:
            msg = f'@migrate("{widget}", {version}) raised {type(error).__name__}: {error}'
            raise SnapshotError(msg) from error
    if made > wanted:
        msg = f"the snapshot is of version {made}, and the widget is of version {wanted}"
        raise SnapshotError(msg)
    return values


def load_secret(folder: Path) -> bytes:
    """Return the secret of an app: the environment's, else one that is made once and kept in a folder.

    Args:
        folder: Where it is kept, readable by its owner only. Several processes on one machine share it; several
            machines need the environment variable.

    Raises:
        BridgeError: If the environment's is too short, or there is none in either place and none can be kept.
    """
    given = os.environ.get(SECRET_VARIABLE, "")
    if given:
        if len(given) < _SHORTEST_SECRET:
            msg = (
                f"{SECRET_VARIABLE} has {len(given)} characters, and a secret needs {_SHORTEST_SECRET}. Make one with "
                '`python -c "import secrets; print(secrets.token_hex(32))"`.'
            )
            raise BridgeError(msg)
        return given.encode()
    path = folder / "mcp_bridge.secret"
    try:
        kept = _read(path) if path.exists() else _keep(path)
    except OSError as error:
        msg = (
            f"the secret cannot be kept in {path}: {error.strerror or error}. Make the folder writable and keep it "
            f"over a restart, or set {SECRET_VARIABLE}."
        )
        raise BridgeError(msg) from error
    if len(kept) < _SHORTEST_SECRET:
        msg = (
            f"{path} has {len(kept)} bytes, and a secret needs {_SHORTEST_SECRET}. Delete it, and another is made; "
            "open widgets then have to be opened again."
        )
        raise BridgeError(msg)
    return kept


def _read(path: Path) -> bytes:
    """Return what is in a file that another process may be writing."""
    kept = b""
    for _ in range(_READ_ATTEMPTS):
        kept = path.read_bytes()
        if len(kept) >= _SHORTEST_SECRET:
            break
        time.sleep(0.02)
    return kept


def _keep(path: Path) -> bytes:
    """Make a secret and return it, or that of another process that was faster."""
    made = secrets.token_bytes(_SHORTEST_SECRET)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    return made
