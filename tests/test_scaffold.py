"""`mcp-bridge new` and `init`: projects that pass their own tests and can be exported at once."""

from __future__ import annotations

import shlex
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from mcp_bridge import __version__
from mcp_bridge.scaffold import TEMPLATES, Change, ScaffoldError, create, extend
from tests.own_process import run, run_pytest
from tests.test_bundle import Project

EXPORT = ["reflex", "export", "--frontend-only", "--no-zip"]
COMMAND = [sys.executable, "-m", "mcp_bridge.cli"]

CONFIG = """import reflex as rx

config = rx.Config(
    app_name="shop",
    plugins=[rx.plugins.RadixThemesPlugin()],
)
"""


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_project_passes_its_own_tests_at_once(tmp_path: Path, template: str) -> None:
    """bridge: every template; nothing else is asked, and nothing else is needed."""
    done = run([*COMMAND, "new", "pizzeria", "--template", template], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("16 files in pizzeria/")
    tests = run_pytest(tmp_path / "pizzeria", "-W", "error")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "no widget is exported: run pytest --mcp-bridge-export" in tests.stdout
    project = tomllib.loads((tmp_path / "pizzeria/pyproject.toml").read_text())
    assert project["project"]["name"] == "pizzeria"
    [ours] = map(Requirement, project["project"]["dependencies"])
    [tests] = map(Requirement, project["dependency-groups"]["dev"])
    assert (ours.name, tests.name, tests.extras) == ("reflex-mcp-bridge", "reflex-mcp-bridge", {"testing"})
    assert ours.specifier == tests.specifier
    assert [each in ours.specifier for each in (__version__, "1000")] == [True, False]


@pytest.mark.export
def test_every_template_can_be_exported(tmp_path: Path) -> None:
    """bridge: a project of one template, with the others added by `init`; no widget is registered by hand.

    Each is then looked at in a browser by its own tests.
    """
    project = Project(tmp_path / "gallery")
    for name in ("gallery/__init__.py", "gallery", "rxconfig.py", "assets/dot.svg", "assets"):
        path = project.folder / name
        path.rmdir() if path.is_dir() else path.unlink()
    lent = {path.name: path for path in project.folder.iterdir()}
    for name, path in lent.items():
        path.rename(tmp_path / name)
    create(project.folder, "hello")
    for name in lent:
        (tmp_path / name).rename(project.folder / name)
    for template in TEMPLATES:
        extend(project.folder, template)
    project.source = ""
    result = run([sys.executable, "-m", *EXPORT], project.folder)
    assert result.returncode == 0, result.stdout + result.stderr
    assert set(project.manifest.widgets) == {"hello", "trails", "sales", "report", "story"}
    assert "Warning" not in result.stdout
    steps = yaml.safe_load((project.folder / ".github/workflows/test.yml").read_text())["jobs"]["test"]["steps"]
    commands = [shlex.split(step["run"]) for step in steps if "run" in step]
    assert [" ".join(each) for each in commands[2:]] == [
        "playwright install --with-deps chromium",
        "pytest --mcp-bridge-export",
        "mcp-bridge doctor",
    ]
    tests = run_pytest(project.folder, "--mcp-bridge-export", "-W", "error", "-k", "claude-dark")
    assert "5 passed" in tests.stdout, tests.stdout + tests.stderr
    doctor = run([*COMMAND, "doctor"], project.folder)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def test_a_folder_with_files_and_a_name_that_does_not_fit_are_refused(tmp_path: Path) -> None:
    """bridge: bad input loses nothing."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ScaffoldError, match="exists and is not empty, so nothing was written"):
        create(tmp_path, "hello")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(ScaffoldError, match="project name 'my pizzeria' does not fit"):
        create(tmp_path / "my pizzeria", "hello")
    done = run([*COMMAND, "new", "x", "--template", "blog"], tmp_path)
    assert (done.returncode, "'blog' is not one of 'hello', 'list'" in done.stderr) == (2, True)
    done = run([*COMMAND, "init"], tmp_path)
    assert (done.returncode, "it is no Reflex app. Run `mcp-bridge new NAME`" in done.stderr) == (1, True)


def test_an_existing_app_gets_a_widget_and_keeps_its_files(tmp_path: Path) -> None:
    """bridge: `init` touches only what it must, and says what."""
    (tmp_path / "rxconfig.py").write_text(CONFIG)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/shop.py").write_text("import reflex as rx\n\napp = rx.App()\n")
    (tmp_path / "shop/__init__.py").touch()
    (tmp_path / "components").mkdir()
    (tmp_path / "components/__init__.py").write_text("# mine\n")
    assert extend(tmp_path, "hello") == [
        Change("rxconfig.py", "changed"),
        Change("shop/hello.py", "written"),
        Change("components/__init__.py", "left"),
        Change("components/note.py", "written"),
        Change("tests/test_hello.py", "written"),
        Change("tests/test_hello_in_browser.py", "written"),
    ]
    assert (tmp_path / "components/__init__.py").read_text() == "# mine\n"
    config = (tmp_path / "rxconfig.py").read_text()
    assert "plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()]" in config
    tests = run_pytest(tmp_path)
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert {change.what for change in extend(tmp_path, "hello")} == {"left"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config = rx.Config(app_name='é')", "config = rx.Config(plugins=[WidgetsPlugin()], app_name='é')"),
        ("config = rx.Config(app_name='é', plugins=[])", "config = rx.Config(app_name='é', plugins=[WidgetsPlugin()])"),
        ("config = rx.Config(app_name='é', plugins=mine)", None),
    ],
)
def test_the_plugin_goes_where_it_belongs(tmp_path: Path, before: str, after: str | None) -> None:
    """bridge: what cannot be changed safely is left, and the person is told what to do."""
    text = f"import reflex as rx\n\nmine = []\n{before}\n"
    (tmp_path / "rxconfig.py").write_text(text)
    change = extend(tmp_path, "hello")[0]
    if after is None:
        assert change == Change("rxconfig.py", "left", "add WidgetsPlugin() to the plugins")
        assert (tmp_path / "rxconfig.py").read_text() == text
    else:
        expected = f"import reflex as rx\n\nfrom mcp_bridge import WidgetsPlugin\n\nmine = []\n{after}\n"
        assert (tmp_path / "rxconfig.py").read_text() == expected
