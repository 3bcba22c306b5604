"""Whether a reply is what the official schema says: wrong replies are a result in themselves."""

from __future__ import annotations

import functools
import re
import threading
import warnings
from typing import TYPE_CHECKING

from lxml import etree

from acceptance.live.onvif import wsdl
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xmlschema

FILES = {
    "device": "devicemgmt.wsdl", "media": "media.wsdl", "ptz": "ptz.wsdl",
    "recording": "recording.wsdl", "search": "search.wsdl", "replay": "replay.wsdl",
}  # fmt: skip
EMBEDDED = "{http://www.w3.org/2001/XMLSchema}schema"
NAMESPACE = re.compile(r"\{[^}]*\}")
MOST = 5  # complaints about a reply
LARGEST = 20_000  # elements of a reply, which take some 3 s; 64 profiles have 4,000
_loading = threading.Lock()


def complaints(replies: Mapping[tuple[str, str], etree._Element]) -> Iterator[Reason]:
    """Check replies by service and operation; those of Media2 have no schema in the package.

    A complaint is a note ``reply_nonconforming``. The schema is loaded once, which takes 1.5 s.
    """
    for (service, operation), reply in replies.items():
        size = sum(1 for _ in reply.iter("*"))
        if service in FILES and size > LARGEST:
            yield Reason(code="reply_not_checked", parameters={"call": operation, "count": size})
        elif service in FILES:
            wrong = iter(_schema().iter_errors(reply))
            for _, error in zip(range(MOST), wrong, strict=False):
                yield _complaint(operation, error)


def _complaint(operation: str, error: xmlschema.XMLSchemaValidationError) -> Reason:
    place = str(getattr(error.elem, "tag", "") or operation).rpartition("}")[2]
    why = NAMESPACE.sub("", " ".join((error.reason or "").split()))[:300]
    parameters = {"call": operation, "element": place, "why": why}
    return Reason(code="reply_nonconforming", parameters=parameters)


def _schema() -> xmlschema.XMLSchema11:
    with _loading:
        return _loaded()


@functools.cache
def _loaded() -> xmlschema.XMLSchema11:
    """Put the schemas of all services into one; XSD 1.1, which lxml cannot load."""
    import xmlschema  # noqa: PLC0415 -- late: takes 0.3 s

    folder = wsdl.folder()
    base = (folder / "onvif.xsd").as_uri()
    joined = xmlschema.XMLSchema11(base, allow="local", build=False)
    for service, file in FILES.items():
        embedded = next(etree.parse(str(folder / file)).iter(EMBEDDED))
        text = etree.tostring(embedded).decode()
        joined.add_schema(text, namespace=wsdl.NAMESPACES[service])
    with warnings.catch_warnings():  # of ONVIF's own schema, about one element in two places
        warnings.simplefilter("ignore", xmlschema.XMLSchemaTypeTableWarning)
        joined.build()
    return joined
