"""What deploy/ says is what Goalroom takes, and what the image's commands say is done here without an image."""

import json
import shlex
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft7Validator

from goalroom.postgres.embedded import Cluster
from goalroom.server import bind
from goalroom.settings import Settings
from tests.e2e.commands import PATIENCE, READY, Server, environment_with
from tests.e2e.deploy import deployment

# From its CustomResourceDefinition, as the file says; CI lints with it too.
CLUSTER_SCHEMA = Path(__file__).parents[2] / "data" / "cloudnative-pg-cluster.schema.json"
PROBES = {"/healthz", "/readyz"}


def as_installed(command: list[str]) -> list[str]:
    """With what the image has on its PATH, from where it is here."""
    return [sys.executable if command[0] == "python" else str(Path(sys.executable).with_name(command[0])), *command[1:]]


def test_a_container_serves_is_found_healthy_and_ends_in_time(home: Path) -> None:
    image = deployment.image()
    with bind("127.0.0.1", 0) as listener:
        port = str(listener.getsockname()[1])
    settings = image.environment | {"GOALROOM_DATA_DIR": str(home), "GOALROOM_PORT": port}
    environment = environment_with(settings)

    def healthy() -> bool:
        check = subprocess.run(  # noqa: S603  # the image's own
            as_installed(image.health_check), check=False, env=environment, capture_output=True, timeout=PATIENCE
        )
        return check.returncode == 0

    assert not healthy()
    with subprocess.Popen(  # noqa: S603  # the image's own
        as_installed(image.command), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as container:
        assert container.stdout is not None
        assert container.stdout.readline() == f"{READY}http://{image.environment['GOALROOM_HOST']}:{port}\n"
        assert healthy()

        began = time.monotonic()
        container.send_signal(signal.Signals[image.stop_signal])

        assert container.wait(PATIENCE) == 0
        assert time.monotonic() - began < PATIENCE
    assert not healthy()


def _variables() -> list[tuple[str, str]]:
    """Each file with each variable of ours that it sets."""
    found = [("Dockerfile", name) for name in deployment.image().environment]
    for file in deployment.COMPOSE:
        for service in deployment.services(file).values():
            found += [(file.name, name) for name in service.get("environment", {}) if name.startswith("GOALROOM_")]
    (container,) = deployment.manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    found += [("goalroom.yaml", variable["name"]) for variable in container["env"]]
    unit = (deployment.FOLDER / "goalroom.service").read_text("utf-8").splitlines()
    found += [("goalroom.service", line.split("=")[1]) for line in unit if line.startswith("Environment=")]
    return found


def test_each_variable_is_a_setting() -> None:
    known = {f"GOALROOM_{name.upper()}" for name in Settings.model_fields}

    assert [one for one in _variables() if one[1] not in known] == []
    assert {file for file, _ in _variables()} == {
        "Dockerfile", "compose.postgres.yaml", "compose.balanced.yaml", "goalroom.yaml", "goalroom.service",
    }  # fmt: skip


def test_what_asks_a_server_finds_it() -> None:
    port = deployment.image().environment["GOALROOM_PORT"]
    balanced = deployment.services(deployment.FOLDER / "compose.balanced.yaml")
    (container,) = deployment.manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    probes = [container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")]

    assert deployment.upstreams() == [f"{name}:{port}" for name in balanced if name.startswith("goalroom")]
    assert [str(one["containerPort"]) for one in container["ports"]] == [port]
    assert {probe["path"] for probe in probes} <= PROBES
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_nothing_is_killed_before_it_could_end() -> None:
    # An embedded Postgres takes up to 60 seconds, a server without one 10.
    def seconds(service: dict[str, Any]) -> int:
        return int(service["stop_grace_period"].removesuffix("s"))

    for file in deployment.COMPOSE:
        for name, service in deployment.services(file).items():
            if service["image"] == "goalroom":
                embedded = "GOALROOM_DATABASE_URL" not in service.get("environment", {})
                assert seconds(service) >= (75 if embedded else 15), (file.name, name)
    assert deployment.manifest("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 15


def test_the_balancer_waits_longer_than_a_long_poll_and_lets_go_before_a_server_does() -> None:
    assert deployment.nginx_seconds("proxy_read_timeout") >= 60 + 30
    # As long does a server keep connections that are idle.
    assert deployment.nginx_seconds("keepalive_timeout") < 75


def test_postgres_lets_in_as_many_connections_as_the_servers_make() -> None:
    postgres, servers = deployment.manifest("Cluster")["spec"], deployment.manifest("Deployment")["spec"]
    surge = servers["strategy"]["rollingUpdate"]["maxSurge"]

    assert int(postgres["postgresql"]["parameters"]["max_connections"]) >= 18 * (servers["replicas"] + surge) + 3 + 10
    assert postgres["bootstrap"]["initdb"]["encoding"] == "UTF8"
    assert servers["template"]["spec"]["containers"][0]["env"][0]["valueFrom"]["secretKeyRef"] == {
        "name": f"{postgres_name()}-app",
        "key": "uri",
    }


def test_cloudnativepg_takes_the_cluster_and_kustomize_every_manifest() -> None:
    schema = json.loads(CLUSTER_SCHEMA.read_text("utf-8"))
    cluster, resources = deployment.manifest("Cluster"), deployment.manifest("Kustomization")["resources"]
    misspelt = {**cluster, "spec": {**cluster["spec"], "instanses": 3}}

    assert list(Draft7Validator(schema).iter_errors(cluster)) == []
    assert [error.message for error in Draft7Validator(schema).iter_errors(misspelt)] == [
        "Additional properties are not allowed ('instanses' was unexpected)"
    ]
    manifests = {path.name for path in (deployment.FOLDER / "kubernetes").glob("*.yaml")}
    assert {*resources, "kustomization.yaml"} == manifests


def postgres_name() -> str:
    name: str = deployment.manifest("Cluster")["metadata"]["name"]
    return name


def test_the_guide_links_each_file() -> None:
    guide = (deployment.FOLDER.parent / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    files = [path.relative_to(deployment.FOLDER.parent) for path in deployment.FOLDER.rglob("*") if path.is_file()]

    assert [str(path) for path in files if f"(../../{path})" not in guide] == []


def test_two_servers_share_a_postgres_as_the_guide_says(shared_postgres: Cluster, tmp_path: Path) -> None:
    guide = (deployment.FOLDER.parent / "docs" / "how-to" / "several-processes.md").read_text("utf-8")
    commands = [shlex.split(line) for line in guide.splitlines() if line.startswith("goalroom serve --port ")]
    servers = []
    with ExitStack() as stack:
        for number, (_, _, _, _, option, address) in enumerate(commands):
            assert (option, address) == ("--database-url", "postgresql://goalroom@db.example/goalroom")
            servers.append(
                stack.enter_context(Server(option, shared_postgres.url, "--data-dir", tmp_path / f"{number}"))
            )
        token = (tmp_path / "0" / "admin-token").read_text().strip()
        create = 'mutation { createTask(input: {room: "main", title: "Once", criteria: ["So"]}) { id } }'
        made = [
            httpx.post(
                f"{server.url}/graphql", json={"query": query}, headers={"authorization": f"Bearer {token}"}
            ).json()
            for server, query in zip(servers, (create, '{ task(id: "T1") { title } }'), strict=True)
        ]

    assert made == [{"data": {"createTask": {"id": "T1"}}}, {"data": {"task": {"title": "Once"}}}]
