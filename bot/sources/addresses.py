"""Which addresses of the network belong to the public, so that nobody's feed reaches into a network of ours."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressRefused(OSError):
    """The address does not belong to the public."""


def is_public(address: str) -> bool:
    """False for private, loopback, link-local (cloud metadata), shared, multicast and reserved addresses, for those
    that carry such a one inside, and for what is no address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    elif isinstance(ip, IPv6Address) and ip in _NAT64:
        ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
    if isinstance(ip, IPv6Address) and (ip not in _GLOBAL_UNICAST or ip in _SIX_TO_FOUR):
        return False
    return ip.is_global and not ip.is_multicast


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """The socket for an address as getaddrinfo gives it, just before it is connected: whatever a name, a number in an
    odd notation or a second answer of the name server led to, this is where the connection goes."""
    family, kind, protocol, _, (host, *_) = address
    if family not in (socket.AF_INET, socket.AF_INET6) or not is_public(host):
        raise AddressRefused("address refused")
    return socket.socket(family, kind, protocol)
