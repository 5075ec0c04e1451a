"""Every row of docs/reflex-features.md, in a browser under the policy that MCP Apps prescribes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, FrameLocator, Locator, expect

from tests.browser import HostName, WidgetPage
from tests.host_fixtures import OpenInHost
from tests.served import serve
from tests.test_bundle import CONFIG, Project

pytestmark = [pytest.mark.browser, pytest.mark.export, pytest.mark.timeout(900)]

TABLE = Path(__file__).parent.parent / "docs/reflex-features.md"
HERE = Path(__file__).parent

Check = Callable[[WidgetPage, Locator], None]
ROWS: dict[str, tuple[str, Check]] = {}
"""The rows that work: name to widget and check."""

REFUSED = {
    "upload-chunks": "widget `upload`: handler `Refused.take_chunks` takes an `rx.UploadChunkIterator`, but a widget ",
    "uploaded-files": "widget `uploaded`: it shows a file of the app's server (`rx.get_upload_url`), which is out of ",
    "dynamic-components": "widget `dynamic`: it shows a var that holds a component, which Reflex sends as a script ",
    "state-script": "widget `state_script`: a trigger has an `rx.call_script` whose text a State decides, ",
    "broken-script": "widget `broken_script`: the script `const = 1` of a trigger is not JavaScript ",
    "handler-script": (
        "widget `handler_script`: handler `Refused.sent` sends `rx.call_script` (gallery/gallery.py:34), and no host "
    ),
    "unwritable-vars": "widget `unwritable`: the var `Unwritable.things` holds a value of type `Plain`, ",
    "plotly": "widget `plotly`: it has a chart of Plotly, whose package makes a widget of several MB, ",
}
"""The rows that the export refuses, with the start of the sentence."""

OTHERS = {"on-load", "two-widgets"}
"""The rows with a test of their own."""


def works(widget: str, name: str) -> Callable[[Check], Check]:
    """Register the check of a row."""

    def register(check: Check) -> Check:
        ROWS[name] = (widget, check)
        return check

    return register


class FeaturesProject(Project):
    """The project of the features."""

    def __init__(self, folder: Path, source: Path) -> None:
        """Write the app's second module beside the first."""
        super().__init__(folder)
        self.source = source.read_text()
        (folder / "rxconfig.py").write_text(CONFIG.replace("plugins=[", "plugins=[rx.plugins.TailwindV4Plugin(), "))
        (folder / "gallery/features_rich.py").write_text((HERE / "features_rich.py").read_text())


_SERVE = "import os, sys; os.chdir({folder!r}); from mcp_bridge.cli import main; main(['serve', '--port', '0'])"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the export says of the widgets that it refuses."""
    project = FeaturesProject(tmp_path_factory.mktemp("refused") / "gallery", HERE / "features_refused.py")
    result = project.export()
    assert result.returncode == 1, result.stdout + result.stderr
    assert not (project.output / "manifest.json").exists()
    return result.stderr.partition("BundleError: ")[2].splitlines()


@pytest.fixture(scope="module")
def mcp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of the features app, exported and served once."""
    folder = tmp_path_factory.mktemp("features")
    project = FeaturesProject(folder / "gallery", HERE / "features_app.py")
    result = project.export()
    assert result.returncode == 0, result.stdout + result.stderr
    command = ["-c", _SERVE.format(folder=str(project.folder))]
    with serve(command, folder / "log", is_raising=True) as url:
        yield url


def button(place: Locator | FrameLocator, name: str) -> Locator:
    """Return a button by its whole name."""
    return place.get_by_role("button", name=name, exact=True)


def by_id(widget: WidgetPage, name: str) -> Locator:
    """Return an element of the widget by its id."""
    return widget.frame.locator(f"#{name}")


def _names_and_bytes(files: list[FilePayload]) -> list[tuple[str, bytes]]:
    """Return what a handler is to get of files."""
    return [(Path(file["name"]).name, file["buffer"]) for file in files]


# Vars


@works("variables", "base-vars")
def base_vars(widget: WidgetPage, row: Locator) -> None:
    """A var, a list of models with dates, changed in place."""
    expect(row).to_contain_text("0Rome2026-01-02")
    button(widget.frame, "Count").click()
    expect(row).to_contain_text("1Rome2026-01-02Place 12026-01-03")


@works("variables", "computed-vars")
def computed_vars(widget: WidgetPage, row: Locator) -> None:
    """It follows a var and a backend var."""
    expect(row).to_have_text("0")
    button(widget.frame, "Count").click()
    expect(row).to_have_text("12")


@works("variables", "cached-vars")
def cached_vars(widget: WidgetPage, row: Locator) -> None:
    """The cached one follows its var, the uncached one runs at every event."""
    before = row.locator("p").nth(1).inner_text()
    button(widget.frame, "Count").click()
    expect(row).to_contain_text("cached 1")
    expect(row.locator("p").nth(1)).not_to_have_text(before)


@works("variables", "async-computed-vars")
def async_computed_vars(widget: WidgetPage, row: Locator) -> None:
    """It is awaited before the update goes out."""
    expect(row).to_have_text("awaited 0")
    button(widget.frame, "Count").click()
    expect(row).to_have_text("awaited 1")


@works("variables", "substates")
def substates(widget: WidgetPage, row: Locator) -> None:
    """A handler of a substate changes a var of its own and an inherited one."""
    button(row, "Child").click()
    expect(row).to_contain_text("changed")
    expect(by_id(widget, "base-vars")).to_contain_text("100")


@works("variables", "mixins")
def mixins(widget: WidgetPage, row: Locator) -> None:
    """Var, computed var and handler of a mixin."""
    button(row, "Mix").click()
    expect(row).to_contain_text("2")


@works("variables", "component-state")
def component_state(widget: WidgetPage, row: Locator) -> None:
    """Two uses have two States."""
    button(row, "Left 0").click()
    expect(button(row, "Left 1")).to_be_visible()
    expect(button(row, "Right 0")).to_be_visible()


@works("variables", "get-state")
def get_state(widget: WidgetPage, row: Locator) -> None:
    """`get_state` and `get_var_value` of a State that the widget does not show."""
    button(row, "Ask").click()
    expect(row).to_contain_text("1 2")
    button(row, "Ask").click()
    expect(row).to_contain_text("2 4")


# Events


def expect_log(widget: WidgetPage, text: str) -> None:
    """Wait until the log ends with a text."""
    expect(by_id(widget, "log")).to_have_text(re.compile(f"{re.escape(text)}$"))


@works("events", "event-arguments")
def event_arguments(widget: WidgetPage, row: Locator) -> None:
    """Literal arguments."""
    button(row, "Arguments").click()
    expect_log(widget, "literal 7")


@works("events", "partials")
def partials(widget: WidgetPage, row: Locator) -> None:
    """The first argument is bound, the trigger gives the second."""
    row.get_by_placeholder("Partial").fill("typed")
    row.get_by_placeholder("Partial").blur()
    expect_log(widget, "partial typed")


@works("events", "chains")
def chains(widget: WidgetPage, row: Locator) -> None:
    """Two events of one trigger, in order and in one call."""
    button(row, "Chain").click()
    expect_log(widget, "a 1, b 2")


@works("events", "yield")
def yield_(widget: WidgetPage, row: Locator) -> None:
    """Views in between and an event at the end."""
    button(row, "Steps").click()
    expect(by_id(widget, "step")).to_have_text("two")
    expect(by_id(widget, "step")).to_have_text("three")
    expect_log(widget, "yielded 1")


@works("events", "return-events")
def return_events(widget: WidgetPage, row: Locator) -> None:
    """A list of events."""
    button(row, "Return").click()
    expect_log(widget, "first 1, second 2")


@works("events", "background")
def background(widget: WidgetPage, row: Locator) -> None:
    """Each block of a background handler arrives."""
    button(row, "Background").click()
    for name in ("b2", "b3"):
        expect(by_id(widget, "step")).to_have_text(name)


@works("events", "debounce")
def debounce(widget: WidgetPage, row: Locator) -> None:
    """Three presses are one event."""
    for _ in range(3):
        button(row, "Debounce").click()
    expect_log(widget, "debounced 1")
    button(by_id(widget, "event-arguments"), "Arguments").click()
    expect_log(widget, "debounced 1, literal 7")
    expect(by_id(widget, "log")).not_to_contain_text("debounced 1, debounced 1")


@works("events", "throttle")
def throttle(widget: WidgetPage, row: Locator) -> None:
    """The first press counts."""
    for _ in range(3):
        button(row, "Throttle").click()
    button(by_id(widget, "event-arguments"), "Arguments").click()
    expect_log(widget, "throttled 1, literal 7")
    expect(by_id(widget, "log")).not_to_contain_text("throttled 1, throttled 1")


@works("events", "temporal")
def temporal(widget: WidgetPage, row: Locator) -> None:
    """A widget is always connected, so the event runs."""
    button(row, "Temporal").click()
    expect_log(widget, "temporal 1")


@works("events", "prevent-default")
def prevent_default(widget: WidgetPage, row: Locator) -> None:
    """The form is not sent."""
    button(row, "Prevent").click()
    expect_log(widget, "prevented 1")
    expect(by_id(widget, "log")).not_to_contain_text("submitted")


@works("events", "stop-propagation")
def stop_propagation(widget: WidgetPage, row: Locator) -> None:
    """The box around does not hear of it."""
    button(row, "Stop").click()
    expect_log(widget, "inner 1")
    expect(by_id(widget, "log")).not_to_contain_text("outer")


@works("events", "mount-unmount")
def mount_unmount(widget: WidgetPage, row: Locator) -> None:
    """`on_mount` when the widget is shown, `on_unmount` when a condition takes the component away."""
    expect(by_id(widget, "log")).to_contain_text("mounted 1")
    button(row, "Unmount").click()
    expect(row).to_contain_text("Gone")
    expect(by_id(widget, "log")).to_contain_text("unmounted 1")


@works("events", "moment-interval")
def moment_interval(widget: WidgetPage, row: Locator) -> None:
    """Each tick is an event, and so a call."""
    expect(row.locator("p").last).to_have_text(re.compile(r"^[2-9]$"))


@works("events", "backend-exception")
def backend_exception(widget: WidgetPage, row: Locator) -> None:
    """A general sentence, nothing of the exception; and what the app's own handler returns."""
    button(row, "Fail").click()
    expect(widget.frame.locator("[data-sonner-toast]")).to_have_text("Told by the app: ValueError")
    alert = widget.frame.get_by_role("alert")
    expect(alert).to_contain_text("Something went wrong on the server")
    expect(alert).not_to_contain_text("secret")


@works("events", "redirect-outside")
def redirect_outside(widget: WidgetPage, row: Locator) -> None:
    """The host opens the address."""
    button(row, "Outside").click()
    widget.wait_for_record("host.links.length")
    assert widget.links == ["https://example.com/outside"]


@works("events", "redirect-inside")
def redirect_inside(widget: WidgetPage, row: Locator) -> None:
    """The location changes in memory, and the component shows another page by it."""
    button(row, "Inside").click()
    expect(row).to_have_text("Details")


@works("events", "links")
def links(widget: WidgetPage, row: Locator) -> None:
    """The host opens the link."""
    row.get_by_role("link").click()
    widget.wait_for_record("host.links.length")
    assert widget.links == ["https://example.com/link"]


# Forms


@works("forms", "on-submit")
def on_submit(widget: WidgetPage, row: Locator) -> None:
    """Validation with focus, then the data, then the input is emptied."""
    city = row.get_by_placeholder("City")
    button(row, "Send").click()
    expect(by_id(widget, "problem")).to_have_text("Name a city.")
    expect(city).to_be_focused()
    city.fill("Rome")
    button(row, "Send").click()
    expect(by_id(widget, "sent")).to_contain_text('"city":"Rome"')
    expect(by_id(widget, "sent")).to_contain_text('"day":"2026-01-02"')
    expect(city).to_have_value("")


@works("forms", "controlled-inputs")
def controlled_inputs(widget: WidgetPage, row: Locator) -> None:
    """What is typed quickly is one event, and the State's answer is shown."""
    field = row.get_by_placeholder("Controlled")
    field.press_sequentially("abc")
    expect(field).to_have_value("ABC")
    assert len(widget.calls) < 3


@works("files", "upload")
def upload(widget: WidgetPage, row: Locator) -> None:
    """Chosen files, with an argument, progress, and more than one chunk; a file that is refused is said in a toast."""
    large = bytes(range(256)) * 1200
    chooser = row.locator("input[type=file]")
    files: list[FilePayload] = [
        {"name": "a b.txt", "mimeType": "text/plain", "buffer": "Grüße".encode()},
        {"name": "large.bin", "mimeType": "application/octet-stream", "buffer": large},
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
    ]
    chooser.set_input_files(files)
    expect(by_id(widget, "chosen")).to_have_text("a b.txt,large.bin,empty.txt")
    button(row, "Send files").click()
    taken = [f"album {name} {len(data)} {sha256(data).hexdigest()[:8]}" for name, data in _names_and_bytes(files)]
    expect(by_id(widget, "taken")).to_have_text(",".join(taken))
    expect(by_id(widget, "progress")).to_have_text("100")
    button(row, "Forget").click()
    expect(by_id(widget, "chosen")).to_have_text("")
    too_many = [{**files[0], "name": f"{number}.txt"} for number in range(4)]
    chooser.set_input_files(too_many)
    expect(widget.frame.locator("[data-sonner-toast]").first).to_contain_text("Too many files")


@works("forms", "radix-inputs")
def radix_inputs(widget: WidgetPage, row: Locator) -> None:
    """A checkbox and a select."""
    row.get_by_role("checkbox").click()
    expect(by_id(widget, "inputs")).to_have_text("agreed UA")
    row.get_by_role("combobox").click()
    widget.frame.get_by_role("option", name="AA").click()
    expect(by_id(widget, "inputs")).to_have_text("agreed AA")


# Components


def add(widget: WidgetPage) -> None:
    """Change what the components show."""
    button(widget.frame, "Add").click()


@works("components", "cond")
def cond(widget: WidgetPage, row: Locator) -> None:
    """The other branch."""
    expect(row).to_have_text("is one")
    add(widget)
    expect(row).to_have_text("is other")


@works("components", "foreach")
def foreach(widget: WidgetPage, row: Locator) -> None:
    """One more item."""
    add(widget)
    expect(row).to_have_text("0 a1 b2 c")


@works("components", "match")
def match(widget: WidgetPage, row: Locator) -> None:
    """Another case."""
    add(widget)
    expect(row).to_have_text("second")


@works("components", "memo")
def memo(widget: WidgetPage, row: Locator) -> None:
    """Its prop comes from the State."""
    add(widget)
    expect(row).to_have_text("memo two")


@works("components", "client-state")
def client_state(widget: WidgetPage, row: Locator) -> None:
    """It changes without a call."""
    button(row, "Words").click()
    expect(row).to_contain_text("said")
    assert widget.calls == []


@works("components", "html-elements")
def html_elements(widget: WidgetPage, row: Locator) -> None:
    """`rx.el` and `rx.html`."""
    row.get_by_text("Summary").click()
    expect(row.get_by_text("Detail")).to_be_visible()
    expect(row.locator("b")).to_have_text("html")


@works("components", "icons")
def icons(widget: WidgetPage, row: Locator) -> None:
    """Each is an SVG of the bundle."""
    expect(row.locator("svg.lucide-plane")).to_be_visible()
    add(widget)
    expect(row.locator("svg.lucide-moon")).to_be_visible()


@works("components", "color-mode")
def color_mode(widget: WidgetPage, row: Locator) -> None:
    """It follows the host."""
    expect(row).to_have_text("is light")
    widget.set_context(theme="dark")
    expect(row).to_have_text("is dark")


@works("components", "tailwind")
def tailwind(widget: WidgetPage, row: Locator) -> None:
    """Its classes are in the bundle's CSS."""
    expect(by_id(widget, "wind")).to_have_css("text-decoration-line", "underline")


@works("components", "npm-components")
def npm_components(widget: WidgetPage, row: Locator) -> None:
    """The package is in the bundle."""
    expect(row.locator("canvas")).to_have_count(1)


@works("components", "browser-storage")
def browser_storage(widget: WidgetPage, row: Locator) -> None:
    """The values reach the browser, and `rx.clear_local_storage` takes them away."""
    button(row, "Keep").click()
    expect(by_id(widget, "stored")).to_have_text("sld")
    assert widget.frame.locator(":root").evaluate("() => localStorage.getItem('saved')") == "s"
    button(row, "Forget").click()
    expect(by_id(widget, "stored")).to_have_text("ld")


@works("components", "error-boundary")
def error_boundary(widget: WidgetPage, row: Locator) -> None:
    """A panel in the place of the widget, and the exception is reported once."""
    button(row, "Break").click()
    expect(widget.frame.get_by_role("alert")).to_be_visible()
    widget.wait_for_calls(2)
    assert "handle_frontend_exception" in str(widget.calls[1]["arguments"])
    widget.console.clear()


@works("rich", "recharts")
def recharts(widget: WidgetPage, row: Locator) -> None:
    """A line that follows the State."""
    line = row.locator("path.recharts-line-curve")
    expect(line).to_be_visible()
    before = line.get_attribute("d")
    add(widget)
    expect(line).not_to_have_attribute("d", before or "")


@works("rich", "markdown")
def markdown(widget: WidgetPage, row: Locator) -> None:
    """It follows the State."""
    expect(row.get_by_role("heading")).to_have_text("Title")
    add(widget)
    expect(row.get_by_role("heading")).to_have_text("Another")


@works("rich", "data-table")
def data_table(widget: WidgetPage, row: Locator) -> None:
    """Rows of data."""
    expect(row).to_contain_text("Bread")


@works("rich", "code-block")
def code_block(widget: WidgetPage, row: Locator) -> None:
    """The code is there, coloured."""
    expect(row).to_contain_text("print(1)")
    expect(row.locator("span.token").first).to_be_visible()


# Actions


@works("actions", "toast")
def toast(widget: WidgetPage, row: Locator) -> None:
    """With description, and a button that sends an event."""
    button(row, "Toast").click()
    shown = widget.frame.locator("[data-sonner-toast]")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Saved “it”All of it.")
    shown.get_by_role("button", name="Undo").click()
    expect(by_id(widget, "done")).to_have_text("undone x")
    button(row, "Toast").click()
    expect(shown).to_have_count(1)
    button(row, "Dismiss").click()
    expect(shown).to_have_count(0)


@works("actions", "toast-trigger")
def toast_trigger(widget: WidgetPage, row: Locator) -> None:
    """Without a call."""
    button(row, "Toast here").click()
    expect(widget.frame.locator("[data-sonner-toast]")).to_contain_text("Here")
    assert widget.calls == []


@works("actions", "set-clipboard")
def set_clipboard(widget: WidgetPage, row: Locator) -> None:
    """Without the permission the old command does it, right after a press."""
    root = widget.frame.locator(":root")
    root.evaluate("() => document.addEventListener('copy', () => (document.body.dataset.copied = getSelection() + ''))")
    button(row, "Copy").click()
    expect(widget.frame.locator("body")).to_have_attribute("data-copied", 'copied "text"')
    button(row, "Copy here").click()
    expect(widget.frame.locator("body")).to_have_attribute("data-copied", "here")


@works("actions", "download")
def download(widget: WidgetPage, row: Locator) -> None:
    """The host saves what a handler or a trigger sends; a file of the app's server is out of reach."""
    button(row, "Save").click()
    widget.wait_for_record("host.files.length === 1")
    button(row, "Save here").click()
    widget.wait_for_record("host.files.length === 2")
    assert widget.record("files") == [
        {"uri": "file:///table.csv", "mimeType": "text/plain", "blob": "YSxiCjEsMgo="},
        {"uri": "file:///here.txt", "mimeType": "text/plain", "blob": "aGVyZQ=="},
    ]
    button(row, "Asset").click()
    expect(widget.frame.get_by_role("alert")).to_contain_text("/dot.svg is on the app's server")


@works("actions", "console-log")
def console_log(widget: WidgetPage, row: Locator) -> None:
    """To the browser's console."""
    with widget.page.expect_console_message(lambda message: message.text == "from the handler"):
        button(row, "Log").click()


@works("actions", "window-alert")
def window_alert(widget: WidgetPage, row: Locator) -> None:
    """In the widget's bar, since sandboxed frames have no dialogs."""
    button(row, "Alert").click()
    expect(widget.frame.get_by_role("alert")).to_contain_text("Mind the gap")
    button(row, "Alert here").click()
    expect(widget.frame.get_by_role("alert").filter(has_text="Here")).to_have_count(1)


@works("tall", "scroll-to")
def scroll_to(widget: WidgetPage, row: Locator) -> None:
    """The element comes into view."""
    button(row, "Scroll").click()
    expect(by_id(widget, "the-end")).to_be_in_viewport()


@works("actions", "call-script")
def call_script(widget: WidgetPage, row: Locator) -> None:
    """A literal of a trigger is compiled; its value reaches the callback."""
    button(row, "Script").click()
    expect(widget.frame.locator("body")).to_have_attribute("data-ran", "yes")
    button(row, "Statements").click()
    expect(by_id(widget, "got")).to_have_text("21")


@works("actions", "call-function")
def call_function(widget: WidgetPage, row: Locator) -> None:
    """A literal of a trigger."""
    button(row, "Function").click()
    expect(by_id(widget, "got")).to_have_text("42")


@works("actions", "hidden-script")
def hidden_script(widget: WidgetPage, row: Locator) -> None:
    """What the export did not see is refused in words when it comes."""
    button(row, "Hidden").click()
    expect(widget.frame.get_by_role("alert")).to_contain_text("`document.title = 'never'`, which no host lets")


@works("actions", "client-state-of-a-handler")
def client_state_of_a_handler(widget: WidgetPage, row: Locator) -> None:
    """`push` and `retrieve`."""
    button(row, "Push").click()
    expect(row).to_contain_text("pushed")
    button(row, "Fetch").click()
    expect(by_id(widget, "got")).to_have_text("pushed")


@pytest.mark.parametrize("name", ROWS)
def test_a_feature_of_reflex_works_in_a_widget(open_in_host: OpenInHost, name: str) -> None:
    """bridge: every Reflex feature works in a widget, or the export refuses it in one sentence."""
    tool, check = ROWS[name]
    widget = open_in_host("appbridge", tool, {})
    row = by_id(widget, name)
    expect(row).to_be_attached()
    check(widget, row)
    widget.assert_clean()


@pytest.mark.parametrize("name", REFUSED)
def test_the_export_refuses_what_cannot_work(refused: list[str], name: str) -> None:
    """bridge: one sentence that names the widget, the place and the cure."""
    assert sum(line.startswith(REFUSED[name]) for line in refused) == 1
    assert len(refused) == len(REFUSED)


def test_the_table_has_a_row_for_each_test() -> None:
    """bridge: docs/reflex-features.md."""
    table = re.findall(r"^\| `([\w-]+)` \|", TABLE.read_text(), re.MULTILINE)
    assert sorted(table) == sorted([*ROWS, *REFUSED, *OTHERS])


@pytest.mark.parametrize(
    ("host", "options"), [("appbridge", {}), ("mcpui", {}), ("openai", {}), ("openai", {"both": True})]
)
def test_a_private_value_is_in_no_message_that_a_model_can_see(
    open_in_host: OpenInHost, host: HostName, options: dict[str, bool]
) -> None:
    """bridge: state visibility; the model has the declared vars, the widget the others, nobody the backend vars."""
    widget = open_in_host(host, "visible", {}, message="m1", **options)
    expect(widget.frame.get_by_text("shown-to-the-person 0")).to_be_visible()
    button(widget.frame, "Change").click()
    expect(widget.frame.get_by_text("shown-to-the-person 1")).to_be_visible()
    widget.wait_for_record("JSON.stringify([host.modelContexts, host.widgetState?.modelContent]).includes('told 1')")
    state = widget.record("widgetState") or {}
    result = {key: value for key, value in widget.result.items() if key != "_meta"}
    public = {key: value for key, value in state.items() if key != "privateContent"}
    seen = json.dumps([result, public, widget.record("modelContexts"), widget.messages, widget.record("logs")])
    assert "told 0" in seen
    assert "told 1" in seen
    assert "shown-to-the-person" not in seen
    everything = json.dumps([widget.result, state, widget.calls, widget.record("modelContexts")])
    assert "shown-to-the-person" in everything
    assert "kept-on-the-server" not in everything
    widget.assert_clean()


def test_twenty_yields_in_ten_seconds_are_many_views_and_few_calls(open_in_host: OpenInHost) -> None:
    """bridge: at least 15 distinct intermediate views and no more than 8 calls."""
    widget = open_in_host("appbridge", "steps", {})
    step = by_id(widget, "step")
    step.evaluate(
        """node => {
            node.views = new Set();
            const note = () => node.views.add(node.textContent);
            new MutationObserver(note).observe(node, { characterData: true, childList: true, subtree: true });
        }"""
    )
    button(widget.frame, "Twenty steps").click()
    expect(step).to_have_text("view 19", timeout=30_000)
    views = step.evaluate("node => [...node.views]")
    expect(widget.frame.locator("[aria-busy=true]")).to_have_count(0)
    print(f"{len(views)} views, {len(widget.calls)} calls")
    assert len(views) >= 15
    assert len(widget.calls) <= 8
    widget.assert_clean()


def test_on_load_runs_when_a_widget_is_opened_and_when_it_is_loaded_again(open_in_host: OpenInHost) -> None:
    """bridge: as for a page of Reflex; the first view does not wait for it, and a poll brings it."""
    widget = open_in_host("appbridge", "loaded", {})
    row = by_id(widget, "on-load")
    first = widget.result["_meta"]["mcp-bridge"]["update"]["vars"]
    assert [values["loads_rx_state_"] for values in first.values() if "loads_rx_state_" in values] == [0]
    expect(row).to_have_text("opened, loads: 1")
    assert {call["name"] for call in widget.calls} == {"reflex_poll"}
    widget.reload()
    expect(row).to_have_text("opened, loads: 2")
    sent = [event["name"] for call in widget.calls for event in call["arguments"].get("events", [])]
    assert [name.rpartition(".")[2] for name in sent] == ["on_load_internal"]
    widget.assert_clean()


def test_a_widget_without_on_load_costs_no_call_when_it_is_loaded_again(open_in_host: OpenInHost) -> None:
    """bridge: a reload is free."""
    widget = open_in_host("appbridge", "not_loaded", {})
    expect(by_id(widget, "number")).to_have_text("0")
    widget.reload()
    expect(by_id(widget, "number")).to_have_text("0")
    assert widget.calls == []


def test_a_shared_state_reaches_two_open_widgets(open_in_host: OpenInHost) -> None:
    """bridge: what one widget changes in a shared State is in the other at its next call at the latest."""
    first = open_in_host("appbridge", "shared", {})
    second = open_in_host("appbridge", "shared", {})
    button(first.frame, "Say").click()
    expect(by_id(first, "two-widgets")).to_contain_text("said 1")
    button(second.frame, "Say").click()
    expect(by_id(second, "two-widgets")).to_contain_text("said 2")
    first.assert_clean()
    second.assert_clean()
