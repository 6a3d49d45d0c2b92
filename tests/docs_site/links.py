"""The check of a built site: every link leads somewhere, and nothing is loaded from another host."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser loads by itself, with the attribute that says from where.
_LOADED = {"img": "src", "link": "href", "script": "src", "source": "src", "iframe": "src"}


class _Page(HTMLParser):
    """The anchors of a page, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for value in (given.get("id"), given.get("name")) if value}
        target = given.get(_LOADED.get(tag, ""))
        if target and not (tag == "link" and given.get("rel") in {"canonical", "next", "prev"}):
            self.loaded.append(target)
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")


def faults(site: Path) -> list[str]:
    """A line for each fault of any page."""
    pages = {path: _Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        if path.name == "404.html":
            # Its links are absolute, since nobody knows where it is shown.
            continue
        name = path.relative_to(site)
        found += [f"{name} loads {target}" for target in page.loaded if urlsplit(target).netloc]
        for target in [*page.links, *page.loaded]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            to = to / "index.html" if to.is_dir() else to
            if not to.is_file():
                found.append(f"{name} links {target}, which is not there")
            elif parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].anchors:
                found.append(f"{name} links {target}, which has no such heading")
    return found
