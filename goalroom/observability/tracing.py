"""OpenTelemetry: spans of operations and transactions, sent to where its own OTEL_* variables say."""

import logging
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from opentelemetry import context, propagate
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from goalroom.version import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_log = logging.getLogger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Tracing:
    """Spans for operations and transactions; none are made while it isn't configured."""

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        self._provider = provider
        self._tracer = None if provider is None else provider.get_tracer("goalroom", __version__)

    def span(self, name: str, attributes: Mapping[str, str] | None = None) -> AbstractContextManager[object]:
        """The span of an operation: spans that are made while it is entered are its children."""
        if self._tracer is None:
            # The API's own no-op span takes thirty times as long.
            return nullcontext()
        return self._tracer.start_as_current_span(name, attributes=attributes)

    def transaction(self) -> AbstractContextManager[object]:
        """The span of one transaction that changes something."""
        return self.span("act")

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """The app, whose spans are children of those that its clients name."""
        return app if self._provider is None else _ParentSpans(app)

    def shutdown(self) -> None:
        """Send what was not sent yet."""
        if self._provider is not None:
            self._provider.shutdown()


class _ParentSpans:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        token = context.attach(propagate.extract(dict(Headers(scope=scope))))
        try:
            await self._app(scope, receive, send)
        finally:
            context.detach(token)


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


def _provider(exporter: str) -> "TracerProvider":
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "goalroom"}
    provider = TracerProvider(resource=Resource.create(named))
    if exporter == "console":
        sink: SpanExporter = ConsoleSpanExporter(out=sys.stderr)
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        sink = OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(sink))
    return provider
