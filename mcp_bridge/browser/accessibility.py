"""What keeps people from using a widget, as axe-core finds it, in words.

for barrier in barriers(frame):
    print(barrier)        # color-contrast: `<p>Al Ponte</p>`: its text is #9aa0a6 on #ffffff, a contrast of 2.63, ...

axe-core comes in the package axe-playwright-python, so nothing is loaded from the network, and it is evaluated by the
browser's own protocol, so the policy of the widget does not refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from mcp_bridge.errors import CommandError

from .colors import readable

if TYPE_CHECKING:
    from playwright.sync_api import Frame

CONTRAST = "color-contrast"

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A widget is often transparent, and axe-core would take what is behind it for white.
_RUN = """([tags, ignored, ground]) => {
  const { style } = document.documentElement;
  const before = style.backgroundColor;
  style.backgroundColor = ground;
  return axe.run(document, {
  iframes: false,
  resultTypes: ['violations'],
  runOnly: { type: 'tag', values: tags },
  rules: Object.fromEntries(ignored.map((rule) => [rule, { enabled: false }])),
}).then(({ violations }) => violations.map(({ id, help, helpUrl, impact, nodes }) => ({
  id, help, helpUrl, impact,
  nodes: nodes.map(({ html, target, any, all, none }) => ({
    html, target: target.join(' '),
    checks: [...any, ...all, ...none].map(({ id, message, data }) => ({ id, message, data })),
  })),
}))).finally(() => (style.backgroundColor = before));
}"""
_RULES = "() => axe.getRules().map(({ ruleId }) => ruleId)"

_CURES = {
    "aria-hidden-focus": "Take it out of the tab order with tab_index=-1, or do not hide it",
    "button-name": 'Give it a text, or aria_label="..."',
    "image-alt": 'Give it alt="...", or alt="" if it only decorates',
    "input-image-alt": 'Give it alt="..."',
    "label": 'Put it into rx.el.label(...), or give it aria_label="..."',
    "link-name": 'Give it a text, or aria_label="..."',
    "nested-interactive": "Put one beside the other instead of into it",
    "role-img-alt": 'Give it aria_label="..."',
    "scrollable-region-focusable": "Give it tab_index=0, a role and a name, so that the keyboard can scroll it",
    "select-name": 'Put it into rx.el.label(...), or give it aria_label="..."',
    "svg-img-alt": 'Give it aria_label="...", or aria_hidden=True if it only decorates',
    "target-size": "Make it at least 24 by 24 pixels, or leave that much room around it",
}
_SHOWN = 160


@dataclass(frozen=True)
class Barrier:
    """One element that some people cannot use.

    Attributes:
        rule: The rule of axe-core that it breaks.
        element: The beginning of its HTML.
        selector: A CSS selector of it.
        cause: What is wrong with it.
        cure: What to do.
    """

    rule: str
    element: str
    selector: str
    cause: str
    cure: str

    def __str__(self) -> str:
        """The whole in one line."""
        return f"{self.rule}: `{self.element}` ({self.selector}): {self.cause}. {self.cure}."


def barriers(frame: Frame, *, ground: str, ignore: Iterable[str] = ()) -> list[Barrier]:
    """Return what axe-core finds by its rules for WCAG 2.2, levels A and AA.

    Args:
        frame: The widget's document.
        ground: The color behind it, as `#rrggbb`.
        ignore: Rules of axe-core to leave out.

    Raises:
        CommandError: If axe-core is not installed, or has no such rule.
    """
    frame.evaluate(_script())
    ignored = list(ignore)
    known = cast("list[str]", frame.evaluate(_RULES)) if ignored else []
    for rule in ignored:
        if rule not in known:
            msg = f"axe-core has no rule {rule!r} that could be left out. Those it has: {', '.join(known)}."
            raise CommandError(msg)
    found = cast("list[dict[str, Any]]", frame.evaluate(_RUN, [_TAGS, ignored, ground]))
    return [_barrier(rule, node) for rule in found for node in rule["nodes"]]


def _script() -> str:
    """Return the code of axe-core, without a value that the protocol would have to bring back.

    Raises:
        CommandError: If it is not installed.
    """
    try:
        code = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError as error:
        msg = 'axe-core is not installed, and it checks accessibility. Run `pip install "reflex-mcp-bridge[testing]"`.'
        raise CommandError(msg) from error
    return f"{code}\n;undefined"


def _barrier(rule: dict[str, Any], node: dict[str, Any]) -> Barrier:
    """Return one finding in words."""
    html = " ".join(str(node["html"]).split())
    element = html if len(html) <= _SHOWN else f"{html[:_SHOWN]}…"
    checks = cast("list[dict[str, Any]]", node["checks"])
    said = [text for each in checks if (text := str(each["message"]).strip().rstrip("."))]
    cause = "; or ".join(dict.fromkeys(said)) or str(rule["help"])
    cure = _CURES.get(rule["id"], f"{rule['help']}: {str(rule['helpUrl']).partition('?')[0]}")
    if rule["id"] == CONTRAST:
        data = next((each["data"] for each in checks if each["id"] == CONTRAST and each["data"]), None)
        cause, cure = _contrast(data) if data else (cause, cure)
    return Barrier(str(rule["id"]), element, str(node["target"]), cause, cure)


def _contrast(data: dict[str, Any]) -> tuple[str, str]:
    """Return what is wrong with the colors of a text, and colors that would do."""
    text, ground = str(data["fgColor"]), str(data["bgColor"])
    wanted = float(str(data["expectedContrastRatio"]).partition(":")[0])
    found = re.search(r"\(([\d.]+)px\)", str(data["fontSize"]))
    size = f"{float(found[1]):g}px" if found else str(data["fontSize"])
    cause = f"its text is {text} on {ground}, a contrast of {data['contrastRatio']:g}, and {size} text needs {wanted:g}"
    (darker, text_steps), (ground_color, ground_steps) = readable(text, ground, wanted), readable(ground, text, wanted)
    if text_steps <= ground_steps:
        return cause, f"Give the text {darker} or more contrast, for example a step 11 or 12 of rx.color"
    return (
        cause,
        f"Give the background {ground_color} or more contrast, or the text another color, as high_contrast does",
    )
