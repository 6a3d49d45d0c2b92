"""Pages of the GraphQL reference, from the printed schema: each type and field with its arguments and description."""

from collections.abc import Callable, Iterable

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    print_ast,
)

# Where each kind of type stands; scalars that every GraphQL has stand nowhere.
_PAGES: dict[type[GraphQLNamedType], str] = {
    GraphQLObjectType: "types",
    GraphQLInterfaceType: "types",
    GraphQLUnionType: "types",
    GraphQLInputObjectType: "inputs",
    GraphQLEnumType: "enums",
    GraphQLScalarType: "enums",
}
_ROOTS = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}
_TITLES = {
    "queries": "Queries",
    "mutations": "Mutations",
    "subscriptions": "Subscriptions",
    "types": "Types",
    "inputs": "Inputs",
    "enums": "Enums and scalars",
}
_BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
_HEAD = """# GraphQL reference

Made from [the schema](schema.graphql), which `goalroom schema` prints and introspection answers.
[Explore it in a browser](../../how-to/graphiql.md), or read [what it costs](../../limits.md) and [how to use it from a
program](../../integrators.md).

"""


def pages(sdl: str) -> dict[str, str]:
    """Names of files, with their text."""
    schema = build_schema(sdl)
    found = {"index.md": _HEAD + "\n".join(f"- [{title}]({name}.md)" for name, title in _TITLES.items()) + "\n"}
    for root, name in _ROOTS.items():
        kind = schema.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        parts = [_root_field(name, field) for name, field in kind.fields.items()]
        found[f"{name}.md"] = "\n\n".join([f"# {_TITLES[name]}", *parts]) + "\n"
    for name in ("types", "inputs", "enums"):
        parts = [_type(schema, kind) for kind in _of_page(schema, name)]
        found[f"{name}.md"] = "\n\n".join([f"# {_TITLES[name]}", *parts]) + "\n"
    return found


def _of_page(schema: GraphQLSchema, page: str) -> Iterable[GraphQLNamedType]:
    for name, kind in sorted(schema.type_map.items()):
        if name not in _ROOTS and name not in _BUILT_IN and not name.startswith("__") and _PAGES[type(kind)] == page:
            yield kind


def _root_field(name: str, field: GraphQLField) -> str:
    parts = [f"## {name}", _text(field.description), f"Returns {_link(field.type)}."]
    if field.args:
        parts.append(_table("argument", field.args, _default))
    return "\n\n".join(parts)


def _type(schema: GraphQLSchema, kind: GraphQLNamedType) -> str:
    parts = [f"## {kind.name}", _text(kind.description)]
    if isinstance(kind, GraphQLObjectType) and kind.interfaces:
        parts.append(f"Implements {', '.join(_link(one) for one in kind.interfaces)}.")
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        parts.append(f"One of {', '.join(_link(one) for one in schema.get_possible_types(kind))}.")
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        parts.append(_table("field", kind.fields, _arguments))
    if isinstance(kind, GraphQLInputObjectType):
        parts.append(_table("field", kind.fields, _default))
    if isinstance(kind, GraphQLEnumType):
        rows = [f"| `{name}` | {_cell(_text(value.description))} |" for name, value in kind.values.items()]
        parts.append("\n".join(["| value | what it says |", "| --- | --- |", *rows]))
    return "\n\n".join(part for part in parts if part)


def _table(
    what: str,
    fields: dict[str, GraphQLField] | dict[str, GraphQLInputField] | dict[str, GraphQLArgument],
    more: Callable[[object], str],
) -> str:
    rows = [
        f"| `{name}` | {_link(field.type)} | {_cell(' '.join(filter(None, [_text(field.description), more(field)])))} |"
        for name, field in fields.items()
    ]
    return "\n".join([f"| {what} | type | what it is |", "| --- | --- | --- |", *rows])


def _arguments(field: object) -> str:
    assert isinstance(field, GraphQLField)
    said = [f"`{name}`: {_link(argument.type)}{_default(argument, '; ')}" for name, argument in field.args.items()]
    return f"Takes {', '.join(said)}." if said else ""


def _default(argument: object, before: str = "") -> str:
    """What it is where nothing is said."""
    assert isinstance(argument, GraphQLArgument | GraphQLInputField)
    node = argument.ast_node
    if node is None or node.default_value is None:
        return ""
    said = print_ast(node.default_value)
    return "" if said == "null" else f"{before}`{said}` by default{'' if before else '.'}"


def _link(kind: object) -> str:
    named = get_named_type(kind)  # type: ignore[call-overload]  # any type there is
    text = str(kind)
    if named.name in _BUILT_IN:
        return f"`{text}`"
    return f"[`{text}`]({_PAGES[type(named)]}.md#{named.name.lower()})"


def _text(description: str | None) -> str:
    return " ".join((description or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
