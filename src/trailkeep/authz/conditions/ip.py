"""IpAddress and NotIpAddress: CIDR ranges (RFC 4632) of IPv4 and IPv6; an address alone is a range of one."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from trailkeep.authz.conditions.operator import Compiled, Operator, constant


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _within(text: str, _version: str) -> Compiled:
    network = ip_network(text, strict=False)

    def holds(value: str) -> bool:
        address = _address(value)
        return address is not None and address.version == network.version and address in network

    return constant(holds)


OPERATORS = (
    Operator(name="IpAddress", negated=False, compile=_within),
    Operator(name="NotIpAddress", negated=True, compile=_within),
)
