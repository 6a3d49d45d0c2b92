"""The cookie of a signed-in browser: what it is called, and which requests it counts in."""

from dataclasses import dataclass

from starlette.datastructures import Headers

from db.core.errors import Forbidden
from goalroom.transport.authentication import NOTHING, Credential

# Sent by our page. Another site's page can't send it: its browser would ask us first, and we say no.
PAGE_HEADER = "x-goalroom-page"
_NAME = "goalroom"
# A browser keeps it for as long as browsers keep cookies: when the session ends, the database knows.
_MAX_AGE = 400 * 86_400
# What `Sec-Fetch-Site` says of a request that a page of ours, or the person itself, began.
_OURS = {None, "same-origin", "none"}


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The cookie of this server.

    `secure` is for where browsers reach it by https alone, `public_origin` for where they do by another name.
    """

    secure: bool = False
    public_origin: str | None = None

    def of_request(self, method: str, headers: Headers) -> Credential:
        """The session that the request's cookie names; FORBIDDEN where another page than ours may have sent it.

        A GET changes nothing and can't be read by others. A POST comes from our page, by its Origin or by our header.
        """
        session = self.read(headers)
        if session is NOTHING:
            return session
        if "origin" in headers:
            is_ours = self._is_ours(headers)
        else:
            is_ours = headers.get("sec-fetch-site") in _OURS and (method == "GET" or PAGE_HEADER in headers)
        if not is_ours:
            raise Forbidden(
                "A browser's session counts in requests of this server's own page alone.",
                f"Send a token as `Authorization: Bearer TOKEN`, or, from a page of this server, `{PAGE_HEADER}: 1`.",
            )
        return session

    def of_socket(self, headers: Headers) -> Credential:
        """The session that the handshake's cookie names, where our page opens the socket."""
        return self.read(headers) if self._is_ours(headers) else NOTHING

    def is_from_elsewhere(self, headers: Headers) -> bool:
        """Whether a page of another origin sent this."""
        return "origin" in headers and not self._is_ours(headers)

    def set(self, headers: Headers, text: str) -> dict[str, str]:
        """The header that gives the browser a session. No script can read it, and no other site can make it be sent."""
        return {"set-cookie": self._cookie(headers, text, _MAX_AGE)}

    def clear(self, headers: Headers) -> dict[str, str]:
        """The header that takes it away."""
        return {"set-cookie": self._cookie(headers, "", 0)}

    def _cookie(self, headers: Headers, text: str, seconds: int) -> str:
        secure = "; Secure" if self.secure else ""
        return f"{self._name(headers)}={text}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"

    def _name(self, headers: Headers) -> str:
        """Cookies are sent to every port of a host: with it in the name, servers beside each other have their own.

        With the prefix, browsers let nobody but this very host set it, and only by https.
        """
        port = headers.get("host", "").rpartition(":")[2]
        name = f"{_NAME}-{port}" if port.isdecimal() else _NAME
        return f"__Host-{name}" if self.secure else name

    def read(self, headers: Headers) -> Credential:
        """The session that the cookie names, whoever sent it.

        Nothing also where there are several of the name: one of them may have been put there for the other.
        """
        name = self._name(headers)
        pairs = (pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
        found = [value for key, _, value in pairs if key == name]
        return Credential(found[0], is_cookie=True) if len(found) == 1 else NOTHING

    def _is_ours(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            return False
        if origin == self.public_origin:
            return True
        host, schemes = headers.get("host"), ("https",) if self.secure else ("http", "https")
        return any(origin == f"{scheme}://{host}" for scheme in schemes)
