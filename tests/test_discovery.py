"""Widgets in any module of the app's package are found."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from mcp_bridge.discovery import import_widgets


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app's package, imported."""
    folder = tmp_path / "discovered"
    files = {
        "__init__.py": "",
        "discovered.py": "",
        "shop/__init__.py": "from mcp_bridge import tool",
        "shop/cart.py": "import mcp_bridge\nfrom . import cart",
        "namespace/deep.py": "from mcp_bridge import widget",
        "script.py": "raise SystemExit('a script ran')",
        "test_cart.py": "import mcp_bridge\nraise SystemExit('a test ran')",
        "tests/helper.py": "import mcp_bridge\nraise SystemExit('a test ran')",
        "2024-migration.py": "import mcp_bridge\nraise SystemExit('a migration ran')",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [each for each in sys.modules if each.startswith("discovered")]:
        monkeypatch.delitem(sys.modules, name)
    importlib.import_module("discovered")
    return folder


def test_modules_that_name_the_package_are_imported_and_no_others(package: Path) -> None:
    """bridge: no registration; scripts, tests and migrations do not run."""
    import_widgets("discovered")
    found = {name for name in sys.modules if name.startswith("discovered")}
    assert found == {
        "discovered",
        "discovered.namespace",
        "discovered.namespace.deep",
        "discovered.shop",
        "discovered.shop.cart",
    }


def test_a_module_that_cannot_be_imported_says_so_itself(package: Path) -> None:
    """bridge: the author's own line is in the traceback."""
    (package / "broken.py").write_text("import mcp_bridge\nimport not_there")
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        import_widgets("discovered")


def test_an_app_that_is_no_package_has_nothing_to_be_found() -> None:
    """bridge: an app in one module."""
    import_widgets("this_is_not_imported")
