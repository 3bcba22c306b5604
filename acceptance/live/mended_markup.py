"""XML as devices send it: bounded, without entities, read by names and not by namespaces.

What is not well-formed is mended as far as it goes, and told: an undeclared prefix or a missing end
tag is no reason to lose a device. (``onvif.markup`` is strict: there what does not conform is the
result.)
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

MOST_BYTES = 4 << 20
DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>")
ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # not allowed in XML


def parse(content: bytes, where: str) -> tuple[etree._Element, str]:
    """Return the root element, and what was wrong with the text; empty: it was well-formed.

    ``where`` names the device in errors. Raises DeviceError where it is no XML: nothing, HTML,
    a document type (which may hold entities), or more than ``MOST_BYTES``.
    """
    if len(content) > MOST_BYTES:
        raise _refused(tr("sent more than {most} bytes", most=MOST_BYTES), where)
    text = UNSEEN.sub("", DECLARATION.sub("", decoded(content), count=1)).strip()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _refused(tr("sent XML with a document type, which is not read"), where)
    root, wrong = _element(text.encode())
    if root is None:
        raise _refused(tr("sent no XML"), where)
    if local(root).lower() == "html":
        raise _refused(tr("sent a web page and no XML"), where)
    return root, wrong


def decoded(content: bytes) -> str:
    """Return text in the encoding that it states, in UTF-8, or else in GB 18030."""
    stated = ENCODING.match(content)
    encodings = [MARKS.get(content[:2], ""), "utf-8-sig", stated[1].decode() if stated else ""]
    for encoding in filter(None, (*encodings, "gb18030")):
        with contextlib.suppress(UnicodeDecodeError, LookupError, UnicodeError):
            return content.decode(encoding).removeprefix("\ufeff")
    return content.decode("utf-8", "replace")


def _element(content: bytes) -> tuple[etree._Element | None, str]:
    """Parse strictly, then mending; lxml's own bounds (depth, length of a name) hold in both."""
    from lxml import etree  # noqa: PLC0415 -- late: only what talks to devices needs it

    wrong = ""
    for mending in (False, True):
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=mending)
        try:
            return etree.fromstring(content, parser), wrong
        except etree.XMLSyntaxError as error:
            wrong = str(error.msg)
    return None, wrong


def local(element: etree._Element) -> str:
    """Return the name of an element without namespace or prefix; empty: a comment."""
    tag = element.tag
    return re.split("[}:]", tag)[-1] if isinstance(tag, str) else ""


def each(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements of that name at any depth."""
    return (element for element in root.iter() if local(element) == name)


def text(root: etree._Element, *names: str) -> str:
    """Return the text of the first element that lies below elements of these names; else empty."""
    element: etree._Element | None = root
    for name in names:
        element = next(each(element, name), None) if element is not None else None
    return " ".join((element.text or "").split()) if element is not None else ""


def _refused(what: str, where: str) -> DeviceError:
    return DeviceError(what, where=where, hint=tr("Check that address and port are the device's"))
