"""What `reflex export` built: one HTML file per widget, and `manifest.json` that names and seals them.

A widget's URI carries the hash of its bytes, so a host that has cached one never shows the wrong one, and what a host
has once seen keeps answering: earlier builds stay in the manifest (the ledger), the newest 20 of each widget.

    manifest = read(folder)             # ManifestError: no export yet
    verify(manifest, folder)            # ManifestError: a file was changed or is gone
    require_fresh(manifest, names)      # ManifestError: a widget was added or removed since
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import ManifestError

OUTPUT = "dist/widgets"
"""Where the files are, below the project's root."""

OUTPUT_VARIABLE = "MCP_BRIDGE_OUTPUT"
"""The environment variable that names another folder."""

FILE_NAME = "manifest.json"
FORMAT = 1
KEPT_BUILDS = 20
GZIP_LEVEL = 9
_CURE = "Run `reflex export` again."


@dataclass(frozen=True)
class Needs:
    """The origins that a bundle needs, as the lists of a Content-Security-Policy."""

    connect: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()
    base_uri: tuple[str, ...] = ()


@dataclass(frozen=True)
class Build:
    """One version of a widget.

    Attributes:
        file: The file's name in the output folder.
        sha256: The hash of its bytes, 64 hex digits.
        bytes: Its size.
        gzip: Its size after gzip.
        events: Full names of the event handlers that occur in it; the server accepts no other.
        states: Full names of the States that it shows, their parents included.
        csp: The origins that it needs.
    """

    file: str
    sha256: str
    bytes: int
    gzip: int
    events: tuple[str, ...]
    states: tuple[str, ...]
    csp: Needs

    @property
    def version(self) -> str:
        """The first 8 hex digits of the hash, as in the URI."""
        return self.sha256[:8]


@dataclass(frozen=True)
class BuiltWidget:
    """A widget and its builds, newest first; there is at least one."""

    name: str
    title: str
    description: str
    builds: tuple[Build, ...]

    @property
    def current(self) -> Build:
        """The newest build."""
        return self.builds[0]


@dataclass(frozen=True)
class Manifest:
    """Everything that was built.

    Attributes:
        app: The app's name, the host part of the URIs.
        widgets: The widgets by name.
        retired: Widgets that the app has no more, and hosts may still show.
        sources: A fingerprint of each file that the newest build was made of, by its path in the project.
    """

    app: str
    widgets: Mapping[str, BuiltWidget]
    retired: Mapping[str, BuiltWidget]
    sources: Mapping[str, str] = field(default_factory=dict[str, str])

    def uri(self, widget: str, version: str | None = None) -> str:
        """Return the URI of one build of a widget, of the newest without `version`."""
        return f"ui://{self.app}/{widget}.html?v={version or self.widgets[widget].current.version}"


@dataclass(frozen=True)
class Export:
    """One widget as it comes out of the build, before it is written."""

    name: str
    title: str
    description: str
    html: bytes
    events: tuple[str, ...]
    states: tuple[str, ...]
    csp: Needs

    def build(self, known: Iterable[Build] = (), *, level: int = GZIP_LEVEL) -> Build:
        """Return what the manifest says about it.

        Args:
            known: Earlier builds; the size after gzip is taken from one of the same bytes.
            level: How hard gzip tries, from 1 to 9.
        """
        digest = hashlib.sha256(self.html).hexdigest()
        compressed = next((each.gzip for each in known if each.sha256 == digest), None)
        return Build(
            file=f"{self.name}-{digest[:8]}.html",
            sha256=digest,
            bytes=len(self.html),
            gzip=len(gzip.compress(self.html, level, mtime=0)) if compressed is None else compressed,
            events=self.events,
            states=self.states,
            csp=self.csp,
        )


def output_folder(configured: str | None = None) -> Path:
    """Return the absolute output folder: the environment's, else the configured one, else `dist/widgets`."""
    return Path(os.environ.get(OUTPUT_VARIABLE) or configured or OUTPUT).absolute()


def read(folder: Path) -> Manifest:
    """Read the manifest of a folder.

    Raises:
        ManifestError: If there is none, or it is not one that this version can read.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        msg = f"there is no {FILE_NAME} in {folder}, so no widget has been exported yet. Run `reflex export`."
        raise ManifestError(msg) from None
    try:
        return _manifest(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        msg = f"{path} cannot be read, because it is not a manifest of format {FORMAT} ({problem!r}). {_CURE}"
        raise ManifestError(msg) from None


def read_file(build: Build, folder: Path) -> bytes:
    """Return the bytes of one build, exactly as they were exported.

    Raises:
        ManifestError: If the file is gone or is not what was exported.
    """
    try:
        data = (folder / build.file).read_bytes()
    except FileNotFoundError:
        msg = f"bundle `{build.file}` is not in {folder}, though the manifest lists it. {_CURE}"
        raise ManifestError(msg) from None
    digest = hashlib.sha256(data).hexdigest()
    if digest != build.sha256 or len(data) != build.bytes:
        msg = (
            f"bundle `{build.file}` was changed after the export (sha256 is {digest[:8]}…, {len(data)} bytes; the "
            f"manifest says {build.sha256[:8]}…, {build.bytes} bytes). {_CURE}"
        )
        raise ManifestError(msg)
    return data


def verify(manifest: Manifest, folder: Path) -> None:
    """Check the size and the sha256 of every file.

    Raises:
        ManifestError: On the first file that is gone or changed.
    """
    for widget in (*manifest.widgets.values(), *manifest.retired.values()):
        for build in widget.builds:
            read_file(build, folder)


def require_fresh(manifest: Manifest, names: Iterable[str]) -> None:
    """Check that the app's widgets are those that were exported.

    Args:
        manifest: What was exported.
        names: The widgets that the app declares now.

    Raises:
        ManifestError: If a widget was added or removed since the export.
    """
    declared = set(names)
    for name in sorted(declared - set(manifest.widgets)):
        msg = f"widget `{name}` is not in the manifest, because it was added after the export. {_CURE}"
        raise ManifestError(msg)
    for name in sorted(set(manifest.widgets) - declared):
        msg = f"the manifest has a widget `{name}` that the app does not declare any more. {_CURE}"
        raise ManifestError(msg)


def write(
    folder: Path,
    app: str,
    exports: Iterable[Export],
    *,
    kept: int = KEPT_BUILDS,
    sources: Mapping[str, str] | None = None,
    level: int = GZIP_LEVEL,
) -> Manifest:
    """Write the files of an export and the manifest, and delete the files of builds that the ledger drops.

    The files come before the manifest and each replaces its predecessor in one step, so a server that reads at the
    same time sees the old state or the new one.

    Args:
        folder: Where the files go.
        app: The app's name.
        exports: The widgets.
        kept: How many builds of each widget are kept.
        sources: A fingerprint of each file that they were made of, by its path in the project.
        level: How hard gzip tries for the sizes, from 1 to 9.

    Returns:
        The manifest as written.
    """
    exports = list(exports)
    try:
        before = read(folder)
    except ManifestError:
        before = Manifest(app=app, widgets={}, retired={})
    known = {**before.retired, **before.widgets}
    widgets = {export.name: _with_build(export, known.get(export.name), kept, level) for export in exports}
    retired = {name: widget for name, widget in known.items() if name not in widgets}
    manifest = Manifest(
        app=app,
        widgets=dict(sorted(widgets.items())),
        retired=dict(sorted(retired.items())),
        sources=dict(sorted((sources or {}).items())),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for export in exports:
        _replace(folder / widgets[export.name].current.file, export.html)
    _replace(folder / FILE_NAME, _text(manifest).encode())
    needed = {build.file for widget in (*widgets.values(), *retired.values()) for build in widget.builds}
    for widget in known.values():
        for build in widget.builds:
            if build.file not in needed:
                (folder / build.file).unlink(missing_ok=True)
    return manifest


def _with_build(export: Export, known: BuiltWidget | None, kept: int, level: int) -> BuiltWidget:
    """Return a widget with this build in front and the same bytes nowhere else."""
    builds = known.builds if known else ()
    build = export.build(builds, level=level)
    earlier = [each for each in builds if each.sha256 != build.sha256]
    return BuiltWidget(
        name=export.name,
        title=export.title,
        description=export.description,
        builds=(build, *earlier)[:kept],
    )


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees all of it or none."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _text(manifest: Manifest) -> str:
    """Return the JSON text of a manifest, the same for the same content."""
    data = {
        "format": FORMAT,
        "app": manifest.app,
        "widgets": {name: _widget_json(manifest, each) for name, each in manifest.widgets.items()},
        "retired": {name: _widget_json(manifest, each) for name, each in manifest.retired.items()},
        **({"sources": dict(manifest.sources)} if manifest.sources else {}),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _widget_json(manifest: Manifest, widget: BuiltWidget) -> dict[str, Any]:
    """Return a widget's entry: its newest build, then all of them."""
    uri = f"ui://{manifest.app}/{widget.name}.html?v={widget.current.version}"
    return {
        "uri": uri,
        **_build_json(widget.current),
        "title": widget.title,
        "description": widget.description,
        "builds": [_build_json(build) for build in widget.builds],
    }


def _build_json(build: Build) -> dict[str, Any]:
    """Return a build's entry."""
    return {"version": build.version, **asdict(build)}


def _manifest(data: dict[str, Any]) -> Manifest:
    """Return the manifest that JSON describes."""
    if data["format"] != FORMAT:
        msg = f"format is {data['format']!r}"
        raise ValueError(msg)
    return Manifest(
        app=data["app"],
        widgets={name: _widget(name, each) for name, each in data["widgets"].items()},
        retired={name: _widget(name, each) for name, each in data.get("retired", {}).items()},
        sources={str(name): str(each) for name, each in data.get("sources", {}).items()},
    )


def _widget(name: str, data: dict[str, Any]) -> BuiltWidget:
    """Return the widget that JSON describes."""
    builds = tuple(_build(each) for each in data["builds"])
    if not builds:
        msg = f"widget {name!r} has no builds"
        raise ValueError(msg)
    return BuiltWidget(name=name, title=data["title"], description=data["description"], builds=builds)


def _build(data: dict[str, Any]) -> Build:
    """Return the build that JSON describes."""
    if Path(data["file"]).name != data["file"]:
        msg = f"file {data['file']!r} is not in the folder"
        raise ValueError(msg)
    return Build(
        file=data["file"],
        sha256=data["sha256"],
        bytes=data["bytes"],
        gzip=data["gzip"],
        events=tuple(data["events"]),
        states=tuple(data["states"]),
        csp=Needs(**{kind: tuple(origins) for kind, origins in data["csp"].items()}),
    )
