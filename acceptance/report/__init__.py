"""A session as people read it: HTML, PDF/A-3b, JUnit XML, and the pages and plots in them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
