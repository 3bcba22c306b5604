"""What a plan takes from its institute's file, and what of it goes into the session.

The file lies where a register may: in the plan's folder, or directly in one above it. Later changes
of it change no session.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance.checks import resources
from acceptance.errors import PlanError
from acceptance.files import paths, regular, strict_toml, wrong_field
from acceptance.files.output import put
from acceptance.forms import register
from acceptance.messages import tr
from acceptance.model import Institute
from acceptance.session import report_numbers

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Plan

    Raw = dict[str, Any]

FILE = "institute.toml"
KEPT = "data/institute"
NUMBER = "number"  # in a workspace: what was drawn for it
REPORTS = ("", "testing", "inspection", "acceptance")
LOGO = "logo.png"
OF_PLAN = ("laboratory", "laboratory_address")  # fields of a project that go before the institute's
# The tuple is there because pydantic takes a configuration for nested data classes, not for the
# outermost one.
_ADAPTER = TypeAdapter(
    tuple[Institute], config=ConfigDict(extra="forbid", strict=False, defer_build=True)
)


def filled_in(raw: Raw, path: Path) -> Raw:
    """Return a plan's tables with what its institute's file holds. Raises PlanError as ``read``."""
    named = raw.get("institute")
    if not isinstance(named, str) or not named:
        return raw
    file = register.place(path.parent, named, f"{path}: institute")
    return raw | {"institute": {**_loaded(file), "file": named}}


def read(file: Path, named: str = "") -> Institute:
    """Read an institute's file, which a plan calls ``named``, and look at all that it names.

    Raises PlanError naming file and field: not TOML, an unknown or wrong field, a logo that is no
    PNG, a template or a phrase that no report may have, a scheme that makes no numbers, a
    list of numbers that is missing or was changed.
    """
    [institute] = _ADAPTER.validate_python(({**_loaded(file), "file": named or file.name},))
    check(institute, file.parent)
    return institute


IN_CHINESE = {  # what fields may be called, and their names
    "名称": "name", "机构": "name", "机构名称": "name", "地址": "address", "电话": "telephone",
    "标志": "logo", "编号": "number", "报告": "report", "公章": "seal", "骑缝章": "riding_seal",
    "资质": "accreditations", "模板": "templates", "用语": "phrases",
}  # fmt: skip


def _loaded(file: Path) -> Raw:
    raw = strict_toml.load(file, names=IN_CHINESE)
    if "file" in raw:
        raise _wrong(f"{file}: file", tr("unknown field"))
    try:
        _ADAPTER.validate_python((raw,))
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = f"{file}: {wrong_field.place(wrong)}"
        raise _wrong(where, wrong_field.sentence(wrong)) from error
    return raw


def folder_of(plan: Plan, folder: Path) -> Path:
    """Return the institute's folder of a plan in ``folder``. Raises PlanError."""
    return register.place(folder, plan.institute.file, "institute").parent


def check_plan(plan: Plan, folder: Path) -> None:
    """Refuse what a plan in ``folder`` says of who issues its report, as ``read`` does."""
    said = {name: getattr(plan.project, name) for name in ("report_title", *OF_PLAN)}
    if any(said.values()):
        from acceptance.report import own_pages  # noqa: PLC0415 -- late: brings Jinja

        for name, text in said.items():
            own_pages.require_neutral(text, f"project: {name}")
    if plan.institute.file:
        check(plan.institute, folder_of(plan, folder))


def check(institute: Institute, folder: Path) -> None:
    """Refuse what an institute's file in ``folder`` names and no report may have.

    Raises PlanError.
    """
    from acceptance.report import own_pages  # noqa: PLC0415 -- late: brings Jinja

    where = institute.file
    if institute.report not in REPORTS:
        words = ", ".join(filter(None, REPORTS))
        raise _wrong(f"{where}: report", tr("is none of {words}", words=words))
    for number, held in enumerate(institute.accreditations, start=1):
        if not resources.is_day(held.until):
            place = f"{where}: accreditations {number}, until"
            raise _wrong(place, tr("{text!r} is no date", text=held.until))
        called = f"{held.mark} {held.number}"
        own_pages.require_no_verdict(called, f"{where}: accreditations {number}")
    for name in ("name", "address", "telephone"):
        own_pages.require_neutral(getattr(institute, name), f"{where}: {name}")
    own_pages.check_phrases(institute.phrases, f"{where}: phrases")
    if institute.logo:
        logo = _inside(folder, institute.logo, f"{where}: logo")
        if cause := own_pages.wrong_logo(logo):
            raise _wrong(str(logo), cause)
    if institute.templates:
        _check_templates(_inside(folder, institute.templates, f"{where}: templates"))
    report_numbers.check(institute, _inside(folder, institute.counter, f"{where}: counter"))


def _inside(folder: Path, name: str, where: str) -> Path:
    return paths.inside(folder, name, folder=tr("the institute's folder"), where=where)


def _check_templates(folder: Path) -> None:
    from acceptance.report import own_pages, whole_page  # noqa: PLC0415 -- late: brings Jinja
    from acceptance.report.sheets import SHEETS  # noqa: PLC0415 -- late, as above

    if not folder.is_dir():
        raise _wrong(str(folder), tr("there is no such folder"))
    for file in sorted(folder.glob(f"*{own_pages.ENDING}")):
        _inside(folder, file.name, str(folder))
        if file.stem in SHEETS:
            whole_page.fill(file, own_pages.example(folder).context)
        elif file.stem in own_pages.PLACES:
            own_pages.try_out(file)
        else:
            places = ", ".join((*own_pages.PLACES, *SHEETS))
            what = tr("no report has a place of this name; it has {places}", places=places)
            raise _wrong(str(file), what)


def keep(plan: Plan, folder: Path, bag: Path) -> Plan:
    """Copy logo and templates of a plan in ``folder`` into a session; return the plan with them.

    The paths then count from the session's folder.
    """
    institute = plan.institute
    if not institute.file:
        return plan
    source, kept = folder_of(plan, folder), bag / KEPT
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    if institute.logo:
        shutil.copyfile(source / institute.logo, kept / LOGO)
        institute = replace(institute, logo=f"{KEPT}/{LOGO}")
    if institute.templates:
        _keep_templates(source / institute.templates, kept)
        institute = replace(institute, templates=KEPT)
    return replace(plan, institute=institute)


def _keep_templates(source: Path, kept: Path) -> None:
    from acceptance.report import own_pages, sheets  # noqa: PLC0415 -- late: brings Jinja

    for name in (*own_pages.PLACES, *sheets.SHEETS):
        file = source / f"{name}{own_pages.ENDING}"
        if file.is_file():
            put(kept / file.name, regular.content(file, own_pages.MOST_BYTES))


def number(plan: Plan, folder: Path | None, now: str, work: Path) -> str:
    """Return the number of the session that a workspace makes.

    It comes from the institute's list in ``folder``.
    Without a scheme it is date and time. A number that an interrupted run drew is taken up again.
    Raises as ``report_numbers.draw`` does, and PlanError where the list's folder is not known.
    """
    institute, out = plan.institute, work.parent
    if not institute.number:
        return report_numbers.timed(now, out)
    if folder is None:
        raise _no_list(institute)
    kept, numbers, project = work / NUMBER, folder / institute.counter, plan.project.title
    found = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    if report_numbers.is_drawn(numbers, found, project) and not (out / found).exists():
        return found
    drawn = report_numbers.draw(institute, numbers, project, out)
    put(kept, drawn.encode())
    return drawn


def _no_list(institute: Institute) -> PlanError:
    what = tr("{institute} numbers its reports by its own list", institute=institute.name)
    hint = tr("Say where that lies: --institute {file}", file=FILE)
    return PlanError(what, where=institute.file, hint=hint)


def _wrong(where: str, what: str) -> PlanError:
    return PlanError(what, where=where, hint=tr("docs/institute.md describes the institute's file"))
