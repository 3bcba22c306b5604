"""Basic and digest authentication against the examples of the RFCs."""

import time

import pytest

from acceptance.live import digest
from acceptance.live.credentials import Credentials

MUFASA = Credentials("Mufasa", "Circle of Life")
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_that_of_rfc_7616(algorithm: str, expected: str) -> None:
    (challenge,) = digest.challenges([RFC_7616.format(algorithm=algorithm)])
    answer = digest.response(challenge, MUFASA, "GET", "/dir/index.html", cnonce=CNONCE)
    assert answer == expected


def test_digest_without_qop_is_that_of_rfc_2069() -> None:
    challenge = digest.Challenge(
        scheme="digest", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"
    )
    who = Credentials("Mufasa", "CircleOfLife")
    answer = digest.response(challenge, who, "GET", "/dir/index.html")
    assert answer == "1949323746fe6a43ef61f9606e7febea"


def test_basic_is_that_of_rfc_7617() -> None:
    (challenge,) = digest.challenges(['Basic realm="WallyWorld"'])
    header = digest.authorization(challenge, Credentials("Aladdin", "open sesame"), "GET", "/")
    assert header == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


OLD = 'Digest realm="a", nonce="1"'
NEW = 'Digest realm="a", nonce="2", algorithm=SHA-256'
UNKNOWN = "Digest realm=x, nonce=y, algorithm=AKAv1"


@pytest.mark.parametrize(
    "headers",
    [
        ['Basic realm="a"', OLD, NEW],
        [f'Basic realm="a", {OLD}, {NEW}'],
        [NEW.replace(" ", "").replace("Digest", "Digest ") + ",stale=FALSE", "Negotiate", UNKNOWN],
    ],
)
def test_the_strongest_of_several_challenges_is_answered(headers: list[str]) -> None:
    chosen = digest.best(digest.challenges(headers))
    assert chosen is not None
    assert (chosen.scheme, chosen.nonce, chosen.algorithm) == ("digest", "2", "SHA-256")


@pytest.mark.parametrize("algorithm", ["", "MD5", "MD5-sess", "SHA-256", "SHA-512-256"])
@pytest.mark.parametrize("qop", ["", "auth"])
@pytest.mark.parametrize("password", ["secret", 'p@ss:w"or\\d', "密码"])
def test_the_right_answer_is_accepted_and_another_is_not(
    algorithm: str, qop: str, password: str
) -> None:
    challenge = digest.Challenge(
        scheme="digest", realm="r", nonce="n", algorithm=algorithm, qop=qop, opaque="o"
    )
    who = Credentials("admin", password)
    header = digest.authorization(challenge, who, "REGISTER", "sip:1@2", count=3)
    assert digest.is_right(header, challenge, password, "REGISTER")
    assert not digest.is_right(header, challenge, password + " ", "REGISTER")
    assert not digest.is_right(header, challenge, password, "INVITE")


def test_nonsense_is_no_answer() -> None:
    challenge = digest.Challenge(scheme="digest", realm="r", nonce="n")
    for header in ("", "Digest", "Basic eDp5", 'Digest nonce="n", realm="r", nc=zz, response="é"'):
        assert not digest.is_right(header, challenge, "secret", "GET")


def test_no_challenge_takes_long_to_read() -> None:
    begun = time.process_time()
    for header in ("Digest a=1 " + "a" * 60_000, 'Digest a="' + '\\"' * 30_000, "Digest," * 9000):
        digest.challenges([header])
    assert time.process_time() - begun < 2
