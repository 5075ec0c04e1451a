"""What an HTML document says before any of its scripts runs.

document = read_document("<!doctype html><html lang=en><title>Shop</title><script>...</script>")
document.lang, document.title          # "en", "Shop"
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

_LOADED_BY = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src",),
    "source": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
}
_LINKS = {"stylesheet", "preload", "modulepreload", "icon", "manifest"}
_INLINE = ("data:", "blob:", "about:", "#")
_CSS_URL = re.compile(r"(@import\s+(?:url\()?|url\()\s*[\"']?([^\"')\s]+)", re.IGNORECASE)
_FONT = re.compile(r"@font-face\s*\{[^}]*\}", re.IGNORECASE)
_LITERAL = re.compile(r"""(?P<before>.{0,24}?)(?P<quote>["'`])(?P<url>(?:https?|wss?)://[^"'`\s\\<>]+)""")
_LOADS = re.compile(
    r"(?:(?<![\w$])(?:src|poster|srcSet|\"src\"):|(?<![\w$])fetch\(|WebSocket\(|EventSource\(|import\(|Worker\(|"
    r"\.src=)\s*$"
)
_LINKED = re.compile(r"(?:href|to|xmlns|xlinkHref)\"?[:=]\s*$")
_DATA_SCRIPTS = ("application/json", "application/ld+json", "importmap")


@dataclass(frozen=True)
class Load:
    """Something that a document loads.

    Attributes:
        kind: The element, or of a stylesheet "style" for an import, "font", and "image" for anything else.
        url: What it loads, as it is written.
    """

    kind: str
    url: str


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes:
        has_doctype: Whether it begins with `<!doctype html>`.
        lang: The language of its root element, "" if there is none.
        title: Its title.
        viewport: The content of its `<meta name="viewport">`.
        loads: What elements and stylesheets load from elsewhere.
        requests: Literal URLs that scripts load.
        mentions: Other literal URLs of scripts, without links.
        code: The text of its scripts.
        words: The text of its elements.
    """

    has_doctype: bool = False
    lang: str = ""
    title: str = ""
    viewport: str = ""
    loads: tuple[Load, ...] = ()
    requests: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    code: str = ""
    words: str = ""


def read_document(html: str) -> Document:
    """Return what a document says."""
    reader = _Reader()
    # Python's parser gives up on some marked sections, such as `<![bad `; what it has read until then counts.
    with contextlib.suppress(AssertionError):
        reader.feed(html)
        reader.close()
    code, style = "\n".join(reader.scripts), "\n".join(reader.styles)
    requests: list[str] = []
    mentions: list[str] = []
    for found in _LITERAL.finditer(code):
        if not _is_whole(found["url"]):
            continue
        if _LOADS.search(found["before"]):
            requests.append(found["url"])
        elif not _LINKED.search(found["before"]):
            mentions.append(found["url"])
    return Document(
        has_doctype=html.lstrip("\ufeff \t\r\n").lower().startswith("<!doctype html"),
        lang=reader.lang.strip(),
        title=" ".join("".join(reader.title).split()),
        viewport=reader.viewport,
        loads=(*reader.loads, *_style_loads(style)),
        requests=tuple(dict.fromkeys(requests)),
        mentions=tuple(dict.fromkeys(mentions)),
        code=code,
        words=" ".join(reader.words),
    )


def origin_of(url: str) -> str:
    """Return the scheme and the host of a URL, with its port if it has one."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _is_whole(url: str) -> bool:
    """Whether a literal has a host of the internet, and is not the beginning of a template."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) is not None and "${" not in host


def _style_loads(style: str) -> Iterator[Load]:
    """Yield what stylesheets load."""
    fonts = " ".join(_FONT.findall(style))
    for found in _CSS_URL.finditer(style):
        if not found[2].lower().startswith(_INLINE):
            kind = "style" if found[1].lower().startswith("@import") else "font" if found[0] in fonts else "image"
            yield Load(kind, found[2])


class _Reader(HTMLParser):
    """Collects what a document says."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = ""
        self.viewport = ""
        self.title: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.loads: list[Load] = []
        self._into: list[str] | None = self.words

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read an element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "meta" and given.get("name", "").lower() == "viewport":
            self.viewport = given.get("content", "")
        elif tag == "title" and not self.title:
            self._into = self.title
        elif tag == "style":
            self._into = self.styles
        elif tag == "script":
            self._into = [] if given.get("type", "").lower() in _DATA_SCRIPTS else self.scripts
        self.styles.extend([given["style"]] if "style" in given else [])
        if tag == "link" and not _LINKS & set(given.get("rel", "").lower().split()):
            return
        urls = [given[name] for name in _LOADED_BY.get(tag, ()) if given.get(name)]
        self.loads += [Load(tag, url) for url in urls if not url.lower().startswith(_INLINE)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read an element without content."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in ("title", "style", "script"):
            self._into = self.words

    def handle_data(self, data: str) -> None:
        """Read a text."""
        if self._into is not None:
            self._into.append(data)
