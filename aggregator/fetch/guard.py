"""Which addresses on the internet may be asked: pure rules, for the moment a socket is opened.

A name may lead anywhere, so the guard judges the numeric address that is really connected to (after DNS, after odd
spellings such as ``127.1`` or ``0x7f000001``), not the one that is written down.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_aton, inet_ntoa, inet_pton

from aggregator.model.value import value

PORTS = (80, 443, 8080, 8443)
"""The ports of the public web; an allowed network is open on every port."""

# `ipaddress.is_global` calls multicast, 6to4 and NAT64 addresses global on the Pythons we run on (CVE-2024-4032 and
# its neighbours), so the ranges are named: the IANA special-purpose registries (RFC 6890) and what came after them.
DENIED_V4 = {
    IPv4Network("0.0.0.0/8"): "unspecified",
    IPv4Network("10.0.0.0/8"): "private",
    IPv4Network("100.64.0.0/10"): "shared by a carrier's customers (RFC 6598)",
    IPv4Network("127.0.0.0/8"): "this machine itself",
    IPv4Network("168.63.129.16/32"): "a cloud's own host",
    IPv4Network("169.254.0.0/16"): "link-local",
    IPv4Network("172.16.0.0/12"): "private",
    IPv4Network("192.0.0.0/24"): "reserved for protocols",
    IPv4Network("192.0.2.0/24"): "for documentation only",
    IPv4Network("192.88.99.0/24"): "a 6to4 relay",
    IPv4Network("192.168.0.0/16"): "private",
    IPv4Network("198.18.0.0/15"): "for benchmarks only",
    IPv4Network("198.51.100.0/24"): "for documentation only",
    IPv4Network("203.0.113.0/24"): "for documentation only",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved",
}
PUBLIC_V6 = IPv6Network("2000::/3")  # the only range ever given out (RFC 4291 §2.4)
DENIED_V6 = {
    IPv6Network("2001::/23"): "reserved for protocols such as Teredo",
    IPv6Network("2001:db8::/32"): "for documentation only",
    IPv6Network("2002::/16"): "a 6to4 tunnel",
    IPv6Network("3fff::/20"): "for documentation only",
}
_INSIDE = (".localhost", ".local", ".internal", ".localdomain", ".home.arpa")


@value(frozen=True, slots=True)
class Guard:
    """The rules of one client: what is denied to everyone, less the networks that feeds.yaml opens."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def opening(cls, networks: tuple[str, ...]) -> "Guard":
        """Make a guard that lets ``networks`` (CIDR) through; raises ValueError for what is none."""
        return cls(tuple(ip_network(network, strict=False) for network in networks))

    def allows(self, address: str) -> bool:
        """Say whether feeds.yaml opens the network that ``address`` lies in."""
        return bool(self.allowed) and self._opens(_plain(address))

    def names_own(self, host: str) -> bool:
        """Say whether ``host`` is an address, written out, in a network that feeds.yaml opens."""
        return bool(self.allowed) and bool(number := _number(host)) and self.allows(number)

    def refusal(self, address: str, *, port: int | None) -> str:
        """Say why ``address`` must not be connected to, or "" when it may; None is a port that is asked on purpose."""
        ip = _plain(address)
        if self._opens(ip):
            return ""
        if kind := _denied(ip):
            return f"the address {ip} is {kind}; `fetch: {{allow_networks: […]}}` in feeds.yaml can open it"
        return "" if port is None else self.port_refusal(port)

    def spelled_refusal(self, host: str, *, port: int) -> str:
        """Say why ``host`` will not be connected to, as far as its spelling tells: an address, or this machine's name.

        Any other name may lead to a network that feeds.yaml opens, on every port.
        """
        here = f".{host.rstrip('.').lower()}".endswith(".localhost")  # RFC 6761 §6.3
        if number := "127.0.0.1" if here else _number(host):
            return "" if here and self.allows("::1") else self.refusal(number, port=port)
        return "" if self.allowed else self.port_refusal(port)

    def unseen_refusal(self, host: str, *, port: int) -> str:
        """Say why a proxy must not be asked to go to ``host``: nobody here sees where a name leads to there.

        What can be told from its spelling is refused: addresses inside, and names that only have a meaning inside
        (RFC 6761, RFC 6762, RFC 8375, and those of a single label).
        """
        if number := _number(host):
            return self.refusal(number, port=port)
        if _is_name_inside(host):
            return f"{host} is the name of a machine inside"
        return self.port_refusal(port)

    def _opens(self, ip: IPv4Address | IPv6Address) -> bool:
        return any(ip in network for network in self.allowed)

    def port_refusal(self, port: int) -> str:
        """Say why ``port`` of a public address must not be connected to, or "" when it may."""
        return "" if port in PORTS else f"port {port} is not one of {', '.join(map(str, PORTS))}"


def is_inside(host: str) -> bool:
    """Say whether ``host`` is on one's own network, as far as its spelling tells, whatever feeds.yaml opens."""
    number = _number(host)
    return bool(_denied(_plain(number))) if number else _is_name_inside(host)


def _is_name_inside(host: str) -> bool:
    name = f".{host.rstrip('.').lower()}"
    return name.count(".") == 1 or name.endswith(_INSIDE)


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Read an address; ``::ffff:127.0.0.1`` reaches 127.0.0.1 (RFC 4291 §2.5.5.2)."""
    try:
        return IPv4Address(inet_pton(AF_INET, address))  # as nearly all are, and quickly
    except OSError:
        ip = ip_address(address)
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def _number(host: str) -> str:
    """Read a host that is an address in any spelling that programs take (``127.1``, ``0x7f000001``), or return ""."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return inet_ntoa(inet_aton(host.rstrip(".")))
    except OSError:
        return ""


def _denied(ip: IPv4Address | IPv6Address) -> str:
    if isinstance(ip, IPv6Address) and ip not in PUBLIC_V6:
        return "this machine itself" if ip.is_loopback else "outside the public range of IPv6"
    table = DENIED_V4 if isinstance(ip, IPv4Address) else DENIED_V6
    return next((kind for network, kind in table.items() if ip in network), "")
