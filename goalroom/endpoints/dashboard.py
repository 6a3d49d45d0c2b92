"""Serves the files of the built dashboard and of GraphiQL, or a page that says how to build them."""

import asyncio
import base64
import hashlib
import mimetypes
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from goalroom.transport.http import EXPLORER

# Where a wheel has it, and where `npm run build` puts it in a checkout.
_FOLDERS = (Path(__file__).parents[1] / "dashboard", Path(__file__).parents[2] / "dashboard" / "dist")
_INDEX, _EXPLORER = "index.html", "graphiql.html"
_NOT_BUILT = """\
This is Goalroom. Its API is GraphQL, at /graphql.

The page for people is not built here: `pip install .` builds it, and so does, in a checkout with Node 20 or newer,
`cd dashboard && npm ci && npm run build`, before the server starts.
"""
# All that a page runs, shows and speaks to comes from here.
_BOTH = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
_POLICY = f"{_BOTH}script-src 'self'{{scripts}}; style-src 'self'{{styles}}; img-src 'self'"
_PLAIN_POLICY = _POLICY.format(scripts="", styles="")
# Its editor styles what it draws in place, has its font in the style sheet, and thinks in workers.
_EXPLORER_POLICY = (
    f"{_BOTH}script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'self'"
)
_HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "Accept-Encoding",
    "x-content-type-options": "nosniff",
}
# The build names assets after their content, so what has a name never changes.
_ASSETS, _FOR_EVER, _ASK_FIRST = "assets/", "public, max-age=31536000, immutable", "no-cache"
# Several megabytes that most processes are never asked for.
_READ_WHEN_ASKED = ("assets/graphiql/", "third-party-licenses.txt")
_ENCODINGS = {"br": ".br", "gzip": ".gz"}


def routes(folders: tuple[Path, ...] = _FOLDERS) -> list[Route]:
    """Routes of the page, at `/` and at the paths of its views, of GraphiQL, and of their files."""
    folder = next((one for one in folders if (one / _INDEX).is_file()), None)
    if folder is None:
        return [Route("/", _not_built), Route(EXPLORER, _not_built)]
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    whole = [name for name in files if not name.endswith(tuple(_ENCODINGS.values()))]
    index = _File(_INDEX, files, _policy(files[_INDEX].read_text("utf-8")))
    return [
        Route("/", index.answer),
        Route("/rooms/{view:path}", index.answer),
        Route(EXPLORER, _File(_EXPLORER, files, _EXPLORER_POLICY).answer),
        *(Route(f"/{name}", _File(name, files).answer) for name in whole if name not in {_INDEX, _EXPLORER}),
    ]


def _policy(page: str) -> str:
    """The policy of a page whose own styles and scripts, and no others, may stand in it."""
    return _POLICY.format(scripts=_hashes("script", page), styles=_hashes("style", page))


def _hashes(element: str, page: str) -> str:
    texts = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
    return "".join(f" 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)


class _File:
    """One file, as it is and compressed, each read once."""

    def __init__(self, name: str, files: dict[str, Path], policy: str = _PLAIN_POLICY) -> None:
        self._kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        cache = _FOR_EVER if name.startswith(_ASSETS) else _ASK_FIRST
        self._headers = {**_HEADERS, "content-security-policy": policy, "cache-control": cache}
        self._paths = {"": files[name]} | {
            encoding: files[name + suffix] for encoding, suffix in _ENCODINGS.items() if name + suffix in files
        }
        self._contents: dict[str, bytes] = {}
        # An upgrade replaces the files while the old process still serves them.
        if not name.startswith(_READ_WHEN_ASKED):
            self._contents = {encoding: path.read_bytes() for encoding, path in self._paths.items()}

    async def answer(self, request: Request) -> Response:
        taken = _taken(request.headers)
        encoding = next((one for one in self._paths if one in taken), "")
        if encoding not in self._contents:
            try:
                self._contents[encoding] = await asyncio.to_thread(self._paths[encoding].read_bytes)
            except FileNotFoundError:
                return PlainTextResponse("Not Found", 404)
        headers = self._headers | ({"content-encoding": encoding} if encoding else {})
        return Response(self._contents[encoding], media_type=self._kind, headers=headers)


def _taken(headers: Headers) -> set[str]:
    """The content encodings that the client accepts."""
    asked = (one.strip().lower().partition(";") for one in headers.get("accept-encoding", "").split(","))
    return {name.strip() for name, _, weight in asked if weight.replace(" ", "") not in {"q=0", "q=0.0"}} - {""}


async def _not_built(_request: Request) -> Response:
    return PlainTextResponse(_NOT_BUILT, headers={"x-content-type-options": "nosniff"})
