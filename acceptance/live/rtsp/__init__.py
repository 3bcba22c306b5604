"""Streams by RTSP (RFC 2326) and RTP (RFC 3550): one session gives the packets and the clip."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
