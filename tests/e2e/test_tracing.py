"""Spans reach a collector when OpenTelemetry's own variables name one; without them its SDK is not loaded."""

import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.commands import Server

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@contextmanager
def collector() -> Generator[tuple[str, list[bytes]]]:
    """Where it is, and what it is sent."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", received
        listening.shutdown()
        thread.join()


def spans(received: list[bytes]) -> list[Any]:
    found = []
    for body in received:
        sent: Any = ExportTraceServiceRequest.FromString(body)
        found += [span for resource in sent.resource_spans for scope in resource.scope_spans for span in scope.spans]
    return found


def test_a_request_and_its_act_are_spans_below_the_clients_own(home: Path) -> None:
    with collector() as (url, received):
        with Server("--data-dir", home, OTEL_EXPORTER_OTLP_ENDPOINT=url) as server:
            token = (home / "admin-token").read_text().strip()
            answer = httpx.post(
                f"{server.url}/graphql",
                json={"query": 'mutation { createRoom(input: {name: "web"}) { id } }'},
                headers={"authorization": f"Bearer {token}", "traceparent": f"00-{TRACE}-{PARENT}-01"},
            )
            assert "errors" not in answer.json()
            assert server.stop() == 0
        of_request = [span for span in spans(received) if span.trace_id.hex() == TRACE]

    by_name = {span.name: span for span in of_request}
    request = by_name["mutation createRoom"]
    assert request.parent_span_id.hex() == PARENT
    assert by_name["act"].trace_id == request.trace_id
    assert request.span_id in {span.parent_span_id for span in of_request if span.name == "act"}


def test_the_sdk_is_not_imported_without_being_configured() -> None:
    program = (
        "import sys, goalroom.app, goalroom.server; goalroom.app.create_app(goalroom.app.AppConfig('postgresql://x'));"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )

    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )

    assert done.stdout == "[]\n"
