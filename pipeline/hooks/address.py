"""Where a webhook may go: public addresses, and networks that the operator named; never the machine's own services.

The name is resolved once and the connection goes to the address that was judged, so a name that answers differently
a moment later (DNS rebinding) leads nowhere else. After the OWASP cheat sheet on server-side request forgery.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from extractors.errors import RebutError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_HTTPS = 443
_LEAST_PORT = 1024


class HookAddressError(RebutError):
    """A webhook may not go there (why)."""

    code = "hook-address"
    message = (
        "The webhook's address is refused: {0}. Give an https address that is public, "
        "or name its network in REBUT_HOOK_NETWORKS."
    )
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that was judged, with what the request says."""

    ip: str
    port: int
    host: str
    path: str


def parse_networks(told: str | None) -> tuple[Network, ...]:
    """Read REBUT_HOOK_NETWORKS: networks with commas, as 10.1.0.0/16; raises HookAddressError."""
    try:
        return tuple(ipaddress.ip_network(at.strip()) for at in (told or "").split(",") if at.strip())
    except ValueError as error:
        raise HookAddressError(f"REBUT_HOOK_NETWORKS: {error}") from None


def check_url(url: str) -> Target:
    """Return what the URL says, its address not yet known; raises HookAddressError."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise HookAddressError("it does not begin with https://")
    try:
        host, port = parts.hostname, parts.port or _HTTPS
    except ValueError:
        raise HookAddressError("its port is no number") from None
    if not host or not url.isascii() or any(letter.isspace() or ord(letter) < 32 for letter in url):
        raise HookAddressError("it names no host")
    if parts.username is not None or parts.password is not None:
        raise HookAddressError("it holds a user name")
    if port != _HTTPS and port < _LEAST_PORT:
        raise HookAddressError(f"port {port} belongs to another service")
    path = parts.path or "/"
    return Target(ip="", port=port, host=host, path=f"{path}?{parts.query}" if parts.query else path)


def resolve(
    url: str, networks: Sequence[Network], look_up: Callable[..., Sequence[tuple]] = socket.getaddrinfo
) -> Target:
    """Return the address to connect to; every address of the name must be allowed. Raises HookAddressError."""
    target = check_url(url)
    try:
        answers = look_up(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError:
        raise HookAddressError("its host has no address") from None
    addresses = [str(answer[4][0]).partition("%")[0] for answer in answers]
    if not addresses:
        raise HookAddressError("its host has no address")
    for address in addresses:
        if not _allowed(ipaddress.ip_address(address), networks):
            raise HookAddressError("its host lies in a private network")
    return Target(ip=addresses[0], port=target.port, host=target.host, path=target.path)


def _allowed(address: _Address, networks: Sequence[Network]) -> bool:
    address = _inner(address)
    if any(address in network for network in networks if network.version == address.version):
        return True
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_link_local)


def _inner(address: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 address only wraps."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return wrapped or address
    return address
