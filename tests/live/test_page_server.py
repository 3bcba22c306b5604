"""A page for this machine only, and the log that it sends."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from acceptance.live.page_server import PageServer


def test_the_page_is_served_and_its_newest_log_kept() -> None:
    with PageServer("<html><body>Clock</body></html>") as server:
        assert server.log(0.01) == b""
        with urllib.request.urlopen(server.url) as page:  # noqa: S310 -- our own
            assert b"setInterval" in page.read()
        for log in (b"one", b"one two"):
            with urllib.request.urlopen(f"{server.url}log", log) as answer:  # noqa: S310 -- our own
                assert answer.status == 204
        assert server.log(0.01) == b"one two"
        root = server.url[: server.url.index("/", 7) + 1]
        for url in (root, f"{root}log", f"{server.url}other"):
            for body in (None, b"forged"):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(url, body)  # noqa: S310 -- our own
        assert server.log(0.01) == b"one two"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(server.url)  # noqa: S310 -- our own
