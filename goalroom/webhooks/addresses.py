"""Which addresses may be sent to: all that are global, and the networks that the operator allows."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# The addresses of a name, as texts; OSError where it has none.
Resolve = Callable[[str], Awaitable[Sequence[str]]]

# Networks whose addresses say by which IPv4 address a gateway sends them on.
_TRANSLATED = ip_network("64:ff9b::/96")


class OutOfBounds(Exception):  # noqa: N818  # it is an answer, in a sentence, not an error in the program
    """A name that leads to an address that may not be sent to."""


async def resolve(name: str) -> Sequence[str]:
    """As the machine does it."""
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Addresses:
    """Resolves names, and refuses those that lead to an address that may not be sent to."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolve = resolve) -> None:
        self._allowed, self._resolve = allowed, resolve

    async def checked(self, scheme: str, host: str) -> list[str]:
        """All addresses of the host; OutOfBounds where one may not be sent to, OSError where it has none."""
        found = [ip_address(text.partition("%")[0]) for text in await self._resolve(host)]
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            self._check(scheme, host, address)
        return [str(address) for address in found]

    def _check(self, scheme: str, host: str, address: Address) -> None:
        if any(_plain(address) in network for network in self._allowed):
            return
        shown = host if host == str(address) else f"{host}, which is {address},"
        if not _is_global(address):
            raise OutOfBounds(f"{shown} is not a global address, and not in a network that the operator allows.")
        if scheme != "https":
            raise OutOfBounds(f"{shown} is sent to by https alone: the operator doesn't allow its network.")


def _plain(address: Address) -> Address:
    """The IPv4 address, where one is written as IPv6."""
    return getattr(address, "ipv4_mapped", None) or address


def _is_global(address: Address) -> bool:
    """Whether it is one on the open Internet, and so are those to which gateways send on what is sent to it."""
    plain = _plain(address)
    if isinstance(plain, IPv6Address):
        if plain in _TRANSLATED:
            return _is_global(IPv4Address(int(plain) & 0xFFFFFFFF))
        sent_on = [plain.sixtofour, *(plain.teredo or ())]
        if plain.is_site_local or not all(_is_global(one) for one in sent_on if one is not None):
            return False
    return plain.is_global and not plain.is_multicast and not plain.is_reserved
