"""The generated client, with refusals as exceptions, and requests sent again where that is safe."""

import asyncio
from typing import Any

import httpx

from goalroom_client.sdk.generated.async_base_client import Response
from goalroom_client.sdk.generated.client import GeneratedClient
from goalroom_client.sdk.refusals import Unavailable, refusal

_PAUSES_S = (0.2, 0.6, 1.5)
_PATIENCE_S = 10.0
_UNAUTHORIZED = 401


class Connection(GeneratedClient):
    """One server, and who asks."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        headers = {"Authorization": f"Bearer {token}"}
        address = url.rstrip("/").removesuffix("/graphql") + "/graphql"
        # The protocol that the generated code asks for has fewer words for what may be posted.
        http: Any = httpx.AsyncClient(headers=headers, timeout=_PATIENCE_S)
        super().__init__(address, headers, http)

    async def execute(
        self, query: str, operation_name: str | None = None, variables: dict[str, Any] | None = None, **kwargs: Any
    ) -> Response:
        """The answer; Unavailable where the server can't be reached."""
        for pause in (*_PAUSES_S, None):
            try:
                response = await super().execute(query, operation_name, variables, **kwargs)
                if pause is None or not _is_unavailable(response):
                    return response
            except httpx.TransportError as error:
                # Of what was sent nobody knows whether it was done.
                safe = isinstance(error, httpx.ConnectError) or _may_repeat(query, variables)
                if pause is None or not safe:
                    said = str(error) or type(error).__name__
                    raise Unavailable("UNAVAILABLE", f"{self.url} can't be reached: {said}.") from error
            await asyncio.sleep(pause)
        raise AssertionError  # the last attempt answers or raises

    def get_data(self, response: Response) -> dict[str, Any]:
        """The data; Refused where the API said no."""
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
            why = f"{self.url} answered HTTP {response.status_code}, and nothing that a Goalroom says."
            raise Unavailable("UNAVAILABLE", why)
        if answer.get("errors"):
            raise refusal(answer["errors"][0])
        data: dict[str, Any] = answer["data"]
        return data


def _is_unavailable(response: Response) -> bool:
    try:
        errors = response.json().get("errors") or ()
    except (ValueError, AttributeError):
        return response.status_code != _UNAUTHORIZED
    return any((error.get("extensions") or {}).get("code") == "UNAVAILABLE" for error in errors)


def _may_repeat(query: str, variables: dict[str, Any] | None) -> bool:
    sent = (variables or {}).get("input")
    key = getattr(sent, "idempotency_key", None)
    return query.lstrip().startswith("query") or isinstance(key, str) or "heartbeat(" in query
