"""Content negotiation by the Accept header."""

from functools import lru_cache

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"

# Of those that weigh the same, the first; what is only matched by a star is JSON, which everybody can read.
_NAMED = (RESPONSE_JSON, JSON, EVENT_STREAM)
_STARRED = {JSON: 0, RESPONSE_JSON: 1}
_HTML = "text/html"
_LONGEST = 2_000


@lru_cache(maxsize=256)
def acceptable(accept: str) -> tuple[str, ...]:
    """The media types of ours that the client accepts, best first; JSON without a header."""
    if not accept.strip():
        return (JSON,)
    weights = _weights(accept)
    ranked = []
    for place, name in enumerate(_NAMED):
        if name in weights:
            ranked.append((-weights[name], 0, place, name))
        elif name in _STARRED:
            weight = weights.get("application/*", weights.get("*/*", 0.0))
            ranked.append((-weight, 1, _STARRED[name], name))
    return tuple(name for weight, _, _, name in sorted(ranked) if weight < 0)


def prefers_html(accept: str) -> bool:
    """Whether a page for people is wanted rather than anything of ours, as browsers say for an address typed in."""
    weights = _weights(accept)
    html = weights.get(_HTML, 0.0)
    return html > max(weights.get(name, 0.0) for name in _NAMED)


def is_json(content_type: str) -> bool:
    """Whether a body of this Content-Type is JSON that we can read."""
    name, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [part.partition("=")[2].strip().strip('"') for part in parameters if part.startswith("charset=")]
    return name == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)


def _weights(accept: str) -> dict[str, float]:
    """How much each media range of the header is wanted, from 0 to 1."""
    weights: dict[str, float] = {}
    for media_range in accept[:_LONGEST].split(","):
        name, *parameters = (part.strip().lower() for part in media_range.split(";"))
        weights[name] = max(weights.get(name, 0.0), _weight(parameters))
    return weights


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
