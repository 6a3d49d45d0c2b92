"""What was typed: the global options, the command, and what the command takes."""

import argparse
import importlib
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from goalroom_client.call import Command
from goalroom_client.commands.command_list import COMMANDS, MODULES
from goalroom_client.failures import bad_usage
from goalroom_client.version import __version__

GLOBAL = (
    ("--url", "URL", "the server; else GOALROOM_URL, .goalroom.toml, or the profile"),
    ("--token-file", "FILE", "the file with the token; else GOALROOM_TOKEN, GOALROOM_TOKEN_FILE, or the profile"),
    ("--room", "ROOM", "the room, where you are in several; else GOALROOM_ROOM, .goalroom.toml, or the profile"),
    ("--session", "NAME", "the name of this process of yours; else GOALROOM_SESSION"),
    ("--profile", "NAME", "a profile of config.toml; else GOALROOM_PROFILE, .goalroom.toml, or `default`"),
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise bad_usage(f"{self.prog}: {message}", f"`{self.prog} --help` says what it takes.")


def parse(given: Sequence[str]) -> tuple[argparse.Namespace, Command]:
    """The options, and the command that takes them."""
    first, _ = _first().parse_known_args(given)
    if first.command not in COMMANDS:
        said = "No command was given." if first.command is None else f"There is no command {first.command}."
        raise bad_usage(said, "`gr --help` lists the commands.")
    command = command_of(first.command)
    options = parser_of(first.command, command).parse_intermixed_args(first.rest)
    for name, value in vars(first).items():
        if not hasattr(options, name):
            setattr(options, name, value)
    return options, command


def command_of(name: str) -> Command:
    """The command of this name, imported when it is needed."""
    module = importlib.import_module(f"goalroom_client.commands.{MODULES[name]}")
    command: Command = module.COMMANDS[name]
    return command


def parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    """What the command takes, the global options among it."""
    parser = _Parser(
        prog=f"gr {name}",
        description=f"{COMMANDS[name]}{command.description and '. '}{command.description}",
        allow_abbrev=False,
    )
    for names, options in command.arguments:
        parser.add_argument(*names, **options)
    # A name that the command has itself means what it means there.
    _add_global(parser, argparse.SUPPRESS, {name for names, _ in command.arguments for name in names})
    return parser


def _first() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS)) + 2
    listed = "\n".join(f"  {name:{width}}{what}" for name, what in COMMANDS.items())
    parser = _Parser(
        prog="gr",
        usage="gr [OPTIONS] COMMAND ...",
        description="Work in a Goalroom.",
        epilog=f"commands:\n{listed}\n\n`gr COMMAND --help` says what a command takes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    _add_global(parser, None)
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _add_global(parser: argparse.ArgumentParser, default: Any, but: Collection[str] = ()) -> None:
    group = parser.add_argument_group("where, and as whom")
    for name, metavar, what in GLOBAL:
        if name not in but:
            group.add_argument(name, metavar=metavar, default=default, help=what)
    group.add_argument("--json", action="store_true", default=default or False, help="one JSON object, for programs")
