"""The layout of the package as data, and a walk over every import that holds the code to it."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "acceptance"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 40


# Imports run downwards: a package may import those on the lines above its own, never its
# neighbours.
RANKS = (
    "data",
    "messages",
    "model errors",
    "files footage wording uncertainty",
    "charts recorder forms checks live",
    "scene simulate report",
    "metrics",
    "session",
    "signing",
    "api",
    "batch pytest_plugin laboratories",
    "web",
    "cli",
    "__main__",
)
RANK = {package: rank for rank, packages in enumerate(RANKS) for package in packages.split()}

# Each third-party library has one home, where its exceptions become ours; a home is a package or a
# module in one.
ANYWHERE = {"numpy", "scipy", "lazy_loader"}
HOMES = {
    "av": {"footage", "live"},
    "cv2": {
        "charts",
        "scene",
        "footage.colorimetry",
        "forms.item_code",
        "metrics",
        "simulate.coding",
    },
    "GTC": {"uncertainty"},
    "jinja2": {"report.templates", "report.compiled_templates"},
    "markupsafe": {"report.templates", "report.exhibits"},
    "weasyprint": {"report.typesetting"},
    "fontTools": {"report.own_typefaces"},
    "pydyf": {"report.sign_fields"},
    "pypdf": {"report.page_paints", "report.page_words"},
    "pyhanko": {"signing"},
    "pyhanko_certvalidator": {"signing"},
    "asn1crypto": {"signing"},
    "pkcs11": {"signing.tokens"},
    "cryptography": {"signing", "live.tls"},
    "click": {"cli"},
    "rich": {"cli"},
    "pytest": {"pytest_plugin"},
    "skimage": {"metrics.compression", "metrics.colour"},
    "pydantic": {"session", "checks.pack", "files.first_error", "laboratories.round_plan"},
    "pydantic_core": {"session", "files.first_error"},
    "openpyxl": {"files.spreadsheet", "files.sheet_cells", "files.cell_formats"},
    "docx": {"report.word_copy"},
    "onvif": {"live.onvif"},
    "zeep": {"live.onvif"},
    "requests": {"live", "signing.bounded_answers"},
    "urllib3": {"live"},
    "lxml": {"live"},
    "xmlschema": {"live"},
    "distributed": {"batch.cluster"},
    "dask": {"batch.cluster"},
    "tornado": {"batch.cluster"},
    "sqlalchemy": {"batch"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "tomllib": {"files.strict_toml", "wording"},  # one reader of what people write; and our phrases
}
# What takes long to load, and what gives the same without that.
SLOW = {"scipy.stats": "scipy.special has its distributions"}
DEEPEST = 3  # levels of folders, acceptance/ the first

# What a metric may know of the model: what it measures on and what it says, never what is required.
MODEL_FOR_METRICS = {
    *("model.basics", "model.subject", "model.shot", "model.measurement"),
    "model.device_record",
}


def module_of(path: Path) -> str:
    """Name a file without the package: ``metrics.noise``.

    A folder's ``__init__`` is the folder, the root's is ''.
    """
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Read:
    """What is asked of a source, found in one walk: it takes longer than all questions."""

    imports: tuple[tuple[int, str], ...]
    functions: tuple[tuple[int, str, int], ...]


@cache
def read(source: str) -> Read:
    """Every import at any depth, with its line, and every function, with its first line and lines.

    ``from acceptance import metrics`` counts as ``acceptance.metrics``.
    """
    found, functions = list[tuple[int, str]](), list[tuple[int, str, int]]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions.append((node.lineno, node.name, lines_of(node)))
        elif isinstance(node, ast.Import):
            found += ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found += ((node.lineno, _target(base, alias.name)) for alias in node.names)
    return Read(tuple(found), tuple(functions))


def imports(source: str) -> tuple[tuple[int, str], ...]:
    """Every import at any depth, with its line."""
    return read(source).imports


def _target(base: str, name: str) -> str:
    """Name the module that ``from base import name`` reaches."""
    inner = f"{base}.{name}".removeprefix("acceptance.")
    return f"{base}.{name}" if base in {"acceptance", "scipy"} or inner in MODULES else base


def inside(importer: str, imported: str) -> str:
    """Say what is wrong with one module of this package importing another, or nothing."""
    here, there = importer.partition(".")[0], imported.partition(".")[0]
    if there not in RANK:
        return f"{there} is no package: add it to RANKS of this test, on the line where it belongs"
    if here == there:
        return _between_metrics(importer, imported) if here == "metrics" else ""
    if here == "metrics" and there == "model":
        return _model_for_metrics(imported)
    if RANK[there] < RANK[here]:
        return ""
    return (
        f"{here} stands on line {RANK[here]} and {there} on line {RANK[there]}; "
        "only lines above may be imported: "
        f"move what {here} needs to a package on line {RANK[here] - 1} or above, "
        f"or this code to one on line {RANK[there] + 1} or below"
    )


def _between_metrics(importer: str, imported: str) -> str:
    """Say what is wrong with one metric importing from another family, or nothing."""
    family, other = importer.split(".")[1:2], imported.split(".")[1:2]
    if not family or family == other or (other and other[0].startswith("_")):
        return ""
    return (
        "metrics do not know each other: what two families share moves to a package metrics/_name"
    )


def _model_for_metrics(imported: str) -> str:
    """Say what is wrong with a metric importing a part of the model, or nothing."""
    if imported in MODEL_FOR_METRICS:
        return ""
    parts = ", ".join(f"acceptance.{part}" for part in sorted(MODEL_FOR_METRICS))
    return f"metrics never hear of limits: import the noun itself from one of {parts}"


def outside(importer: str, library: str) -> str:
    """Say what is wrong with a module importing a third-party library, or nothing."""
    if library not in HOMES and (library in sys.stdlib_module_names or library in ANYWHERE):
        return ""
    if library not in HOMES:
        return f"{library} has no home: name one in HOMES of this test, or do without it"
    if any(importer == home or importer.startswith(f"{home}.") for home in HOMES[library]):
        return ""
    homes = " and ".join(sorted(HOMES[library]))
    return f"{library} lives in {homes}: call a function of that package instead"


def complaint(importer: str, target: str) -> str:
    """Say what is wrong with an import, or nothing."""
    package, _, rest = target.partition(".")
    if not package:
        return "relative import: write it in full"
    slow = next((name for name in SLOW if f"{target}.".startswith(f"{name}.")), "")
    if slow:
        return f"{slow} takes long to load: {SLOW[slow]}"
    if package != "acceptance":
        return outside(importer, package)
    if rest == "__version__":
        return ""
    return (
        inside(importer, rest)
        if rest
        else "the package root is not imported: import the package that is meant"
    )


MODULES = {module_of(path) for path in SOURCES}


def name(path: Path) -> str:
    """Name a test case."""
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_import_points_up_the_table_and_every_library_stays_at_home(path: Path) -> None:
    """The failure message says where the import should go."""
    importer = module_of(path)
    assert not importer or importer.split(".")[0] in RANK, (
        f"{importer}: give its package a line in RANKS"
    )
    found = [
        (line, target, complaint(importer, target))
        for line, target in imports(path.read_text("utf-8"))
    ]
    wrong = [
        f"acceptance/{name(path)}:{line} imports {target}: {what}"
        for line, target, what in found
        if what
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("importer", "source", "words"),
    [
        (
            "footage.clip",
            "from acceptance.session import runner",
            "move what footage needs to a package on line 2",
        ),
        ("checks.judge", "from acceptance.metrics import noise", "line 6"),
        (
            "metrics.noise",
            "from acceptance.metrics import resolution",
            "metrics do not know each other",
        ),
        (
            "metrics.noise.analysis",
            "from acceptance.metrics.resolution.edge import edge_mtf",
            "metrics/_name",
        ),
        (
            "metrics._shared.timing",
            "from acceptance.metrics import faults",
            "metrics do not know each other",
        ),
        ("checks.judge", "def f():\n    import acceptance.report", "line 5"),
        ("charts.finding", "from acceptance.recorder import listing", "only lines above"),
        ("model", "import acceptance", "import the package that is meant"),
        ("scene.build", "from . import watch", "in full"),
        ("scene.build", "from acceptance.helpers import f", "no package"),
        ("scene.build", "import av.error", "av lives in footage and live"),
        ("metrics.noise", "from skimage import metrics", "metrics.compression"),
        ("cli.verbs", "import pandas", "no home"),
        ("forms.panel", "from scipy import stats", "scipy.special"),
        ("forms.panel", "import scipy.stats", "scipy.special"),
        ("metrics.noise", "from scipy.stats import trim_mean", "takes long to load"),
        ("cli.site", "import tomllib", "tomllib lives in files.strict_toml and wording"),
        ("metrics.noise", "from acceptance.model import Measurement", "never hear of limits"),
        ("metrics.noise", "from acceptance.model import Limit", "acceptance.model.measurement"),
        ("metrics._shared.lighting", "import acceptance.model", "never hear of limits"),
        ("metrics.faults", "from acceptance.model import standard", "never hear of limits"),
        (
            "metrics.faults",
            "from acceptance.model.standard import Limit",
            "import the noun itself from one of acceptance.model.basics",
        ),
        ("metrics", "from acceptance.model.plan import Plan", "never hear of limits"),
        ("metrics", "from acceptance.model.session import Session", "never hear of limits"),
        ("metrics", "from acceptance.model.finding import Finding", "never hear of limits"),
    ],
)
def test_a_forbidden_import_is_told_where_to_go(importer: str, source: str, words: str) -> None:
    """The walk itself is tried: a check that never complains would hold nothing."""
    [(_, target)] = imports(source)
    assert words in complaint(importer, target)


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("session.runner", "from acceptance import __version__"),
        ("session.runner", "from acceptance import metrics"),
        ("metrics.noise", "from acceptance.metrics._shared import lighting"),
        ("metrics.noise", "from acceptance.model.measurement import Measurement"),
        ("metrics", "from acceptance.model import shot"),
        ("session.runner", "from acceptance.model import Finding"),
        ("metrics.noise", "from acceptance.metrics.noise.analysis import taken_apart"),
        ("metrics.compression.fidelity", "from skimage.metrics import structural_similarity"),
        ("checks.judge", "from acceptance.checks.pack import load"),
        ("checks.decision", "from scipy import special"),
        ("cli.demo", "from acceptance.signing import verification"),
    ],
)
def test_an_allowed_import_passes(importer: str, source: str) -> None:
    """The table does not forbid what it means to allow."""
    assert [complaint(importer, target) for _, target in imports(source)] == [""]


# How bytes get to the disc, names are changed and files removed; ``files.output`` does so durably,
# and a session folder is changed by ``session.journal`` alone.
WRITING = {
    "write_bytes", "write_text", "rename", "rmtree", "move", "unlink", "rmdir", "touch",
    "copy", "copy2", "copyfile", "copytree", "put", "put_new", "append", "create", "open",
}  # fmt: skip
WRITERS = {
    "session.live_shots": "captures into the workspace of a run, which is no session yet",
    "session.journal": "changes a session folder",
    "session.workspace": "work folders: moved aside, removed when they hold nothing measured",
    "session.runner": "fills the work folder",
    "session.resuming": "clears the work folder of what its log does not name",
    "session.intake": "fills the work folder",
    "session.institute_file": "fills the work folder",
    "signing.exporting": "copies outside of the session, which it may not lie in",
    "session.institute_folder": "an institute's folder, in no session",
    "session.report_numbers": "an institute's list of numbers, in no session",
    "session.device_intake": "fills the work folder",
    "session.measuring": "fills the work folder",
    "session.store": "fills the work folder",
    "session.log_book": "adds to the log of the work folder",
    "session.new_plan": "a new plan, in no session",
    "signing.issuing": "a report elsewhere (write)",
    "signing.explaining": "a page elsewhere",
    "signing.seal_server": "the digest to be signed, outside of the session",
    "signing.chains": "the keys of the demo, and those to practise with",
    "signing.handing_out": "papers for the site, outside of the session",
}


def writes(source: str) -> set[str]:
    """Return the calls by which a source writes; what only reads is let pass."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else ""
            called = function.id if isinstance(function, ast.Name) else called
            on_list = isinstance(function, ast.Attribute) and called in {"append", "copy"}
            if called in WRITING and not on_list and not _reads(node, called):
                found.add(called)
    return found


def _reads(call: ast.Call, called: str) -> bool:
    modes = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return called == "open" and (not modes or modes == ["rb"])


def test_sessions_are_written_by_few_modules_and_only_the_journal_changes_a_sealed_one() -> None:
    """Whoever else writes below ``session`` or ``signing`` gives a reason here."""
    found = {
        module_of(path): writes(path.read_text("utf-8"))
        for path in SOURCES
        if module_of(path).partition(".")[0] in {"session", "signing"}
    }
    writers = {module for module, calls in found.items() if calls}
    assert writers == set(WRITERS), "let session.journal.changing write it, or say why not"
    low = {"write_bytes", "write_text", "rename", "create", "unlink", "rmdir", "touch"}
    assert {module for module, calls in found.items() if calls & low} <= {
        "session.journal", "session.resuming", "session.workspace",
    }  # fmt: skip
    assert writes("Path('x').write_bytes(b'')\nopen('x', 'w')\nx.open('rb')\n[].append(1)") == {
        "write_bytes", "open",
    }  # fmt: skip


def arrows() -> dict[str, set[str]]:
    """Every file of the package with the files that it imports."""
    prefix = "acceptance."
    return {
        module_of(path): {
            target.removeprefix(prefix)
            for _, target in imports(path.read_text("utf-8"))
            if target.startswith(prefix) and target != f"{prefix}__version__"
        }
        for path in SOURCES
    }


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Find files that import one another in a circle; none: an empty list."""
    try:
        TopologicalSorter({here: there - {here} for here, there in graph.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_file_imports_itself_by_a_detour() -> None:
    assert circle(arrows()) == [], "cut out what both ends need into a third file"
    assert circle({"a": {"b"}, "b": {"a"}}) != []


def test_the_house_has_three_levels_at_most_and_few_modules_at_its_door() -> None:
    deep = [name(path) for path in SOURCES if len(path.relative_to(PACKAGE).parts) > DEEPEST]
    assert deep == [], "a third folder inside another: give it a place beside its parent"
    assert len(list(PACKAGE.glob("*.py"))) <= 8


def test_no_module_bears_the_name_of_a_function_that_its_package_hands_on() -> None:
    """``charts.finding`` and ``charts.find``, never ``charts.find.find``.

    The name would mean either.
    """
    clashes = [
        f"{module_of(path)}.{handed}"
        for path in SOURCES
        if path.name == "__init__.py"
        for node in ast.parse(path.read_text("utf-8")).body
        for handed in _defined(node)
        if (path.parent / f"{handed}.py").is_file() and not _brings(node, handed)
    ]
    assert clashes == []


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []


def _brings(node: ast.stmt, handed: str) -> bool:
    """Whether what is handed on is the module itself."""
    return (
        isinstance(node, ast.ImportFrom)
        and f"{node.module}.{handed}".removeprefix("acceptance.") in MODULES
    )


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines from its first statement to its last, without its docstring."""
    body = (
        function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    )
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_can_be_read_in_a_sitting(path: Path) -> None:
    """A file has at most 400 lines, a function's body at most 40."""
    source = path.read_text("utf-8")
    length = len(source.splitlines())
    assert length <= LONGEST_FILE, (
        f"acceptance/{name(path)} has {length} lines: split it along its nouns"
    )
    long = [
        f"acceptance/{name(path)}:{first} {function} has {lines} lines: name its parts"
        for first, function, lines in read(source).functions
        if lines > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)
