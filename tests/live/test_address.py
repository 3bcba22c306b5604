"""Addresses are read as people write them."""

import pytest

from acceptance.errors import UsageError
from acceptance.live.address import Address, parse
from acceptance.live.rtsp import url


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("192.0.2.7", "192.0.2.7", 554),
        ("192.0.2.7:8554", "192.0.2.7", 8554),
        ("fe80::1", "fe80::1", 554),
        ("[fe80::1]", "fe80::1", 554),
        ("[fe80::1]:80", "fe80::1", 80),
        ("fe80::1%eth0", "fe80::1%eth0", 554),
        ("[fe80::1%25eth0]:80", "fe80::1%eth0", 80),
        ("cam-3.site.local:80", "cam-3.site.local", 80),
    ],
)
def test_a_host_with_or_without_a_port_is_read(written: str, host: str, port: int) -> None:
    address = parse(written, 554)
    assert address == Address(host, port)
    assert parse(str(address), 1) == address


@pytest.mark.parametrize(
    "written",
    ["", "a b", "cam:0", "cam:65536", "cam:x", "[fe80::1", "http://cam", "-c", "cam:8x"],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        parse(written, 554)


def test_a_device_is_told_its_address_without_the_zone_of_this_machine() -> None:
    assert str(parse("[fe80::1%eth0]:80", 1).without_zone) == "[fe80::1]:80"
    place = url.parse("rtsp://[fe80::1%25eth0]:554/a%25b")
    assert (place.address.host, place.sent) == ("fe80::1%eth0", "rtsp://[fe80::1]:554/a%25b")
