"""Any GraphQL document."""

import json
from typing import Any

from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.failures import Failure, bad_usage
from goalroom_client.input_texts import strict_json, text


def gql(call: Call) -> Answer:
    variables = dict(_variable(given) for given in call.options.variable)
    # Whether it may be sent twice is not known.
    try:
        found = call.api.ask(text(call.options.query), once=True, **variables)
    except Failure as failure:
        if failure.data is not None and any(failure.data.values()) and not call.options.json:
            call.line(_page(failure.data))
        raise
    return Answer(found, _page(found))


def _page(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


def _variable(given: str) -> tuple[str, Any]:
    name, equals, value = given.partition("=")
    try:
        return name, strict_json(text(value) if equals else "")
    except ValueError:
        raise bad_usage(f"-v {given}: it must be NAME=JSON.", """A text is JSON in quotes: -v 'id="T42"'""") from None


COMMANDS = {
    "gql": Command(
        gql,
        (
            arg("query", metavar="QUERY", help="the document; `-` is standard input, `@FILE` a file"),
            arg(
                "-v",
                "--variable",
                action="append",
                default=[],
                metavar="NAME=JSON",
                help="the value of a variable; repeat it for others",
            ),
        ),
        "Introspection works, so the schema can be asked for",
    )
}
