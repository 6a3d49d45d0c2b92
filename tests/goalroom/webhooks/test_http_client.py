"""One request to a receiver: where it goes, what is signed, and what counts as taken."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import httpcore
import pytest
import trustme

from db.webhooks.outbound import Attempt
from goalroom.webhooks.addresses import Addresses
from goalroom.webhooks.http_client import HTTPClient
from tests.receiver import SECRET, TAKEN, Answer, Receiver, answering, closing, hanging

HERE = [ip_network("127.0.0.1/32")]
TEXT = '{"kind":"TASK_DONE","title":"Grüße, 世界"}'


@pytest.fixture
def client() -> HTTPClient:
    return HTTPClient(Addresses(HERE), httpcore.default_ssl_context())


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with Receiver() as running:
        yield running


async def post(client: HTTPClient, receiver: Receiver, answer: Answer = TAKEN) -> Attempt:
    receiver.answer = answer
    return await client.post(receiver.url, "E9.W1", TEXT, SECRET)


async def test_a_request_is_signed_and_says_what_it_is(client: HTTPClient, receiver: Receiver) -> None:
    attempt = await post(client, receiver)

    [one] = receiver.received
    assert (attempt.status, attempt.error, attempt.was_taken) == (204, "", True)
    assert (one.target, one.body, one.id) == ("/hook?for=tests", TEXT, "E9.W1")
    assert one.headers["content-type"] == "application/json"
    assert one.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert abs(int(one.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 20


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_what_is_in_the_two_hundreds_is_taken(client: HTTPClient, receiver: Receiver, status: int) -> None:
    attempt = await post(client, receiver, answering(status, body=b"" if status == 204 else b"ok"))

    assert (attempt.status, attempt.was_taken) == (status, True)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 410, 413, 429, 500, 502, 503, 599])
async def test_all_else_is_a_failure(client: HTTPClient, receiver: Receiver, status: int) -> None:
    attempt = await post(client, receiver, answering(status, body=b"" if status == 304 else b"no"))

    assert (attempt.status, attempt.was_taken) == (status, False)
    assert attempt.error.startswith(f"The receiver answered {status}")
    assert attempt.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(client: HTTPClient, receiver: Receiver, status: int) -> None:
    async with Receiver() as elsewhere:
        attempt = await post(client, receiver, answering(status, f"location: {elsewhere.url}"))

        assert (attempt.status, elsewhere.received) == (status, [])
        assert "redirects are not followed" in attempt.error


async def test_a_receiver_that_hangs_is_given_up(client: HTTPClient, receiver: Receiver) -> None:
    assert client.seconds == 10

    attempt = await post(replace(client, seconds=0.2), receiver, hanging)

    assert (attempt.status, attempt.error) == (None, "No answer came within 0.2 seconds.")
    assert attempt.milliseconds >= 200


async def test_a_receiver_that_breaks_off_has_not_taken_it(client: HTTPClient, receiver: Receiver) -> None:
    attempt = await post(client, receiver, closing)

    assert attempt.status is None
    assert attempt.error.startswith("The request failed: ")


async def test_nobody_there_is_a_failure(client: HTTPClient) -> None:
    async with Receiver() as gone:
        url = gone.url

    attempt = await client.post(url, "E9.W1", TEXT, SECRET)

    assert attempt.status is None
    assert attempt.error.startswith("The request failed: ")


@pytest.mark.parametrize("status", [200, 500])
async def test_of_a_long_answer_no_more_than_64_kib_are_read(
    client: HTTPClient, receiver: Receiver, status: int
) -> None:
    sent = 0

    async def flooding(_received: object, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(f"HTTP/1.1 {status} Said\r\n\r\n".encode())
        while sent < 50_000_000:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    attempt = await post(client, receiver, flooding)

    assert (attempt.status, attempt.was_taken) == (status, status == 200)
    # The rest is in buffers of the system, or was never sent.
    assert sent < 20_000_000


async def test_endless_headers_are_not_read_to_their_end(client: HTTPClient, receiver: Receiver) -> None:
    async def endless(_received: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(10_000):
            writer.write(b"x: " + b"y" * 1_000 + b"\r\n")
            await writer.drain()

    attempt = await post(client, receiver, endless)

    assert (attempt.status, attempt.was_taken) == (None, False)


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7), ("0", 0), ("999999999999", 999_999_999), ("soon", None), ("", None), ("-5", None)]
)
async def test_retry_after_in_seconds(client: HTTPClient, receiver: Receiver, said: str, seconds: float | None) -> None:
    attempt = await post(client, receiver, answering(429, f"retry-after: {said}"))

    assert attempt.retry_after == seconds


async def test_retry_after_as_a_date(client: HTTPClient, receiver: Receiver) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

    attempt = await post(client, receiver, answering(503, f"Retry-After: {later}"))

    assert attempt.retry_after is not None
    assert 60 < attempt.retry_after <= 90


async def test_the_environment_names_no_proxy(
    client: HTTPClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)

        assert (await post(client, receiver)).was_taken
        assert proxy.received == []


async def test_a_name_is_resolved_at_every_attempt_and_the_checked_address_is_the_one_connected_to(
    receiver: Receiver,
) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["127.0.0.1"]]

    async def resolve(name: str) -> Sequence[str]:
        # No resolver but this one knows it.
        assert name == "rebinding.invalid"
        return answers.pop(0)

    client = HTTPClient(Addresses(HERE, resolve), httpcore.default_ssl_context())
    url = f"http://rebinding.invalid:{receiver.port}/"
    attempts = [await client.post(url, f"E{number}.W1", TEXT, SECRET) for number in range(4)]

    assert [attempt.was_taken for attempt in attempts] == [True, False, False, True]
    assert receiver.ids == ["E0.W1", "E3.W1"]
    assert "not a global address" in attempts[1].error
    assert answers == []


async def test_a_name_that_can_not_be_one_is_a_failure(client: HTTPClient) -> None:
    for name in (f"{'x' * 70}.example", "a..example"):
        attempt = await client.post(f"https://{name}/", "E1.W1", TEXT, SECRET)
        assert attempt.status is None
        assert attempt.error.startswith("The request failed: ")


async def test_another_address_of_the_name_is_tried_where_nobody_is_at_the_first(receiver: Receiver) -> None:
    async def resolve(_name: str) -> Sequence[str]:
        return ["127.0.0.9", "127.0.0.1"]

    client = HTTPClient(Addresses([ip_network("127.0.0.0/8")], resolve), httpcore.default_ssl_context())

    assert (await client.post(f"http://two.invalid:{receiver.port}/", "E1.W1", TEXT, SECRET)).was_taken


async def test_a_certificate_has_to_be_one_that_is_trusted_and_of_that_name(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("hook.invalid").configure_cert(tls)

    async def resolve(_name: str) -> Sequence[str]:
        return ["127.0.0.1"]

    trusting, strange = httpcore.default_ssl_context(), httpcore.default_ssl_context()
    trusting.load_verify_locations(tmp_path / "ca.pem")
    async with Receiver(tls=tls) as receiver:
        good, other = f"https://hook.invalid:{receiver.port}/", f"https://other.invalid:{receiver.port}/"
        addresses = Addresses(HERE, resolve)

        assert (await HTTPClient(addresses, trusting).post(good, "E1.W1", TEXT, SECRET)).error == ""
        for context, url in ((strange, good), (trusting, other)):
            attempt = await HTTPClient(addresses, context).post(url, "E2.W1", TEXT, SECRET)
            assert attempt.status is None
            assert "certificate" in attempt.error.lower()
        assert receiver.ids == ["E1.W1"]
