"""The layout of the package as data, and a walk over every import that holds the code to it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "acceptance"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
EXEMPT = {"model.py"}  # every noun with its fields, to be looked up rather than read through

# A room may import the rooms on the lines above it, never its neighbours but for those in NEIGHBOURS.
RANKS = (
    "model errors data planes tables qr",
    (
        "uncertainty sequences clip encode tone onvif definitions copies charts advice projection screen drawing"
        " finding plain_edges strips camera capture colorimetry thumbnails colorchecker certificates logs plan plots"
        " zone_map wording doctor provenances"
        " coverage_map event_timeline timeline recording_names capacity header sheets device_list"
        " answer_files score_files item_code"
    ),
    "watch simulate sessions clock_page workspace recordings recording_list",
    "views comparison channels site rows panel differences overlay_form",
    "scene exhibits answered",
    "metrics checks still pages report signing evidence",
    "intake questionnaire session_diff",
    "session",
    "batch issue verify terminal demo",
    "options",
    "cli cli_chart cli_pack cli_people cli_recordings cli_site web",
    "__main__",
)
RANK = {room: rank for rank, rooms in enumerate(RANKS) for room in rooms.split()}
NEIGHBOURS = {
    "capture": {"clip", "onvif"},
    "encode": {"clip"},
    "header": {"clip"},
    "tables": {"errors"},
    "copies": {"definitions"},
    "logs": {"sequences"},
    "charts": {"definitions"},
    "screen": {"charts", "sequences"},
    "drawing": {"charts", "screen"},
    "advice": {"charts"},
    "projection": {"charts"},
    "finding": {"charts", "projection"},
    "colorimetry": {"clip"},
    "strips": {"clip"},
    "thumbnails": {"clip"},
    "colorchecker": {"charts"},
    "camera": {"charts", "drawing"},
    "recording_list": {"recordings"},
    "device_list": {"sheets"},
    "answer_files": {"sheets"},
    "score_files": {"sheets", "answer_files"},
    "plan": {"device_list", "answer_files", "score_files"},
    "event_timeline": {"plots"},
    "report": {"pages"},
    "demo": {"issue", "verify"},
    "cli": {"cli_chart", "cli_pack", "cli_people", "cli_recordings", "cli_site"},
}

# Each third-party library has one home, where its exceptions become ours; a home may be a room or a module in one.
ANYWHERE = {"numpy", "scipy"}
HOMES = {
    "av": {"clip", "encode", "capture"},
    "cv2": {
        *("sessions", "item_code"),
        *("charts", "drawing", "finding", "plain_edges", "colorimetry", "colorchecker", "thumbnails", "watch", "still"),
        "metrics",
    },
    "GTC": {"uncertainty"},
    "jinja2": {"report"},
    "markupsafe": {"report", "exhibits"},
    "weasyprint": {"report"},
    "pyhanko": {"signing", "certificates"},
    "pyhanko_certvalidator": {"signing", "certificates"},
    "asn1crypto": {"signing", "certificates"},
    "cryptography": {"signing", "certificates"},
    "click": {"cli", "cli_chart", "cli_pack", "cli_people", "cli_recordings", "cli_site", "options"},
    "rich": {"cli", "terminal"},
    "skimage": {"metrics.compression", "metrics._registration", "metrics._colour"},
    "pydantic": {"plan", "session", "checks.pack"},
    "openpyxl": {"sheets"},
    "onvif": {"onvif"},
    "zeep": {"onvif"},
    "distributed": {"batch"},
    "starlette": {"web"},
    "uvicorn": {"web"},
}


def module_of(path: Path) -> str:
    """Name a file without the package: ``metrics.noise``; a folder's ``__init__`` is the folder, the root's is ''."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Every import at any depth, with its line; ``from acceptance import clip`` counts as ``acceptance.clip``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            folder = base in {"acceptance", "acceptance.metrics", "acceptance.checks"}
            yield from ((node.lineno, f"{base}.{alias.name}" if folder else base) for alias in node.names)


def inside(importer: str, imported: str) -> str:
    """Say what is wrong with one module of this package importing another, or nothing."""
    here, there = importer.partition(".")[0], imported.partition(".")[0]
    if there not in RANK:
        return f"{there} is no room: add it to RANKS of this test, on the line where it belongs"
    if here == there:
        closed = here == "metrics" and importer != "metrics" and "._" not in imported
        return "metrics do not know each other: what two of them share moves to a metrics/_name.py" if closed else ""
    if RANK[there] < RANK[here] or there in NEIGHBOURS.get(here, ()):
        return ""
    return (
        f"{here} stands on line {RANK[here]} and {there} on line {RANK[there]}; only lines above may be imported: "
        f"move what {here} needs to line {RANK[here] - 1} or above, or this code to line {RANK[there] + 1} or below"
    )


def outside(importer: str, library: str) -> str:
    """Say what is wrong with a module importing a third-party library, or nothing."""
    if library in sys.stdlib_module_names or library in ANYWHERE:
        return ""
    if library not in HOMES:
        return f"{library} has no home: name one in HOMES of this test, or do without it"
    if any(importer == home or importer.startswith(f"{home}.") for home in HOMES[library]):
        return ""
    return f"{library} lives in {' and '.join(sorted(HOMES[library]))}: call a function of that room instead"


def complaint(importer: str, target: str) -> str:
    """Say what is wrong with an import, or nothing."""
    package, _, rest = target.partition(".")
    if not package:
        return "relative import: write it in full"
    if package != "acceptance":
        return outside(importer, package)
    if rest == "__version__":
        return ""
    return inside(importer, rest) if rest else "the package root is not imported: import the room"


def name(path: Path) -> str:
    """Name a test case."""
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_import_points_up_the_table_and_every_library_stays_at_home(path: Path) -> None:
    """The failure message says where the import should go."""
    importer = module_of(path)
    assert not importer or importer.split(".")[0] in RANK, f"{importer} is in no line of RANKS: give it a place"
    found = [(line, target, complaint(importer, target)) for line, target in imports(path.read_text("utf-8"))]
    wrong = [f"acceptance/{name(path)}:{line} imports {target}: {what}" for line, target, what in found if what]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("importer", "source", "words"),
    [
        ("clip", "from acceptance import session", "move what clip needs to line 0 or above"),
        ("metrics.noise", "from acceptance.checks import judge", "line 4"),
        ("metrics.noise", "from acceptance.metrics import resolution", "metrics do not know each other"),
        ("metrics.noise", "from acceptance.metrics.resolution import mtf", "metrics do not know each other"),
        ("checks.judge", "def f():\n    import acceptance.report", "line 4"),
        ("model", "import acceptance", "import the room"),
        ("scene", "from . import clip", "in full"),
        ("scene", "from acceptance.helpers import f", "no room"),
        ("scene", "import av.error", "av lives in capture and clip"),
        ("metrics.noise", "from skimage import metrics", "metrics.compression"),
        ("cli", "import pandas", "no home"),
    ],
)
def test_a_forbidden_import_is_told_where_to_go(importer: str, source: str, words: str) -> None:
    """The walk itself is tried: a check that never complains would hold nothing."""
    [(_, target)] = imports(source)
    assert words in complaint(importer, target)


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("capture", "from acceptance import clip"),
        ("session", "from acceptance import __version__"),
        ("metrics.noise", "from acceptance.metrics._patches import levels"),
        ("metrics.compression", "from skimage.metrics import structural_similarity"),
        ("checks.judge", "from acceptance.checks.pack import load"),
        ("demo", "from acceptance import verify"),
    ],
)
def test_an_allowed_import_passes(importer: str, source: str) -> None:
    """The exceptions of the table hold."""
    assert [complaint(importer, target) for _, target in imports(source)] == [""]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines from its first statement to its last, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_can_be_read_in_a_sitting(path: Path) -> None:
    """A file has at most 400 lines, a function's body at most 40."""
    source = path.read_text("utf-8")
    length = len(source.splitlines())
    assert length <= LONGEST_FILE or name(path) in EXEMPT, (
        f"acceptance/{name(path)} has {length} lines: split it along its nouns"
    )
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    long = [
        f"acceptance/{name(path)}:{function.lineno} {function.name} has {lines_of(function)} lines: name its parts"
        for function in functions
        if lines_of(function) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)
