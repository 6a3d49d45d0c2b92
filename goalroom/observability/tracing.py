"""OpenTelemetry, for those who installed it and set its own OTEL_* variables; without, nothing of it is imported."""

import importlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from goalroom.version import __version__

_log = logging.getLogger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Tracing:
    """Spans for operations and acts; of nothing while it isn't configured."""

    def __init__(self, provider: Any = None) -> None:
        self._provider = provider
        self._tracer = None if provider is None else provider.get_tracer("goalroom", __version__)

    def span(self, name: str, facts: Mapping[str, str] | None = None) -> AbstractContextManager[Any]:
        """While it is entered, what happens is part of this."""
        if self._tracer is None:
            return nullcontext()
        found: AbstractContextManager[Any] = self._tracer.start_as_current_span(name, attributes=facts)
        return found

    def act(self) -> AbstractContextManager[Any]:
        """The span of one transaction that changes something."""
        return self.span("act")

    def following(self, app: ASGIApp) -> ASGIApp:
        """The app, whose spans are children of those that its clients name."""
        return app if self._tracer is None else _Following(app)

    def end(self) -> None:
        """Send what was not sent yet."""
        if self._provider is not None:
            self._provider.shutdown()


class _Following:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._context: Any = importlib.import_module("opentelemetry.context")
        self._extract: Callable[..., Any] = importlib.import_module("opentelemetry.propagate").extract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        token = self._context.attach(self._extract(dict(Headers(scope=scope))))
        try:
            await self._app(scope, receive, send)
        finally:
            self._context.detach(token)


def configured() -> Tracing:
    """As the environment says: where it names an endpoint or an exporter, spans are sent there."""
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "otlp" if any(map(os.environ.get, _ENDPOINTS)) else "none")
    if exporter == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Tracing()
    try:
        return Tracing(_provider(exporter))
    except ImportError as error:
        _log.warning(
            "OpenTelemetry is configured and not installed: pip install 'goalroom[otel]'", extra={"error": repr(error)}
        )
        return Tracing()


def _provider(exporter: str) -> Any:
    trace: Any = importlib.import_module("opentelemetry.sdk.trace")
    export: Any = importlib.import_module("opentelemetry.sdk.trace.export")
    resources: Any = importlib.import_module("opentelemetry.sdk.resources")
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "goalroom"}
    provider = trace.TracerProvider(resource=resources.Resource.create(named))
    if exporter == "console":
        sink = export.ConsoleSpanExporter(out=sys.stderr)
    else:
        sink = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
    provider.add_span_processor(export.BatchSpanProcessor(sink))
    return provider
