"""README and docs: their code runs, their output is real, and they name everything that is public.

Apps of the docs run in processes of their own, since Reflex knows one app per process.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from reflex.reflex import cli as reflex_cli

import mcp_bridge
from mcp_bridge import cli, host, testing
from mcp_bridge.testing import WidgetPage, plugin
from mcp_bridge.testing.hosting import HostSide
from mcp_bridge.testing.markers import MARKERS
from tests.demo import demo_bridge
from tests.own_process import run_pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TUTORIAL = ROOT / "docs/tutorial.md"
REFERENCE = ROOT / "docs/reference.md"
LLMS = ROOT / "llms.txt"
TESTING = ROOT / "docs/testing.md"
AGENTS = ROOT / "docs/agents.md"
PAGES = [README, ROOT / "CHANGELOG.md", LLMS, *sorted((ROOT / "docs").glob("*.md"))]

CONFIG = """\
import reflex as rx
from mcp_bridge import WidgetsPlugin
config = rx.Config(app_name="todo", plugins=[WidgetsPlugin()], disable_plugins=[rx.plugins.SitemapPlugin])
"""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    code: str

    @property
    def path(self) -> str | None:
        """The file that the block is, from a first line such as "# pizza/pizza.py"; None for a fragment."""
        found = re.match(r"# (\S+\.py)\n", self.code)
        return found[1] if found else None


def blocks(page: Path, language: str) -> list[Block]:
    """Return the fenced blocks of a page in one language; a block in a list item is dedented."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page, text[: match.start()].count("\n") + 1, match[2], textwrap.dedent(match[3]) if match[1] else match[3]
        )
        for match in re.finditer(r"^( *)```(\w+)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
        if match[2] == language
    ]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def sections(page: Path) -> dict[str, str]:
    """Return the text below each heading, up to the next heading of any level."""
    parts = re.split(r"^#+ (.*)$", prose(page), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(section: str) -> list[str]:
    """Return the first cells of a section's tables, without head and code marks."""
    found = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    return [cell.strip("`") for cell in found if cell.startswith("`")]


# The apps run ------------------------------------------------------------------------------------------------------


def play() -> None:
    """Run the app of the current folder and print, as the last line, what its tools answered.

    Standard input has `calls` (tool and arguments), `clicks` (handler and payload, sent to the last widget opened),
    `fragments` (code for the namespace of the app's module) and `modules` (imported last).
    """
    from mcp_bridge import _reflex, _reflex_run, manifest
    from mcp_bridge.bridge import Bridge
    from mcp_bridge.results import META_KEY
    from mcp_bridge.widgets import registry
    from tests.registries import separate_registry

    asked = json.load(sys.stdin)
    _reflex_run.load_app()
    handlers = {name: tuple(name for name in _all_events() if not name.startswith("_")) for name in registry().widgets}
    needs = manifest.Needs()
    exports = [
        manifest.Export(name, each.title, each.description, b"<!doctype html>", handlers[name], _all_states(), needs)
        for name, each in registry().widgets.items()
    ]
    manifest.write(Path("dist/widgets"), _reflex.app_name(), exports)
    bridge = Bridge.load()

    async def run() -> dict[str, Any]:
        answers: list[dict[str, Any]] = []
        sent: list[str] = []
        call: dict[str, Any] = {"mount": "m", "since": 0}
        async with bridge.running():
            for name, arguments in asked["calls"]:
                result = await bridge.call_tool(name, arguments, "")
                answers.append({"text": result.text, "structured": result.structured, "is_error": result.is_error})
                if META_KEY in result.meta:
                    call |= {"session": result.meta[META_KEY]["session"]}
            for number, (handler, payload) in enumerate(asked["clicks"], start=1):
                full_name = next(name for name in _all_events() if name.endswith(f".{handler}"))
                events = [{"seq": number, "name": full_name, "payload": payload}]
                result = await bridge.call_tool("reflex_event", {**call, "events": events}, "")
                assert not result.is_error, result.text
                update = result.meta[META_KEY]["update"]
                sent += [event["payload"]["text"] for _, event in update["events"]]
                while update["pending"]:
                    result = await bridge.call_tool("reflex_poll", {**call, "since": update["version"]}, "")
                    update = result.meta[META_KEY]["update"]
                    sent += [event["payload"]["text"] for _, event in update["events"]]
                call["since"] = update["version"]
        return {"answers": answers, "sent": sent, "tools": bridge.list_tools()}

    answered = asyncio.run(run())
    name = _reflex.app_name()
    namespace = {**{public: getattr(mcp_bridge, public) for public in mcp_bridge.__all__}}
    namespace |= vars(import_module(f"{name}.{name}"))
    for where, code in asked["fragments"]:
        with separate_registry():
            try:
                exec(compile(code, where, "exec"), namespace)
            except mcp_bridge.ToolError:
                assert "raise ToolError" in code
    for module in asked["modules"]:
        import_module(module)
    print("\n" + json.dumps(answered))


def _all_events() -> tuple[str, ...]:
    """Return the full names of all event handlers."""
    from mcp_bridge._reflex_compile import event_handler_names

    return tuple(event_handler_names())


def _all_states() -> tuple[str, ...]:
    """Return the full names of all States."""
    from mcp_bridge._reflex_compile import state_names

    return tuple(state_names())


def run_app(
    folder: Path,
    files: dict[str, str],
    calls: list[tuple[str, dict[str, Any]]],
    clicks: list[tuple[str, dict[str, Any]]] | None = None,
    fragments: list[Block] | None = None,
    modules: list[str] | None = None,
) -> dict[str, Any]:
    """Write a project and `play` it."""
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).parent.joinpath("__init__.py").touch()
    asked = {
        "calls": calls,
        "clicks": clicks or [],
        "fragments": [(f"{block.page.name}:{block.line}", textwrap.dedent(block.code)) for block in fragments or []],
        "modules": modules or [],
    }
    done = subprocess.run(
        [sys.executable, "-c", "from tests.test_docs import play; play()"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
            "REFLEX_STATE_MANAGER_MODE": "memory",
            "REFLEX_TELEMETRY_ENABLED": "false",
        },
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_app_of_the_readme_does_what_the_readme_says(tmp_path: Path) -> None:
    """bridge: the 25-line app in the README is imported and run by a test."""
    [app] = blocks(README, "python")
    assert len(app.code.splitlines()) <= 25
    called, schema, structured = (json.loads(text) for text in _readme_json())
    files = {"rxconfig.py": CONFIG, "todo/todo.py": app.code}
    clicks = [("finish", {"task": task}) for task in called["tasks"]]
    played = run_app(tmp_path, files, [("todo_list", called)], clicks)
    [shown] = blocks(README, "text")
    assert played["answers"] == [{"text": shown.code.strip(), "structured": structured, "is_error": False}]
    assert played["tools"][0]["name"] == "todo_list"
    assert played["tools"][0]["inputSchema"] == schema
    [message] = played["sent"]
    assert f"`{message}`" in " ".join(README.read_text().split())


def _readme_json() -> list[str]:
    """Return the call, the input schema and the structured content that the README shows."""
    called = re.search(r"Called with `(.*?)`", README.read_text())
    assert called is not None
    return [called[1], *(block.code for block in blocks(README, "json"))]


def test_the_first_app_of_the_tutorial_runs(tmp_path: Path) -> None:
    """bridge: the tutorial, before the model sees anything."""
    first: dict[str, str] = {}
    for block in blocks(TUTORIAL, "python"):
        if block.path and not block.path.startswith("tests/"):
            first.setdefault(block.path, block.code)
    played = run_app(tmp_path, first, [("pizza_shops", {"city": "Rome"})])
    assert played["answers"][0]["text"] in _texts(TUTORIAL)


def test_the_whole_app_of_the_tutorial_runs_and_answers_as_shown(tmp_path: Path) -> None:
    """bridge: the tutorial's last app, its server, and every fragment of tutorial, reference and pages."""
    code = [block for page in (TUTORIAL, REFERENCE, ROOT / "docs/pages.md") for block in blocks(page, "python")]
    files = {block.path: block.code for block in code if block.path and not block.path.startswith("tests/")}
    played = run_app(
        tmp_path,
        files,
        calls=[
            ("pizza_shops", {"limit": "many"}),
            ("pizza_shops", {"city": "Oslo"}),
            ("price_of", {"shop_name": "Al Ponte", "pizzas": 3}),
            ("cheap_pizza", {"price": 7}),
            ("pizza_shops", {"city": "rome"}),
        ],
        clicks=[("drop", {"name": "Al Ponte"}), ("book", {"name": "Forno Vecchio"})],
        fragments=[block for block in code if not block.path],
        modules=["server"],
    )
    unfit, unknown, price, cheap, rome = played["answers"]
    texts = _texts(TUTORIAL)
    assert [unfit["text"] in texts, unfit["is_error"]] == [True, True]
    assert [unknown["text"] in REFERENCE.read_text(), unknown["is_error"]] == [True, True]
    assert price["text"] in texts
    assert [shop["name"] for shop in cheap["structured"]["shops"]] == ["Da Lina"]
    assert rome["text"] in texts
    assert rome["structured"] == next(
        data for block in blocks(TUTORIAL, "json") if "city" in (data := json.loads(block.code))
    )
    assert played["sent"] == ["I have booked a table at Forno Vecchio. What goes well with a Margherita?"]


@pytest.mark.parametrize(
    ("pages", "config", "passed"),
    [
        ([TUTORIAL, TESTING], "", 6),
        ([AGENTS], CONFIG.replace('"todo"', '"app"'), 2),
    ],
    ids=["tutorial and testing", "agents"],
)
def test_the_tests_of_the_docs_pass(tmp_path: Path, pages: list[Path], config: str, passed: int) -> None:
    """bridge: the tests of the tutorial and of docs/testing.md with the tutorial's app; those of docs/agents.md."""
    code = [block for page in pages for block in blocks(page, "python")]
    files = {block.path: block.code for block in code if block.path and "widget_page" not in block.code}
    if config:
        files |= {"rxconfig.py": config, "app/__init__.py": "", "app/app.py": "import reflex as rx\n\napp = rx.App()\n"}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    done = run_pytest(tmp_path)
    assert f"{passed} passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.browser
def test_the_tests_of_the_docs_in_a_browser_pass(tmp_path: Path) -> None:
    """bridge: the tests of docs/testing.md with `widget_page`, with the reference app."""
    [code] = [block.code for block in blocks(TESTING, "python") if "widget_page" in block.code]
    (tmp_path / "test_flights.py").write_text(code)
    command = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-W", "error", str(tmp_path)]
    done = run_pytest(ROOT, *command, "--update-screenshots", "--update-snapshots")
    assert "9 passed" in done.stdout, done.stdout + done.stderr


def test_every_name_of_the_test_kit_is_documented() -> None:
    """bridge: fixtures, markers, options and settings of the plugin, and what pages and their hosts have."""
    tables = sections(TESTING)["All names"]
    source = inspect.getsource(plugin)
    fixtures = re.findall(r"@pytest\.fixture\ndef ([a-z]\w*)\(", source)
    markers = [re.split(r"\W", each)[0] for each in MARKERS]
    options = re.findall(r"addoption\(\s*\"(--[\w-]+)\"", source)
    settings = re.findall(r"addini\(\"(\w+)\"", source)
    assert sorted(rows(tables)) == sorted([*fixtures, *markers, *options, *settings])
    exported = {name for name in testing.__all__ if f"`{name}`" not in TESTING.read_text()}
    assert exported == {"Shown"}
    documented = set(re.findall(r"`(\w+)[`(]", sections(TESTING)["`widget_page`"] + sections(TESTING)["`page.host`"]))
    public = {name for kind in (WidgetPage, HostSide) for name in vars(kind) if not name.startswith("_")}
    assert public - documented == set()


def _texts(page: Path) -> list[str]:
    """Return the text blocks of a page."""
    return [block.code.strip() for block in blocks(page, "text")]


def test_fragments_of_the_tutorial_are_part_of_its_whole_app() -> None:
    """bridge: the tutorial does not lead astray; what it builds up to is what it showed."""
    code = blocks(TUTORIAL, "python")
    whole = next(block.code for block in reversed(code) if block.path == "pizza/pizza.py")
    methods = [block.code for block in code if block.code.startswith("    @")]
    functions = [block.code for block in code if block.code.startswith(("def card", "@tool"))]
    assert len(methods) == 3
    assert len(functions) == 2
    assert [each for each in (*methods, *functions) if each.strip() not in whole] == []


# The pages name what there is --------------------------------------------------------------------------------------


def parameters(value: Any) -> list[str]:
    """Return the names of a callable's parameters; an error class without arguments of its own has none."""
    if not callable(value) or (inspect.isclass(value) and value.__init__ is Exception.__init__):
        return []
    return list(inspect.signature(value).parameters)


PUBLIC = {
    **{name: getattr(mcp_bridge, name) for name in mcp_bridge.__all__},
    **{f"host.{name}": getattr(host, name) for name in host.__all__},
}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_and_argument_is_in_the_reference(name: str) -> None:
    """bridge: one heading per public name, every argument of every public name documented."""
    found = sections(REFERENCE)
    assert f"`{name}`" in found, f"docs/reference.md has no heading `{name}`"
    is_callable = inspect.isfunction(PUBLIC[name]) or inspect.isclass(PUBLIC[name])
    wanted = parameters(PUBLIC[name]) if is_callable else []
    assert rows(found[f"`{name}`"]) == wanted, f"docs/reference.md: the arguments below `{name}` are others"


def test_the_reference_has_no_heading_for_a_name_that_is_not_public() -> None:
    """bridge: docs say what there is, no more."""
    assert {heading.strip("`") for heading in sections(REFERENCE) if heading.startswith("`")} == set(PUBLIC)


def test_the_command_line_of_the_docs_is_the_real_one() -> None:
    """bridge: the options of `mcp-bridge serve`, with their defaults."""
    real = {
        option.opts[0]: option.show_default if isinstance(option.show_default, str) else _default(option)
        for option in _options("serve")
    }
    assert {name: default.replace("`", "") for name, default in _documented("Command line").items()} == real


@pytest.mark.parametrize("command", ["inspect", "call", "screenshot", "page", "doctor"])
def test_the_options_of_a_command_in_the_docs_are_the_real_ones(command: str) -> None:
    """bridge: the options of each command, and the default of each that has one."""
    documented = _documented(command.title())
    assert list(documented) == [option.opts[-1] for option in _options(command)]
    real = {option.opts[-1]: _default(option) for option in _options(command) if option.is_flag or option.show_default}
    assert {name: documented[name] for name in real} == real


def _options(command: str) -> list[click.Option]:
    """Return the options of a command."""
    return [option for option in cli.main.commands[command].params if isinstance(option, click.Option)]


def _default(option: click.Option) -> str:
    """Return an option's default as the docs say it."""
    if isinstance(option.show_default, str):
        return option.show_default
    return "off" if option.is_flag else str(option.default)


def _documented(section: str) -> dict[str, str]:
    """Return the options and defaults of a section's table."""
    return dict(re.findall(r"^\| `(--\S+)` \| `?(.+?)`? \|", sections(REFERENCE)[section], re.MULTILINE))


def test_the_commands_of_the_docs_exist() -> None:
    """bridge: every command that a page tells the reader to run."""
    inline = [
        command for page in PAGES for command in re.findall(r"`((?:mcp-bridge|reflex|scripts)[ /][^`]+)`", prose(page))
    ]
    fenced = [line for page in PAGES for block in blocks(page, "sh") for line in block.code.splitlines()]
    checked = 0
    for command in (*inline, *fenced):
        words = re.sub(r"^(\w+=\S+ )+", "", command.partition("#")[0]).split()
        if words[0] == "mcp-bridge" and not words[1].startswith("-"):
            cli.main.commands[words[1]].make_context(words[1], words[2:], resilient_parsing=len(words) == 2)
        elif words[0] == "reflex":
            options = {
                name for each in reflex_cli.commands[words[1]].params for name in (*each.opts, *each.secondary_opts)
            }
            assert set(words[2:]) <= options, command
        elif words[0].startswith("scripts/"):
            assert os.access(ROOT / words[0], os.X_OK), command
        else:
            continue
        checked += 1
    assert checked > 8


def test_the_options_of_scripts_serve_are_the_documented_ones() -> None:
    """bridge: `scripts/serve` explains the options that the reference names."""
    shown = subprocess.run(
        [sys.executable, ROOT / "scripts/serve", "--help"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert set(re.findall(r"--\w[\w-]*", shown)) == {"--help", "--host", "--port", "--export", "--no-preview"}


def test_the_environment_variables_of_the_docs_are_those_of_the_code() -> None:
    """bridge: each variable that the code reads is documented, and no other."""
    source = "".join(path.read_text() for path in (ROOT / "mcp_bridge").rglob("*.py"))
    read = set(re.findall(r"\"(MCP_[A-Z_]+|FORWARDED_[A-Z_]+|PORT|CHROMIUM)\"", source))
    reflex = set(re.findall(r"\bREFLEX_(?:ENV_MODE|REDIS_URL|USE_NPM)\b", source))
    assert set(rows(sections(REFERENCE)["Environment variables"])) == read | reflex


def test_the_manifest_of_the_docs_is_the_real_one(tmp_path: Path) -> None:
    """bridge: every key of `manifest.json` is documented."""
    demo_bridge(tmp_path)
    written = json.loads((tmp_path / "manifest.json").read_text())
    widget = written["widgets"]["shop"]
    named = set(re.findall(r"`(\w+)`", sections(REFERENCE)["The manifest"]))
    assert {*written, *widget, *widget["builds"][0], *widget["csp"]} <= named


def test_the_error_texts_of_the_docs_are_in_the_code() -> None:
    """bridge: error texts of the reference, with `<...>` for what varies."""
    known = [_plain(text) for path in (ROOT / "mcp_bridge").rglob("*.py") for text in _literals(path)]
    for cell in rows(sections(REFERENCE)["Errors"]):
        wanted = _plain(re.sub(r"<[^<>]+>", "{}", cell))
        assert any(wanted in text for text in known), f"docs/reference.md: no error has the text {cell!r}"


def _plain(text: str) -> str:
    """Return a text without code marks and with single spaces."""
    return " ".join(text.replace("`", "").replace("{!r}", "{}").split())


def _literals(path: Path) -> list[str]:
    """Return the texts in a module, with `{}` for what is filled in."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            found.append("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return found


@pytest.mark.parametrize("name", ["event_request", "event_result"])
def test_the_wire_example_of_the_docs_is_that_of_the_tests(name: str) -> None:
    """bridge: one example for the docs and for both languages."""
    shown = [json.loads(block.code) for block in blocks(ROOT / "docs/how-it-works.md", "json")]
    assert json.loads((ROOT / f"tests/wire/{name}.json").read_text()) in shown


def test_llms_txt_names_every_page_and_every_public_name() -> None:
    """bridge: what a coding agent reads first leads to everything."""
    text = LLMS.read_text()
    linked = set(re.findall(r"\]\(([^)]+)\)", text))
    assert {str(page.relative_to(ROOT)) for page in PAGES if page != LLMS} <= linked
    named = set(re.findall(r"`([\w.]+)[`(]", text))
    assert set(PUBLIC) <= named, sorted(set(PUBLIC) - named)
    assert {f"mcp-bridge {name}" for name in cli.main.commands} <= set(re.findall(r"`(mcp-bridge \w+)", text))


def test_the_index_of_the_readme_has_every_page() -> None:
    """bridge: no page is hidden."""
    linked = set(re.findall(r"\]\(([^)#]+)", sections(README)["Documentation"]))
    assert {str(page.relative_to(ROOT)) for page in PAGES if page != README} <= linked


def test_the_wheel_has_the_pages_and_llms_txt() -> None:
    """bridge: an agent in a project finds the documentation of the version that runs there."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    included = build["wheel"]["force-include"]
    assert included == {str(page.relative_to(ROOT)): f"mcp_bridge/{page.relative_to(ROOT)}" for page in PAGES}
    assert {"/docs/*.md", "/llms.txt"} <= set(build["sdist"]["include"])


def test_the_tutorial_goes_from_nothing_to_a_deployed_widget() -> None:
    """bridge: each step of the way has its place."""
    text = TUTORIAL.read_text()
    named = (
        "mcp-bridge new",
        "mcp-bridge dev",
        "emulator",
        "open_widget",
        "mcp-bridge doctor",
        "deploying.md",
        "hosts.md",
    )
    assert [step for step in named if step not in text] == []


# The pages keep the rules ------------------------------------------------------------------------------------------


def test_the_readme_begins_with_the_name_a_sentence_and_code() -> None:
    """bridge: README rules of the project."""
    lines = README.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert (lines[1], lines[3]) == ("", "")
    assert lines[2].endswith(".")
    assert lines[2].count(". ") == 0
    assert next(number for number, line in enumerate(lines, start=1) if line.startswith("```")) < 20


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_point_to_what_exists(page: Path) -> None:
    """bridge: relative links, pictures and anchors."""
    text = prose(page)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?:src|srcset)=\"([^\"]+)\"", text)
    for target in targets:
        path, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        linked = (page.parent / path) if path else page
        assert linked.exists(), f"{page.name} links to {target}, which does not exist"
        if anchor:
            assert anchor in {_slug(heading) for heading in sections(linked)}, f"{linked.name} has no heading #{anchor}"


def _slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_pages_do_not_shout(page: Path) -> None:
    """bridge: no exclamation mark, no "please"."""
    text = prose(page).replace("![", "[")
    assert "!" not in text
    assert "please" not in text.lower()


def test_pictures_are_small() -> None:
    """bridge: pictures of the docs stay below 150 KB."""
    pictures = list((ROOT / "docs/images").iterdir())
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 150_000] == []
