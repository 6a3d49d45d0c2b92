"""Where webhooks may send to: looked at each time that a name is resolved."""

from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from goalroom.webhooks.addresses import Addresses, OutOfBounds

INSIDE = [
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.0.2.1",
    "192.168.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
    "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
    "ff02::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "93.184.215.14", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"]


def addresses(*found: str, allowed: Sequence[str] = ()) -> Addresses:
    async def resolve(_name: str) -> Sequence[str]:
        return found

    return Addresses([ip_network(network) for network in allowed], resolve)


@pytest.mark.parametrize("inside", INSIDE)
async def test_what_is_no_global_address_is_out_of_bounds(inside: str) -> None:
    for among in ([inside], ["1.1.1.1", inside], [inside, "1.1.1.1"]):
        with pytest.raises(OutOfBounds, match=r"not a global address"):
            await addresses(*among).checked("https", "hook.example")


@pytest.mark.parametrize("outside", OUTSIDE)
async def test_a_global_address_is_sent_to_by_https_alone(outside: str) -> None:
    assert len(await addresses(outside).checked("https", "hook.example")) == 1
    with pytest.raises(OutOfBounds, match="by https alone"):
        await addresses(outside).checked("http", "hook.example")


async def test_an_allowed_network_is_reached_by_http_too() -> None:
    allowed = ["10.0.0.0/8", "fd00::/8"]
    for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1"):
        for scheme in ("http", "https"):
            assert len(await addresses(one, allowed=allowed).checked(scheme, "hook.example")) == 1
    with pytest.raises(OutOfBounds):
        await addresses("10.1.2.3", "11.0.0.1", allowed=allowed).checked("http", "hook.example")
    with pytest.raises(OutOfBounds):
        await addresses("10.1.2.3", "192.168.0.1", allowed=allowed).checked("https", "hook.example")


async def test_a_name_without_addresses_is_no_answer() -> None:
    with pytest.raises(OSError, match="no address"):
        await addresses().checked("https", "hook.example")


@pytest.mark.parametrize("spelling", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "::1"])
async def test_the_machine_resolves_every_spelling_of_an_address(spelling: str) -> None:
    with pytest.raises(OutOfBounds):
        await Addresses().checked("https", spelling)
