"""What the files of deploy/ say."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[3] / "deploy"
COMPOSE = sorted(FOLDER.glob("compose*.yaml"))


@dataclass(frozen=True)
class Image:
    """How a container of the Dockerfile begins, is found healthy, and ends."""

    environment: dict[str, str]
    command: list[str]
    health_check: list[str]
    stop_signal: str


def image() -> Image:
    """The last stage of the Dockerfile."""
    lines = re.sub(r"\\\n\s*", "", (FOLDER / "Dockerfile").read_text("utf-8")).splitlines()
    said: dict[str, str] = {}
    for line in lines:
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            said = {}
        said[instruction] = rest
    environment = dict(pair.split("=", 1) for pair in said["ENV"].split())
    health_check = said["HEALTHCHECK"].partition("CMD ")[2]
    return Image(
        environment,
        json.loads(said["ENTRYPOINT"]) + json.loads(said["CMD"]),
        json.loads(health_check),
        said["STOPSIGNAL"],
    )


def services(file: Path) -> dict[str, Any]:
    """Those of a compose file."""
    found: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))["services"]
    return found


def manifests() -> list[dict[str, Any]]:
    """All that Kubernetes is told."""
    files = sorted((FOLDER / "kubernetes").glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text("utf-8"))]


def manifest(kind: str) -> dict[str, Any]:
    """The only one of this kind."""
    (found,) = [one for one in manifests() if one["kind"] == kind]
    return found


def upstreams() -> list[str]:
    """The names and ports of the servers that nginx asks."""
    return re.findall(r"^ +server (\S+:\d+);$", _nginx(), re.MULTILINE)


def nginx_seconds(directive: str) -> int:
    """How long nginx waits."""
    (seconds,) = re.findall(rf"^ +{directive} (\d+)s;$", _nginx(), re.MULTILINE)
    return int(seconds)


def nginx(addresses: list[str], listen: str) -> str:
    """Its configuration, with real addresses in place of the names that compose gives."""
    text = _nginx()
    for name, address in zip(upstreams(), addresses, strict=True):
        text = text.replace(f"server {name};", f"server {address};")
    return text.replace("listen 8080;", f"listen {listen};")


def _nginx() -> str:
    return (FOLDER / "nginx.conf").read_text("utf-8")
