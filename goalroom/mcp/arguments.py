"""Checks the arguments of a call against its tool's schema: the part of JSON Schema that the tools are written in."""

from collections.abc import Callable, Mapping
from typing import Any

from goalroom.mcp.api import Refusal, bad_argument

Schema = Mapping[str, Any]

_SHOWN = 60


def checked(schema: Schema, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments; BAD_INPUT names the first that is wrong, and says what would be right.

    Models send null for what they leave out: it is taken so, but where the schema takes any value.
    """
    return _object(schema, dict(arguments), "")


def _object(schema: Schema, value: dict[str, Any], path: str) -> dict[str, Any]:
    properties = schema["properties"]
    for name in value:
        if name not in properties:
            known = ", ".join(properties)
            raise bad_argument(_at(path, name), f"There is no `{_at(path, name)}`: it takes {known}.")
    kept = {name: one for name, one in value.items() if one is not None or "type" not in properties[name]}
    for name in schema.get("required", ()):
        if name not in kept:
            about = properties[name].get("description", "")
            raise bad_argument(
                _at(path, name), f"`{_at(path, name)}` is missing: {_right(properties[name])}. {about}".rstrip()
            )
    return {name: _value(properties[name], one, _at(path, name)) for name, one in kept.items()}


def _value(schema: Schema, value: Any, path: str) -> Any:
    if "type" not in schema:
        return value
    if not _TYPES[schema["type"]][1](value) or not _is_allowed(schema, value):
        raise _wrong(schema, value, path)
    if schema["type"] == "integer":
        return int(value)
    if schema["type"] == "array":
        return [_value(schema["items"], one, f"{path}[{at}]") for at, one in enumerate(value)]
    if schema["type"] == "object" and "properties" in schema:
        return _object(schema, value, path)
    return value


def _is_allowed(schema: Schema, value: Any) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value)) if _is_number(value) else True


def _is_number(value: Any) -> bool:
    # Infinity and NaN are no JSON, but Python reads a number of many digits as one.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


# JSON has one kind of number, so that 5.0 is a whole one.
_TYPES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("a text", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "integer": ("a whole number", lambda value: _is_number(value) and value == int(value)),
    "number": ("a number", _is_number),
    "array": ("a list", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
}


def _wrong(schema: Schema, value: Any, path: str) -> Refusal:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
    return bad_argument(path, f"`{path}` must be {_right(schema)}, not {shown}.")


def _right(schema: Schema) -> str:
    if "type" not in schema:
        return "any JSON value"
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    kind = _TYPES[schema["type"]][0]
    if "minimum" in schema:
        return f"{kind} from {schema['minimum']}" + (f" to {schema['maximum']}" if "maximum" in schema else "")
    return kind


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
