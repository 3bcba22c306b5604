"""Acceptance toolkit for DB50/216-2006: footage in, signed acceptance report out.

What is public stands in ``__init__.pyi``, here and in the packages, and in ``docs/library.md``;
everything else may change.
"""

import lazy_loader

__version__ = "0.27.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
