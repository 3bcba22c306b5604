"""The questions of ``new`` about the plan as a whole: packs, cover, devices, facts, samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance import metrics, wording
from acceptance.checks import facts, pack
from acceptance.forms import devices as device_list
from acceptance.model import Draw, Plan, Project, Scope, Subject, SubjectKind
from acceptance.session import found_probes, new_plan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.cli.asking import Asker
    from acceptance.model import Pack
    from acceptance.session.new_plan import Given

COVER = ("title", "customer", "laboratory", "place", "description")


def packs(asker: Asker) -> tuple[str, ...]:
    """Ask for the packs, by number or name in the list of those shipped, or by path."""
    shipped = pack.load_all(pack.names(), metrics.quantities())
    titles = {
        standard.id: f"{standard.number} {_in(asker.lang, standard.title, standard.title_en)}"
        for standard in shipped
    }

    def read(line: str) -> str:
        parts = (part.strip() for part in line.replace("，", ",").replace("、", ",").split(","))
        names = dict.fromkeys(_pack(asker, part, titles) for part in parts if part)
        if not any(names):
            raise asker.wrong("no_choice", answer=line)
        return ",".join(filter(None, names))

    return tuple(asker.ask("packs", ",".join(Plan().packs), read, titles).split(","))


def _pack(asker: Asker, name: str, titles: Mapping[str, str]) -> str:
    if not name.endswith(".toml"):
        return asker.chosen(name, titles)
    pack.load(name, metrics.quantities())
    return name


def _in(lang: str, chinese: str, english: str) -> str:
    return chinese if lang == "zh" else english


def scope(asker: Asker, found: Given) -> str:
    """Ask what the plan sets out to show: with a device list the site, else devices."""
    choices = {name.value: wording.word(name, "scope", asker.lang) for name in Scope}
    default = Scope.SITE if found.device_list else Scope.DEVICE
    return asker.choice("scope", choices, default) or default


def project(asker: Asker) -> Project:
    """Ask for what the cover names; what stays empty is left out."""
    return Project(**{field: asker.text(field) for field in COVER})


def devices(
    asker: Asker, found: Given, above: Sequence[Subject]
) -> tuple[dict[Path, str], list[Subject]]:
    """Ask of which device each clip and each record of a probe is.

    Return that, and the devices that no list holds. Without clips, records and list devices are
    asked for until an answer is empty.
    """
    if found.device_list:
        asker.say("listed", count=len(found.listed), file=found.device_list.name)
    own: list[Subject] = []
    filmed: dict[Path, str] = {}
    site = found.named(SubjectKind.SITE) or next((one.id for one in above), "")
    listed = [subject.id for subject in found.listed if subject.kind not in new_plan.ABOVE]
    taken = {subject.id for subject in (*above, *found.listed)}.difference(listed)
    for clip in found.clips:
        known = [*listed, *(subject.id for subject in own)]
        path = found.path(clip)
        proposal = new_plan.proposed_device(path, known)
        if proposal not in listed:
            own_clips = [found.path(other) for other in filmed if filmed[other] == proposal]
            proposal = new_plan.told_apart(proposal, path, own_clips)
        default = proposal if proposal in known else new_plan.unique(proposal, taken)
        filmed[clip] = _identity(asker, "device", default, taken, clip=path)
        if filmed[clip] not in known:
            own.append(_device(asker, filmed[clip], site))
    for probe in found.probes:
        known = [*listed, *(subject.id for subject in own)]
        default = _probed(found, probe, filmed, taken.difference(known))
        filmed[probe] = _identity(asker, "probed", default, taken, probe=found.path(probe))
        if filmed[probe] not in known:
            kind = SubjectKind.RECORDER if found_probes.has_recordings(probe) else SubjectKind.FIXED
            own.append(_device(asker, filmed[probe], site, kind))
    if not (found.clips or found.probes or found.device_list):
        own += _more(asker, site, taken)
    return filmed, own


def _probed(found: Given, probe: Path, filmed: Mapping[Path, str], taken: Collection[str]) -> str:
    """Propose the device of a probe: the one of that host, else a new one by its name."""
    known = found_probes.device(probe, found.listed, filmed)
    return known or new_plan.unique(
        new_plan.identifier(found_probes.host(probe)) or "device", taken
    )


def _more(asker: Asker, site: str, taken: Collection[str]) -> Iterator[Subject]:
    used, identity = set(taken), _identity(asker, "more", "camera-1", taken)
    while identity:
        yield _device(asker, identity, site)
        used.add(identity)
        identity = _identity(asker, "more", "", used)


def _identity(
    asker: Asker, code: str, default: str, taken: Collection[str], **parameters: str
) -> str:
    """Ask for an id that is not ``taken``; one that is left out is the default."""

    def read(line: str) -> None:
        if not device_list.IDENTIFIER.fullmatch(line):
            raise asker.wrong("no_id", answer=line)
        if line in taken:
            raise asker.wrong("id_taken", answer=line)

    return asker.text(code, default, read, **parameters) or default


def _device(
    asker: Asker, identity: str, site: str, proposed: SubjectKind = SubjectKind.FIXED
) -> Subject:
    kinds = {
        kind.value: wording.word(kind, "kind", asker.lang)
        for kind in SubjectKind
        if kind not in new_plan.ABOVE
    }
    kind = asker.choice("kind", kinds, proposed, "kind", device=identity)
    return Subject(
        id=identity,
        kind=SubjectKind(kind or proposed),
        name=asker.text("name", device=identity),
        parent=site or None,
        manufacturer=asker.text("manufacturer", device=identity),
        model=asker.text("model", device=identity),
    )


def with_facts(
    asker: Asker,
    found: Given,
    asking: Sequence[Pack],
    subjects: Sequence[Subject],
    stated: Mapping[str, str],
) -> tuple[Subject, ...]:
    """Ask for the facts that the packs need: once for a site, else once a kind of device.

    ``stated`` facts are not asked. A list with a site of its own states them itself.
    """
    everything = (*subjects, *found.listed)
    if subjects and subjects[0].kind is SubjectKind.SITE:
        known = _facts(asker, asking, everything, stated, {})
        return (replace(subjects[0], facts=known), *subjects[1:])
    if found.named(SubjectKind.SITE):
        asker.say("facts_in_list")
        return tuple(subjects)
    by_kind: dict[SubjectKind, dict[str, str]] = {}
    for kind in dict.fromkeys(subject.kind for subject in subjects):
        before = {name: word for known in by_kind.values() for name, word in known.items()}
        of_kind = [subject for subject in subjects if subject.kind is kind]
        by_kind[kind] = _facts(asker, asking, of_kind, stated, before)
    return tuple(replace(subject, facts=by_kind[subject.kind]) for subject in subjects)


def _facts(
    asker: Asker,
    asking: Sequence[Pack],
    subjects: Sequence[Subject],
    stated: Mapping[str, str],
    before: Mapping[str, str],
) -> dict[str, str]:
    """Ask for facts that not all of these subjects state.

    What was answered ``before`` of another kind is the default.
    """
    known = dict(stated)
    kinds = list(dict.fromkeys(subject.kind for subject in subjects))
    asked_of = {kind: facts.choices(asking, [kind]) for kind in kinds}
    for name, words in facts.choices(asking, kinds).items():
        lacking = [
            subject.kind
            for subject in subjects
            if name in asked_of[subject.kind] and name not in {**known, **subject.facts}
        ]
        if lacking:
            known[name] = _fact(asker, name, words, lacking, before.get(name, ""))
    return {name: word for name, word in known.items() if word}


def _fact(
    asker: Asker, name: str, words: Sequence[str], kinds: Sequence[SubjectKind], default: str
) -> str:
    choices = {word: wording.word(word, "fact_value", asker.lang) for word in words}
    comma = wording.word("comma", "bottom_line", asker.lang)
    of_kinds = comma.join(wording.word(kind, "kind", asker.lang) for kind in dict.fromkeys(kinds))
    fact = wording.word(name, "fact", asker.lang)
    return asker.choice("fact", choices, default, "fact_value", fact=fact, kinds=of_kinds)


def with_samples(asker: Asker, found: Given, asking: Sequence[Pack], made: Plan) -> Plan:
    """Ask which shots of the listed devices are wanted, and whether a sample is drawn of them."""
    wanted = new_plan.matrix(found.listed)
    if wanted and asker.yes("matrix"):
        made = replace(made, matrix=wanted)
    known = new_plan.samplings(asking, new_plan.whole(made, found))
    if not known:
        return made
    seed = " ".join(asker.text("seed", samplings=", ".join(known)).split())
    draws = [Draw(sampling=name, seed=seed) for name in known] if seed else []
    return replace(made, draws=tuple(draws))
