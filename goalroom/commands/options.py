"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None, typer.Option(help="Where data is kept.", show_default="the platform's user data directory")
]
DatabaseUrl = Annotated[str | None, typer.Option(help="A Postgres, 15 or newer, instead of the embedded one.")]
DirectDatabaseUrl = Annotated[
    str | None,
    typer.Option(
        help="The same database without the pooler in between, for what needs a session.", show_default="--database-url"
    ),
]
Host = Annotated[str | None, typer.Option(help="Where to listen.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="0 picks a free one.", show_default="4280")]
PublicUrl = Annotated[
    str | None, typer.Option(help="The address under which people open the dashboard: links outside lead there.")
]
Rooms = Annotated[
    list[str] | None,
    typer.Option(
        envvar="GOALROOM_ROOM",
        help="A room that the agent joins; repeat it for several.",
        show_default="main, where the agent is in none",
    ),
]
RateLimit = Annotated[int | None, typer.Option(help="Requests a second and token; 0 is no limit.", show_default="200")]
