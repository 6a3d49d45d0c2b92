"""The receiver of the demo's webhook, in the process of the demo: it says on standard error what it hears."""

import base64
import logging
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from standardwebhooks import Webhook, WebhookVerificationError

PATH = "/goalroom-demo"
HOST = "127.0.0.1"

_log = logging.getLogger("goalroom.demo")


@dataclass(frozen=True)
class Hook:
    """Where a webhook sends to, and what it signs with."""

    url: str
    secret: str


@contextmanager
def receiving() -> Generator[Hook]:
    """While it listens."""
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                event = Webhook(secret).verify(body, dict(self.headers))
            except WebhookVerificationError:
                self.send_response(401)
            else:
                about = event.get("task") or event.get("objective") or {}
                said = {"kind": event["kind"], "about": about.get("id"), "title": about.get("title")}
                _log.info("the webhook's receiver was told", extra=said)
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Each request has its line already."""

    with ThreadingHTTPServer((HOST, 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Hook(f"http://{HOST}:{server.server_port}{PATH}", secret)
        finally:
            server.shutdown()
            thread.join()
