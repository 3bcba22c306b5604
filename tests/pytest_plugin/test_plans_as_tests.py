"""Plans as tests of pytest, in processes of their own as in CI."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from issued_session import PACK_TEXT
from marks import slow

from acceptance.checks import judging
from acceptance.footage import encode
from acceptance.model import Finding, Modality, Reason, Scope, Verdict
from acceptance.pytest_plugin.outcomes import CaseOutcome, outcome
from acceptance.pytest_plugin.plan_test import tell
from acceptance.session import store

FREEZE = PACK_TEXT.replace("grey_scale.steps", "faults.freeze").replace(
    'limit = { at_least = 8, unit = "1" }', 'limit = { at_most = 1, unit = "s" }'
)
PLAN = """
packs = ["made_up.toml"]
[[subjects]]
id = "门口"
kind = "fixed"
[[shots]]
id = "s1"
subject = "门口"
clip = "{clip}"
"""
NOISE_OUT = """
[[out_of_scope]]
requirement = "made_up#noise"
reason = "没有光源"
by = "王工"
"""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a run of pytest said, and its JUnit."""

    code: int
    text: str
    cases: dict[str, ET.Element]

    def outcome(self, name: str) -> str:
        """Return what became of a test, by the name of its plan and its own."""
        found = [part.tag for part in self.cases[name] if part.tag != "properties"]
        return found[0] if found else "passed"

    def message(self, name: str) -> str:
        """Return what JUnit says of a test that did not pass."""
        return "".join(part.text or "" for part in self.cases[name] if part.tag != "properties")

    def properties(self, name: str) -> dict[str, str]:
        """Return the properties of a test."""
        found = self.cases[name].iter("property")
        return {str(one.get("name")): str(one.get("value")) for one in found}


def _plan(case: ET.Element) -> str:
    """Return the name of a test's plan, without its ending."""
    return case.get("classname", "").removesuffix(".acceptance.toml").rpartition(".")[2]


def run(folder: Path, *arguments: str, pages: str = "html_alone") -> Ran:
    """Run pytest in a folder with the plugin, and xdist, and nothing else but what sets no pages.

    ``pages`` is what sets plain ones, if anything does.
    """
    paths = os.pathsep.join(filter(None, sys.path))
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200"}
    alone["PYTHONPATH"] = paths
    alone.pop("PYTEST_ADDOPTS", None)
    plugins = ("-p", "acceptance.pytest_plugin", "-p", "xdist.plugin", "-p", pages)
    command = (sys.executable, "-m", "pytest", *plugins, "-ra", "--junitxml=junit.xml", *arguments)
    done = subprocess.run(
        command, cwd=folder, env=alone, capture_output=True, text=True, check=False
    )
    report = folder / "junit.xml"
    cases = ET.parse(report).iter("testcase") if report.exists() else ()  # noqa: S314 -- our own
    named = {f"{_plan(case)}:{case.get('name')}": case for case in cases}
    return Ran(code=done.returncode, text=done.stdout + done.stderr, cases=named)


def plain(text: str) -> str:
    """Return a text with plain spaces for those that keep a figure and its unit together."""
    return re.sub("[\\s\u2009\u202f]+", " ", text)


def film(path: Path, *, moving: bool) -> None:
    """Write two seconds of noise, or a live grey wall whose picture then stands for two seconds."""
    seen = np.random.default_rng(1)
    pictures = [seen.integers(40, 200, (120, 160), np.uint8) for _ in range(50)]
    if not moving:
        live = [seen.normal(90, 2, (240, 320)).astype(np.uint8) for _ in range(25)]
        pictures = [*live, *live[-1:] * 48]
    encode.write(path, pictures, codec="ffv1", pixel_format="gray")


def write(folder: Path, name: str, more: str = "", *, clip: str) -> Path:
    """Write a plan."""
    path = folder / f"{name}.acceptance.toml"
    path.write_text(PLAN.format(clip=clip) + more, "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with plans that pass, fail, stay open, cannot be measured, or be used."""
    place = tmp_path_factory.mktemp("plans") / "门口 1"
    place.mkdir()
    (place / "made_up.toml").write_text(FREEZE, "utf-8")
    film(place / "moving.mkv", moving=True)
    film(place / "still.mkv", moving=False)
    (place / "broken.mkv").write_bytes(b"no video")
    write(place, "passes", NOISE_OUT, clip="moving.mkv")
    write(place, "fails", NOISE_OUT, clip="still.mkv")
    write(place, "open", clip="moving.mkv")
    write(place, "broken", NOISE_OUT, clip="broken.mkv")
    write(place, "wrong", "[", clip="moving.mkv")
    (place / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    (place / "other.toml").write_text("this is [ no TOML", "utf-8")
    return place


@pytest.fixture(scope="module")
def ran(folder: Path) -> Ran:
    """Run all plans of the folder."""
    return run(folder, "--acceptance-out", "sessions", pages="plain_pages")


def test_a_plan_is_a_module_and_each_requirement_of_a_device_a_test(ran: Ran) -> None:
    names = {name.partition(":")[2] for name in ran.cases if not name.startswith(":")}
    assert names == {"1/steps[门口]", "1/noise[门口]", "verdict"}
    assert len(ran.cases) == 4 * 3 + 1
    assert ran.code == 1
    assert ran.outcome(":wrong.acceptance.toml") == "error", "keeps no other from running"
    assert "other.toml" not in ran.text


def test_what_conforms_passes_with_value_u_limit_and_unit_in_junit(ran: Ran) -> None:
    assert ran.outcome("passes:1/steps[门口]") == "passed"
    found = ran.properties("passes:1/steps[门口]")
    assert (found["verdict"], found["unit"], plain(found["limit"])) == ("pass", "s", "≤ 1 s")
    assert float(found["value"]) == float(found["U"]) == 0  # the clock steps nowhere
    assert float(ran.cases["passes:1/steps[门口]"].get("time", "0")) > 0


def test_what_is_out_of_scope_is_a_skip_with_its_reason(ran: Ran) -> None:
    assert ran.outcome("passes:1/noise[门口]") == "skipped"
    [skipped] = ran.cases["passes:1/noise[门口]"].findall("skipped")
    assert skipped.get("message") == "not tested: taken out of the scope by 王工: 没有光源"
    assert ran.outcome("passes:verdict") == "passed"
    assert "没有光源" in ran.properties("passes:verdict")["warning.caution.taken_out"]


def test_what_fails_is_a_failure_that_tells_value_u_and_limit_and_shows_no_code(ran: Ran) -> None:
    assert ran.outcome("fails:1/steps[门口]") == "failure"
    said = plain(ran.message("fails:1/steps[门口]"))
    assert "does not conform: outside the limit" in said
    assert "(1.920 ± 0.032) s" in said
    assert "≤ 1 s" in said
    assert ran.outcome("fails:verdict") == "passed", "one failure is told once"
    assert "plan_module.py" not in ran.text


def test_an_untested_mandatory_item_that_is_not_out_of_scope_is_an_error(ran: Ran) -> None:
    assert ran.outcome("open:1/noise[门口]") == "error"
    assert "not tested: " in ran.message("open:1/noise[门口]")


def test_a_clip_that_cannot_be_read_is_an_error_with_a_sentence_and_no_traceback(
    ran: Ran,
) -> None:
    for name in ("1/steps[门口]", "1/noise[门口]", "verdict"):
        assert ran.outcome(f"broken:{name}") == "error"
        assert "broken.mkv" in ran.message(f"broken:{name}")
    assert "Traceback" not in ran.text


def test_each_plan_was_measured_once_into_the_folder_that_the_option_names(
    ran: Ran, folder: Path
) -> None:
    del ran
    sessions = [path for path in (folder / "sessions").iterdir() if path.name[0] != "."]
    assert len(sessions) == 3, "the broken clip gives none"
    for session in sessions:
        assert (session / "report.pdf").is_file()
        assert store.load(session).findings


def test_the_verdict_is_red_where_the_tests_that_say_why_are_not_chosen(folder: Path) -> None:
    """Another worker cannot be found by way of pytest's temporary folder, which may be off."""
    alone = ("-n", "1", "-p", "no:tmpdir", "-k", "verdict", "--acceptance-out", "alone")
    done = run(folder, *alone, "fails.acceptance.toml")
    assert list(done.cases) == ["fails:verdict"]
    assert done.outcome("fails:verdict") == "error"
    assert "Verdict: fail" in done.message("fails:verdict")


def test_a_test_that_is_run_again_tells_its_properties_once() -> None:
    properties: list[tuple[str, object]] = [("own", 1)]
    for value in (2, 3):
        tell(properties, [("verdict", "pass"), ("warning", value), ("warning", 4)])
    assert properties == [("own", 1), ("verdict", "pass"), ("warning", 3), ("warning", 4)]


@pytest.mark.parametrize("distribution", ["loadfile", slow("load")])
def test_under_xdist_each_plan_is_measured_once_whoever_gets_its_tests(
    distribution: str, folder: Path
) -> None:
    out = f"sessions of {distribution}"
    again = run(
        folder, "-n", "2", "--dist", distribution, "--acceptance-out", out,
        "passes.acceptance.toml", "fails.acceptance.toml", "broken.acceptance.toml",
    )  # fmt: skip
    assert again.code == 1
    assert again.outcome("passes:1/steps[门口]") == "passed"
    assert again.outcome("fails:1/steps[门口]") == "failure"
    assert again.outcome("broken:verdict") == "error"
    sessions = [path for path in (folder / out).iterdir() if path.name[0] != "."]
    assert len(sessions) == 2


def test_the_figures_of_each_shot_are_held_against_those_of_a_session(
    ran: Ran, folder: Path
) -> None:
    """One is as it was; of the other a figure of the baseline was changed, and one added."""
    baselines = folder / "baselines"
    baselines.mkdir()
    for plan in ("passes", "fails"):
        session = Path(ran.properties(f"{plan}:verdict")["session"])
        content = json.loads((session / store.FILE).read_text("utf-8"))
        if plan == "fails":
            [freeze] = [
                one for one in content["measurements"] if one["quantity"] == "faults.freeze"
            ]
            freeze["value"] = 1.0
            content["measurements"].append(freeze | {"region": "gone"})
        (baselines / f"{plan}.json").write_text(json.dumps(content), "utf-8")
    plans = ("passes.acceptance.toml", "fails.acceptance.toml")
    again = run(folder, "--acceptance-baseline", "baselines", "-k", "baseline", *plans)
    assert again.outcome("passes:baseline[s1]") == "passed"
    assert again.outcome("fails:baseline[s1]") == "failure"
    said = plain(again.message("fails:baseline[s1]"))
    assert "figures that moved: 2" in said
    assert "s1: faults.freeze: up: (1.000 ± 0.032) s -> (1.920 ± 0.032) s, +0.92 s" in said
    assert "(gone): vanished" in said
    without = run(
        folder, "--collect-only", "--acceptance-baseline", "baselines", "open.acceptance.toml"
    )
    assert without.code == 1
    assert "open.json: cannot be read (No such file" in without.text
    stated = ("-o", "acceptance_tolerances=faults.frieze=2")
    misspelt = run(
        folder, "--collect-only", "--acceptance-baseline", "baselines", *stated, plans[0]
    )
    assert "perhaps: faults.freeze" in misspelt.text


def test_a_plan_that_is_wrong_is_an_error_of_collection_with_a_sentence(tmp_path: Path) -> None:
    texts = (
        "x = [",
        "[tool.ruff]\n",
        'packs = ["no_such"]\n[[subjects]]\nid = "a"\nkind = "fixed"\n',
    )
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.acceptance.toml").write_text(text, "utf-8")
    done = run(tmp_path)
    assert done.code == 1
    assert "3 errors" in done.text
    assert "Traceback" not in done.text
    for words in ("0.acceptance.toml", "tool: unknown field", "no_such"):
        assert words in done.text


def test_only_what_is_named_as_a_plan_is_collected(folder: Path) -> None:
    quiet = ("--collect-only", "-q")
    (folder / "sub").mkdir(exist_ok=True)
    named = folder / "sub" / "camera.toml"
    named.write_text("[", "utf-8")
    usual = run(folder, *quiet)
    assert "passes.acceptance.toml::1/noise[" in usual.text
    assert "pyproject" not in usual.text
    assert "camera.toml" not in usual.text
    kept = folder / "kept" / "1" / "data"  # a session of an earlier run, and what it holds
    kept.mkdir(parents=True, exist_ok=True)
    for name in ("session.json", "bagit.txt", "data/open.toml"):
        (kept.parent / name).write_text("", "utf-8")
    configured = run(folder, *quiet, "-o", "acceptance_plans=open*.toml")
    assert "kept" not in configured.text
    assert "open.acceptance.toml::1/noise[" in configured.text
    assert "passes" not in configured.text
    asked = run(folder / "sub", *quiet, "camera.toml")
    assert "camera.toml" in asked.text
    named.unlink()


def test_pytest_starts_without_what_takes_long_to_load() -> None:
    program = "import json, sys, acceptance.pytest_plugin; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"numpy", "scipy", "cv2", "av", "pydantic", "rich", "click", "jinja2"}
    assert {name for name in loaded if name.startswith("acceptance.")} == {
        "acceptance.pytest_plugin",
        "acceptance.messages",
        "acceptance.data",
    }


def finding(verdict: Verdict, **fields: object) -> Finding:
    """Make a finding on a mandatory requirement."""
    given = {"mandatory": True, "reason": Reason(code="within_limit")} | fields
    return Finding(
        subject="a", pack="p", clause="1", requirement="p#1", verdict=verdict,
        **given,  # type: ignore[arg-type]
    )  # fmt: skip


OUTCOMES = [
    (finding(Verdict.PASS), CaseOutcome.PASSED, CaseOutcome.PASSED),
    (finding(Verdict.PASS, provisional=True), CaseOutcome.PASSED, CaseOutcome.ERROR),
    (finding(Verdict.CONDITIONAL_PASS), CaseOutcome.PASSED, CaseOutcome.ERROR),
    (finding(Verdict.FAIL), CaseOutcome.FAILED, CaseOutcome.FAILED),
    (finding(Verdict.CONDITIONAL_FAIL), CaseOutcome.FAILED, CaseOutcome.FAILED),
    (finding(Verdict.INCONCLUSIVE), CaseOutcome.ERROR, CaseOutcome.ERROR),
    (finding(Verdict.NOT_TESTED), CaseOutcome.ERROR, CaseOutcome.ERROR),
    (finding(Verdict.NOT_TESTED, mandatory=False), CaseOutcome.SKIPPED, CaseOutcome.SKIPPED),
    (finding(Verdict.NOT_APPLICABLE), CaseOutcome.SKIPPED, CaseOutcome.SKIPPED),
    (finding(Verdict.FAIL, modality=Modality.SHOULD), CaseOutcome.PASSED, CaseOutcome.PASSED),
]


@pytest.mark.parametrize(("found", "usual", "strict"), OUTCOMES)
def test_an_outcome_is_what_run_exits_with(
    found: Finding, usual: CaseOutcome, strict: CaseOutcome
) -> None:
    codes = {CaseOutcome.PASSED: 0, CaseOutcome.FAILED: 1, CaseOutcome.ERROR: 3}
    beside = finding(Verdict.PASS)  # else nothing would be judged
    for is_strict, due in ((False, usual), (True, strict)):
        assert outcome(found, Scope.DEVICE, strict=is_strict) is due
        line = judging.bottom_line([found, beside], Scope.DEVICE)
        if due in codes and found.decides:
            assert judging.exit_code(line, strict=is_strict) == codes[due]


def test_out_of_scope_is_a_skip_for_a_device_and_an_error_for_a_site() -> None:
    taken_out = finding(Verdict.NOT_TESTED, reason=Reason(code="taken_out"))
    assert outcome(taken_out, Scope.DEVICE, strict=True) is CaseOutcome.SKIPPED
    assert outcome(taken_out, Scope.SITE, strict=False) is CaseOutcome.ERROR
