"""The XML that devices send: Chinese text decoded, entities refused, each departure named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

KINDS = ("Query", "Control", "Notify", "Response")
LISTS = ("DeviceList", "RecordList")
HEAD = ("CmdType", "SN", "DeviceID")
CHINESE = {"gb2312", "gbk", "gb18030"}
DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"'][^>]*\?>")
LONGEST_DECLARATION = 200  # bytes
DECLARATION = re.compile(r"\s*<\?xml.*?\?>", re.DOTALL)
THREE_BYTES = re.compile("[\u0800-\uffff]")  # characters that UTF-8 writes in three bytes


class BodyError(ValueError):
    """A body cannot be read; the text says why, in the user's language."""


@dataclass(frozen=True)
class Body:
    """What a message's XML says."""

    kind: str
    """``Query``, ``Control``, ``Notify`` or ``Response``: the root's name."""

    fields: Mapping[str, str]
    """Text of each element below the root that holds no others."""

    items: tuple[Mapping[str, str], ...] = ()
    """Text of the elements of each item of a device or record list."""

    stated_items: str = ""
    """The list's attribute Num."""

    faults: tuple[str, ...] = ()
    """What is not as it should be and could be read all the same."""

    @property
    def command(self) -> str:
        """``Catalog``, ``Keepalive`` ...: CmdType."""
        return self.fields.get("CmdType", "")

    @property
    def sequence(self) -> str:
        """SN, which an answer gives back."""
        return self.fields.get("SN", "")

    @property
    def device(self) -> str:
        """DeviceID: whom it is about."""
        return self.fields.get("DeviceID", "")


def decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode a body: GB 18030, or UTF-8 where it is that. Raises BodyError."""
    match = DECLARED.match(content[:LONGEST_DECLARATION])
    named = match[1].decode().lower() if match else ""
    faults = () if named in CHINESE else (_encoding(named),)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if THREE_BYTES.search(text) or named in {"utf-8", "utf8"}:
        if not text and content:
            raise BodyError(tr("is declared UTF-8 and is not"))
        mixed = named in CHINESE
        return text, (tr("declared {name}, written in UTF-8", name=named),) if mixed else faults
    try:
        return content.decode("gb18030"), faults
    except UnicodeDecodeError as error:
        raise BodyError(tr("is neither GB 18030 nor UTF-8")) from error


def _encoding(named: str) -> str:
    if not named:
        return tr("no encoding declared")
    return tr("declared {name}, not GB2312 or GB18030", name=named)


def read(content: bytes) -> Body:
    """Read a body. Raises BodyError: no XML, a document type, another root."""
    text, faults = decoded(content)
    root = _root(text)
    if root.tag not in KINDS:
        raise BodyError(tr("has the root {name}", name=str(root.tag)[:40]))
    lists = [child for child in root if child.tag in LISTS]
    return Body(
        kind=str(root.tag),
        fields=_texts(root),
        items=tuple(_texts(item) for each in lists for item in each if item.tag == "Item"),
        stated_items=lists[0].get("Num", "") if lists else "",
        faults=faults,
    )


def _root(text: str) -> etree._Element:
    from lxml import etree  # noqa: PLC0415 -- late: only where a device is talked to

    if "<!" in text and re.search("<!(?:DOCTYPE|ENTITY)", text):
        raise BodyError(tr("declares a document type or entities"))
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True
    )
    try:
        return etree.fromstring(DECLARATION.sub("", text, count=1).strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BodyError(tr("is no well-formed XML ({cause})", cause=str(error)[:120])) from error


def _texts(element: etree._Element) -> dict[str, str]:
    return {str(child.tag): (child.text or "").strip() for child in element if not len(child)}


def written(kind: str, command: str, sequence: int, device: str, **fields: str) -> bytes:
    """Write the body of a request of ours."""
    given = {"CmdType": command, "SN": str(sequence), "DeviceID": device, **fields}
    lines = [f"<{name}>{escape(text)}</{name}>" for name, text in given.items()]
    text = "\r\n".join(['<?xml version="1.0" encoding="GB2312"?>', f"<{kind}>", *lines])
    return f"{text}\r\n</{kind}>\r\n".encode("gb18030")
