"""Who may import whom, and what the package offers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mcp_bridge

PACKAGE = Path(mcp_bridge.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "templates" not in path.parts)

STANDARD_ONLY = {"errors": set[str](), "manifest": {"errors"}}
"""Modules that import the standard library and these modules, and nothing else."""

REFLEX_INTERNALS = ("reflex_base", "reflex.utils", "reflex.compiler", "reflex.state", "reflex.istate", "reflex.app")
SEAM = {
    "_reflex",
    "_reflex_chains",
    "_reflex_compile",
    "_reflex_redis",
    "_reflex_run",
    "_reflex_shared",
    "_reflex_state",
}
SDK = {PACKAGE / "server.py", PACKAGE / "client.py"}
PUBLIC_INTERNALS = {"reflex_base.plugins"}


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, those of the package with a leading dot."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            found |= {f".{node.module}"} if node.module else {f".{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def starts_with(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_a_module_imports_only_what_it_may(path: Path) -> None:
    """bridge: design, modules and directions."""
    imported = imports(path)
    assert not {name for name in imported if starts_with(name, ("app", "components", "tests"))}
    if path not in SDK:
        found = {name for name in imported if starts_with(name, ("mcp", "mcp_types"))}
        assert not found, "only server.py and client.py import mcp"
    if path.stem not in SEAM:
        internals = {name for name in imported if starts_with(name, REFLEX_INTERNALS)} - PUBLIC_INTERNALS
        assert not internals, "Reflex internals belong in _reflex.py or _reflex_compile.py"
    if path.stem in STANDARD_ONLY:
        own = {name.removeprefix(".") for name in imported if name.startswith(".")}
        assert own <= STANDARD_ONLY[path.stem]
        assert not {name for name in imported if starts_with(name, ("reflex", "pydantic", "mcp", "starlette", "rich"))}


def test_the_package_offers_these_names() -> None:
    """bridge: the public surface."""
    assert sorted(mcp_bridge.__all__) == [
        "BridgeError",
        "BundleError",
        "CallError",
        "Csp",
        "ManifestError",
        "ToolError",
        "WidgetError",
        "WidgetsPlugin",
        "__version__",
        "attach",
        "create_app",
        "create_server",
        "host",
        "migrate",
        "tool",
        "widget",
    ]
    for name in mcp_bridge.__all__:
        assert getattr(mcp_bridge, name) is not None


def test_an_unknown_name_is_refused_as_usual() -> None:
    """bridge: the lazy import hides no mistake."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = mcp_bridge.nothing  # pyright: ignore


def test_no_module_is_too_long() -> None:
    """bridge: conventions, 250 lines are a signal to split by idea."""
    long = {path.name: lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 450}
    assert not long
