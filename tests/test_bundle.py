"""`reflex export` on a real app: Reflex, npm's packages and Vite are the real ones."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mcp_bridge import manifest
from mcp_bridge._toasts import may_toast
from mcp_bridge.bundle import html, literals_in, with_parents
from mcp_bridge.compiler import compile_widgets
from mcp_bridge.errors import BundleError
from tests.own_process import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
APP = Path(__file__).with_name("gallery_app.py")
WIDGETS = ["dynamic", "forms", "overlays", "plain", "texts"]
STATE = "reflex___state____state"
CONFIG = """\
import reflex as rx
from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="gallery",
    plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
"""

pytestmark = [pytest.mark.export, pytest.mark.timeout(600)]


class Project:
    """A Reflex project in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web = folder / ".web"
        self.output = folder / "dist/widgets"
        (folder / "gallery").mkdir(parents=True)
        (folder / "gallery/__init__.py").touch()
        (folder / "rxconfig.py").write_text(CONFIG)
        (folder / "assets").mkdir()
        (folder / "assets/dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
        self.source = APP.read_text()
        lend_packages(self.web, folder)

    def export(self) -> subprocess.CompletedProcess[str]:
        """Run the ordinary command with no program of this machine on PATH but a shell."""
        (self.folder / "gallery/gallery.py").write_text(self.source)
        programs = self.folder.parent / "programs"
        programs.mkdir(exist_ok=True)
        for name in ("sh", "env", "uname", "dirname", "readlink"):
            found = shutil.which(name)
            if found:
                with contextlib.suppress(FileExistsError):
                    (programs / name).symlink_to(found)
        command = [sys.executable, "-m", "reflex", "export", "--no-zip"]
        done = run(command, self.folder, PATH=str(programs), COLUMNS="120")
        # React Router gives the index page ten seconds to be rendered, which a busy machine exceeds.
        if "Request failed for /: The operation was aborted due to timeout" in done.stdout + done.stderr:
            done = run(command, self.folder, PATH=str(programs), COLUMNS="120")
        return done

    def changed(self, old: str, new: str) -> None:
        """Change the app's source."""
        assert old in self.source
        self.source = self.source.replace(old, new)

    @property
    def manifest(self) -> manifest.Manifest:
        """What the last export wrote."""
        return manifest.read(self.output)

    def document(self, widget: str) -> str:
        """Return the newest HTML of a widget."""
        return manifest.read_file(self.manifest.widgets[widget].current, self.output).decode()


def lend_packages(web: Path, folder: Path) -> None:
    """Use the npm packages of the repository's own export, where there was one; else npm installs them."""
    source = ROOT / ".web"
    if not (source / "node_modules/vite").is_dir() or not (ROOT / "reflex.lock").is_dir():
        return
    shutil.copytree(ROOT / "reflex.lock", folder / "reflex.lock")
    skipped = shutil.ignore_patterns("node_modules", "build", "mcp_bridge")
    shutil.copytree(source, web, ignore=skipped, symlinks=True)

    def lend(path: str, copy: str) -> None:
        try:
            os.link(path, copy)
        except OSError:
            shutil.copy2(path, copy)

    shutil.copytree(source / "node_modules", web / "node_modules", copy_function=lend, symlinks=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The gallery, exported once."""
    made = Project(tmp_path_factory.mktemp("export") / "gallery")
    result = made.export()
    assert result.returncode == 0, result.stdout + result.stderr
    (made.folder / "first.txt").write_text(result.stdout)
    return made


def test_every_widget_becomes_one_document_with_everything_in_it(project: Project) -> None:
    """bridge: one self-contained HTML file per widget, and the ordinary pages besides."""
    written = project.manifest

    assert list(written.widgets) == WIDGETS
    manifest.verify(written, project.output)
    for name in WIDGETS:
        text = project.document(name)
        head, _, body = text.partition("<body>")
        assert head.startswith('<!doctype html><html lang="en"><head><meta charset="utf-8">')
        assert '<div id="root"></div>' in body
        assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)
        assert text.count("</script>") == 2
        assert "sourceMappingURL" not in text
        assert str(project.folder) not in text
    assert (project.web / "build/client/index.html").exists()
    assert "An ordinary page" in (project.web / "build/client/index.html").read_text()


def test_a_picture_of_the_apps_assets_travels_inside_the_document(project: Project) -> None:
    """bridge: one self-contained file; hosts let a widget load `data:` images without any declaration."""
    document = project.document("plain")
    assert "data:image/svg+xml;base64,PHN2ZyB4bWxucz0i" in document
    assert '"/dot.svg"' not in document
    assert "/not-there.svg" in document


def test_the_export_says_what_it_wrote(project: Project) -> None:
    """bridge: a table of the widgets with their URIs and sizes, then the folder."""
    text = (project.folder / "first.txt").read_text()

    for name in WIDGETS:
        assert f"Compiled widget {name} (" in text
        assert project.manifest.uri(name) in text
    assert f"Widgets are in {project.output}" in text.replace("\n", "")
    assert "eval" not in text
    assert "use client" not in text


def test_the_export_warns_of_too_much_for_the_model_and_for_a_snapshot(project: Project) -> None:
    """bridge: within a size budget that warns at export; the export goes on."""
    warnings = [line for line in (project.folder / "first.txt").read_text().splitlines() if "Warning: " in line]

    model, snapshot = warnings
    assert model.startswith("Warning: widget `dynamic` begins with 56030 bytes for the model, and 16384 are sent, so ")
    assert "The largest var is `cargo` with 56011. Declare less in structured_content" in model
    assert snapshot.startswith("Warning: widget `dynamic` begins with ")
    assert "in its States, and a snapshot holds 36864, so it cannot be restored" in snapshot


def test_the_runtime_is_told_what_it_needs(project: Project) -> None:
    """bridge: #mcp-bridge-config."""
    found = re.search(
        r'<script type="application/json" id="mcp-bridge-config">(.*?)</script>', project.document("plain")
    )
    assert found
    config = json.loads(found[1])

    assert config.pop("version")
    assert config.pop("events") == list(project.manifest.widgets["plain"].current.events)
    assert config == {
        "widget": "plain",
        "title": "Plain",
        "rootState": STATE,
        "states": [
            STATE,
            f"{STATE}.gallery___gallery____plain",
            f"{STATE}.reflex___state____frontend_event_exception_state",
        ],
        "clientStorage": {
            "cookies": {},
            "local_storage": {
                f"{STATE}.gallery___gallery____plain.opened_rx_state_": {"name": "opened", "sync": False},
            },
            "session_storage": {},
        },
        "tools": {"plain": {"readOnly": True}},
        "eventTool": "reflex_event",
        "pollTool": "reflex_poll",
        "displayModes": ["inline", "fullscreen", "pip"],
        "live": False,
        "uploadBytes": 10 * 1024 * 1024,
    }


def test_events_and_states_are_those_of_the_compiled_script(project: Project) -> None:
    """bridge: the server accepts no event that the bundle cannot send."""
    build = project.manifest.widgets["plain"].current

    assert build.events == (
        f"{STATE}.gallery___gallery____plain.click",
        f"{STATE}.hydrate_and_load",
        f"{STATE}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
        f"{STATE}.reflex___state____on_load_internal_state.on_load_internal",
        f"{STATE}.reflex___state____update_vars_internal_state.update_vars_internal",
    )
    assert f"{STATE}.gallery___gallery____gallery" not in build.states


def test_csp_is_what_was_declared_and_what_literal_urls_need(project: Project) -> None:
    """bridge: the author declares no CSP for an image whose URL is in the component."""
    builds = {name: widget.current.csp for name, widget in project.manifest.widgets.items()}

    assert builds["plain"] == manifest.Needs(
        connect=("https://api.example.com",), resource=("https://images.example.com",)
    )
    assert {csp for name, csp in builds.items() if name != "plain"} == {manifest.Needs()}


def test_a_simple_radix_widget_stays_small(project: Project) -> None:
    """bridge: below 130 KB gzip."""
    assert project.manifest.widgets["plain"].current.gzip < 130_000
    assert project.manifest.widgets["texts"].current.gzip < 175_000


def test_what_a_widget_does_not_use_is_not_in_it(project: Project) -> None:
    """bridge: no toasts, no router, no socket.io, no error boundary of Reflex, no state defaults."""
    text = project.document("plain")

    for word in ("sonner", "socket.io", "react-router", "Manager.reconnect", "never sent", "__reflex_otel_none"):
        assert word not in text


def test_radix_is_as_the_cut_knows_it(project: Project) -> None:
    """reflex-seam: the responsive props, the scales and their grays of @radix-ui/themes 3.3.0."""
    radix = project.web / "node_modules/@radix-ui/themes"
    code = "".join(path.read_text() for path in sorted((radix / "dist/esm").rglob("*.js")))
    usage = (ROOT / "mcp_bridge/js/usage.mjs").read_text()
    css = (ROOT / "mcp_bridge/js/css.mjs").read_text()

    responsive = set(re.findall(r"(\w+):\{[^{}]*responsive:!0", code))
    assert responsive == set(re.findall(r"\w+", usage.partition("const RESPONSIVE")[2].partition(".split")[0])) - {
        "new",
        "Set",
    }
    pairs = re.findall(
        r'((?:case"\w+":)+)return"(\w+)"', (radix / "dist/esm/helpers/get-matching-gray-color.js").read_text()
    )
    known = dict(re.findall(r'^  (\w+): "([\w ]+)",$', css.partition("const GRAYS")[2].partition("}")[0], re.MULTILINE))
    assert {gray: set(re.findall(r'"(\w+)"', accents)) for accents, gray in pairs if gray != "gray"} == {
        gray: set(accents.split()) for gray, accents in known.items()
    }
    scales = {path.stem for path in (radix / "tokens/colors").glob("*.css")}
    assert scales == set(re.findall(r"\w+", css.partition("const SCALES =")[2].partition(";")[0]))


def test_only_whole_literals_count() -> None:
    """bridge: `a.b` in `"a.b.c"` is another name."""
    js = """f("a.b.c");g('a.d');h(`a.e`);i("xa.f")"""

    assert literals_in(js, ["a.b", "a.b.c", "a.d", "a.e", "a.f"]) == ("a.b.c", "a.d", "a.e")
    assert with_parents(["a.b.c"], "a") == ("a", "a.b", "a.b.c")


@pytest.mark.parametrize(
    ("helper", "expected"),
    [("import reflex as rx\ndef done(): return rx.toast('Done')", True), ("def done(): return None", False)],
)
def test_a_toast_is_found_in_what_a_widget_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: str, expected: bool
) -> None:
    """bridge: the provider for toasts is in a widget only if one of its modules names `toast`."""
    package = f"toasting_{expected}".lower()
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "page.py").write_text("def later():\n    from .helper import done\n    return done()\n")
    (folder / "helper.py").write_text(helper)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(f"{package}.page").later()

    assert may_toast([f"{package}.page"]) is expected


# What the cut leaves must look as before.

_STILL = """\
import "$/styles/__reflex_global_styles.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { initialState } from "$/utils/context";
import { EmbedLayout } from "../%(name)s/root.jsx";
import Page from "../%(name)s/page.jsx";

initialState["%(state)s"] = {
  color_rx_state_: "tomato",
  paint_rx_state_: "var(--grass-9)",
  size_rx_state_: "4",
  share_rx_state_: 40,
};
createRoot(document.getElementById("root")).render(createElement(EmbedLayout, {}, createElement(Page)));
"""


@pytest.fixture(scope="module")
def documents(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], Path]:
    """Every widget without its channel, as a file, cut and uncut."""
    names = [f"still_{name}" for name in WIDGETS if name != "plain"]
    for name in names:
        folder = project.web / "mcp_bridge" / name
        folder.mkdir(exist_ok=True)
        values = {"name": name.removeprefix("still_"), "state": f"{STATE}.gallery___gallery____gallery"}
        (folder / "entry.jsx").write_text(_STILL % values)
    folder = tmp_path_factory.mktemp("documents")
    made: dict[tuple[str, bool], Path] = {}
    for is_cut in (True, False):
        for name, bundle in compile_widgets(project.web, names, cut_css=is_cut).items():
            path = folder / f"{name}-{'cut' if is_cut else 'whole'}.html"
            path.write_bytes(html(bundle, title=name, config={}))
            made[name.removeprefix("still_"), is_cut] = path
    return made


_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Without these, edges differ by a shade from run to run.
    "--disable-partial-raster",
    "--num-raster-threads=1",
    "--force-color-profile=srgb",
    "--disable-lcd-text",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        yield launched
        launched.close()


def _pictures(browser: Browser, path: Path, name: str, theme: Any, width: int) -> list[bytes]:
    """Return screenshots of a document: as it opens, and with everything opened that opens."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce", device_scale_factor=1
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector(f".radix-themes.{theme} *")
    page.evaluate("document.fonts.ready.then(() => true)")
    pictures = [_shot(page)]
    if name == "overlays":
        for label in ("Dialog", "Menu", "Popover", "Select", "Tooltip"):
            target = page.get_by_text(label, exact=True).first
            target.hover() if label == "Tooltip" else target.click()
            page.wait_for_selector(
                '[role="dialog"], [role="menu"], [role="listbox"], [role="tooltip"]', state="attached"
            )
            pictures.append(_shot(page))
            page.keyboard.press("Escape")
            page.wait_for_function("!document.querySelector('[role=dialog], [role=menu], [role=listbox]')")
    elif name == "forms":
        page.keyboard.press("Tab")
        pictures.append(_shot(page))
        page.get_by_role("button", name="solid").hover()
        pictures.append(_shot(page))
    assert errors == []
    context.close()
    return pictures


def _shot(page: Page) -> bytes:
    """Return the whole page's pixels as PNG, after animations."""
    return page.screenshot(full_page=True, animations="disabled", caret="hide")


@pytest.mark.browser
@pytest.mark.parametrize("name", [name for name in WIDGETS if name != "plain"])
def test_cut_css_shows_the_same_pixels(
    documents: dict[tuple[str, bool], Path], browser: Browser, name: str, tmp_path: Path
) -> None:
    """bridge: a rule is left out only if it cannot apply."""
    different: list[str] = []
    for theme in ("light", "dark"):
        for width in (390, 768, 1300) if name == "texts" else (390, 768):
            cut = _pictures(browser, documents[name, True], name, theme, width)
            whole = _pictures(browser, documents[name, False], name, theme, width)
            for step, (one, other) in enumerate(zip(cut, whole, strict=True)):
                if one != other:
                    (tmp_path / f"{name}-{theme}-{width}-{step}-cut.png").write_bytes(one)
                    (tmp_path / f"{name}-{theme}-{width}-{step}-whole.png").write_bytes(other)
                    different.append(f"{theme} {width} px, step {step}")

    assert different == [], f"see {tmp_path}"
    assert documents[name, True].stat().st_size < documents[name, False].stat().st_size


# From here on the tests change the app.


def test_the_same_tree_gives_the_same_bytes_and_a_change_changes_one_uri(project: Project) -> None:
    """bridge: byte-identical exports; changing one widget changes only its own URI; the old file still answers."""
    before = project.manifest
    files = {path.name: path.read_bytes() for path in project.output.iterdir()}
    assert project.export().returncode == 0
    assert {path.name: path.read_bytes() for path in project.output.iterdir()} == files

    project.changed('rx.text("first edition"),  # changed', 'rx.text(Plain.note), rx.icon("plane"),  # changed')
    project.changed("    clicks: int = 0\n", '    clicks: int = 7\n    note: str = "second"\n')
    assert project.export().returncode == 0
    after = project.manifest

    changed = {name for name in WIDGETS if before.uri(name) != after.uri(name)}
    assert changed == {"plain"}
    assert after.widgets["plain"].builds[1:] == before.widgets["plain"].builds
    old = before.widgets["plain"].current
    assert manifest.read_file(old, project.output) == files[old.file]
    manifest.verify(after, project.output)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ('import { nothing } from "$/utils/state"; nothing();', '"nothing" is not exported'),
        ('import "a-package-that-is-not-installed";', "a-package-that-is-not-installed"),
        ("export default function ( {", "entry.jsx"),
    ],
)
def test_a_widget_that_does_not_compile_is_named_with_the_last_lines(project: Project, code: str, line: str) -> None:
    """bridge: an export whose Vite build fails shows the last lines of its output and the widget's name."""
    folder = project.web / "mcp_bridge/broken"
    folder.mkdir(exist_ok=True)
    (folder / "entry.jsx").write_text(code)

    with pytest.raises(BundleError, match=r"^widget `broken` could not be compiled") as caught:
        compile_widgets(project.web, ["plain", "broken"])

    assert line in str(caught.value)
    assert str(caught.value).endswith("then run `reflex export` again.")


def test_a_broken_component_stops_the_export_before_the_pages_are_built(project: Project, tmp_path: Path) -> None:
    """bridge: the author sees the widget's name, not only that a build failed."""
    kept = project.source
    project.changed(
        "class Gallery(",
        'class Broken(rx.Component):\n    library = "$/utils/state"\n    tag = "Nothing"\n\n\nclass Gallery(',
    )
    project.changed('rx.blockquote("Quoted", ', 'Broken.create(), rx.blockquote("Quoted", ')
    files = {path.name for path in project.output.iterdir()}
    result = project.export()
    project.source = kept

    assert result.returncode != 0
    assert "BundleError: widget `texts` could not be compiled." in result.stderr + result.stdout
    assert {path.name for path in project.output.iterdir()} == files


def test_an_app_without_widgets_still_exports(tmp_path_factory: pytest.TempPathFactory) -> None:
    """bridge: a clear note, an empty manifest, ordinary pages."""
    bare = Project(tmp_path_factory.mktemp("bare") / "gallery")
    bare.source = 'import reflex as rx\n\napp = rx.App()\napp.add_page(lambda: rx.text("Only a page"), route="/")\n'
    result = bare.export()

    assert result.returncode == 0, result.stdout + result.stderr
    assert "No widget was found: no module that the app imports has an `@widget`." in result.stdout
    assert (bare.manifest.app, bare.manifest.widgets, bare.manifest.retired) == ("gallery", {}, {})
    assert "Only a page" in (bare.web / "build/client/index.html").read_text()
