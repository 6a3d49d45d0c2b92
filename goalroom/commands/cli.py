"""The command line."""

import asyncio
import io
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer

from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, Refused
from goalroom import machine
from goalroom.command_error import CommandError
from goalroom.commands.options import DatabaseUrl, DataDir, DirectDatabaseUrl, Host, Port, PublicUrl, RateLimit, Rooms
from goalroom.observability import structured_logging
from goalroom.settings import Settings
from goalroom.version import __version__

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "no_args_is_help": True}

app = typer.Typer(
    name="goalroom",
    help="A server where teams of AI agents, and the people who steer them, coordinate work.",
    epilog="Every option is also GOALROOM_<NAME> in the environment.",
    add_completion=False,
    pretty_exceptions_enable=False,
    **_PLAIN,
)
imports = typer.Typer(help="Make a room from the files of another tool.", **_PLAIN)
app.add_typer(imports, name="import")


@app.command()
def serve(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    rate_limit: RateLimit = None,
    broadcast_url: Annotated[
        str | None,
        typer.Option(help="A Redis or Valkey by which processes tell each other of news.", show_default="Postgres"),
    ] = None,
    limits: Annotated[
        str | None, typer.Option(help="Limits that differ from docs/limits.md, such as 'depth=30 cost=50000'.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="A certificate and those above it, as PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key, as PEM.")] = None,
    allowed_origins: Annotated[
        str | None, typer.Option(help="Sites whose pages may use the API in a browser, separated by commas.")
    ] = None,
    public_url: PublicUrl = None,
    webhook_allow: Annotated[
        str | None, typer.Option(help="Networks (CIDR) that webhooks may reach besides global ones.")
    ] = None,
    webhook_schedule: Annotated[
        str | None,
        typer.Option(help="Seconds between attempts.", show_default="5,300,1800,7200,18000,36000,36000"),
    ] = None,
) -> None:
    """Run the server in the foreground until SIGINT or SIGTERM."""
    settings = _settings(
        data_dir=data_dir,
        database_url=database_url,
        direct_database_url=direct_database_url,
        host=host,
        port=port,
        rate_limit=rate_limit,
        broadcast_url=broadcast_url,
        limits=limits,
        tls_cert=tls_cert,
        tls_key=tls_key,
        allowed_origins=allowed_origins,
        public_url=public_url,
        webhook_allow=webhook_allow,
        webhook_schedule=webhook_schedule,
    )
    structured_logging.to_stderr(logging.INFO)
    from goalroom import server

    _run(server.serve(settings), loop=server.LOOP)


@app.command(short_help="Run the server, and a simulated team at work in it.")
def demo(
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, envvar="GOALROOM_SPEED", help="1 is a night in some minutes.")
    ] = 1.0,
    agents: Annotated[
        int,
        typer.Option(min=4, max=24, envvar="GOALROOM_AGENTS", help="How many work: one plans, one or two review."),
    ] = 6,
    seed: Annotated[int, typer.Option(envvar="GOALROOM_SEED", help="Random seed.")] = 1,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    rate_limit: RateLimit = None,
) -> None:
    """Run the server, and a simulated team at work in its room `demo`, until SIGINT or SIGTERM."""
    settings = _settings(
        data_dir=data_dir,
        database_url=database_url,
        direct_database_url=direct_database_url,
        host=host,
        port=port,
        rate_limit=rate_limit,
    )
    structured_logging.to_stderr(logging.INFO)
    from goalroom import server
    from goalroom.demo import receiver, roles, supervisor
    from goalroom.postgres import admin_token

    options = supervisor.Options(speed=speed, agents=agents, seed=seed)

    async def run_demo(url: str) -> None:
        await supervisor.run(url, settings.admin_token or admin_token.keep(settings.data_dir), options)

    # Its own receiver listens on this machine.
    allowed = (*settings.webhook_allow, ip_network(receiver.HOST))
    settings = settings.model_copy(update={"webhook_allow": allowed})
    _run(server.serve(settings, run_demo, f"/rooms/{roles.ROOM}/now"), loop=server.LOOP)


@app.command()
def migrate(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """Bring the database up to date."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.postgres import setup

    async def work() -> None:
        async with setup.postgres(settings) as url:
            done = await setup.bring_up_to_date(url)
        typer.echo("\n".join(f"Applied {name}." for name in done) or "The database is up to date.")

    _run(work())


@app.command()
def token(
    agent: Annotated[str, typer.Argument(help="The agent's name; it is made where it does not exist.")],
    role: Annotated[
        Role, typer.Option(case_sensitive=False, envvar="GOALROOM_ROLE", help="What the token lets it do.")
    ] = Role.MEMBER,
    kind: Annotated[
        AgentKind | None,
        typer.Option(case_sensitive=False, envvar="GOALROOM_KIND", help="What a new agent is.", show_default="AGENT"),
    ] = None,
    room: Rooms = None,
    label: Annotated[str, typer.Option(envvar="GOALROOM_LABEL", help="What the token is for.")] = "",
    days: Annotated[
        int | None, typer.Option(envvar="GOALROOM_DAYS", min=1, max=36_500, help="Days until the token expires.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """Print a new token of the agent, and nothing else."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.commands import tokens as work

    made = work.NewToken(agent, role, kind, room or (), label, timedelta(days=days) if days else None)
    _run(work.create(settings, made, sys.stdout))


@app.command(short_help="Print a link that signs in to the dashboard, once.")
def link(
    agent: Annotated[str, typer.Argument(help="Who signs in; a person of this name is made where there is none.")],
    role: Annotated[
        Role | None,
        typer.Option(
            case_sensitive=False,
            envvar="GOALROOM_ROLE",
            help="What the browser lets the person do.",
            show_default="the most that a token of it does, else MEMBER",
        ),
    ] = None,
    room: Rooms = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    public_url: PublicUrl = None,
) -> None:
    """Print a link that signs in to the dashboard, once, within ten minutes, and nothing else."""
    settings = _settings(data_dir=data_dir, database_url=database_url, public_url=public_url)
    from goalroom.commands import tokens as work

    _run(work.create_link(settings, agent, role, room or (), sys.stdout))


@app.command(short_help="List the valid tokens.")
def tokens(
    agent: Annotated[str | None, typer.Argument(help="Only those of the agent of this name.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """List the valid tokens: whose they are, what for, and when last used. The tokens themselves are not stored."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.commands import tokens as work

    _run(work.show(settings, agent, sys.stdout))


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(help="The token's id, which `goalroom tokens` lists.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """End one token, and the connections that it opened."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.commands import tokens as work

    _run(work.revoke(settings, token, sys.stdout))


@imports.callback()
def _imports() -> None:
    """Make a room from the files of another tool."""


def _import_command(source: str, file_help: str) -> None:
    """Of each source one command, alike but for what it reads."""

    def command(
        file: Annotated[Path, typer.Argument(help=file_help, exists=True, readable=True)],
        room: Annotated[
            str | None,
            typer.Option(envvar="GOALROOM_ROOM", help="The room's name.", show_default="from the file's name"),
        ] = None,
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
        data_dir: DataDir = None,
        database_url: DatabaseUrl = None,
        direct_database_url: DirectDatabaseUrl = None,
    ) -> None:
        settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
        from goalroom.importers import command
        from goalroom.importers.names import room_name
        from goalroom.postgres import setup

        async def work() -> None:
            # Before a database is made for it.
            found = await asyncio.to_thread(command.read_file, file, source)
            async with setup.opened(settings) as database:
                name = room or room_name(file, source)
                await command.bring(database, found, name, sys.stdout, sys.stderr, dry_run=dry_run)

        _run(work())

    whole = f"Make a room from {file_help[0].lower()}{file_help[1:]}"
    # The list of commands cuts what takes more than a line.
    short = f"{whole.partition(',')[0].removesuffix('.')}."
    imports.command(source, help=f"{whole} Twice is the same as once.", short_help=short)(command)


for _source, _file_help in (
    ("beads", "An issue file of beads, or the folder that it is in."),
    ("github", "Issues of GitHub, as `gh issue list --json` or `gh api` wrote them."),
    ("linear", "An export of Linear, CSV or JSON."),
    ("backlog", "A folder of Backlog.md, or the project that it is in."),
    ("taskmaster", "A tasks.json of task-master, or the folder of its project."),
):
    _import_command(_source, _file_help)


@app.command(short_help="Write a room, or all, as JSON lines.")
def export(
    room: Annotated[
        str | None, typer.Option(envvar="GOALROOM_ROOM", help="One room alone.", show_default="all of them")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """Write everything of a room, or of all, to standard output, as JSON lines."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.commands import data

    _run(data.export(settings, room, _standard_output()))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What export wrote.", exists=True, dir_okay=False, readable=True)],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """Bring back what export wrote, into a database that is empty."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.commands import data

    _run(data.restore(settings, file, sys.stdout))


@app.command(short_help="Check the database, and say what to do.")
def doctor(
    *,
    fix: Annotated[
        bool, typer.Option("--fix", "--mend", help="Put right what follows from the rest, and nothing else.")
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    direct_database_url: DirectDatabaseUrl = None,
) -> None:
    """Check database, migrations, clock, logs and counters, and say what to do about each finding."""
    settings = _settings(data_dir=data_dir, database_url=database_url, direct_database_url=direct_database_url)
    from goalroom.commands import data

    _run(data.doctor(settings, sys.stdout, fix=fix))


@app.command()
def schema() -> None:
    """Print the GraphQL schema as SDL."""
    from resolvers import build

    typer.echo(build.sdl())


@app.callback(invoke_without_command=True)
def _main(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"goalroom {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point."""
    machine.prepare_process()
    app()


def _standard_output() -> TextIO:
    """In UTF-8 whatever the terminal speaks, so that what is written can be read anywhere."""
    return io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")


def _settings(**options: object) -> Settings:
    structured_logging.to_stderr(logging.WARNING)
    try:
        return Settings.read(**options)
    except CommandError as error:
        _end(error)


def _run(work: Coroutine[Any, Any, None], loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
    """Run it to its end; what a person can put right is one line and a status, never a traceback."""
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(_until_terminated(work))
    except CommandError as error:
        _end(error)
    except Refused as refused:
        _end(CommandError(str(refused), 2 if isinstance(refused, BadInput) else 1))
    except (asyncio.CancelledError, KeyboardInterrupt):
        _end(CommandError("Stopped before it was done."))


async def _until_terminated(work: Coroutine[Any, Any, None]) -> None:
    """SIGTERM and Ctrl-C end it: what was begun is undone, and the embedded Postgres is stopped.

    As the loop's own signals, so that a second Ctrl-C is no KeyboardInterrupt in the middle of stopping it.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101  # a coroutine runs in one
    for number in _SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        await work
    finally:
        # All is stopped, and only the exit status is left to say: a signal that comes now would put its own in place.
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)


def _end(error: CommandError) -> NoReturn:
    for line in error.lines:
        typer.echo(f"goalroom: {line}", err=True)
    raise typer.Exit(error.status)
