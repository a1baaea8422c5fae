"""A webhook goes to public https addresses, or to networks that the operator named; never inwards."""

import socket

import pytest

from pipeline.hooks.address import HookAddressError, check_url, parse_networks, resolve


def named(*addresses: str):
    """A resolver that gives these addresses; the real one is asked in test_rounds."""
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, 443)) for at in addresses]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:secret@example.org/",
        "https://example.org:22/",
        "https://example.org:port/",
        "https://example.org/a b",
        "https://exämple.org/",
        "https://example.org/\r\nHost: inside",
        "",
    ],
)
def test_an_address_that_is_no_plain_https_is_refused(url):
    with pytest.raises(HookAddressError):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.169.254",  # metadata of clouds
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_inwards_is_refused(address):
    with pytest.raises(HookAddressError, match="private network"):
        resolve("https://hook.example.org/", (), named(address))


def test_a_name_with_one_address_inside_is_refused_whole():
    """Which one the connection would take is for the resolver to say."""
    with pytest.raises(HookAddressError):
        resolve("https://hook.example.org/", (), named("93.184.216.34", "10.0.0.1"))


def test_a_public_address_is_taken_with_its_port_and_path():
    target = resolve("https://hook.example.org:8443/in?key=1", (), named("93.184.216.34"))
    found = (target.ip, target.port, target.host, target.path)
    assert found == ("93.184.216.34", 8443, "hook.example.org", "/in?key=1")


def test_a_network_that_the_operator_named_is_allowed_and_no_other():
    networks = parse_networks("10.1.0.0/16, fd00:1::/32")
    assert resolve("https://ehr.example.org/", networks, named("10.1.2.3")).ip == "10.1.2.3"
    with pytest.raises(HookAddressError):
        resolve("https://ehr.example.org/", networks, named("10.2.0.1"))
    with pytest.raises(HookAddressError, match="REBUT_HOOK_NETWORKS"):
        parse_networks("10.1.0.0/99")


def test_a_name_without_address_is_refused():
    with pytest.raises(HookAddressError, match="no address"):
        resolve("https://nowhere.invalid/", ())
