"""The XML of replies: hostile XML refused, broken XML named, namespaces overlooked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from acceptance.errors import DeviceError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

SOAP = "http://www.w3.org/2003/05/soap-envelope"
PAGE = re.compile(rb"^\s*(?:<!doctype\s+html|<html)", re.IGNORECASE)
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


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _without_prefixes(root: etree._Element) -> etree._Element:
    """Take undeclared prefixes off names, where libxml2 leaves them."""
    for element in root.iter():
        element.tag = local(element) if "}" not in element.tag else element.tag
    return root


def local(element: etree._Element) -> str:
    """Return an element's name without namespace and prefix."""
    return element.tag.rpartition("}")[2].rpartition(":")[2]


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
    """Write ``A/B`` so that any namespace fits."""
    return "/".join(f"{{*}}{name}" for name in written.split("/"))


def text(element: etree._Element | None, where: str = "") -> str:
    """Return the text at ``A/B/C`` below an element; empty where there is none."""
    found = element if element is None or not where else element.find(path(where))
    return " ".join((found.text or "").split())[:1000] if found is not None else ""


def number(element: etree._Element | None, where: str) -> float | None:
    """Return the finite number at a path; None where there is none."""
    try:
        value = float(text(element, where))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


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
