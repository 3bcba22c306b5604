"""Check a signed session folder without the toolkit: one file, to be read before it is run.

    python independent_check.py FOLDER root.pem [newer.crl ...]

Needs Python 3.11, pypdf and the command ``openssl``; shares no code with ``acceptance``. It prints
what is wrong and exits with 1; prints nothing and exits with 0 where all of this holds: the report
is signed under this root, by a certificate for documents, and nothing follows the signature, later
signatures add nothing but themselves, the session in the report is the one in the folder, every
file and annex has the hash in it, nothing else lies there, the log is a chain, and the verdicts
follow from figures and limits. What it does not do: set the pages and stamps again (``acceptance
verify`` does), measure again (``--remeasure`` does), combine several measurements, or read reports
of versions before 0.11.0.
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
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

if TYPE_CHECKING:
    from collections.abc import Iterator

BESIDE_DATA = {
    "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
    "session.json", "report.pdf", "report.html", "report.xml", "log.jsonl",
}  # fmt: skip
ANNEX, VOLUME = re.compile(r"annex-[a-f]\.pdf"), re.compile(r"(annex-[a-f]|report)\.pdf")
LITTER = re.compile(r"thumbs\.db|desktop\.ini|\.ds_store|~\$.*|\._.*", re.IGNORECASE)
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
OF_PAGE = {
    "/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources", "/Tabs",
    "/StructParents", "/Annots",
}  # fmt: skip
OF_CATALOG = {
    "/AF", "/AcroForm", "/DSS", "/Extensions", "/Lang", "/MarkInfo", "/Metadata", "/Names",
    "/Outlines", "/OutputIntents", "/Pages", "/Perms", "/StructTreeRoot", "/Type",
    "/Version", "/ViewerPreferences",
}  # fmt: skip
BY_SIGNING = {  # type of an object -> what a signature may change of it
    "/Catalog": {"/AcroForm", "/DSS", "/Perms", "/Extensions", "/Version"},
    "/Metadata": {"/Length"}, "/DSS": {"/Certs", "/CRLs", "/OCSPs", "/VRI"},
}  # fmt: skip
OF_INFO_AND_FORM = {"/ModDate", "/Producer", "/Fields", "/SigFlags"}
FOR_DOCUMENTS = {  # extended key usages, as openssl calls them
    "Any Extended Key Usage", "E-mail Protection", "Document Signing", "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5", "Adobe Authentic Documents Trust",
}  # fmt: skip
PLACES = {  # role of a signature -> name of the place of its stamp; a stamp is 38 mm by 11 mm
    "inspector": "sign-tester", "reviewer": "sign-reviewer",
    "approver": "sign-approver", "seal": "sign-seal",
}  # fmt: skip
SIDES = (38 * 72 / 25.4, 11 * 72 / 25.4)
MADE = {"language", "hashes", "renderer"}
MOST_SHOWN = 1000  # results in an annex; with more, a table is attached to it
REPORTED, SAID = {"reported", "reported_and_signed", "signed"}, {"report", "sha256"}
MOST = 128 << 20  # bytes of a file that is read whole


def check(folder: Path, trust: list[Path]) -> Iterator[str]:
    """Yield what is wrong with the folder."""
    files = {}
    for parent, below, names in os.walk(folder):
        for path in (Path(parent, name) for name in (*below, *names)):
            mode, name = path.lstat().st_mode, path.relative_to(folder).as_posix()
            if stat.S_ISREG(mode):
                files[name] = path
            elif not stat.S_ISDIR(mode):
                yield f"{name} is no file"
                return
    tags = {name: path for name, path in files.items() if not name.startswith("data/")}
    if missing := sorted(BESIDE_DATA - tags.keys()):
        yield f"missing: {missing}"
        return
    if large := [name for name, path in tags.items() if path.stat().st_size > MOST]:
        yield f"too large to be read: {large}"
        return
    pdf = files["report.pdf"].read_bytes()
    yield from signatures(pdf, trust)
    attached = attachments(pdf)
    text = attached.get("session.json", b"")
    if text != files["session.json"].read_bytes():
        yield "session.json is not the one in the report"
        return
    session = json.loads(text)
    if (json.dumps(session, ensure_ascii=False, indent=1) + "\n").encode() != text:
        yield "session.json is not as the toolkit writes it"
    yield from made(attached, files)
    if wrong := list(payload(session, files)):
        yield from wrong
        return
    yield from bag(folder, session, files)
    yield from log(files["log.jsonl"].read_bytes(), session)
    yield from verdicts(session, folder)
    annexes = [path.read_bytes() for name, path in tags.items() if ANNEX.fullmatch(name)]
    yield from pages([pdf, *annexes], files["report.html"].read_text("utf-8"))


def signatures(pdf: bytes, trust: list[Path]) -> Iterator[str]:
    """Check each signature with openssl, and that later revisions only add signatures."""
    ranges = [tuple(map(int, found.groups())) for found in BYTE_RANGE.finditer(pdf)]
    if not ranges or ranges[-1][2] + ranges[-1][3] != len(pdf):
        yield "there is no signature that covers the whole report"
        return
    reader = PdfReader(io.BytesIO(pdf))
    fields = [item.get_object() for item in reader.root_object["/AcroForm"]["/Fields"]]
    signed = [
        item["/V"].get_object() for item in fields if item.get("/FT") == "/Sig" and "/V" in item
    ]
    of_time = [
        tuple(map(int, item["/ByteRange"])) for item in signed
        if item.get("/SubFilter") == "/ETSI.RFC3161"
    ]  # fmt: skip
    if sorted(tuple(map(int, item["/ByteRange"])) for item in signed) != sorted(ranges):
        yield "the signatures are not those of the form"
    certifying = at(reader.root_object, "/Perms", "/DocMDP", "/ByteRange") or ()
    if tuple(certifying) != ranges[0]:
        yield "the first signature does not certify the report"
    stored = at(reader.root_object, "/DSS", "/CRLs") or ()
    lists = [item.get_object().get_data() for item in stored]
    for start, length, resume, rest in ranges:
        gap = pdf[length:resume]
        if start or not re.fullmatch(rb"<[0-9a-fA-F]*>", gap):
            yield "the gap between the signed bytes holds more than a signature"
            return
        data = pdf[:length] + pdf[resume : resume + rest]
        is_time = (start, length, resume, rest) in of_time
        yield from cms(bytes.fromhex(gap[1:-1].decode()), data, trust, lists, is_time=is_time)
    set_first = PdfReader(io.BytesIO(pdf[: pdf.index(b"%%EOF") + 6]))
    yield from revisions(set_first, reader)
    yield from stamps(set_first, fields)


def stamps(first: PdfReader, fields: list[DictionaryObject]) -> Iterator[str]:
    """Check that what a signature shows lies in the place that the pages have for its role."""
    named = first.named_destinations
    for field in fields:
        left, bottom, right, top = map(float, field["/Rect"])
        if left == right and bottom == top:
            continue
        place = named.get(PLACES.get(str(field["/T"]), ""))
        due = place and (float(place["/Left"]), float(place["/Top"]), *SIDES)
        found = (left, top, right - left, top - bottom)
        on_page = place and place.raw_get("/Page").idnum == field.raw_get("/P").idnum
        if not due or not on_page or max(abs(a - b) for a, b in zip(due, found, strict=True)) > 0.1:
            yield "a stamp does not lie in its place"


def cms(
    padded: bytes, data: bytes, trust: list[Path], lists: list[bytes], *, is_time: bool
) -> Iterator[str]:
    """Let openssl check a detached signature against the given roots and revocation lists."""
    size = 4 + int.from_bytes(padded[2:4], "big")
    if padded[:2] != b"\x30\x82" or padded[size:].strip(b"\0"):
        yield "something lies behind the signature in its gap"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "signature").write_bytes(padded[:size])
        (work / "data").write_bytes(data)
        known = b"".join(path.read_bytes() + b"\n" for path in trust)
        for number, content in enumerate(lists):
            (work / f"{number}.crl").write_bytes(content)
            known += run("crl", "-inform", "DER", "-in", work / f"{number}.crl").stdout
        (work / "known").write_bytes(known)
        if is_time:
            done = run(
                *("ts", "-verify", "-in", work / "signature", "-token_in"),
                *("-data", work / "data", "-CAfile", work / "known"),
            )
            if done.returncode:
                yield f"a time stamp on the report is not valid: {done.stderr.decode()}"
            return
        done = run(
            *("cms", "-verify", "-inform", "DER", "-in", work / "signature", "-binary", "-cades"),
            *("-content", work / "data", "-purpose", "any", "-crl_check_all"),
            *("-CAfile", work / "known", "-out", os.devnull, "-signer", work / "signer"),
        )
        if done.returncode:
            yield f"the signature is not valid: {done.stderr.decode(errors='replace').strip()}"
        else:
            yield from fitness(work / "signer")


def fitness(signer: Path) -> Iterator[str]:
    """Check that the signer's certificate is one for documents, and of no authority."""
    shown = run(
        *("x509", "-in", signer, "-noout"),
        *("-ext", "basicConstraints,keyUsage,extendedKeyUsage"),
    ).stdout.decode()
    key = run("x509", "-in", signer, "-noout", "-text").stdout.decode()
    bits = int(re.findall(r"Public-Key: \((\d+) bit", key)[0])
    stated = dict(re.findall(r"^X509v3 ([^:\n]*):[^\n]*\n +([^\n]*)", shown, re.MULTILINE))
    usage = {*stated.get("Key Usage", "").split(", ")}
    purposes = {*stated.get("Extended Key Usage", "Any Extended Key Usage").split(", ")}
    if "CA:TRUE" in stated.get("Basic Constraints", ""):
        yield "the signer's certificate is that of an authority"
    if bits < (2048 if "Public Key Algorithm: rsa" in key else 224):
        yield "the signer's key is too weak"
    if not usage & {"Digital Signature", "Non Repudiation"} or not purposes & FOR_DOCUMENTS:
        yield f"the signer's certificate is for other things: {sorted(usage | purposes)}"


def run(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run openssl."""
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False)  # noqa: S603, S607


def revisions(first: PdfReader, last: PdfReader) -> Iterator[str]:
    """Compare the file before its first signature with the whole one, object by object."""
    for number in range(1, int(first.trailer["/Size"])):
        old, new = (side.get_object(IndirectObject(number, 0, side)) for side in (first, last))
        if old is not None and plain(old) != plain(new) and not only_signs(old, new):
            yield f"object {number} was changed otherwise than by signing"


def plain(found: object) -> object:
    """Return an object as plain values in which references are not followed."""
    if isinstance(found, IndirectObject):
        return ("reference", found.idnum)
    if isinstance(found, DictionaryObject):
        pairs = [(str(key), plain(found.raw_get(key))) for key in found]
        return (sorted(pairs, key=str), found._data if isinstance(found, StreamObject) else b"")  # noqa: SLF001
    return (
        [plain(item) for item in list.__iter__(found)] if isinstance(found, list) else repr(found)
    )


def only_signs(old: object, new: object) -> bool:
    """Whether a later revision changed an object in the one way that a signature may."""
    if isinstance(old, ArrayObject) and isinstance(new, ArrayObject):  # fields, certificates
        return plain(new)[: len(old)] == plain(old) and all(map(signs, new[len(old) :]))
    if not (isinstance(old, DictionaryObject) and isinstance(new, DictionaryObject)):
        return False
    changed = {
        key for key in old.keys() | new.keys()
        if key not in old or key not in new or plain(old.raw_get(key)) != plain(new.raw_get(key))
    }  # fmt: skip
    if old.get("/Type") == "/Page":
        annotations = at(old, "/Annots") or ArrayObject()
        return changed <= {"/Annots"} and only_signs(annotations, at(new, "/Annots"))
    if old.get("/FT") == "/Sig":
        return "/V" not in old and changed <= {"/V", "/Lock", "/M", "/AP"}
    return changed <= BY_SIGNING.get(str(old.get("/Type", "")), OF_INFO_AND_FORM)


def signs(item: object) -> bool:
    """Whether an added object is a signature field, or a stream (a certificate)."""
    found = item.get_object()
    if isinstance(found, StreamObject):
        return True
    return isinstance(found, DictionaryObject) and found.get("/FT") == "/Sig"


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Return the attached files: empty where two have one name or one is too large."""
    tree = at(PdfReader(io.BytesIO(pdf)).root_object, "/Names", "/EmbeddedFiles") or {}
    names = at(tree, "/Names") or ()
    found = {}
    for item in names[1::2]:
        file = item.get_object()
        name, stream = str(at(file, "/UF") or file["/F"]), file["/EF"]["/F"]
        unpacking = zlib.decompressobj()
        found[name] = unpacking.decompress(stream._data, MOST)  # noqa: SLF001 -- pypdf has no bound
    return found if len(found) == len(names) // 2 and "/Kids" not in tree else {}


def made(attached: dict[str, bytes], files: dict[str, Path]) -> Iterator[str]:
    """Check that nothing else is attached, and HTML and JUnit by the hashes that are signed."""
    if strange := sorted(attached.keys() - {"session.json", "renderings.json"}):
        yield f"attached as well: {strange}"
    if "renderings.json" not in attached:
        yield "renderings.json is missing in the report"
        return
    renderings = json.loads(attached["renderings.json"])
    text = json.dumps(renderings, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    head = files["report.html"].read_bytes()[:99].decode(errors="replace")
    in_form = {*renderings} == MADE and f'lang="{renderings["language"]}' in head
    if text.encode() != attached["renderings.json"] or not in_form:
        yield "renderings.json is not as the toolkit writes it"
    for name in ("report.html", "report.xml"):
        if sha256(files[name], MOST) != renderings["hashes"].get(name):
            yield f"{name} is not the one that was signed"
    annexes = {name: sha256(path) for name, path in files.items() if ANNEX.fullmatch(name)}
    if annexes != {name: it for name, it in renderings["hashes"].items() if ANNEX.fullmatch(name)}:
        yield "the annexes are not those that the report names"


def pages(pdfs: list[bytes], html: str) -> Iterator[str]:
    """Look for the verdicts and results of the web page in the report and its annexes."""
    shown, beside = "", ""
    for annex in pdfs[1:]:
        if annex.count(b"startxref") != 1 or attachments(annex).keys() - {"results.csv"}:
            yield "an annex was updated after it was set, or carries a file"
    for pdf in pdfs:
        reader = PdfReader(io.BytesIO(pdf))
        yield from harmless(reader)
        shown += "".join("".join(page.extract_text().split()) for page in reader.pages)
        beside += f" {reader.metadata.title} {' '.join(bookmarks(reader.outline))}"
    stated = re.findall(r'<p class="decision[^>]*>(.*?)</p>', html, flags=re.DOTALL)
    cells = re.findall(
        r'<td role="cell" class="c-(?:verdict|limit|result)"[^>]*>(.*?)</td>', html, flags=re.DOTALL
    )
    rows = cells if len(cells) <= 3 * MOST_SHOWN else []
    asides = r'<span class="small">.*?</span>'
    text = re.sub(rf"{asides}|<[^>]*>", "\n", "\n".join([*stated, *rows]), flags=re.DOTALL)
    lines = ["".join(unescape(line).split()) for line in text.split("\n")]
    if missing := [line for line in (*lines, *beside.split()) if line not in shown]:
        yield f"the pages lack words that follow from the session: {missing[:5]}"
    if not stated:
        yield "the web page states no verdict"


def bookmarks(found: list[Any]) -> Iterator[str]:
    """Yield the titles of bookmarks."""
    for item in found:
        yield from bookmarks(item) if isinstance(item, list) else [str(item.title)]


def harmless(reader: PdfReader) -> Iterator[str]:
    """Look for what acts, lies on the pages, or hides a part of them."""
    if reader.root_object.keys() - OF_CATALOG or "/JavaScript" in (
        at(reader.root_object, "/Names") or {}
    ):
        yield "the report holds what acts when it is opened, or can be hidden"
    for page in reader.pages:
        notes = [item.get_object() for item in at(page, "/Annots") or ()]
        led = {(at(item, "/A", "/S"), at(item, "/A", "/F")) for item in notes} - {(None, None)}
        drawn = page.get_contents()
        if any(item.get("/Subtype") not in {"/Link", "/Widget"} for item in notes):
            yield "something lies on a page"
        if any(how != "/GoToR" or not VOLUME.fullmatch(str(where)) for how, where in led):
            yield "a link leads elsewhere than to another volume"
        sides = sorted(round(float(side)) for side in page["/MediaBox"])
        if page.keys() - OF_PAGE or sides != [0, 0, 595, 842]:
            yield "a page does something, or is cut or turned"
        if drawn is not None and re.search(rb"\b(BI|[37] Tr)\b", drawn.get_data()):
            yield "a page holds a picture or hidden words that the toolkit does not draw"


def at(found: object, *keys: str) -> Any:  # noqa: ANN401 -- whatever lies there
    """Follow names through dictionaries and references; None where there is no such way."""
    for key in keys:
        found = found[key] if isinstance(found, DictionaryObject) and key in found else None
    return found


def payload(session: dict[str, Any], files: dict[str, Path]) -> Iterator[str]:
    """Compare all files below data/ with the hashes that are signed."""
    left = {name for name in files if name.startswith("data/")}
    for name, digest in session["hashes"].items():
        forms = [name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))]
        lies = next((form for form in forms if form in left), None)
        left.discard(lies or "")
        size = files[lies].stat().st_size if lies else 0
        if lies is None or session.get("sizes", {}).get(name, size) != size:
            yield f"{name} is missing, or of another size"
        elif sha256(files[lies], MOST * 64) != digest:
            yield f"{name} is missing or changed"
    added = sorted(name for name in left if not is_litter(name))
    if added:
        yield f"added: {added}"


def bag(folder: Path, session: dict[str, Any], files: dict[str, Path]) -> Iterator[str]:
    """Write the tag files again, and compare."""
    tags = {name for name in files if not name.startswith("data/") and not is_litter(name)}
    annexes = {name for name in tags if ANNEX.fullmatch(name)}  # by their hashes: made
    if tags - annexes != BESIDE_DATA:
        yield f"added: {sorted(tags - annexes - BESIDE_DATA)}"
    found = {name: path for name, path in files.items() if name.startswith("data/")}
    data = {name: sha256(path) for name, path in found.items() if not is_litter(name)}
    size = sum(found[name].stat().st_size for name in data)
    hashes = {name: sha256(files[name]) for name in tags - {"tagmanifest-sha256.txt"}}
    info = (
        f"Bag-Software-Agent: acceptance {session['tool_version']}\n"
        f"Bagging-Date: {session['finished'][:10]}\nExternal-Identifier: {session['id']}\n"
        f"Payload-Oxum: {size}.{len(data)}\n"
    )
    texts = {
        "bagit.txt": {"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
        "bag-info.txt": {info},
        "manifest-sha256.txt": {listed(session["hashes"]), listed(data)},
        "tagmanifest-sha256.txt": {listed(hashes)},
    }
    for name, allowed in texts.items():
        lines = (folder / name).read_bytes().decode(errors="replace").split("\n")
        if "\n".join(line for line in lines if not is_litter(line[66:])) not in allowed:
            yield f"{name} is not what sealing writes"


def listed(hashes: dict[str, str]) -> str:
    """Return the lines of a manifest; line ends inside a name are percent-encoded (RFC 8493)."""
    names = {name: name.replace("\r", "%0D").replace("\n", "%0A") for name in hashes}
    return "".join(f"{hashes[name]}  {names[name]}\n" for name in sorted(hashes))


def log(content: bytes, session: dict[str, Any]) -> Iterator[str]:
    """Check the chain of the log, and that it begins with what the session holds."""
    entries, previous = [json.loads(line) for line in content.split(b"\n")[:-1]], ""
    for entry in entries:
        rest = {key: value for key, value in entry.items() if key != "sha256"}
        if entry["previous"] != previous or entry["sha256"] != sha256_of(canonical(rest)):
            yield "the log is no chain"
        previous = entry["sha256"]
    if b"".join(canonical(entry) + b"\n" for entry in entries) != content:
        yield "the log is not as the toolkit writes it"
    if entries[: len(session["log"])] != session["log"]:
        yield "the log does not begin with the entries in the session"
    after = entries[len(session["log"]) :]
    if any(entry["what"] not in REPORTED or {*entry["details"]} != SAID for entry in after):
        yield "behind the session's entries the log tells of more than its reports"


def canonical(entry: dict[str, Any]) -> bytes:
    """Return an entry as its line in the log."""
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(content: bytes) -> str:
    """Return the hash of bytes."""
    return hashlib.sha256(content).hexdigest()


def verdicts(session: dict[str, Any], folder: Path) -> Iterator[str]:
    """Check that verdicts follow from figures and limits, and the sum from the verdicts."""
    packs = [
        tomllib.loads(path.read_text("utf-8")) for path in (folder / "data/packs").glob("*.toml")
    ]
    failed = set()
    for item in session["findings"]:
        where = f"{item['requirement']} of {item['subject']}"
        if item["verdict"] in {"fail", "conditional_fail"} and item["modality"] != "should":
            failed.add(item["requirement"])
        asked = item["requirement"].partition("#")[2]
        if item["limit"] and item["limit"] not in limits(packs, asked):
            yield f"{where}: no pack has this limit"
        if item["value"] is not None and not follows(item, session["measurements"]):
            yield f"{where}: {item['verdict']} does not follow from {item['value']}"
    line = session["bottom_line"]
    if set(line["failed"]) != failed or (failed and "fail" not in line["verdict"]):
        yield "the bottom line does not follow from the findings"


def limits(packs: list[Any], requirement: str) -> list[dict[str, Any]]:
    """Return every limit that packs give a requirement: own, corrected, by class, or borrowed."""
    lists = [part for pack in packs for part in pack.values() if isinstance(part, list)]
    tables = [item for part in lists for item in part if isinstance(item, dict)]
    asked = [item for item in tables if item.get("id") == requirement and "borrows" in item]
    lent = {item["borrows"].partition("#")[2] for item in asked}
    names, found = {requirement} | lent, []
    waiting: list[Any] = [
        item for item in tables if names & {item.get("id"), item.get("requirement")}
    ]  # fmt: skip
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict) and {"at_least", "at_most"} & item.keys():
            found.append({key: item.get(key) for key in ("unit", "at_least", "at_most")})
        if isinstance(item, dict | list):
            waiting += item.values() if isinstance(item, dict) else item
    return found


def follows(item: dict[str, Any], measurements: list[dict[str, Any]]) -> bool:
    """Whether a finding's verdict follows from its value, and its value from its measurement."""
    limit, rule = item["limit"], item["decision_rule"]
    sources = [measurements[index] for index in item["measurements"]]
    same_unit = len(sources) == 1 and sources[0]["unit"] == item["unit"]
    if same_unit and sources[0]["value"] != item["value"]:
        return False
    if not (limit and rule) or item["reason"]["code"].startswith("count"):
        return True
    least, most = limit["at_least"], limit["at_most"]
    room = min(
        float("inf") if least is None else item["value"] - least,
        float("inf") if most is None else most - item["value"],
    )
    guard = 0 if rule["kind"] == "simple" else rule["guard"]
    band = guard * (item["k"] or 0) * (item["uncertainty"] or 0)
    allowed = {
        "pass": room >= band, "conditional_pass": room >= 0,
        "fail": room < -band, "conditional_fail": room < 0,
    }  # fmt: skip
    return allowed.get(item["verdict"], True)


def is_litter(name: str) -> bool:
    """Whether a desktop leaves files of this name behind."""
    return bool(LITTER.fullmatch(name.rpartition("/")[2]))


def sha256(path: Path, most: int = MOST * 64) -> str:
    """Return the hash of a file; of one that is too large, nothing that could fit."""
    if path.stat().st_size > most:
        return "too large"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    try:
        problems = list(check(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
    except Exception as error:  # noqa: BLE001 -- one flipped bit can make a reader fail in any way
        problems = [f"cannot be read ({type(error).__name__}: {error})"]
    print("\n".join(problems), end="\n" if problems else "")  # noqa: T201
    sys.exit(1 if problems else 0)
