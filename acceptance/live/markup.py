"""The XML of devices: hostile XML refused, broken XML named, namespaces overlooked.

``parsed`` is strict: there what does not conform is the result. ``mended`` reads as far as it goes,
and tells what was wrong: where a device is looked for, an undeclared prefix or a missing end tag is
no reason to lose it.
"""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.files import written_number
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
PAGE = re.compile(rb"^\s*(?:<!doctype\s+html|<html)", re.IGNORECASE)
MOST_BYTES = 4 << 20
MOST_CHARACTERS = 1000  # of a text
DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>")
ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # not allowed in XML
PREFIX = "NS_ERR_UNDEFINED_NAMESPACE"  # libxml2's name for a prefix that nobody declared


@dataclass(frozen=True, kw_only=True)
class SoapFault:
    """A device's refusal."""

    codes: tuple[str, ...]
    """Codes and subcodes without prefix: ``Sender``, ``NotAuthorized``."""

    reason: str
    """The device's own words."""


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A reply that is XML."""

    root: etree._Element
    """Its root."""

    undeclared: bool
    """Whether it has prefixes that are declared nowhere."""


def parsed(content: bytes) -> Parsed:
    """Read a reply. Raises DeviceError: empty, a web page, declares a DTD, not well formed.

    Entities are never resolved, whether inner (bombs) or outer (files of this machine).
    """
    if not content.strip():
        raise DeviceError(tr("the answer is empty"), code="empty")
    if PAGE.match(content):
        raise DeviceError(tr("answers with a web page, not with SOAP"), code="page")
    from lxml import etree  # noqa: PLC0415 -- late: only what talks to devices needs it

    strict = _parser(recover=False)
    try:
        root, undeclared = etree.fromstring(content, strict), False
    except etree.XMLSyntaxError as error:
        kinds = {
            entry.type_name for entry in strict.error_log
        }  # the error's own log has older ones
        if kinds != {PREFIX}:
            what = tr("the XML is not well formed ({cause})", cause=error.msg)
            raise DeviceError(what, code="malformed") from error
        root, undeclared = _without_prefixes(etree.fromstring(content, _parser(recover=True))), True
    if root.getroottree().docinfo.internalDTD is not None:
        raise DeviceError(tr("the XML declares a DTD, which SOAP forbids: not read"), code="dtd")
    return Parsed(root=root, undeclared=undeclared)


def mended(content: bytes, where: str) -> tuple[etree._Element, str]:
    """Return the root element, and what was wrong with the text; empty: it was well-formed.

    ``where`` names the device in errors. Raises DeviceError where it is no XML: nothing, HTML,
    a document type (which may hold entities), or more than ``MOST_BYTES``.
    """
    if len(content) > MOST_BYTES:
        raise _refused(tr("sent more than {most} bytes", most=MOST_BYTES), where)
    written = UNSEEN.sub("", DECLARATION.sub("", decoded(content), count=1)).strip()
    if "<!DOCTYPE" in written or "<!ENTITY" in written:
        raise _refused(tr("sent XML with a document type, which is not read"), where)
    root, wrong = _recovered(written.encode())
    if root is None:
        raise _refused(tr("sent no XML"), where)
    if local(root).lower() == "html":
        raise _refused(tr("sent a web page and no XML"), where)
    return _without_prefixes(root), wrong


def _recovered(content: bytes) -> tuple[etree._Element | None, str]:
    """Parse strictly, then mending; lxml's own bounds (depth, length of a name) hold in both."""
    from lxml import etree  # noqa: PLC0415 -- as above

    wrong = ""
    for recover in (False, True):
        try:
            return etree.fromstring(content, _parser(recover=recover)), wrong
        except etree.XMLSyntaxError as error:
            wrong = str(error.msg)
    return None, wrong


def _refused(what: str, where: str) -> DeviceError:
    return DeviceError(what, where=where, hint=tr("Check that address and port are the device's"))


def decoded(content: bytes) -> str:
    """Return text in the encoding that it states, in UTF-8, or else in GB 18030."""
    stated = ENCODING.match(content)
    encodings = [MARKS.get(content[:2], ""), "utf-8-sig", stated[1].decode() if stated else ""]
    for encoding in filter(None, (*encodings, "gb18030")):
        with contextlib.suppress(UnicodeDecodeError, LookupError, UnicodeError):
            return content.decode(encoding).removeprefix("\ufeff")
    return content.decode("utf-8", "replace")


def _parser(*, recover: bool) -> etree.XMLParser:
    from lxml import etree  # noqa: PLC0415 -- as above

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _without_prefixes(root: etree._Element) -> etree._Element:
    """Take undeclared prefixes off names, where libxml2 leaves them and a name is left."""
    for element in root.iter("*"):  # entities have no name
        if "}" not in element.tag:
            with contextlib.suppress(ValueError):
                element.tag = local(element)
    return root


def local(element: etree._Element) -> str:
    """Return an element's name without namespace and prefix."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def body(root: etree._Element) -> etree._Element:
    """Return what the SOAP body holds, whichever SOAP it is. Raises DeviceError."""
    found = root.find("{*}Body")
    content = None if found is None else next(iter(found), None)
    if local(root) != "Envelope" or content is None:
        raise DeviceError(tr("answers with XML that is no SOAP"), code="no_soap")
    return content


def fault(content: etree._Element) -> SoapFault | None:
    """Read the fault that a SOAP body holds, if it is one (SOAP 1.2 or 1.1)."""
    if local(content) != "Fault":
        return None
    codes = [each.text or "" for each in content.iter("{*}Value", "{*}faultcode", "faultcode")]
    reasons = content.iter("{*}Text", "{*}faultstring", "faultstring")
    reason = next((" ".join((each.text or "").split()) for each in reasons), "")
    return SoapFault(
        codes=tuple(code.strip().rpartition(":")[2] for code in codes), reason=reason[:300]
    )


def path(written: str) -> str:
    """Write ``A/B``, or ``.//A//B`` for any depth, so that any namespace fits."""
    return "/".join(name if name in {"", "."} else f"{{*}}{name}" for name in written.split("/"))


def text(element: etree._Element | None, where: str = "", *, most: int = MOST_CHARACTERS) -> str:
    """Return the text at ``A/B/C`` below an element, cut to ``most``; empty: there is none."""
    found = element if element is None or not where else element.find(path(where))
    return " ".join((found.text or "").split())[:most] if found is not None else ""


def number(element: etree._Element | None, where: str) -> float | None:
    """Return the finite number at a path; None where there is none."""
    value = written_number.number(text(element, where))
    return value if math.isfinite(value) else None


def whole(element: etree._Element | None, where: str) -> int | None:
    """Return the whole number at a path; None where there is none."""
    value = number(element, where)
    return None if value is None or value != int(value) else int(value)


def flag(element: etree._Element | None, where: str) -> bool | None:
    """Return the xs:boolean at a path; None where there is none."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text(element, where))


def every(element: etree._Element, where: str) -> Iterator[etree._Element]:
    """Yield every element at a path."""
    yield from element.iterfind(path(where))
