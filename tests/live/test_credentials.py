"""Passwords are found where they belong, and are never shown."""

import sys
from types import SimpleNamespace

import pytest

from acceptance.errors import UsageError
from acceptance.files import url_password
from acceptance.live import address, credentials
from acceptance.live.credentials import Credentials, Mask

ASK = credentials._from_keyring


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCEPTANCE_USER", "ACCEPTANCE_PASSWORD", "ACCEPTANCE_PASSWORD_192_0_2_7"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(credentials, "_from_keyring", lambda *_: "")


def test_the_environment_goes_before_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCEPTANCE_PASSWORD", "common")
    monkeypatch.setenv("ACCEPTANCE_PASSWORD_192_0_2_7", "own")
    for host, password in (("192.0.2.7", "own"), ("192.0.2.8", "common")):
        found = credentials.find(host, "admin", prompt=lambda _: "typed")
        assert found == Credentials("admin", password)


def test_a_password_that_nobody_set_is_asked_for() -> None:
    asked: list[str] = []
    found = credentials.find("cam", "admin", prompt=lambda who: asked.append(who) or "typed")
    assert (found, asked) == (Credentials("admin", "typed"), ["admin@cam"])


def test_without_a_user_nobody_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCEPTANCE_PASSWORD", "common")
    assert credentials.find("cam", prompt=lambda _: "typed") is None
    assert credentials.find("cam", "admin") == Credentials("admin", "common")


def test_neither_repr_nor_str_shows_the_password() -> None:
    who = Credentials("admin", "s3cret")
    assert "s3cret" not in f"{who} {who!r} {[who]}"


@pytest.mark.parametrize("password", ["p@ss:w/rd", "50%", "a b", "密码", ""])
def test_a_url_is_taken_apart_with_special_characters(password: str) -> None:
    url = f"rtsp://admin:{credentials.quote(password, safe='')}@[fe80::1]:554/a?b=c"
    bare, who = credentials.taken_out(url)
    assert bare == "rtsp://[fe80::1]:554/a?b=c"
    assert who == Credentials("admin", password)


@pytest.mark.parametrize("password", ["s3cret", "p@ss:w/rd", "q\"<&>'", "a b%", "密码密码", "ab"])
def test_no_form_of_the_password_is_left(password: str) -> None:
    who = Credentials("admin", password)
    mask = Mask(None, who)
    for form in credentials._forms(who):
        text = f"before {form} after"
        assert form not in mask(text)
        assert form.encode() not in mask.data(text.encode())
    assert mask("nothing here") == "nothing here"


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://h/user=admin&password=s3cret&channel=1",
        "rtsp://h/user=admin_password=s3cret_channel=1_stream=0.sdp",
        "rtsp://h/live?user=admin&amp;PWD=s3cret",
        '{"url": "rtsp://h/live?pass=s3cret"}',
    ],
)
def test_a_password_among_the_fields_of_a_url_is_masked_though_nobody_named_it(url: str) -> None:
    assert "s3cret" not in Mask()(url)
    assert b"s3cret" not in Mask().data(url.encode())
    assert Mask()(url) == url.replace("s3cret", credentials.HIDDEN)
    assert url_password.holds(url)


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("http://lee:s3cret@192.0.2.1/x", "http://192.0.2.1/x"),
        ("http://lee:s@3cret@192.0.2.1/x", "http://192.0.2.1/x"),
        ("rtsp://lee:s/3#cret@192.0.2.1/x?password=s3cret", "rtsp://192.0.2.1/x?password=***"),
        ("rtsp://192.0.2.1/x", "rtsp://192.0.2.1/x"),
        ("nonsense", "nonsense"),
    ],
)
def test_an_address_that_a_device_names_is_shown_without_password(named: str, shown: str) -> None:
    assert url_password.bare(named) == shown


def test_no_sentence_about_an_address_repeats_a_password() -> None:
    for written in ("admin:s3cret@192.0.2.1", "http://192.0.2.1/?pwd=s3cret"):
        with pytest.raises(UsageError) as raised:
            address.parse(written, 80)
        assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("name", ["ACCEPTANCE_USER", "ACCEPTANCE_PASSWORD"])
def test_a_password_in_another_encoding_is_a_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GBK in a system of UTF-8: the environment gives such bytes as surrogates."""
    monkeypatch.setenv("ACCEPTANCE_USER", "admin")
    monkeypatch.setenv("ACCEPTANCE_PASSWORD", "s3cret")
    monkeypatch.setenv(name, "密码".encode("gbk").decode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=f"{name}: is not text in the system's encoding"):
        credentials.find("cam")


def test_the_keyring_gives_any_password_and_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("db50-acceptance", "lee@cam"): "p@:/#?% '\"\\密码"}
    keyring = SimpleNamespace(get_password=lambda *who: kept.get(who))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setattr(credentials, "_from_keyring", ASK)
    found = credentials.find("cam", "lee", prompt=lambda _: "typed")
    assert found == Credentials("lee", "p@:/#?% '\"\\密码")
    monkeypatch.setattr(keyring, "get_password", lambda *_: 1 / 0)
    assert credentials.find("cam", "lee", prompt=lambda _: "typed") == Credentials("lee", "typed")
