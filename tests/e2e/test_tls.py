"""TLS of the server's own, for those who have no proxy in front."""

import ssl
from pathlib import Path

import httpx
import trustme
import websockets

from tests.e2e.commands import Server, run

AUTHORITY = trustme.CA()


def certificate(folder: Path) -> list[str | Path]:
    """The options that name a certificate and its key."""
    issued = AUTHORITY.issue_cert("127.0.0.1")
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return ["--tls-cert", cert, "--tls-key", key]


async def test_requests_and_sockets_are_served_over_tls(home: Path, tmp_path: Path) -> None:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    with Server("--data-dir", home, *certificate(tmp_path)) as server:
        async with httpx.AsyncClient(verify=context) as http:
            ready = await http.get(f"{server.url}/readyz")
        url = server.url.replace("https://", "wss://") + "/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(url, ssl=context, subprotocols=[protocol]) as socket:
            spoken = socket.subprotocol

    assert server.url.startswith("https://")
    assert (ready.status_code, spoken) == (200, "graphql-transport-ws")


def test_half_of_tls_and_none_of_it_is_said_in_a_line(tmp_path: Path) -> None:
    options = certificate(tmp_path)
    (tmp_path / "junk.pem").write_text("junk")

    refused = [
        run("serve", "--port", "0", "--data-dir", tmp_path / "data", *given)
        for given in (options[:2], [*options[:3], tmp_path / "junk.pem"], [*options[:3], tmp_path / "none.pem"])
    ]

    assert [one.returncode for one in refused] == [2, 2, 2]
    assert [one.stderr.count("\n") for one in refused] == [1, 1, 1]
    assert not (tmp_path / "data").exists()


def test_what_is_no_origin_is_refused(tmp_path: Path) -> None:
    for text in ("*", "board.example", "https://board.example/", "https://"):
        refused = run("serve", "--data-dir", tmp_path / "data", GOALROOM_ALLOWED_ORIGINS=text)

        assert (refused.returncode, "GOALROOM_ALLOWED_ORIGINS" in refused.stderr) == (2, True)
