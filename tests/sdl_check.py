"""Holds a schema against the contract: what was promised is there as promised, unless it is listed as still to come.

`python -m tests.sdl_check CONTRACT` does so for ours, a line for each violation.
"""

import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    build_schema,
    is_required_argument,
    is_required_input_field,
    value_from_ast,
)

SCHEMA = Path(__file__).parents[1] / "schema"


def pending() -> list[str]:
    """What schema/pending.txt names, if it is there: types, `Type.field`, `Type.field(argument:)` and `Enum.VALUE`."""
    listed = SCHEMA / "pending.txt"
    lines = (line.strip() for line in (listed.read_text("utf-8").splitlines() if listed.exists() else ()))
    return [line for line in lines if line and not line.startswith("#")]


def violations(contract: str, ours: str, to_come: Collection[str]) -> list[str]:
    """Each promise that isn't kept, and each line of the list that is wrong."""
    promised, built = build_schema(contract), build_schema(ours)
    return [*_of_list(promised, built, to_come), *_of_types(promised, built, to_come)]


def _of_list(promised: GraphQLSchema, built: GraphQLSchema, to_come: Collection[str]) -> Iterator[str]:
    in_contract, in_ours = _names(promised), _names(built)
    for name in to_come:
        if name not in in_contract:
            yield f"{name} is listed as pending, and not in the contract"
        if name in in_ours:
            yield f"{name} is listed as pending, and there"
    for name in sorted({name for name in to_come if list(to_come).count(name) > 1}):
        yield f"{name} is listed as pending twice"


def _names(schema: GraphQLSchema) -> set[str]:
    types = [type_ for name, type_ in schema.type_map.items() if not name.startswith("__")]
    return {name for type_ in types for name in _names_in(type_)}


def _names_in(type_: GraphQLNamedType) -> Iterator[str]:
    yield type_.name
    if isinstance(type_, GraphQLEnumType):
        yield from (f"{type_.name}.{value}" for value in type_.values)
    for name, field in _fields(type_).items():
        yield f"{type_.name}.{name}"
        if isinstance(field, GraphQLField):
            yield from (f"{type_.name}.{name}({argument}:)" for argument in field.args)


def _fields(type_: GraphQLNamedType) -> Mapping[str, GraphQLField | GraphQLInputField]:
    return type_.fields if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType) else {}


def _of_types(promised: GraphQLSchema, built: GraphQLSchema, to_come: Collection[str]) -> Iterator[str]:
    for name, type_ in promised.type_map.items():
        if name.startswith("__") or name in to_come:
            continue
        mine = built.type_map.get(name)
        if mine is None:
            yield f"{name} is missing"
        elif type(mine) is not type(type_):
            yield f"{name} is a {type(mine).__name__}, not a {type(type_).__name__}"
        else:
            yield from _of_type(type_, mine, to_come)


def _of_type(promised: GraphQLNamedType, built: GraphQLNamedType, to_come: Collection[str]) -> Iterator[str]:
    name = promised.name
    if isinstance(promised, GraphQLEnumType) and isinstance(built, GraphQLEnumType):
        yield from _of_enum(promised, built, to_come)
    if isinstance(promised, GraphQLObjectType) and isinstance(built, GraphQLObjectType):
        for interface in {one.name for one in promised.interfaces} - {one.name for one in built.interfaces}:
            yield f"{name} does not implement {interface}"
    mine = _fields(built)
    for field, what in _fields(promised).items():
        path = f"{name}.{field}"
        if path in to_come:
            continue
        if field not in mine:
            yield f"{path} is missing"
        else:
            yield from _of_field(path, what, mine[field], to_come)
    if isinstance(built, GraphQLInputObjectType):
        for field, given in built.fields.items():
            if field not in _fields(promised) and is_required_input_field(given):
                yield f"{name}.{field} is required, and not in the contract"


def _of_enum(promised: GraphQLEnumType, built: GraphQLEnumType, to_come: Collection[str]) -> Iterator[str]:
    name = promised.name
    missing = [value for value in promised.values if value not in built.values]
    yield from (f"{name}.{value} is missing" for value in missing if f"{name}.{value}" not in to_come)
    # A client that takes every value of an input apart may meet a new one; ours are the contract's alone.
    yield from (f"{name}.{value} is not in the contract" for value in built.values if value not in promised.values)


def _of_field(
    path: str,
    promised: GraphQLField | GraphQLInputField,
    built: GraphQLField | GraphQLInputField,
    to_come: Collection[str],
) -> Iterator[str]:
    if str(promised.type) != str(built.type):
        yield f"{path} is {built.type}, not {promised.type}"
    if isinstance(promised, GraphQLInputField) and isinstance(built, GraphQLInputField):
        yield from _of_default(path, promised, built)
    if isinstance(promised, GraphQLField) and isinstance(built, GraphQLField):
        yield from _of_arguments(path, promised.args, built.args, to_come)


def _of_arguments(
    path: str,
    promised: Mapping[str, GraphQLArgument],
    built: Mapping[str, GraphQLArgument],
    to_come: Collection[str],
) -> Iterator[str]:
    for name, argument in promised.items():
        at = f"{path}({name}:)"
        if at in to_come:
            continue
        if name not in built:
            yield f"{at} is missing"
            continue
        if str(argument.type) != str(built[name].type):
            yield f"{at} is {built[name].type}, not {argument.type}"
        yield from _of_default(at, argument, built[name])
    for name, argument in built.items():
        if name not in promised and is_required_argument(argument):
            yield f"{path}({name}:) is required, and not in the contract"


def _of_default(
    path: str, promised: GraphQLArgument | GraphQLInputField, built: GraphQLArgument | GraphQLInputField
) -> Iterator[str]:
    before, now = _default(promised), _default(built)
    if before != now:
        yield f"{path} is {now} by default, not {before}"


def _default(of: GraphQLArgument | GraphQLInputField) -> object:
    # As it is written: what the engine keeps of it moves between its versions.
    return value_from_ast(of.ast_node.default_value, of.type) if of.ast_node else Undefined


def undescribed(ours: str) -> list[str]:
    """Types and fields without a word on what they are: agents learn the API from the schema."""
    types = [type_ for name, type_ in build_schema(ours).type_map.items() if not name.startswith("__")]
    builtin = {"String", "Int", "Float", "Boolean", "ID"}
    bare = [type_.name for type_ in types if not type_.description and type_.name not in builtin]
    return bare + [
        f"{type_.name}.{name}" for type_ in types for name, field in _fields(type_).items() if not field.description
    ]


def main(contract: str) -> int:
    """Print what is wrong with our schema; 1 where something is."""
    from resolvers.build import sdl  # noqa: PLC0415  # the check itself knows no schema of ours

    found = violations(Path(contract).read_text("utf-8"), sdl(), pending())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(found)} violations of {contract}, {len(pending())} names pending\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
