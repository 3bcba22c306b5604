"""Test charts: what they are, how they are drawn, and where one lies in a picture."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
