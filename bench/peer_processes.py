"""The peers that Goalroom is measured beside: the Node servers of bench/peers, and pgbench."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

from bench.measured_server import MeasuredServer, Peer, Team

_FOLDER = Path(__file__).parent / "peers"
_PATIENCE_S = 30
# As many connections as Goalroom's own pool has.
_CLIENTS = 16
_PGBENCH_TOKEN = "sha256(('pgbench-' || :agent_id::bigint)::bytea)"  # noqa: S105  # what stands for one
_TOKENS = """
insert into token (agent_id, role, hash)
select id, 'MEMBER', sha256(('pgbench-' || id)::bytea) from unnest(%s::bigint[]) id
"""


def install() -> None:
    """What package-lock.json names, where it is not there yet."""
    if shutil.which("npm") is None:
        raise SystemExit("the peers need Node 20 or newer, with npm, on the PATH")
    if not (_FOLDER / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=_FOLDER, check=True)  # noqa: S607  # of the PATH


@contextmanager
def node(script: str, tables: MeasuredServer) -> Generator[Peer]:
    """A server of bench/peers, on the tables of one of ours."""
    process = subprocess.Popen(  # noqa: S603  # our own files
        ["node", script],  # noqa: S607  # of the PATH, by design
        cwd=_FOLDER,
        env=os.environ | {"NODE_ENV": "production"} | _address(tables),
        stdout=subprocess.PIPE,
        text=True,
        # The `node` of a wheel is a script that starts another process: both end.
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"{script} did not start: {process.wait(_PATIENCE_S)}")
        yield Peer(url, psutil.Process(process.pid))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        with process:
            pass


def admit_pgbench(tables: MeasuredServer, team: Team) -> None:
    """Tokens that pgbench can make from the number of an agent."""
    agents = [member.id for member in team.members]
    # It counts its clients, and so its agents.
    assert agents == list(range(agents[0], agents[0] + len(agents)))
    tables.sql.execute(_TOKENS, [agents])


def pgbench(tables: MeasuredServer, team: Team, most: int, seconds: float) -> tuple[float, float]:
    """Transactions a second and their mean time in ms: who has this token, then a claim of so many tasks."""
    tool = tables.cluster.tools / "pgbench"
    if not tool.exists():
        raise SystemExit(f"the embedded Postgres has no pgbench: {tool}")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("\\set agent_id :first_agent + :client_id % :agents\n")
        script.write((_FOLDER / "caller.sql").read_text().replace(":hash", _PGBENCH_TOKEN))
        script.write((_FOLDER / "claim.sql").read_text().replace(":most", str(most)))
        script.flush()
        known = {"first_agent": team.members[0].id, "agents": len(team.members), "room_id": team.rooms[0]}
        before = _log_end(tables, team)
        ended = subprocess.run(  # noqa: S603  # our own tool
            [
                *(tool, "--no-vacuum", "--protocol=prepared", f"--client={_CLIENTS}", "--jobs=1"),
                *(f"--time={max(round(seconds), 1)}", f"--file={script.name}"),
                *(f"--define={name}={value}" for name, value in known.items()),
            ],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | _address(tables),
        )
    found = re.search(
        r"actually processed: (\d+).*latency average = ([\d.]+) ms.*tps = ([\d.]+)", ended.stdout, flags=re.DOTALL
    )
    if ended.returncode or found is None:
        raise RuntimeError(f"pgbench: {ended.stdout}{ended.stderr}")
    claimed = _log_end(tables, team) - before
    if claimed != int(found[1]) * most:
        raise RuntimeError(f"pgbench claimed {claimed} tasks in {found[1]} transactions of {most}")
    return float(found[3]), float(found[2])


def _log_end(tables: MeasuredServer, team: Team) -> int:
    row = tables.sql.execute("select seq from room_log where room_id = %s", [team.rooms[0]]).fetchone()
    assert row is not None
    end: int = row[0]
    return end


def _address(tables: MeasuredServer) -> dict[str, str]:
    """Where its Postgres is, as libpq and node-postgres read it."""
    asked = parse_qs(urlsplit(tables.cluster.url).query)
    return {
        "PGHOST": asked["host"][0],
        "PGPORT": asked["port"][0],
        "PGUSER": "postgres",
        "PGDATABASE": "postgres",
    }
