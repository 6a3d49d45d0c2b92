"""What an operator can set, by option or as GOALROOM_<NAME> in the environment; read once, passed down."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, FilePath, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from db.webhooks.retries import SCHEDULE
from goalroom.command_error import CommandError
from goalroom.limits import DEFAULTS, Limits

T = TypeVar("T")

_LONGEST_STEP = 604_800.0
_TOKEN = re.compile(r"[!-~]{32,500}")


def _postgres_url(url: str) -> str:
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ValueError("must look like postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return url


def _broadcast_url(url: str) -> str:
    if urlsplit(url).scheme not in {"postgres", "postgresql", "redis", "rediss", "unix"}:
        raise ValueError("must look like redis://HOST:PORT/NUMBER, or be that of a Postgres")
    return url


def is_token(text: str) -> bool:
    """Whether it is long enough to be one, and passes through a header."""
    return _TOKEN.fullmatch(text) is not None


def _token(token: str) -> str:
    if not is_token(token):
        raise ValueError("must be 32 to 500 printable ASCII characters without spaces")
    return token


def _origins(given: str | tuple[str, ...]) -> tuple[str, ...]:
    """What a browser calls an origin, as it writes it."""
    parts = given.split(",") if isinstance(given, str) else given
    origins = tuple(origin.strip() for origin in parts if origin.strip())
    for origin in origins:
        url = urlsplit(origin)
        if url.scheme not in {"http", "https"} or not url.netloc or f"{url.scheme}://{url.netloc}" != origin:
            raise ValueError("must be origins such as https://board.example, separated by commas")
    return origins


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://goalroom.example")
    return url.rstrip("/")


def _parts(given: str | tuple[T, ...]) -> tuple[str | T, ...]:
    return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given


def _networks(given: str | tuple[IPv4Network | IPv6Network, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part) for part in _parts(given))
    except ValueError as error:
        raise ValueError(f"must be networks such as 10.1.0.0/16, separated by commas: {error}") from error


def _steps(given: str | tuple[float, ...]) -> tuple[float, ...]:
    try:
        steps = tuple(float(part) for part in _parts(given))
    except ValueError:
        steps = ()
    if not steps or not all(0 < step <= _LONGEST_STEP for step in steps):
        raise ValueError("must be seconds such as 5,300,1800, each above 0 and at most a week")
    return steps


def _limits(given: str | Limits) -> Limits:
    return Limits.of(given) if isinstance(given, str) else given


class Settings(BaseSettings):
    """The settings of one process. Options outweigh the environment; an empty variable is none."""

    model_config = SettingsConfigDict(
        env_prefix="GOALROOM_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    data_dir: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        default_factory=lambda: user_data_path("goalroom", appauthor=False)
    )
    database_url: Annotated[str, AfterValidator(_postgres_url)] | None = Field(None, repr=False)
    direct_database_url: Annotated[str, AfterValidator(_postgres_url)] | None = Field(None, repr=False)
    broadcast_url: Annotated[str, AfterValidator(_broadcast_url)] | None = Field(None, repr=False)
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(4280, ge=0, le=65_535)
    rate_limit: int = Field(200, ge=0)
    limits: Annotated[Limits, NoDecode, BeforeValidator(_limits)] = DEFAULTS
    tls_cert: FilePath | None = None
    tls_key: FilePath | None = None
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = ()
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None
    webhook_allow: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)] = ()
    webhook_schedule: Annotated[tuple[float, ...], NoDecode, BeforeValidator(_steps)] = SCHEDULE
    admin_token: Annotated[str, AfterValidator(_token)] | None = Field(None, repr=False)

    @classmethod
    def read(cls, **options: object) -> "Settings":
        """From the options that were given, then the environment; a wrong one ends the command with status 2."""
        given = {name: value for name, value in options.items() if value is not None}
        try:
            settings = cls(**given)  # type: ignore[arg-type]  # pydantic checks them
        except ValidationError as error:
            raise CommandError(
                "; ".join(_said(name, given, problem) for name, problem in _problems(error)), 2
            ) from error
        if settings.direct_database_url and not settings.database_url:
            raise CommandError("--direct-database-url is of the same database as --database-url: set both.", 2)
        if (settings.tls_cert is None) != (settings.tls_key is None):
            raise CommandError("TLS requires both a certificate and its key: --tls-cert and --tls-key.", 2)
        return settings


def _problems(error: ValidationError) -> list[tuple[str, str]]:
    return [(str(found["loc"][0]), found["msg"].removeprefix("Value error, ")) for found in error.errors()]


def _said(name: str, given: dict[str, object], problem: str) -> str:
    named = "--" + name.replace("_", "-") if name in given else f"GOALROOM_{name.upper()}"
    return f"{named}: {problem[:1].lower()}{problem[1:]}"
