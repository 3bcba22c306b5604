"""A page for a browser on this machine, and what the page sends back: the log of a screen."""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

MOST_BYTES = 64 << 20  # of a log
SENDER = """<script>
setInterval(() => fetch("log", {method: "POST", body: csv()}), 1000);
</script>
"""


class PageServer:
    """Serves one page on the loopback, and keeps the newest log that it sends.

    The address holds a random word: no other page of the browser can send a log.
    """

    def __init__(self, html: str) -> None:
        """``html``: a page with a function ``csv()`` that returns its log."""
        page = html.replace("</body>", SENDER + "</body>").encode()
        self._log, self._came = b"", threading.Event()
        place, taker = f"/{secrets.token_urlsafe(8)}/", self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != place:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def do_POST(self) -> None:
                size = self.headers.get("Content-Length", "")
                known = self.path == f"{place}log" and size.isdecimal()
                if not known or int(size) > MOST_BYTES:
                    self.send_error(404)
                    return
                taker.take(self.rfile.read(int(size)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{place}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def take(self, log: bytes) -> None:
        """Keep a log in place of the one before."""
        self._log = log
        self._came.set()

    def log(self, timeout: float) -> bytes:
        """Wait for the next log; return the newest, empty where none has come."""
        self._came.clear()
        self._came.wait(timeout)
        return self._log

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
