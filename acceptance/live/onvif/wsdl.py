"""The official WSDL that onvif-zeep ships, parsed once for each process; requests made from it."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import logging
import os
import sysconfig
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from acceptance.errors import SetupError
from acceptance.live import markup
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zeep import Client

NAMESPACES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "media2": "http://www.onvif.org/ver20/media/wsdl",
    "ptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "imaging": "http://www.onvif.org/ver20/imaging/wsdl",
    "deviceio": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
    "recording": "http://www.onvif.org/ver10/recording/wsdl",
    "search": "http://www.onvif.org/ver10/search/wsdl",
    "replay": "http://www.onvif.org/ver10/replay/wsdl",
}
BY_HAND = {"media2"}  # the package has no WSDL of it
Plain = str | float | bool | datetime | timedelta | etree._Element | None  # noqa: SLF001 -- a type
Parameter = Plain | Mapping[str, "Parameter"] | Sequence["Parameter"]
_parsing = threading.Lock()


@functools.cache
def folder() -> Path:
    """Find the folder of the WSDL files. Raises SetupError.

    The source distribution puts it beside the package; the wheel that pip builds keeps the path of
    the builder's Python below its own data folder.
    """
    spec = importlib.util.find_spec("onvif")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    data = Path(sysconfig.get_path("data"))
    beside = [package.parent / "wsdl", package / "wsdl", data / "wsdl"]
    places = [*beside, *data.glob("[Ll]ib/python3*/site-packages/wsdl")]
    for place in places:
        if (place / "devicemgmt.wsdl").is_file():
            return place
    what = tr("the WSDL files of onvif-zeep are not found")
    hint = tr("Install the package again: pip install --force-reinstall onvif-zeep")
    raise SetupError(what, where=str(package), hint=hint)


@contextlib.contextmanager
def _harmless_import() -> Iterator[None]:
    """Undo what onvif-zeep does when imported: a root log handler, log levels."""
    root, zeep = logging.getLogger(), logging.getLogger("zeep.client")
    handlers, level, own = list(root.handlers), root.level, zeep.level
    proxies = {name: os.environ.get(name) for name in ("http_proxy", "https_proxy")}
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
        zeep.setLevel(own)
        os.environ.update({name: value for name, value in proxies.items() if value is not None})


@functools.cache
def _client(service: str) -> Client:
    with _harmless_import():
        from onvif.definition import SERVICES  # noqa: PLC0415 -- late: takes 0.4 s
        from zeep import Client  # noqa: PLC0415 -- late, too
    file = SERVICES[{"device": "devicemgmt"}.get(service, service)]["wsdl"]
    return Client(str(folder() / file))


def client(service: str) -> Client:
    """Return the parsed WSDL of a service; parsed once for each process."""
    with _parsing:
        return _client(service)


def request(service: str, operation: str, **parameters: Parameter) -> etree._Element:
    """Build the SOAP envelope of a call as the WSDL has it.

    Parameters have the names of the schema's elements.
    """
    if service in BY_HAND:
        return _by_hand(service, operation, parameters)
    known = client(service)
    named = next(
        name for name, binding in known.wsdl.bindings.items() if operation in binding.all()
    )
    with _parsing:  # zeep completes its types when they are first used
        proxy = known.create_service(named, "")
        message: etree._Element = known.create_message(proxy, operation, **parameters)
        return message


def _by_hand(service: str, operation: str, parameters: Mapping[str, Parameter]) -> etree._Element:
    envelope = etree.Element(f"{{{markup.SOAP}}}Envelope", nsmap={"s": markup.SOAP})
    content = etree.SubElement(envelope, f"{{{markup.SOAP}}}Body")
    namespace = NAMESPACES[service]
    call = etree.SubElement(content, f"{{{namespace}}}{operation}", nsmap={"tr2": namespace})
    for name, value in parameters.items():
        for each in value if isinstance(value, list) else [value]:
            etree.SubElement(call, f"{{{namespace}}}{name}").text = str(each)
    return envelope
