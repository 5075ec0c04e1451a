"""One HTML file that shows two pictures and what differs: nothing else is needed to read it, also from a CI's files.

Path("report.html").write_text(page("test_flights[dark]", comparison, expected, actual))
"""

from __future__ import annotations

import base64
from html import escape

from .pictures import Comparison

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title>
<style>
:root {{
  color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #d9d9e0; --ground: #fcfcfd; --on: #0b68cb;
}}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #edeef0; --soft: #b0b4ba; --line: #43484e; --ground: #111113; --on: #70b8ff; }}
}}
* {{ box-sizing: border-box; }}
body {{
  margin: 0; padding: 1.5rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
}}
main {{ max-inline-size: 80rem; margin: 0 auto; }}
h1 {{ font-size: 1.25rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }}
p {{ margin: 0 0 1rem; color: var(--soft); }}
fieldset {{ border: 0; margin: 0 0 1rem; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem; }}
legend {{ padding: 0; margin-block-end: .25rem; color: var(--soft); }}
fieldset label {{ border: 1px solid var(--line); border-radius: .5rem; padding: .375rem .75rem; cursor: pointer; }}
fieldset label:has(:checked) {{ border-color: var(--on); box-shadow: inset 0 0 0 1px var(--on); }}
fieldset input {{ accent-color: var(--on); }}
label:has(:focus-visible), input[type=range]:focus-visible {{ outline: 2px solid var(--on); outline-offset: 2px; }}
figure {{ margin: 0; }}
figcaption {{ color: var(--soft); margin-block-end: .25rem; }}
img {{ display: block; max-inline-size: 100%; block-size: auto; border: 1px solid var(--line); background: #fff; }}
.views > * {{ display: none; }}
main:has([value=beside]:checked) .beside {{ display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }}
main:has([value=slide]:checked) .slide, main:has([value=difference]:checked) .difference {{ display: block; }}
.over {{ position: relative; inline-size: fit-content; max-inline-size: 100%; direction: ltr; }}
.over img:last-child {{ position: absolute; inset: 0 auto auto 0; clip-path: inset(0 0 0 var(--at, 50%)); }}
.slide label {{ display: block; margin-block-end: .5rem; color: var(--soft); }}
.slide input {{ display: block; inline-size: min(100%, {width}px); accent-color: var(--on); }}
</style></head>
<body><main>
<h1>{title}</h1>
<p>{said}</p>
<fieldset><legend>View</legend>
<label><input type="radio" name="view" value="beside" checked> Side by side</label>
<label><input type="radio" name="view" value="slide"> Slider</label>
<label><input type="radio" name="view" value="difference"> Difference</label>
</fieldset>
<div class="views">
<div class="beside">{figures}</div>
<div class="slide">
<label>Expected on the left, actual on the right
<input type="range" min="0" max="100" value="50"
  oninput="document.querySelector('.over').style.setProperty('--at', this.value + '%')"></label>
<div class="over"><img alt="Expected" src="{expected}"><img alt="Actual" src="{actual}"></div>
</div>
<div class="difference"><figure><figcaption>What differs is red</figcaption>
<img alt="Difference" src="{difference}"></figure></div>
</div>
</main></body></html>
"""
_FIGURE = '<figure><figcaption>{title}</figcaption><img alt="{title}" src="{source}"></figure>'


def page(title: str, comparison: Comparison, expected: bytes, actual: bytes) -> str:
    """Return the HTML of a report.

    Args:
        title: The test, and the picture if it has several.
        comparison: What differs.
        expected: The PNG that is kept.
        actual: The PNG of now.
    """
    sources = {"Expected": expected, "Actual": actual, "Difference": comparison.difference}
    links = {name: f"data:image/png;base64,{base64.b64encode(png).decode()}" for name, png in sources.items()}
    return _PAGE.format(
        title=escape(title),
        said=escape(f"{comparison}."),
        width=max(comparison.sizes[0][0], comparison.sizes[1][0]),
        figures="".join(_FIGURE.format(title=name, source=source) for name, source in links.items()),
        expected=links["Expected"],
        actual=links["Actual"],
        difference=links["Difference"],
    )
