"""Starts a server as `COMMAND... --port 0`, asks it what a newcomer would, and stops it; exit 0 where all went well.

It needs nothing but Python's own library, and finds the admin token where the first start leaves it.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

READY = "Goalroom is ready: "


def get(url: str, token: str = "", body: object = None) -> str:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as answer:
        return answer.read().decode()


def main(command: list[str]) -> None:
    began = time.monotonic()
    server = subprocess.Popen([*command, "--port", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        if not line.startswith(READY):
            sys.exit(f"no readiness line, but {line!r}")
        print(f"ready after {time.monotonic() - began:.1f} s", flush=True)
        url = line.removeprefix(READY).split()[0]
        for path in ("/healthz", "/readyz"):
            print(path, get(url + path).strip())
        for path in ("/", "/graphiql"):
            if '<div id="page">' not in get(url + path):
                sys.exit(f"{path} is not the page for people")
        token = next(Path(os.environ["HOME"]).rglob("admin-token")).read_text().strip()
        answer = json.loads(get(f"{url}/graphql", token, {"query": "{ me { name } rooms { name } }"}))
        print(answer)
        if answer != {"data": {"me": {"name": "admin"}, "rooms": [{"name": "main"}]}}:
            sys.exit("that is not the answer of a new server")
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(40)
    if status:
        sys.exit(f"it ended with {status}")


if __name__ == "__main__":
    main(sys.argv[1:])
