"""Reports signed, issued and verified."""

import logging

# pyHanko's findings come back in results and errors; its lines on the terminal would repeat them.
for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL)
