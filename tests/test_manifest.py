"""The files of an export and the manifest that seals them."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from mcp_bridge import manifest
from mcp_bridge.errors import ManifestError
from mcp_bridge.manifest import Build, Export, Needs


def export(name: str = "pizza", html: str = "<p>pizza</p>") -> Export:
    return Export(
        name=name,
        title=name.title(),
        description=f"Show {name}.",
        html=html.encode(),
        events=("root.shop.order",),
        states=("root", "root.shop"),
        csp=Needs(resource=("https://tiles.example.com",)),
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """bridge: the manifest is the whole truth about an export."""
    written = manifest.write(tmp_path, "shop", [export("pizza"), export("sushi")])

    assert manifest.read(tmp_path) == written
    manifest.verify(written, tmp_path)
    manifest.require_fresh(written, ["sushi", "pizza"])


def test_manifest_has_the_documented_shape(tmp_path: Path) -> None:
    """bridge: docs/how-it-works describes this file."""
    manifest.write(tmp_path, "shop", [export("pizza", "<p>pizza</p>")])

    data = b"<p>pizza</p>"
    digest = hashlib.sha256(data).hexdigest()
    build = {
        "version": digest[:8],
        "file": f"pizza-{digest[:8]}.html",
        "sha256": digest,
        "bytes": len(data),
        "gzip": len(gzip.compress(data)),
        "events": ["root.shop.order"],
        "states": ["root", "root.shop"],
        "csp": {"connect": [], "resource": ["https://tiles.example.com"], "frame": [], "base_uri": []},
    }
    assert json.loads((tmp_path / "manifest.json").read_text()) == {
        "format": 1,
        "app": "shop",
        "widgets": {
            "pizza": {
                "uri": f"ui://shop/pizza.html?v={digest[:8]}",
                **build,
                "title": "Pizza",
                "description": "Show pizza.",
                "builds": [build],
            }
        },
        "retired": {},
    }


def test_the_same_export_again_changes_nothing(tmp_path: Path) -> None:
    """bridge: an export of identical bytes adds nothing to the ledger."""
    first = manifest.write(tmp_path, "shop", [export()])
    text = (tmp_path / "manifest.json").read_text()

    assert manifest.write(tmp_path, "shop", [export()]) == first
    assert (tmp_path / "manifest.json").read_text() == text


def test_an_earlier_build_stays_readable(tmp_path: Path) -> None:
    """bridge: what a host has once seen keeps answering."""
    old = manifest.write(tmp_path, "shop", [export(html="<p>old</p>")]).widgets["pizza"].current
    new = manifest.write(tmp_path, "shop", [export(html="<p>new</p>")])

    assert new.widgets["pizza"].builds[1] == old
    assert manifest.read_file(old, tmp_path) == b"<p>old</p>"
    assert new.uri("pizza").endswith(new.widgets["pizza"].current.version)
    assert new.uri("pizza", old.version) == f"ui://shop/pizza.html?v={old.version}"


def test_going_back_to_an_earlier_build_makes_it_the_newest_again(tmp_path: Path) -> None:
    """bridge: a build is in the ledger once."""
    for html in ("a", "b", "a"):
        written = manifest.write(tmp_path, "shop", [export(html=html)])

    assert [manifest.read_file(build, tmp_path) for build in written.widgets["pizza"].builds] == [b"a", b"b"]


def test_the_ledger_keeps_twenty_builds_and_deletes_the_files_of_others(tmp_path: Path) -> None:
    """bridge: the newest 20 builds of each widget keep answering."""
    for number in range(23):
        written = manifest.write(tmp_path, "shop", [export(html=f"<p>{number}</p>")])

    kept = written.widgets["pizza"].builds
    assert [manifest.read_file(build, tmp_path) for build in kept] == [f"<p>{n}</p>".encode() for n in range(22, 2, -1)]
    assert {path.name for path in tmp_path.iterdir()} == {build.file for build in kept} | {"manifest.json"}


def test_a_widget_that_the_app_dropped_keeps_answering_and_can_come_back(tmp_path: Path) -> None:
    """bridge: an old conversation may still show it."""
    first = manifest.write(tmp_path, "shop", [export("pizza"), export("sushi")])
    dropped = manifest.write(tmp_path, "shop", [export("pizza")])
    back = manifest.write(tmp_path, "shop", [export("pizza"), export("sushi")])

    assert list(dropped.widgets) == ["pizza"]
    assert dropped.retired == {"sushi": first.widgets["sushi"]}
    manifest.verify(dropped, tmp_path)
    assert back == first


def test_no_export_yet_is_said_with_the_command(tmp_path: Path) -> None:
    """bridge: the server says so and how."""
    with pytest.raises(ManifestError, match=r"no widget has been exported yet\. Run `reflex export`\."):
        manifest.read(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "app": "x", "widgets": {"a": {}}}', "null"])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    """bridge: bad input gets a sentence with the cure."""
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(ManifestError, match=r"is not a manifest of format 1 .* Run `reflex export` again\."):
        manifest.read(tmp_path)


def test_a_manifest_that_names_a_file_elsewhere_is_refused(tmp_path: Path) -> None:
    """bridge: the server reads nothing outside of the folder."""
    manifest.write(tmp_path, "shop", [export()])
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace('"file": "', '"file": "../'))

    with pytest.raises(ManifestError, match="is not in the folder"):
        manifest.read(tmp_path)


def test_an_altered_file_is_named(tmp_path: Path) -> None:
    """bridge: an altered bundle is refused at server start with its name and the command."""
    written = manifest.write(tmp_path, "shop", [export()])
    file = tmp_path / written.widgets["pizza"].current.file
    file.write_bytes(file.read_bytes().replace(b"pizza", b"pazzi"))

    with pytest.raises(ManifestError, match=rf"bundle `{file.name}` was changed .* Run `reflex export` again\."):
        manifest.verify(written, tmp_path)


def test_a_missing_file_of_an_earlier_build_is_named(tmp_path: Path) -> None:
    """bridge: every published version is verified, not only the newest."""
    old = manifest.write(tmp_path, "shop", [export(html="old")]).widgets["pizza"].current
    written = manifest.write(tmp_path, "shop", [export(html="new")])
    (tmp_path / old.file).unlink()

    with pytest.raises(ManifestError, match=rf"bundle `{old.file}` is not in .* Run `reflex export` again\."):
        manifest.verify(written, tmp_path)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["pizza", "sushi"], "widget `sushi` is not in the manifest, because it was added after the export"),
        ([], "the manifest has a widget `pizza` that the app does not declare any more"),
    ],
)
def test_a_stale_manifest_names_the_widget(tmp_path: Path, names: list[str], sentence: str) -> None:
    """bridge: a stale export is refused at server start."""
    written = manifest.write(tmp_path, "shop", [export()])

    with pytest.raises(ManifestError, match=rf"{sentence}\. Run `reflex export` again\."):
        manifest.require_fresh(written, names)


def test_nothing_but_the_bundles_and_the_manifest_is_left(tmp_path: Path) -> None:
    """bridge: writes go through a temporary file that takes the place of the old one."""
    written = manifest.write(tmp_path / "deep" / "folder", "shop", [export()])

    names = {path.name for path in (tmp_path / "deep" / "folder").iterdir()}
    assert names == {"manifest.json", written.widgets["pizza"].current.file}


def test_output_folder_is_the_environments_then_the_configured_then_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bridge: MCP_BRIDGE_OUTPUT overrides WidgetsPlugin(output=...)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MCP_BRIDGE_OUTPUT", raising=False)
    assert manifest.output_folder() == tmp_path / "dist/widgets"
    assert manifest.output_folder("built") == tmp_path / "built"
    monkeypatch.setenv("MCP_BRIDGE_OUTPUT", str(tmp_path / "env"))
    assert manifest.output_folder("built") == tmp_path / "env"


def test_version_is_the_start_of_the_hash() -> None:
    """bridge: `?v=` in the URI is the first 8 hex digits of the sha256."""
    build = export().build()

    assert build.version == build.sha256[:8]
    assert dataclasses.asdict(build)["bytes"] == len(export().html)
    assert isinstance(build, Build)
