"""Check a signed session folder without the toolkit: one file, to be read before it is run.

    python independent_check.py FOLDER root.pem [newer.crl ...]

Needs Python 3.11, pypdf and the command ``openssl``; shares no code with ``acceptance``. It prints
the first thing that is wrong and exits with 1; prints nothing and exits with 0 where all of this
holds: the report is signed under this root, by certificates for documents; nothing but signatures
was added to it, and nothing follows the last; the session in it is the one in the folder; every
file has the hash in it, and nothing else lies there; the log is a chain; verdicts follow from
figures and limits of the packs, and stand on the pages; stamps lie in their places. It does not set
pages and stamps again (``acceptance verify`` does), measure again (``--remeasure``), or read
reports of versions before 0.11.0.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
import zlib
from datetime import datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFESTS = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
RENDERED = {"report.html", "report.xml"}
BESIDE_DATA = {"session.json", "report.pdf", "log.jsonl", *RENDERED, *MANIFESTS}
ANNEX, VOLUME = re.compile(r"annex-[a-f]\.pdf"), re.compile(r"(annex-[a-f]|report)\.pdf")
LITTER = re.compile(r"(.*/)?(thumbs\.db|desktop\.ini|\.ds_store|~\$.*|\._.*)", re.IGNORECASE)
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
OF_PAGE = {"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources",
           "/Tabs", "/StructParents", "/Annots"}  # fmt: skip
OF_CATALOG = {"/AF", "/AcroForm", "/DSS", "/Extensions", "/Lang", "/MarkInfo", "/Metadata",
              "/Names", "/Outlines", "/OutputIntents", "/Pages", "/Perms", "/StructTreeRoot",
              "/Type", "/Version", "/ViewerPreferences"}  # fmt: skip
BY_SIGNING = {  # type of an object -> what a signature may change of it; "": of form and document
    "/Catalog": {"/AcroForm", "/DSS", "/Perms", "/Extensions", "/Version"},
    "/Metadata": {"/Length"}, "/DSS": {"/Certs", "/CRLs", "/OCSPs", "/VRI"}, "/Page": {"/Annots"},
    "/Annot": {"/V", "/Lock", "/M", "/AP"}, "": {"/ModDate", "/Producer", "/Fields", "/SigFlags"},
}  # fmt: skip
FOR_DOCUMENTS = {  # extended key usages, as openssl calls them
    "Any Extended Key Usage", "E-mail Protection", "Document Signing", "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5", "Adobe Authentic Documents Trust",
}  # fmt: skip
PLACES = {  # role of a signature -> name of the place of its stamp
    "inspector": "sign-tester", "reviewer": "sign-reviewer", "approver": "sign-approver",
    "seal": "sign-seal",
}  # fmt: skip
SIDES = (38 * 72 / 25.4, 11 * 72 / 25.4)  # pt, of a stamp
OPEN = {"should", "may"}  # modalities that decide nothing
MOST_SHOWN = 1000  # results in an annex; with more, a table is attached to it
REPORTED, SAID = {"reported", "reported_and_signed", "signed"}, {"report", "sha256"}
CLOCKS = timedelta(minutes=5)  # by which two computers may differ
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
    require(beside - annexes == BESIDE_DATA, f"{sorted(beside ^ BESIDE_DATA)} lie there, or do not")
    require(all(files[name].stat().st_size <= MOST for name in beside), "too large to be read")
    pdf = files["report.pdf"].read_bytes()
    signatures(pdf, trust)
    attached = attachments(pdf)
    require(attached.keys() == {"session.json", "renderings.json"}, "other files are attached")
    text = attached["session.json"]
    session, renderings = json.loads(text), json.loads(attached["renderings.json"])
    require(text == files["session.json"].read_bytes(), "session.json is not the one signed")
    require(text == written(session), "session.json is not as the toolkit writes it")
    html = files["report.html"].read_bytes()
    require(renderings.keys() == {"language", "hashes", "renderer"}
            and attached["renderings.json"] == written(renderings, sort_keys=True)
            and f'lang="{renderings["language"]}'.encode() in html[:99],
            "renderings.json is not as the toolkit writes it")  # fmt: skip
    require({name: sha256(files[name]) for name in RENDERED | annexes} == renderings["hashes"],
            "web page, JUnit or annexes are not those that were signed")  # fmt: skip
    times(pdf, session["finished"])
    older = {(each["id"], each["sha256"]) for each in session["predecessors"]}
    require(len({session["id"], *(number for number, _ in older)}) == len(older) + 1,
            "the older sessions go in a circle")  # fmt: skip
    payload(session, files)
    manifests(session, files)
    log(files["log.jsonl"].read_bytes(), session)
    verdicts(session, folder)
    pages([pdf, *(files[name].read_bytes() for name in annexes)], html.decode())


def regular(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield all files but what desktops leave behind, by their names in the folder."""
    for parent, below, names in os.walk(folder):
        for path in (Path(parent, name) for name in (*below, *names)):
            mode, name = path.lstat().st_mode, path.relative_to(folder).as_posix()
            require(stat.S_ISREG(mode) or stat.S_ISDIR(mode), f"{name} is a link or a device")
            if stat.S_ISREG(mode) and not LITTER.fullmatch(name):
                yield name, path


def written(content: object, **how: bool) -> bytes:
    """Return what a JSON file holds."""
    return (json.dumps(content, ensure_ascii=False, indent=1, **how) + "\n").encode()


def sha256(path: Path, most: int = MOST * 64) -> str:
    """Return the hash of a file; of one that is too large, nothing that could fit."""
    if path.stat().st_size > most:
        return "too large"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signatures(pdf: bytes, trust: list[Path]) -> None:
    """Check each signature with openssl, and that later revisions only add signatures."""
    ranges = [tuple(map(int, found.groups())) for found in BYTE_RANGE.finditer(pdf)]
    require(ranges and sum(ranges[-1][2:]) == len(pdf), "no signature covers the whole report")
    last = PdfReader(io.BytesIO(pdf))
    fields = [item.get_object() for item in at(last.root_object, "/AcroForm", "/Fields")]
    signed = {tuple(map(int, found["/ByteRange"])): at(found, "/SubFilter") == "/ETSI.RFC3161"
              for found in (at(field, "/V") for field in fields) if found}  # fmt: skip
    require(sorted(signed) == sorted(ranges), "the signatures are not those of the form")
    certifying = at(last.root_object, "/Perms", "/DocMDP", "/ByteRange") or ()
    require(tuple(certifying) == ranges[0], "the first signature does not certify the report")
    lists = [item.get_object().get_data() for item in at(last.root_object, "/DSS", "/CRLs") or ()]
    for start, length, resume, rest in ranges:
        gap = re.fullmatch(rb"<([0-9a-fA-F]*)>", pdf[length:resume])
        require(start == 0 and gap, "the gap between the signed bytes holds more than a signature")
        data = pdf[:length] + pdf[resume : resume + rest]
        is_time = signed[start, length, resume, rest]
        cms(bytes.fromhex(gap[1].decode()), data, trust, lists, is_time)
    first = PdfReader(io.BytesIO(pdf[: pdf.index(b"%%EOF") + 6]))
    for number in range(1, int(first.trailer["/Size"])):
        old, new = (side.get_object(IndirectObject(number, 0, side)) for side in (first, last))
        require(old is None or plain(old) == plain(new) or only_signs(old, new),
                f"object {number} was changed otherwise than by signing")  # fmt: skip
    for field in fields:
        require(in_place(field, first.named_destinations), "a stamp does not lie in its place")


def times(pdf: bytes, finished: str) -> None:
    """Check that nobody signed before the session was finished, or before who signed earlier."""
    fields = at(PdfReader(io.BytesIO(pdf)).root_object, "/AcroForm", "/Fields")
    held = [found for found in (at(item.get_object(), "/V") for item in fields) if found]
    held = sorted((v for v in held if "/M" in v), key=lambda v: v["/ByteRange"][2])
    stated = [str(each["/M"])[2:].replace("'", "") for each in held]
    found = [datetime.fromisoformat(finished),
             *(datetime.strptime(text, "%Y%m%d%H%M%S%z") for text in stated)]  # fmt: skip
    require(all(later >= earlier - CLOCKS for earlier, later in pairwise(found)),
            "somebody signed before the session was finished, or out of turn")  # fmt: skip


def in_place(field: DictionaryObject, named: dict[str, Any]) -> bool:
    """Whether what a signature shows, if anything, lies where the pages have room for its role."""
    left, bottom, right, top = map(float, field["/Rect"])
    if left == right and bottom == top:
        return True
    place = named.get(PLACES.get(str(field["/T"]), ""))
    if not place or place.raw_get("/Page").idnum != field.raw_get("/P").idnum:
        return False
    due = (float(place["/Left"]), float(place["/Top"]), *SIDES)
    found = (left, top, right - left, top - bottom)
    return max(abs(a - b) for a, b in zip(due, found, strict=True)) < 0.1  # pt


def cms(padded: bytes, data: bytes, trust: list[Path], lists: list[bytes], is_time: bool) -> None:  # noqa: FBT001
    """Let openssl check a detached signature against the given roots and revocation lists."""
    size = 4 + int.from_bytes(padded[2:4], "big")
    require(padded[:2] == b"\x30\x82" and not padded[size:].strip(b"\0"),
            "something lies behind the signature in its gap")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "cms").write_bytes(padded[:size])
        (work / "data").write_bytes(data)
        known = [path.read_text() for path in trust]
        known += [openssl("crl", "-inform", "DER", given=content) for content in lists]
        (work / "known").write_text("\n".join(known))
        common = ("-in", work / "cms", "-CAfile", work / "known")
        if is_time:
            openssl("ts", "-verify", "-token_in", *common, "-data", work / "data")
            return
        openssl("cms", "-verify", "-inform", "DER", "-binary", "-cades", *common,
                "-content", work / "data", "-purpose", "any", "-crl_check_all",
                "-out", os.devnull, "-signer", work / "signer")  # fmt: skip
        fitness(work / "signer")


def openssl(*words: str | Path, given: bytes = b"") -> str:
    """Return what openssl says; its complaint is an error."""
    done = subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True)  # noqa: S603, S607, PLW1510
    require(done.returncode == 0, f"not valid: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def fitness(signer: Path) -> None:
    """Check that a certificate is one for documents, and of no authority."""
    shown = openssl("x509", "-in", signer, "-noout", "-text")
    stated = dict(re.findall(r"^ +X509v3 ([\w ]* Usage|Basic .*):.*\n +(.*)", shown, re.MULTILINE))
    usage = {*stated.get("Key Usage", "").split(", ")}
    purposes = {*stated.get("Extended Key Usage", "Any Extended Key Usage").split(", ")}
    bits = int(re.findall(r"Public-Key: \((\d+) bit", shown)[0])
    strong = bits >= (2048 if "Public Key Algorithm: rsa" in shown else 224)
    require("CA:TRUE" not in stated.get("Basic Constraints", "") and strong
            and usage & {"Digital Signature", "Non Repudiation"} and purposes & FOR_DOCUMENTS,
            "the signer's certificate is weak, or for other things")  # fmt: skip


def plain(found: object) -> object:
    """Return an object as plain values in which references are not followed."""
    if isinstance(found, IndirectObject):
        return ("reference", found.idnum)
    if isinstance(found, DictionaryObject):
        data = found._data if isinstance(found, StreamObject) else b""  # noqa: SLF001
        return {**{str(key): plain(found.raw_get(key)) for key in found}, "data": data}
    if isinstance(found, list):
        return [plain(item) for item in list.__iter__(found)]
    return repr(found)


def only_signs(old: object, new: object) -> bool:
    """Whether a later revision changed an object in the one way that a signature may."""
    before, after = plain(old), plain(new)
    if isinstance(old, ArrayObject) and isinstance(new, ArrayObject):  # fields, certificates
        return after[: len(old)] == before and all(map(signs, new[len(old) :]))
    if not (isinstance(old, DictionaryObject) and isinstance(new, DictionaryObject)):
        return False
    kind = str(old.get("/Type", ""))
    if kind == "/Annot" and (old.get("/FT") != "/Sig" or "/V" in old):
        return False
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    of_page = kind != "/Page" or only_signs(at(old, "/Annots") or ArrayObject(), at(new, "/Annots"))
    allowed = BY_SIGNING.get(kind, set()) | ({"data"} if kind == "/Metadata" else set())
    return of_page and changed <= allowed


def signs(item: Any) -> bool:  # noqa: ANN401 -- whatever was added
    """Whether an added object is a signature field, or a stream (a certificate)."""
    return isinstance(item.get_object(), StreamObject) or at(item.get_object(), "/FT") == "/Sig"


def at(found: object, *keys: str) -> Any:  # noqa: ANN401 -- whatever lies there
    """Follow names through dictionaries and references; None where there is no such way."""
    for key in keys:
        found = found[key] if isinstance(found, DictionaryObject) and key in found else None
    return found


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Return the attached files; two of one name, or branches among them, are an error."""
    root = PdfReader(io.BytesIO(pdf)).root_object
    tree = at(root, "/Names", "/EmbeddedFiles") or {}
    files = [item.get_object() for item in (at(tree, "/Names") or ())[1::2]]
    shown = [item.get_object() for item in at(root, "/AF") or ()]
    require(all(any(item is file for file in files) for item in shown)
            and all({*file["/EF"]} == {"/F"} for file in files),
            "a file is attached that the list of attachments does not name")  # fmt: skip
    # pypdf knows no bound
    found = {str(at(file, "/UF") or file["/F"]):
             zlib.decompressobj().decompress(file["/EF"]["/F"]._data, MOST)  # noqa: SLF001
             for file in files}  # fmt: skip
    require(len(found) == len(files) and "/Kids" not in tree, "attachments of one name")
    return found


def payload(session: dict[str, Any], files: dict[str, Path]) -> None:
    """Compare all files below data/ with the hashes that are signed."""
    left = {name: path for name, path in files.items() if name.startswith("data/")}
    for name, digest in session["hashes"].items():
        forms = [name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))]
        path = left.pop(next((form for form in forms if form in left), ""), None)
        sound = path and path.stat().st_size == session["sizes"][name] and sha256(path) == digest
        require(sound, f"{name} is missing or changed")
    require(not left, f"added: {sorted(left)}")


def manifests(session: dict[str, Any], files: dict[str, Path]) -> None:
    """Write the tag files again, and compare."""
    data = {name: path for name, path in files.items() if name.startswith("data/")}
    tags = files.keys() - data.keys() - {"tagmanifest-sha256.txt"}
    size = sum(path.stat().st_size for path in data.values())
    info = (
        f"Bag-Software-Agent: acceptance {session['tool_version']}\n"
        f"Bagging-Date: {session['finished'][:10]}\nExternal-Identifier: {session['id']}\n"
        f"Payload-Oxum: {size}.{len(data)}\n"
    )
    due = {
        "bagit.txt": {"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
        "bag-info.txt": {info},
        "manifest-sha256.txt": {
            listed(session["hashes"]), listed({name: sha256(data[name]) for name in data})
        },
        "tagmanifest-sha256.txt": {listed({name: sha256(files[name]) for name in tags})},
    }  # fmt: skip
    for name, allowed in due.items():
        lines = files[name].read_bytes().decode().split("\n")
        found = "\n".join(line for line in lines if not LITTER.fullmatch(line[66:]))
        require(found in allowed, f"{name} is not what sealing writes")


def listed(hashes: dict[str, str]) -> str:
    """Return the lines of a manifest; line ends inside a name are percent-encoded (RFC 8493)."""
    names = {name: name.replace("\r", "%0D").replace("\n", "%0A") for name in hashes}
    return "".join(f"{hashes[name]}  {names[name]}\n" for name in sorted(hashes))


def log(content: bytes, session: dict[str, Any]) -> None:
    """Chain the entries of the log again; the session's come first."""
    entries, previous, lines = [json.loads(line) for line in content.split(b"\n")[:-1]], "", b""
    for entry in entries:
        rest = {key: value for key, value in entry.items() if key != "sha256"}
        rest["previous"] = previous
        previous = hashlib.sha256(line_of(rest)).hexdigest()
        lines += line_of(rest | {"sha256": previous}) + b"\n"
    require(lines == content, "the log is no chain, or not as the toolkit writes it")
    known, after = entries[: len(session["log"])], entries[len(session["log"]) :]
    require(known == session["log"]
            and all(entry["what"] in REPORTED and {*entry["details"]} == SAID for entry in after),
            "the log does not tell what is in the session, or more than its reports")  # fmt: skip


def line_of(entry: dict[str, Any]) -> bytes:
    """Return an entry as its line in the log."""
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def verdicts(session: dict[str, Any], folder: Path) -> None:
    """Check that verdicts follow from figures and limits, and the sum from the verdicts."""
    packs = [tomllib.loads(path.read_text("utf-8")) for path in folder.glob("data/packs/*.toml")]
    failed, line = set(), session["bottom_line"]
    for item in session["findings"]:
        where = f"{item['requirement']} of {item['subject']}"
        if item["verdict"] in {"fail", "conditional_fail"} and item["modality"] not in OPEN:
            failed.add(item["requirement"])
        known = limits(of_requirement(packs, item["requirement"].partition("#")[2]))
        require(item["limit"] in [None, *known], f"{where}: no pack has this limit")
        require(item["value"] is None or follows(item, session["measurements"]),
                f"{where}: {item['verdict']} does not follow from {item['value']}")  # fmt: skip
        decides = item["modality"] not in OPEN and item["verdict"] == "inconclusive"
        require(not (decides and "pass" in line["verdict"]), f"{where}: open, but passed")
    require({*line["failed"]} == failed and (not failed or "fail" in line["verdict"]),
            "the bottom line does not follow from the findings")  # fmt: skip


def of_requirement(packs: list[Any], asked: str) -> list[Any]:
    """Return what packs say of a requirement: its own, what it borrows, corrections, classes."""
    lists = [part for pack in packs for part in pack.values() if isinstance(part, list)]
    tables = [item for part in lists for item in part if isinstance(item, dict)]
    own = [item for item in tables if item.get("id") == asked]
    names = {asked} | {item["borrows"].partition("#")[2] for item in own if "borrows" in item}
    return [item for item in tables if names & {item.get("id"), item.get("requirement")}]


def limits(found: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any]]:
    """Yield every limit in a part of a pack."""
    if isinstance(found, dict) and {"at_least", "at_most"} & found.keys():
        yield {key: found.get(key) for key in ("unit", "at_least", "at_most")}
    for item in [*found.values()] if isinstance(found, dict) else found:
        if isinstance(item, dict | list):
            yield from limits(item)


def follows(item: dict[str, Any], measurements: list[dict[str, Any]]) -> bool:
    """Whether a finding's verdict follows from its value, and its value from its measurement."""
    sources = [measurements[index] for index in item["measurements"]]
    if len(sources) == 1 and sources[0]["unit"] == item["unit"]:
        require(sources[0]["value"] == item["value"], "a value is not the one measured")
    limit, rule = item["limit"], item["decision_rule"]
    if not (limit and rule) or item["reason"]["code"].startswith("count"):
        return True
    least, most = limit["at_least"], limit["at_most"]
    room = min(
        float("inf") if least is None else item["value"] - least,
        float("inf") if most is None else most - item["value"],
    )
    guard = 0 if rule["kind"] == "simple" else rule["guard"]
    band = guard * (item["k"] or 0) * (item["uncertainty"] or 0)
    allowed = {"pass": room >= band, "conditional_pass": room >= 0,
               "fail": room < -band, "conditional_fail": room < 0}  # fmt: skip
    return allowed.get(item["verdict"], True)


def pages(pdfs: list[bytes], html: str) -> None:
    """Look for the verdicts and results of the web page in the report and its annexes."""
    for annex in pdfs[1:]:
        require(annex.count(b"startxref") == 1 and attachments(annex).keys() <= {"results.csv"},
                "an annex was updated after it was set, or carries a file")  # fmt: skip
    shown, beside = "", ""
    for reader in (PdfReader(io.BytesIO(pdf)) for pdf in pdfs):
        harmless(reader)
        due = squeezed(unescape(html))
        spoken = read_out(at(reader.root_object, "/StructTreeRoot", "/K"))
        require(all(squeezed(text) in due for text in spoken),
                "what is read out of the pages does not follow from the session")  # fmt: skip
        shown += "".join(squeezed(page.extract_text()) for page in reader.pages)
        beside += f" {reader.metadata.title} {' '.join(bookmarks(reader.outline))}"
        titles = re.findall(rb"(?s)<dc:title>(.*?)</dc:title>", xmp(reader))
        beside += " ".join(re.sub(r"<[^>]*>", " ", text.decode()) for text in titles)
    stated = re.findall(r'<p class="decision[^>]*>(.*?)</p>', html, flags=re.DOTALL)
    cells = re.findall(r'<td role="cell" class="c-(?:verdict|limit|result)"[^>]*>(.*?)</td>', html,
                       flags=re.DOTALL)  # fmt: skip
    said = "\n".join([*stated, *(cells if len(cells) <= 3 * MOST_SHOWN else ())])
    said = re.sub(r'<span class="small">.*?</span>|<[^>]*>', "\n", said, flags=re.DOTALL)
    words = [squeezed(unescape(line)) for line in said.split("\n")] + beside.split()
    missing = [word for word in words if word not in shown]
    require(stated and not missing, f"the pages lack what follows from the session: {missing[:5]}")


def squeezed(text: str) -> str:
    """Return a text without its blanks: line ends are the renderer's affair."""
    return "".join(text.split())


def bookmarks(found: list[Any]) -> Iterator[str]:
    """Yield the titles of bookmarks."""
    for item in found:
        if isinstance(item, list):
            yield from bookmarks(item)
            continue
        require(at(item.node, "/A", "/S") in {None, "/GoTo"} and not at(item.node, "/A", "/Next"),
                "a bookmark does more than lead elsewhere")  # fmt: skip
        yield str(item.title)


def xmp(reader: PdfReader) -> bytes:
    """Return the metadata in XML."""
    return reader.root_object["/Metadata"].get_object().get_data()


def read_out(element: Any) -> Iterator[str]:  # noqa: ANN401 -- whatever lies there
    """Yield what is read out in place of parts of a page."""
    waiting, seen = [element], set()
    while waiting:
        item = waiting.pop()
        item = item.get_object() if isinstance(item, IndirectObject) else item
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, ArrayObject):
            waiting += list.__iter__(item)
        elif isinstance(item, DictionaryObject):
            yield from (str(item[key]) for key in ("/Alt", "/ActualText") if key in item)
            waiting += [item.raw_get("/K")] if "/K" in item else []


def covered(page: Any, notes: list[Any]) -> list[str]:  # noqa: ANN401 -- a page of pypdf
    """Return the words that lie where a stamp would cover them."""
    boxes = [[float(side) for side in item["/Rect"]] for item in notes if "/FT" in item]
    found = []

    def see(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        x, y = (cm[side] * tm[4] + cm[side + 2] * tm[5] + cm[side + 4] for side in (0, 1))
        if any(left < x < right and bottom < y < top for left, bottom, right, top in boxes):
            found.append(text.strip())

    if boxes:
        page.extract_text(visitor_text=see)
    return found


def harmless(reader: PdfReader) -> None:
    """Look for what acts, lies on the pages, or hides a part of them."""
    root = reader.root_object
    require(root.keys() <= OF_CATALOG and "/JavaScript" not in (at(root, "/Names") or {}),
            "the report holds what acts when it is opened, or can be hidden")  # fmt: skip
    for page in reader.pages:
        notes = [item.get_object() for item in at(page, "/Annots") or ()]
        led = {(at(item, "/A", "/S"), at(item, "/A", "/F")) for item in notes} - {(None, None)}
        links = [item for item in notes if item["/Subtype"] == "/Link"]
        require(all(at(item, "/BS", "/W") == 0 and not at(item, "/A", "/Next") for item in links),
                "a link draws a border, or goes on to something else")  # fmt: skip
        require({at(item, "/Subtype") for item in notes} <= {"/Link", "/Widget"}
                and all(how == "/GoToR" and VOLUME.fullmatch(str(to)) for how, to in led),
                "something lies on a page, or leads elsewhere than to another volume")  # fmt: skip
        sides = sorted(round(float(side)) for side in page["/MediaBox"])
        require(page.keys() <= OF_PAGE and sides == [0, 0, 595, 842],
                "a page does something, or is cut or turned")  # fmt: skip
        require(not any(covered(page, notes)), "words lie under the place of a stamp")
        drawn = page.get_contents()
        require(drawn is None or not re.search(rb"\b(BI|[37] Tr|ActualText)\b", drawn.get_data()),
                "a page holds a picture or words that the toolkit does not draw")  # fmt: skip


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
    except Exception as error:  # noqa: BLE001 -- one flipped bit can make a reader fail in any way
        sys.exit(f"{type(error).__name__}: {error}")
