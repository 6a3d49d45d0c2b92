"""Serves the files of the built dashboard, or a page that says how to build it."""

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

# Where a wheel has it, and where `npm run build` puts it in a checkout.
_FOLDERS = (Path(__file__).parents[1] / "dashboard", Path(__file__).parents[2] / "dashboard" / "dist")
_INDEX = "index.html"
_NOT_BUILT = """\
This is Goalroom. Its API is GraphQL, at /graphql.

The page for people is not built here: `pip install .` builds it, and so does, in a checkout with Node 20 or newer,
`cd dashboard && npm ci && npm run build`, before the server starts.
"""
# All that the page runs, shows and speaks to comes from here.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "Accept-Encoding",
    "x-content-type-options": "nosniff",
}
# The build names assets after their content, so what has a name never changes.
_FOR_EVER, _ASK_FIRST = "public, max-age=31536000, immutable", "no-cache"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


def routes(folders: tuple[Path, ...] = _FOLDERS) -> list[Route]:
    """Routes of the page, at `/` and at the paths of its views, and of its files."""
    folder = next((one for one in folders if (one / _INDEX).is_file()), None)
    if folder is None:
        return [Route("/", _not_built)]
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    index = _File(_INDEX, files)
    whole = [name for name in files if not name.endswith(tuple(suffix for _, suffix in _ENCODINGS))]
    return [
        Route("/", index.answer),
        Route("/rooms/{view:path}", index.answer),
        *(Route(f"/{name}", _File(name, files).answer) for name in whole if name != _INDEX),
    ]


class _File:
    """One file, read once, as it is and compressed."""

    def __init__(self, name: str, files: dict[str, Path]) -> None:
        self._kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._cache = _FOR_EVER if name.startswith("assets/") else _ASK_FIRST
        self._plain = files[name].read_bytes()
        self._compressed = {
            encoding: files[name + suffix].read_bytes() for encoding, suffix in _ENCODINGS if name + suffix in files
        }

    async def answer(self, request: Request) -> Response:
        headers = {**_HEADERS, "cache-control": self._cache}
        taken = _taken(request.headers)
        for encoding, body in self._compressed.items():
            if encoding in taken:
                return Response(body, media_type=self._kind, headers={**headers, "content-encoding": encoding})
        return Response(self._plain, media_type=self._kind, headers=headers)


def _taken(headers: Headers) -> set[str]:
    """The content encodings that the client accepts."""
    asked = (one.strip().lower().partition(";") for one in headers.get("accept-encoding", "").split(","))
    return {name.strip() for name, _, weight in asked if weight.replace(" ", "") not in {"q=0", "q=0.0"}}


async def _not_built(_request: Request) -> Response:
    return PlainTextResponse(_NOT_BUILT, headers={"x-content-type-options": "nosniff"})
