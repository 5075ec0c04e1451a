"""The browser half of the test kit, in a project of its own with a bug of each kind: it finds them, and says so."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.served import serve
from tests.test_bundle import lend_packages

pytestmark = [pytest.mark.browser, pytest.mark.export, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
PACKAGE = HERE.parent
_PYTEST = "import sys; sys.path.remove(''); {before}import pytest; sys.exit(pytest.main())"
_SERVE = (
    "import os, sys; sys.path.insert(0, {package!r}); os.chdir({folder!r}); from mcp_bridge.cli import main; "
    "main(['serve', '--port', '0', '--no-preview'])"
)
SCENE = {"tool": "fine", "input": {"at": 23}, "host": "chatgpt", "theme": "dark", "width": 390}


@dataclass(frozen=True)
class Project:
    """The project of planted bugs, in a folder of its own."""

    folder: Path

    def pytest(self, *arguments: str, before: str = "") -> str:
        """Run its tests, and return what pytest says."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("REFLEX_", "PYTEST_"))}
        done = subprocess.run(
            [sys.executable, "-c", _PYTEST.format(before=before), "-q", "-p", "no:cacheprovider", *arguments],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(PACKAGE)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, exported by its own first run, with pictures and a snapshot kept."""
    folder = tmp_path_factory.mktemp("kit") / "planted"
    shutil.copytree(HERE / "kit_app", folder, ignore=shutil.ignore_patterns("*_tests.py", "__pycache__"))
    shutil.copy(HERE / "kit_app/kit_tests.py", folder / "test_kit.py")
    shutil.copy(HERE / "kit_app/module_tests.py", folder / "test_module.py")
    lend_packages(folder / ".web", folder)
    (folder / "tests/scenes").mkdir(parents=True)
    (folder / "tests/scenes/late-night.json").write_text(json.dumps(SCENE))
    made = Project(folder)
    missing = made.pytest("-k", "test_pass_picture")
    assert "there is no manifest.json in" in missing
    assert "Run `reflex export`, or pytest with --mcp-bridge-export." in missing
    kept = made.pytest(
        "--mcp-bridge-export", "--update-screenshots", "--update-snapshots", "-k", "pass_picture or pass_tools"
    )
    assert "2 passed" in kept, kept
    pictures = folder / "screenshots/test_kit"
    shutil.copy(pictures / "test_pass_picture.png", pictures / "test_fail_by_another_picture.png")
    text = (folder / "snapshots/tools.json").read_text()
    (folder / "snapshots/other.json").write_text(text.replace('"Count."', '"Count things."'))
    return made


@pytest.fixture(scope="module")
def said(project: Project) -> str:
    """What pytest says of all tests of the project."""
    return project.pytest("-W", "error", "-W", "ignore::DeprecationWarning:websockets")


def section(said: str, test: str) -> str:
    """Return what pytest says of one failed test."""
    found = re.search(rf"^_+ {re.escape(test)} _+$(.*?)(?=^_{{5,}} |^=====)", said, re.MULTILINE | re.DOTALL)
    assert found, f"nothing is said of {test}: {said}"
    return found[1]


def test_tests_of_a_good_widget_pass_in_each_host_and_theme(said: str) -> None:
    """bridge: hosts, themes, quirks, scenes, pictures, snapshots, asynchronous tests between, markers of a module."""
    assert re.search(r"15 failed, 17 passed, 1 error", said), said
    assert "test_pass" not in said.partition("short test summary info")[2], said


@pytest.mark.parametrize(
    ("test", "sentences"),
    [
        ("wrong_state", ["The count is 6."]),
        ("missing_text", ['get_by_text("Five")', "Locator expected to be visible"]),
        (
            "violation",
            [
                "violations: img-src refused https://img.example.com/pizza.png.",
                'csp=Csp(resource=["https://img.example.com"])',
                "page.violations.clear()",
            ],
        ),
        (
            "contrast_and_name",
            [
                "its text is #b8b8b8 on #ffffff, a contrast of 1.98, and 14px text needs 4.5. Give the text #767676",
                "button-name: `<button",
            ],
        ),
        ("layout_shift", ["the widget does not keep still", "`<p>What one is reading` went 160 px down"]),
        ("overflow", ["`<div>A row that never wraps` sticks out 210 px of a widget that is 390 px wide"]),
        ("growth", ["the widget does not keep still", "its height never rests: "]),
        (
            "messages_that_never_come",
            ["after 0.5 s there are 0 of 1 messages: []", "a handler raised ValueError: a bug"],
        ),
        ("lost_event", ["lost_events: ", "counter.hidden` does not occur in the widget `lossy`"]),
        ("uncaught_error", ["errors: Error: a bug in the browser"]),
        ("what_a_handler_raises", ["errors: a handler raised ValueError: a bug of the author"]),
        ("other_tools", ['-      "description": "Count things.",', '+      "description": "Count.",', "reviewers"]),
        ("another_picture", ["the widget looks different from screenshots/", "pixels differ", "See /", ".html"]),
        ("no_picture", ["there is no picture screenshots/test_kit/test_fail_by_no_picture-none.png", "--update-scr"]),
        (
            "unknown_tool",
            ["no tool 'fin' opens a widget. Those that do: fine, faint,", '>       widget_page("fin")\nE '],
        ),
    ],
)
def test_a_planted_bug_is_found_and_named(said: str, test: str, sentences: list[str]) -> None:
    """bridge: a planted bug of each kind."""
    told = section(said, f"test_fail_by_{test}")
    assert [each for each in sentences if each not in told] == [], told


def test_a_mistake_in_a_test_is_said(said: str) -> None:
    """bridge: an asynchronous test has no synchronous browser."""
    told = section(said, "ERROR at setup of test_fail_by_async")
    assert "takes `widget_page`, which waits for the browser by itself. Declare it with `def`." in told


def test_a_failed_test_leaves_a_picture_and_a_report(said: str, project: Project) -> None:
    """bridge: what one needs to see what happened, also from a CI's files."""
    reports = project.folder / "test-report"
    assert f"It looked like {reports}/test_kit-test_fail_by_missing_text.png" in said
    assert (reports / "test_kit-test_fail_by_missing_text.png").read_bytes().startswith(b"\x89PNG")
    report = (reports / "test_kit-test_fail_by_another_picture.html").read_text()
    assert report.count("data:image/png;base64,") == 6
    assert "http" not in re.sub(r"data:image/png;base64,[^\"]*", "", report)


MISTAKES = {
    'hosts("chatgtp")': "there is no host 'chatgtp'. There are: chatgpt, chatgpt-mobile,",
    'hosts("interactiv")': "or all for every one, interactive for those in which event handlers run.",
    'hosts("claude", themes=["night"])': 'a `theme` is `"night"`, which is none of `light`, `dark` or `auto`',
    'hosts("claude", themes="dark")': "`hosts` takes themes as a list with at least one value, and this is 'dark'.",
    'hosts("claude", colors=["red"])': "`hosts` knows no 'colors'. It takes names of hosts, and lists: themes, widths,",
    'scenes("noon")': "there is no scene 'noon' in tests/scenes. There are: late-night.",
    'allows("noise")': "`allows` knows no 'noise'. It knows: errors, violations, lost_events.",
}


def test_mistakes_in_markers_are_told_when_tests_are_collected(project: Project) -> None:
    """bridge: a name that is unknown, with those that are known."""
    files = [project.folder / f"test_bad_{number}.py" for number in range(len(MISTAKES) + 1)]
    for file, marker in zip(files, MISTAKES, strict=False):
        file.write_text(f"import pytest\n\n@pytest.mark.{marker}\ndef test_bad(widget_page):\n    pass\n")
    files[-1].write_text('import pytest\n\n@pytest.mark.hosts("claude")\ndef test_bad():\n    pass\n')
    said = project.pytest(*(file.name for file in files))
    for file in files:
        file.unlink()
    wanted = [*MISTAKES.values(), "it has the marker `hosts`, but takes no `widget_page`."]
    assert [each for each in wanted if each not in said] == [], said
    assert "another exception" not in said


def test_without_playwright_one_sentence_says_what_to_install(project: Project) -> None:
    """bridge: the plugin needs Playwright only where a browser is used."""
    file = project.folder / "test_missing.py"
    file.write_text(
        "async def test_one(open_widget):\n    await open_widget('fine')\n\n"
        "def test_two(widget_page):\n    widget_page('fine')\n"
    )
    said = project.pytest(file.name, before="sys.modules['playwright'] = None; ")
    file.unlink()
    assert "1 passed, 1 error" in said, said
    assert 'Playwright is not installed, and it drives the browser. Run `pip install "reflex-mcp-bridge[tes' in said


def test_a_url_is_tested_in_place_of_the_app(project: Project, tmp_path: Path) -> None:
    """bridge: `live`: the emulator here, the server elsewhere, without a preview; the other tests are left out."""
    (project.folder / "test_live.py").write_text(
        "import pytest\n\n@pytest.mark.live\ndef test_live(mcp_bridge_url):\n    assert mcp_bridge_url.endswith('/mcp')"
        "\n\n@pytest.mark.live(False)\ndef test_never_live(widget_page):\n    raise AssertionError\n"
    )
    command = ["-c", _SERVE.format(package=str(PACKAGE), folder=str(project.folder))]
    with serve(command, tmp_path / "log") as url:
        chosen = "pass_hosts and chatgpt-dark or tools or between or live or overflow"
        said = project.pytest("--mcp-bridge-url", url.removesuffix("/mcp"), "-k", chosen)
    (project.folder / "test_live.py").unlink()
    assert "2 failed, 3 passed" in said, said
    assert "sticks out 210 px" in said


def test_bundles_that_are_older_than_the_source_are_not_tested(project: Project) -> None:
    """bridge: no silent stale tests; without a browser a line says that events were not checked."""
    module = project.folder / "planted/planted.py"
    before = module.read_text()
    module.write_text(before + "\n\n# A comment changes no bundle.\n")
    assert "1 passed" in project.pytest("-k", "pass_picture")
    module.write_text(before.replace('"Counter"', '"Tally"'))
    said = project.pytest("-k", "pass_picture or between")
    module.write_text(before)
    sentence = "the bundles in dist/widgets are older than `planted/planted.py`. Run `reflex export`, or pytest with"
    assert f"ManifestError: {sentence}" in said, said
    assert f"mcp-bridge: `open_widget` checked no event against the bundles, since {sentence}" in said
    assert "1 passed" in said
