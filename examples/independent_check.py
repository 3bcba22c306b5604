"""Check a signed session folder without the toolkit: one file, to be read before it is run.

    python independent_check.py FOLDER root.pem [newer.crl ...]

Needs Python 3.11, pypdf and the command ``openssl``; shares no code with ``acceptance``. It prints
the first thing that is wrong and exits with 1; prints nothing and exits with 0 where all of this
holds: the report is signed under this root, by certificates for documents; nothing but signatures
was added to it, and nothing follows the last; the session in it is the one in the folder; every
file has the hash in it, and nothing else lies there; the log is a chain; verdicts follow from
figures and limits of the packs, and stand on the pages; stamps lie in their places. It does not set
pages and stamps again (``acceptance verify`` does), measure again (``--remeasure``), or read
reports of versions before 0.12.0. ``check`` is the whole of it, the steps follow in its order.
"""

import hashlib
import io
import json
import logging
import os
import re
import stat
import struct
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, read_object

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
STARTXREF, OBJECT = re.compile(rb"startxref\n(\d+)\n%%EOF\n"), re.compile(rb"\b(\d+) 0 obj\n")
HEAD = re.compile(rb"%PDF-1\.7\n%[\x80-\xff]+\n")
# What may lie in a folder, and in a report; all else is refused.
RENDERED, ANNEX = {"report.html", "report.xml"}, re.compile(r"annex-[a-f]\.pdf")
BESIDE_DATA = RENDERED | {"session.json", "report.pdf", "log.jsonl", "bagit.txt", "bag-info.txt",
                          "manifest-sha256.txt", "tagmanifest-sha256.txt"}  # fmt: skip
LITTER = re.compile(r"(.*/)?((?i:(eh)?thumbs(_vista)?\.db|desktop\.ini|\.ds_store|\._[^/\n]*|"
                    r"\.directory|\.localized|icon\r|\.?sync\.ffs_db|"
                    r"(~\$|\.~)[^/\n]*\.((do[ct]|xl[sta]|p[op]t|pps|vsd)[a-z]?|mpp|pub|o[dt][tspg]|"
                    r"rtf|wp[st]|ett?|dp[st]))|"
                    r"@eaDir/([^/\n]+/)?(SYNOINDEX_MEDIA_INFO|[^/\n]+@Syno(EAStream|Resource)|"
                    r"SYNO(PHOTO|VIDEO|FILE)_[A-Z0-9_]+(\.(jpe?g|png|fail))?)|"
                    r"\.@__thumb/[^/\n]+\.(?i:jpe?g|png))", re.ASCII)  # fmt: skip
LINES = re.compile(r"(.*/)?(\.~lock\.[^/\n]+#|[^/\n]+:zone\.identifier)", re.IGNORECASE | re.ASCII)
BEHIND = re.compile(  # an entry of the log behind those of the session: a report, and no words
    r"\{'details': \{'report': 'report\.(pdf|html)', 'sha256': '[0-9a-f]{64}'\}, 'previous': "
    r"'\w+', 'sha256': '\w+', 'what': '(reported(_and_signed)?|signed)', 'when': '[\d:T+-]{25}'\}"
)
OF_CATALOG = {"/AF", "/AcroForm", "/DSS", "/Extensions", "/Lang", "/MarkInfo", "/Metadata",
              "/Names", "/Outlines", "/OutputIntents", "/Pages", "/Perms", "/StructTreeRoot",
              "/Type", "/Version", "/ViewerPreferences"}  # fmt: skip
OF_PAGE = {"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources",
           "/Tabs", "/StructParents", "/Annots"}  # fmt: skip
OF_FIELD = {"/FT", "/T", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V", "/StructParent", "/AP",
            "/TU"}  # fmt: skip
OF_TRAILER = {"/Root", "/Info", "/ID", "/Size", "/Prev", "/Type", "/W", "/Index", "/Length",
              "/Filter", "/DecodeParms"}  # fmt: skip
OF_EVIDENCE = {"/Type", "/Certs", "/CRLs", "/OCSPs", "/VRI"}  # in /DSS: for checks later on
BY_SIGNING = {  # type of an object -> what signing changes of it; "": information, form, /DSS
    "/Catalog": {"/AcroForm", "/DSS", "/Perms", "/Extensions", "/Version"}, "/Page": {"/Annots"},
    "/Annot": {"/V", "/M", "/AP"},
    "": {"/ModDate", "/Producer", "/Fields", "/SigFlags", *OF_EVIDENCE},
}  # fmt: skip
FOR_DOCUMENTS = {  # extended key usages, as openssl calls them
    "Any Extended Key Usage", "E-mail Protection", "Document Signing", "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5", "Adobe Authentic Documents Trust",
}  # fmt: skip
PLACES = {  # role of a signature -> name of the place of its stamp, and what readers call it
    "inspector": ("sign-tester", "主检 (inspector)"),
    "reviewer": ("sign-reviewer", "审核 (reviewer)"),
    "approver": ("sign-approver", "批准 (approver)"),
    "seal": ("sign-seal", "公章 (seal)"),
}
OF_SIGNATURE = {  # kind -> its type, and what it may hold
    "/ETSI.CAdES.detached": ("/Sig", {"/M", "/Name", "/Reason", "/Reference"}),
    "/ETSI.RFC3161": ("/DocTimeStamp", set()),
}  # fmt: skip
CERTIFIES = [{"/Type": "/SigRef", "/TransformMethod": "/DocMDP", "/TransformParams": {
    "/Type": "/TransformParams", "/V": "/1.2", "/P": 2}}]  # fmt: skip
VERDICT = re.compile(r"(合格|通过|达标)$|\bPASS(ED)?\b", re.IGNORECASE)  # as a role: none is
STAMPED, TOKEN = "1.2.840.113549.1.9.16.2.14", bytes.fromhex("060b2a864886f70d010910020e")
ESIC = {"/ESIC": {"/Type": "/DeveloperExtensions", "/BaseVersion": "/1.7", "/ExtensionLevel": 1}}
STAMP = (38 * 72 / 25.4, 11 * 72 / 25.4)  # width and height, pt
SPOKEN = {"/Alt", "/ActualText", "/E", "/T"}  # what is read out in place of a part of a page
# What programs, and no person, say of a file: in its properties, and in XMP.
BY_PROGRAMS = ("/Producer", "/CreationDate", "/ModDate", "{http://ns.adobe.com/pdf/1.3/}Producer",
               "{http://ns.adobe.com/xap/1.0/}CreateDate", "{http://www.aiim.org/pdf",
               "{http://ns.adobe.com/xap/1.0/}ModifyDate",
               "{http://www.w3.org/XML/1998/namespace}lang",
               "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about",
               "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}parseType")  # fmt: skip
OPEN = {"should", "may"}  # modalities that decide nothing
MOST = 128 << 20  # bytes of a file that is read whole


def require(holds: object, otherwise: str) -> None:
    """Stop where something does not hold."""
    if not holds:
        raise ValueError(otherwise)


def check(folder: Path, trust: list[Path]) -> None:
    """Raise an error that names the first thing wrong with the folder."""
    files = dict(regular(folder))
    beside = {name for name in files if not name.startswith("data/")}
    annexes = {name for name in beside if ANNEX.fullmatch(name)}
    require(beside - annexes == BESIDE_DATA, f"not of a session: {beside - annexes ^ BESIDE_DATA}")
    require(all(files[name].stat().st_size <= MOST for name in beside), "too large to be read")
    held = {name: files[name].read_bytes() for name in beside}
    signed_at = signatures(held["report.pdf"], trust)
    attached = attachments(tables(read(held["report.pdf"]).root_object))
    require(attached.keys() == {"session.json", "renderings.json"}, "other files are attached")
    session, renderings = map(json.loads, map(attached.get, ("session.json", "renderings.json")))
    for name, content in (("session.json", session), ("renderings.json", renderings)):
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=name[0] == "r")
        require(attached[name] == f"{text}\n".encode(), f"{name} is not as the toolkit writes it")
    require(attached["session.json"] == held["session.json"]
            and renderings.keys() == {"language", "hashes", "renderer"}
            and f'lang="{renderings["language"]}'.encode() in held["report.html"][:99],
            "session or renderings are not those that were signed")  # fmt: skip
    require({name: sha256(files[name]) for name in RENDERED | annexes} == renderings["hashes"],
            "web page, JUnit or annexes are not those that were signed")  # fmt: skip
    reasons = [part["/Reason"] for part in tables(read(held["report.pdf"]).root_object)
               if {"/Reason", "/ByteRange"} <= part.keys()]  # fmt: skip
    require({*reasons} <= {session["id"]}, "a signature gives another reason than the number")
    times = [datetime.fromisoformat(session["finished"]), *signed_at, datetime.now(UTC)]
    require(all(later >= earlier - timedelta(minutes=5) for earlier, later in pairwise(times)),
            "signed before the session was finished, out of turn, or in the future")  # fmt: skip
    older = {(each["id"], each["sha256"]) for each in session["predecessors"]}
    require(len({session["id"], *(number for number, _ in older)}) == len(older) + 1,
            "the older sessions go in a circle")  # fmt: skip
    manifests(session, payload(session, files), files)
    log(held["log.jsonl"], session)
    verdicts(session, [tomllib.loads(path.read_text("utf-8")) for name, path in files.items()
                       if re.fullmatch(r"data/packs/[^/]*\.toml", name)])  # fmt: skip
    pages([held["report.pdf"], *(held[name] for name in annexes)], held["report.html"].decode())


def regular(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield all files but what desktops leave behind, by their names in the folder."""
    for parent, below, names in os.walk(folder):
        for path in (Path(parent, name) for name in (*below, *names)):
            mode, size = path.lstat().st_mode, path.lstat().st_size
            name = path.relative_to(folder).as_posix()
            require(stat.S_ISREG(mode) or stat.S_ISDIR(mode), f"{name} is a link or a device")
            if stat.S_ISREG(mode) and not litter(name, size):
                yield name, path


def litter(name: str, size: int = 0) -> bool:
    """Return whether a file is one that desktops, office programs and network drives leave."""
    return bool(LITTER.fullmatch(name) or (LINES.fullmatch(name) and size <= 1000))


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signatures(pdf: bytes, trust: list[Path]) -> list[datetime]:
    """Check all signatures, and that later revisions add nothing else; return when they were."""
    ranges = [[*map(int, found)] for found in BYTE_RANGE.findall(pdf)]
    require(ranges and sum(ranges[-1][2:]) == len(pdf), "no signature covers the whole report")
    root = read(pdf).root_object
    fields = items(root, "/AcroForm", "/Fields")
    held = sorted((field["/V"] for field in fields if "/V" in field),
                  key=lambda value: value["/ByteRange"][2])  # fmt: skip
    require(ranges == [[*value["/ByteRange"]] for value in held]
            and ranges[0] == at(root, "/Perms", "/DocMDP", "/ByteRange"),
            "the signatures are not those of the form, or the first does not certify")  # fmt: skip
    require(all(map(plainly, held)) and root["/Perms"].keys() <= {"/DocMDP"}
            and (at(root, "/DSS") or {}).keys() <= OF_EVIDENCE
            and root.get("/Extensions") in (None, ESIC) and root.get("/Version") in (None, "/1.7"),
            "a signature says or adds too much")  # fmt: skip
    known = [path.read_text() for path in trust]
    known += [openssl("crl", "-inform", "DER", given=each.get_data())
              for each in items(root, "/DSS", "/CRLs")]  # fmt: skip
    for (start, length, resume, rest), value in zip(ranges, held, strict=True):
        gap = re.fullmatch(rb"<(3082[0-9a-fA-F]*)>", pdf[length:resume])
        require(start == 0 and gap, "the gap between the signed bytes holds no signature")
        padded, data = bytes.fromhex(gap[1].decode()), pdf[:length] + pdf[resume : resume + rest]
        end = 4 + int.from_bytes(padded[2:4], "big")
        require(not padded[end:].strip(b"\0"), "something lies behind a signature in its gap")
        cms(padded[:end], data, "\n".join(known), value["/SubFilter"],
            [each.get_data() for each in items(root, "/DSS", "/Certs")])  # fmt: skip
    ends = [pdf.index(b"%%EOF") + 6, *(sum(each[2:]) for each in ranges)]
    require(pdf.count(b"startxref") == len(ends), "an update is not by the toolkit")
    for before, after in pairwise([0, *ends]):
        objects_alone(pdf, before, after)
    for before, after in pairwise(ends):
        signed_only(read(pdf[:before]), read(pdf[:after]), of_update(pdf, before, after))
    require(not any(VERDICT.search(str(field["/T"])) for field in fields), "a role is a verdict")
    stated = [str(value["/M"])[2:].replace("'", "") for value in held if "/M" in value]
    return [datetime.strptime(text, "%Y%m%d%H%M%S%z") for text in stated]


def plainly(value: DictionaryObject) -> bool:
    """Whether a signature says of itself what its kind does, and no more."""
    kind, known = OF_SIGNATURE[value["/SubFilter"]]
    common = {"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange"}
    return (value.keys() <= common | known and value.get("/Reference") in (None, CERTIFIES)
            and [value["/Type"], value["/Filter"]] == [kind, "/Adobe.PPKLite"])  # fmt: skip


def cms(signature: bytes, data: bytes, known: str, kind: str, certificates: list[bytes]) -> None:
    """Let openssl check a detached signature or time stamp against roots and revocation lists."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "cms").write_bytes(signature)
        (work / "data").write_bytes(data)
        (work / "known").write_text(known)
        common = ("-in", work / "cms", "-CAfile", work / "known")
        if kind == "/ETSI.RFC3161":
            openssl("ts", "-verify", "-token_in", *common, "-data", work / "data")
            return
        openssl("cms", "-verify", "-inform", "DER", "-binary", "-cades", *common,
                "-content", work / "data", "-purpose", "any", "-crl_check_all",
                "-out", os.devnull, "-signer", work / "signer")  # fmt: skip
        fitness(work / "signer")
        shown = openssl("cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", work / "cms")
        added = re.findall(r"object: .*\((.*)\)", shown.partition("unsignedAttrs:")[2])
        own = sum(each in signature.partition(TOKEN)[0] for each in certificates)
        require(added in ([], [STAMPED]) and shown.count("d.certificate:") == own,
                "something was added to the container of a signature")  # fmt: skip


def openssl(*words: str | Path, given: bytes = b"") -> str:
    """Return what openssl says; its complaint is an error."""
    done = subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True)  # noqa: S603, S607, PLW1510
    require(done.returncode == 0, f"not valid: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def fitness(signer: Path) -> None:
    """Check that a certificate is one for documents, and of no authority."""
    shown = openssl("x509", "-in", signer, "-noout", "-text")
    stated = dict(re.findall(r"(?m)^ +X509v3 ([\w ]* Usage|Basic .*):.*\n +(.*)", shown))
    usage = {*stated.get("Key Usage", "").split(", ")}
    purposes = {*stated.get("Extended Key Usage", "Any Extended Key Usage").split(", ")}
    bits = int(re.findall(r"Public-Key: \((\d+) bit", shown)[0])
    strong = bits >= (2048 if "Public Key Algorithm: rsa" in shown else 224)
    require("CA:TRUE" not in stated.get("Basic Constraints", "") and strong
            and usage & {"Digital Signature", "Non Repudiation"} and purposes & FOR_DOCUMENTS,
            "the signer's certificate is weak, or for other things")  # fmt: skip


def read(pdf: bytes) -> PdfReader:
    """Open a PDF; what readers understand differently, such as a key twice, is an error."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def of_update(pdf: bytes, start: int, end: int) -> set[int]:
    """Return which objects an update has: its table must list those in its bytes, and no other."""
    previous, place = (int(STARTXREF.findall(pdf[:each])[-1]) for each in (start, end))
    head = OBJECT.match(pdf, place)
    table: Any = read_object(io.BytesIO(pdf[head.end() : end]), read(pdf[:end])) if head else None
    require(at(table, "/Type") == "/XRef" and table["/W"] == [1, 8, 2]
            and table["/Prev"] == previous, "a table of objects is not by the toolkit")  # fmt: skip
    require(table.keys() <= OF_TRAILER, "the trailer was changed otherwise than by signing")
    firsts, counts = table["/Index"][::2], table["/Index"][1::2]
    listed = [first + step for first, count in zip(firsts, counts, strict=True)
              for step in range(min(count, len(pdf)))]  # fmt: skip
    held = sorted((int(found[1]), found.start()) for found in OBJECT.finditer(pdf, start, end))
    rows = [(0, 0, 65535), *((1, place, 0) for _, place in held)]  # kind, place, generation
    require(listed == [0, *(number for number, _ in held)] and listed[-1] < table["/Size"]
            and unpacked(table) == b"".join(struct.pack(">BQH", *row) for row in rows),
            "an update frees an object, or lists one that it has not")  # fmt: skip
    return {*listed[1:]}


def objects_alone(pdf: bytes, start: int, end: int) -> None:
    """Check that a part of a file is its objects, its end behind them, and no more."""
    found, reader = [*OBJECT.finditer(pdf, start, end)], read(pdf[:end])
    require(HEAD.fullmatch(pdf[start : found[0].start()]) if start == 0
            else found[0].start() == start, "something lies before the objects")  # fmt: skip
    for head, until in pairwise([*found, None]):
        content = io.BytesIO(pdf[head.end() : until.start() if until else end])
        read_object(content, reader)
        rest = b"endobj" if until else rb"endobj\s+startxref\n\d+\n%%EOF"
        require(re.fullmatch(rest, content.read().strip()), "something lies beside the objects")


def signed_only(before: PdfReader, after: PdfReader, numbers: set[int]) -> None:
    """Compare the objects of an update with those before: it may differ by a signature alone."""
    whole = [[plain(side.trailer.get(key)) for key in ("/Root", "/Info", "/Encrypt")]
             for side in (before, after)]  # fmt: skip
    sizes = [int(side.trailer["/Size"]) for side in (before, after)]
    names = [
        [bytes(each.original_bytes) for each in side.trailer.get("/ID", ())]
        for side in (before, after)
    ]  # of the file: for life, and in this form
    require(whole[0] == whole[1] and sizes[0] <= sizes[1] and names[0][:1] in ([], names[1][:1])
            and [*map(len, names[1][1:])] == [16],
            "another document was put behind the one that was signed")  # fmt: skip
    for number in sorted(each for each in numbers if each < sizes[0]):
        old, new = (side.get_object(IndirectObject(number, 0, side)) for side in (before, after))
        require(plain(old) == plain(new) or only_signs(old, new),
                f"object {number} was changed otherwise than by signing")  # fmt: skip


def only_signs(old: Any, new: Any) -> bool:  # noqa: ANN401 -- whatever lies there
    """Whether an object was changed in the one way that a signature may."""
    if not (isinstance(old, DictionaryObject) and isinstance(new, DictionaryObject)):
        return only_grew(old, new)
    kind = str(old.get("/Type", ""))
    changed = {key for key in {*old, *new} if plain(old.get(key)) != plain(new.get(key))}
    return (changed <= BY_SIGNING.get(kind, set())
            and (kind != "/Annot" or (old.get("/FT") == "/Sig" and "/V" in {*new} - {*old}))
            and getattr(old, "_data", b"") == getattr(new, "_data", b"")
            and all(only_grew(at(old, *way), at(new, *way))
                    for way in (("/Annots",), ("/Fields",), ("/AcroForm", "/Fields"))))  # fmt: skip


def only_grew(old: Any, new: Any) -> bool:  # noqa: ANN401 -- whatever lies there
    """Whether nothing but signature fields was added at the end of an array."""
    if not (isinstance(old, list | None) and isinstance(new, list | None)):
        return False
    before, after = ([*map(plain, list.__iter__(side or []))] for side in (old, new))
    added = [item.get_object() for item in (new or [])[len(before) :]]
    return before == after[: len(before)] and all(
        at(item, "/FT") == "/Sig" and "/V" in {*item} <= OF_FIELD for item in added
    )


def plain(found: Any) -> bytes:  # noqa: ANN401 -- whatever lies there
    """Return an object as a file holds it, in which references are not followed (nor by get)."""
    out = io.BytesIO()
    if found is not None:
        found.write_to_stream(out)
    return out.getvalue()


def at(found: object, *keys: str) -> Any:  # noqa: ANN401 -- whatever lies there
    """Follow names through dictionaries and references; None where there is no such way."""
    for key in keys:
        found = found[key] if isinstance(found, DictionaryObject) and key in found else None
    return found


def items(found: object, *keys: str) -> list[Any]:
    """Return what an array holds to which names lead, references followed; of none nothing."""
    return [item.get_object() for item in at(found, *keys) or ()]


def tables(found: object) -> Iterator[Any]:
    """Yield every dictionary that is reached from here, each one once."""
    waiting, seen = [found], set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            where, item = (item.idnum, item.generation), item.get_object()
            item = None if where in seen else item
            seen.add(where)
        if isinstance(item, dict):
            yield item
            waiting += [dict.__getitem__(item, key) for key in item]
        elif isinstance(item, list):
            waiting += list.__iter__(item)


def unpacked(stream: Any) -> bytes:  # noqa: ANN401 -- of pypdf, which knows no bound, or another
    """Return what a stream holds that is packed in the one way that the toolkit packs."""
    packed = zlib.decompressobj()
    content = packed.decompress(stream._data, MOST)  # noqa: SLF001 -- see above
    require(stream["/Filter"] == "/FlateDecode" and packed.eof and not packed.unused_data.strip()
            and not {"/DecodeParms", "/DP", "/F", "/FFilter"} & stream.keys(),
            "a stream is not packed as the toolkit packs, or too large")  # fmt: skip
    return content


def attachments(parts: Iterable[Any]) -> dict[str, bytes]:
    """Return all files in a report, whatever names them; two of one name are an error."""
    held = [part for part in parts if "/EF" in part]
    found = {str(part["/UF"]): unpacked(part["/EF"]["/F"]) for part in held}
    require(len(found) == len(held) and all({*part["/EF"]} == {"/F"} for part in held),
            "files of one name are attached, or with two contents")  # fmt: skip
    return found


def payload(session: dict[str, Any], files: dict[str, Path]) -> dict[str, str]:
    """Compare all files below data/ with the hashes that are signed; return them as named here."""
    left, hashes = {name for name in files if name.startswith("data/")}, {}
    for name, digest in session["hashes"].items():
        forms = (name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD")))
        here = next((form for form in forms if form in left), "")
        require(here and files[here].stat().st_size == session["sizes"][name]
                and sha256(files[here]) == digest, f"{name} is missing or changed")  # fmt: skip
        left.remove(here)
        hashes[here] = digest
    require(not left, f"added: {sorted(left)}")
    return hashes


def manifests(session: dict[str, Any], hashes: dict[str, str], files: dict[str, Path]) -> None:
    """Write the tag files again, and compare; what desktops left behind may stand in a manifest."""
    tags = {name: sha256(path) for name, path in files.items() if name not in hashes}
    del tags["tagmanifest-sha256.txt"]
    size = sum(files[name].stat().st_size for name in hashes)
    info = (f"Bag-Software-Agent: acceptance {session['tool_version']}\n"
            f"Bagging-Date: {session['finished'][:10]}\nExternal-Identifier: {session['id']}\n"
            f"Payload-Oxum: {size}.{len(hashes)}\n")  # fmt: skip
    due = {
        "bagit.txt": ["BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"],
        "bag-info.txt": [info],
        "manifest-sha256.txt": [listed(hashes), listed(session["hashes"])],  # forms of names
        "tagmanifest-sha256.txt": [listed(tags)],
    }
    for name, texts in due.items():
        lines = files[name].read_bytes().decode().split("\n")
        found = "\n".join(line for line in lines if not litter(line[66:]))
        require(found in texts, f"{name} is not what sealing writes")


def listed(hashes: dict[str, str]) -> str:
    """Return the lines of a manifest; line ends inside a name are percent-encoded (RFC 8493)."""
    names = {name: name.replace("\r", "%0D").replace("\n", "%0A") for name in hashes}
    return "".join(f"{hashes[name]}  {names[name]}\n" for name in sorted(hashes))


def log(content: bytes, session: dict[str, Any]) -> None:
    """Chain the entries of the log again; the session's come first."""
    line = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    entries, previous, lines = [json.loads(each) for each in content.split(b"\n")[:-1]], "", []
    for entry in entries:
        chained = {name: entry[name] for name in entry if name != "sha256"} | {"previous": previous}
        previous = hashlib.sha256(line(chained).encode()).hexdigest()
        lines.append(line(chained | {"sha256": previous}) + "\n")
    require("".join(lines).encode() == content, "the log is no chain, or not by the toolkit")
    count = len(session["log"])
    require(entries[:count] == session["log"]
            and all(BEHIND.fullmatch(str(entry)) for entry in entries[count:]),
            "the log does not tell what is in the session, or more than its reports")  # fmt: skip


def verdicts(session: dict[str, Any], packs: list[dict[str, Any]]) -> None:
    """Check that verdicts follow from figures and limits, and the sum from the verdicts."""
    failed, line, parts = set(), session["bottom_line"], [*tables(packs)]
    for item in session["findings"]:
        where = f"{item['requirement']} of {item['subject']}"
        if item["verdict"] in {"fail", "conditional_fail"} and item["modality"] not in OPEN:
            failed.add(item["requirement"])
        known = limits(parts, item["requirement"].partition("#")[2])
        require(item["limit"] in [None, *known], f"{where}: no pack has this limit")
        require(item["value"] is None or follows(item, session["measurements"]),
                f"{where}: {item['verdict']} does not follow from {item['value']}")  # fmt: skip
        decides = item["modality"] not in OPEN and item["verdict"] == "inconclusive"
        require(not (decides and "pass" in line["verdict"]), f"{where}: open, but passed")
    require({*line["failed"]} == failed and (not failed or "fail" in line["verdict"]),
            "the bottom line does not follow from the findings")  # fmt: skip


def limits(parts: list[dict[str, Any]], asked: str) -> list[dict[str, Any]]:
    """Return the limits of a requirement: its own, what it borrows, corrections, classes."""
    borrowed = {item["borrows"].partition("#")[2] for item in parts
                if item.get("id") == asked and "borrows" in item}  # fmt: skip
    own = [item for item in parts if {item.get("id"), item.get("requirement")} & {asked, *borrowed}]
    return [{key: item.get(key) for key in ("unit", "at_least", "at_most")} for item in tables(own)
            if {"at_least", "at_most"} & item.keys()]  # fmt: skip


def follows(item: dict[str, Any], measurements: list[dict[str, Any]]) -> bool:
    """Whether a finding's verdict follows from its value, and its value from its measurement."""
    sources = [measurements[index] for index in item["measurements"]]
    if len(sources) == 1 and sources[0]["unit"] == item["unit"]:
        require(sources[0]["value"] == item["value"], "a value is not the one measured")
    limit, rule = item["limit"], item["decision_rule"]
    if not (limit and rule) or item["reason"]["code"].startswith("count"):
        return True
    least, most = limit["at_least"], limit["at_most"]
    room = min(float("inf") if least is None else item["value"] - least,
               float("inf") if most is None else most - item["value"])  # fmt: skip
    guard = 0 if rule["kind"] == "simple" else rule["guard"]
    band = guard * (item["k"] or 0) * (item["uncertainty"] or 0)
    allowed = {"pass": room >= band, "conditional_pass": room >= 0,
               "fail": room < -band, "conditional_fail": room < 0}  # fmt: skip
    return allowed.get(item["verdict"], True)


def pages(volumes: list[bytes], html: str) -> None:
    """Check that pages do nothing, and say the verdicts and results that the web page says."""
    shown, beside, due = "", "", squeezed(unescape(html))
    for number, volume in enumerate(volumes):
        reader = read(volume)
        parts = [*tables(reader.trailer)]
        single = volume.count(b"startxref") == 1 and attachments(parts).keys() <= {"results.csv"}
        require(number == 0 or single, "an annex was updated, or carries a file")
        harmless(reader, parts)
        spoken = [item[key] for item in parts for key in SPOKEN & item.keys()
                  if key != "/T" or "/FT" not in item]  # the name of a field  # fmt: skip
        require(all(squeezed(str(text)) in due for text in spoken),
                "what is read out of the pages does not follow from the session")  # fmt: skip
        shown += "".join(squeezed(page.extract_text()) for page in reader.pages)
        words = [str(item["/Title"]) for item in parts if "/Title" in item]  # bookmarks
        held = [*reader.metadata.items()]
        for part in ET.fromstring(reader.root_object["/Metadata"].get_data()).iter():  # noqa: S314
            held += [(part.tag, part.text), ("", part.tail), *part.attrib.items()]
        words += [str(text or "") for name, text in held if not name.startswith(BY_PROGRAMS)]
        beside += " ".join(words) + " "
    stated = re.findall(r'(?s)<p class="decision[^>]*>(.*?)</p>', html)
    cells = re.findall(r'(?s)<td role="cell" class="c-(?:verdict|limit|result)".*?>(.*?)</td', html)
    said = "\n".join([*stated, *(cells if len(cells) <= 3000 else ())])
    said = re.sub(r'(?s)<span class="small">.*?</span>|<[^>]*>', "\n", said)
    words = [squeezed(unescape(line)) for line in said.split("\n")] + beside.split()
    missing = [word for word in words if word not in shown]
    require(stated and not missing, f"the pages lack what follows from the session: {missing[:5]}")


def squeezed(text: str) -> str:
    """Return a text without its blanks: line ends are the renderer's affair."""
    return "".join(text.split())


def harmless(reader: PdfReader, parts: list[Any]) -> None:
    """Look for what acts, lies on the pages, or hides a part of them."""
    for item in parts:
        how, to = at(item, "/A", "/S"), str(at(item, "/A", "/F"))
        volume = how == "/GoToR" and (ANNEX.fullmatch(to) or to == "report.pdf")
        leads = volume if "/Subtype" in item else how == "/GoTo"
        require((how is None or leads) and not at(item, "/A", "/Next")
                and "/AA" not in item,
                "a link, bookmark or field does more than lead to another volume")  # fmt: skip
    root, places = reader.root_object, reader.named_destinations
    require(root.keys() <= OF_CATALOG
            and (at(root, "/Names") or {}).keys() <= {"/Dests", "/EmbeddedFiles"}
            and (at(root, "/AcroForm") or {}).keys() <= {"/Fields", "/SigFlags"}
            and at(root, "/ViewerPreferences") in (None, {"/DisplayDocTitle": True}),
            "the report acts when it is opened, or can hide something")  # fmt: skip
    fields = items(root, "/AcroForm", "/Fields")
    require(all(at(field, "/FT") == "/Sig" and field.keys() <= OF_FIELD for field in fields),
            "the form holds more than signatures")  # fmt: skip
    for page in reader.pages:
        sides = sorted(round(float(side)) for side in page["/MediaBox"])
        notes = items(page, "/Annots")
        links = [note for note in notes if note not in fields]
        drawn = page.get_contents().get_data() if "/Contents" in page else b""
        require(page.keys() <= OF_PAGE and sides == [0, 0, 595, 842]
                and all((at(note, "/Subtype"), at(note, "/BS", "/W")) == ("/Link", 0)
                        and not {"/AP", "/FT"} & note.keys() for note in links)
                and not re.search(rb"\b(BI|[37] Tr|ActualText)\b", drawn),
                "a page acts, is cut or turned, or shows what the toolkit does not")  # fmt: skip
        for field in (note for note in notes if note in fields):
            stamp(field, page, places)


def stamp(field: DictionaryObject, page: Any, places: dict[str, Any]) -> None:  # noqa: ANN401 -- of pypdf
    """Check that a signature shows nothing, or lies where its page has room for its role."""
    left, bottom, right, top = map(float, field["/Rect"])
    name, title = PLACES.get(str(field["/T"]), ("", "Timestamp"))
    shown, place = any((left, bottom, right, top, "/AP" in field)), places.get(name)
    require(field.get("/TU") in ({title} if shown else {None, title}), "a field is misnamed")
    if not shown:
        return
    require(place and place.raw_get("/Page").idnum == page.indirect_reference.idnum
            and abs(left - place["/Left"]) + abs(top - place["/Top"]) < 0.1  # pt
            and abs(right - left - STAMP[0]) + abs(top - bottom - STAMP[1]) < 0.1,
            "a stamp does not lie in its place")  # fmt: skip
    hidden: list[str] = []

    def see(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        x, y = (cm[side] * tm[4] + cm[side + 2] * tm[5] + cm[side + 4] for side in (0, 1))
        hidden.extend(text.split() if left < x < right and bottom < y < top else ())

    page.extract_text(visitor_text=see)
    require(not hidden, "words lie under a stamp")


if __name__ == "__main__":
    logging.disable()  # pypdf names each number that no object has
    try:
        check(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
    except Exception as error:  # noqa: BLE001 -- one flipped bit can make a reader fail in any way
        sys.exit(f"{type(error).__name__}: {error}")
