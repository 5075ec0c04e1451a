"""Compare each widget's file with the same page of the ordinary Reflex app; both come from the last `reflex export`."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from mcp_bridge import manifest

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / ".web/build/client"
_ASSET = re.compile(r"(?:/|\./|\")((?:assets/)?[\w.\[\]-]+-[\w-]{8}\.(?:js|css))")


def page_files(name: str) -> set[Path]:
    """Return the page's document and every script and stylesheet that it loads at once, directly or not."""
    document = CLIENT / f"widgets/{name}/index.html"
    found = {document}
    pending = [document]
    while pending:
        text = pending.pop().read_text(errors="replace")
        statically = (
            text if text.startswith("<") else "\n".join(re.findall(r"(?:import|from)\s*[\"'][^\"']+[\"']", text))
        )
        for reference in _ASSET.findall(statically):
            path = CLIENT / ("assets/" + reference.removeprefix("assets/"))
            if path.is_file() and path not in found:
                found.add(path)
                pending.append(path)
    return found


def main() -> None:
    """Print a table."""
    folder = manifest.output_folder()
    built = manifest.read(folder)
    print(f"{'widget':<12}{'widget gzip':>14}{'page gzip':>14}{'ratio':>8}")
    for name, widget in built.widgets.items():
        page = sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in page_files(name))
        ratio = widget.current.gzip / page
        print(f"{name:<12}{widget.current.gzip:>14,}{page:>14,}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
