"""What the plugin's markers ask for: which tests run, and how often, with the mistakes that one can make in them.

It is imported by every pytest run, so what is heavy is imported where a marker is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pytest

VIRTUAL = "virtual_time"
MARKERS = {
    VIRTUAL: "the clock jumps to the next timer, so that sleeps take no time; no real network then",
    "hosts(*names, themes, widths, locales, ...)": "run a test with `widget_page` in each combination; `all` hosts",
    "scenes(*names)": "run a test with each scene of tests/scenes, or with those that are named",
    "allows(*kinds)": "what a test with `widget_page` may leave behind: errors, violations, lost_events",
    "live(run=True)": "run a test only against --mcp-bridge-url; live(False): never",
}
"""Each marker with its arguments, and what it is for."""

_KINDS = ("errors", "violations", "lost_events")
_NEEDS = {
    "hosts": {"widget_page"},
    "scenes": {"open_widget", "scene", "widget_page"},
    "allows": {"widget_page"},
}
"""The fixtures of which a test with a marker takes one."""
_OF_URLS = {"widget_page", "check_tools"}
"""The fixtures that work against a URL."""


def repeat(metafunc: pytest.Metafunc, project: Path) -> str:
    """Make a test of each combination and of each scene; return what is wrong with its markers, "" if nothing is.

    Args:
        metafunc: The test.
        project: The folder of rxconfig.py.
    """
    taken = set(metafunc.fixturenames)
    own = {marker.name for marker in metafunc.definition.own_markers}
    for name in own & set(_NEEDS):
        if not _NEEDS[name] & taken:
            fixtures = " or ".join(f"`{fixture}`" for fixture in sorted(_NEEDS[name]))
            return f"it has the marker `{name}`, but takes no {fixtures}."
    for marker in metafunc.definition.iter_markers("allows"):
        for kind in marker.args:
            if kind not in _KINDS:
                return f"`allows` knows no {kind!r}. It knows: {', '.join(_KINDS)}."
    # A marker of a module or a class is for those of its tests that it fits.
    fitting = {
        name: marker
        for name in ("hosts", "scenes")
        if _NEEDS[name] & taken and (marker := metafunc.definition.get_closest_marker(name))
    }
    return _parametrize(metafunc, fitting, project) if fitting else ""


def _parametrize(metafunc: pytest.Metafunc, markers: dict[str, pytest.Mark], project: Path) -> str:
    """Carry out the markers `hosts` and `scenes`; return what is wrong with them, "" if nothing is."""
    from mcp_bridge.errors import BridgeError

    from .matrix import combinations, saved

    try:
        if hosts := markers.get("hosts"):
            found = combinations(cast("tuple[str, ...]", hosts.args), **hosts.kwargs)
            metafunc.parametrize("_widget_setting", list(found.values()), ids=list(found), indirect=True)
        if scenes := markers.get("scenes"):
            found = saved(project, cast("tuple[str, ...]", scenes.args))
            metafunc.parametrize("scene", list(found.values()), ids=list(found), indirect=True)
    except BridgeError as error:
        return str(error)
    return ""


def runs(item: pytest.Item, *, is_live: bool) -> bool:
    """Whether a test runs in a run against a URL, or in one against the app of the project."""
    marker = item.get_closest_marker("live")
    is_for_urls = True if marker is None else bool(marker.args[0] if marker.args else marker.kwargs.get("run", True))
    if not is_live:
        return marker is None or not is_for_urls
    return is_for_urls and (marker is not None or bool(_OF_URLS & set(getattr(item, "fixturenames", ()))))
