"""A signing policy: who signs in which role, in which order, and what a verifier insists on.

A TOML file of the institute. ``sign`` holds to it, and ``verify`` asks for it::

    roots = ["root.pem"]
    level = "B-T"

    [[roles]]
    role = "主检"
    signers = ["zhang.pem"]
    fields = { organization_name = "某检验所" }
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acceptance.errors import KeyFileError, PlanError, SessionError
from acceptance.files import strict_toml, wrong_field
from acceptance.files.repeated import repeated
from acceptance.messages import tr
from acceptance.signing import certificates, levels, pinned, roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from asn1crypto import x509  # type: ignore[import-untyped]  # ships no types

    from acceptance.signing.signatures import Signature

FIELDS = {
    "common_name": "common_name",
    "CN": "common_name",
    "organization_name": "organization_name",
    "O": "organization_name",
    "organizational_unit_name": "organizational_unit_name",
    "OU": "organizational_unit_name",
    "serial_number": "serial_number",
    "country_name": "country_name",
    "C": "country_name",
    "email_address": "email_address",
}
TYPES = {"roots": list, "level": str, "roles": list}
IN_CHINESE = {  # what fields may be called, and their names
    "角色": "roles", "职责": "roles", "根证书": "roots", "级别": "level", "签署人": "signers",
    "字段": "fields", "姓名": "CN", "单位": "O", "部门": "OU",
}  # fmt: skip
TABLE = "roles"
OF_ROLE = {"role": str, "signers": list, "fields": dict}


@dataclass(frozen=True, kw_only=True)
class RoleRule:
    """Who may sign in a role."""

    role: str
    """Its code, or its name where it is none of the usual ones."""

    signers: frozenset[str] = frozenset()
    """SHA-256 of the certificates and public keys that may sign; empty: any under the roots."""

    fields: tuple[tuple[str, str], ...] = ()
    """What the subject of the certificate must say: names as of ``FIELDS``, and their values."""

    def stranger(self, certificate: x509.Certificate) -> str:
        """Say why a certificate may not sign in this role; empty where it may."""
        marks = {pinned.of_certificate(certificate), pinned.of_key(certificate)}
        if self.signers and self.signers.isdisjoint(marks):
            return tr("its certificate is none of those that the policy names for this role")
        subject = certificate.subject.native
        for name, due in self.fields:
            if subject.get(name) != due:
                parameters = {"name": name, "found": subject.get(name, "-"), "due": due}
                return tr("its certificate says {name} {found!r}, not {due!r}", **parameters)
        return ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy as it was read."""

    rules: tuple[RoleRule, ...]
    """The roles that sign, in this order."""

    roots: tuple[Path, ...] = ()
    """Root certificates that alone are trusted; empty: those that the verifier names."""

    level: str = levels.PLAIN
    """The lowest PAdES level of each signature."""

    where: str = ""
    """The file, for messages; empty for the usual policy."""

    @property
    def order(self) -> list[str]:
        """The roles in the order of signing."""
        return [rule.role for rule in self.rules]

    def rule(self, role: str) -> RoleRule:
        """Return who may sign in a role. Raises PlanError where nobody may."""
        for rule in self.rules:
            if rule.role == role:
                return rule
        what = tr("unknown role {role!r}", role=role)
        hint = tr("Choose one of: {roles}", roles=", ".join(map(roles.titled, self.order)))
        raise PlanError(what, where=self.where or tr("role"), hint=hint)

    def require(
        self, certificate: x509.Certificate, role: str, signed: Sequence[Signature], level: str
    ) -> None:
        """Refuse to let somebody sign who may not, or not yet, or not again.

        ``signed`` are the signatures so far. Raises PlanError for a role that nobody has,
        KeyFileError for a certificate that may not sign in it, or that signed in another one, and
        SessionError where it is not this role's turn.
        """
        if why := self.rule(role).stranger(certificate):
            hint = tr("Sign with the key of whoever has this role")
            raise KeyFileError(why, where=roles.word(role), hint=hint)
        self._require_turn(role, [each.role for each in signed])
        self._require_another(certificate, role, signed)
        if levels.LEVELS.index(level) < levels.LEVELS.index(self.level):
            what = tr("the policy asks for level {due}, not {level}", due=self.level, level=level)
            hint = tr("Name a time stamping authority: --tsa URL --level {due}", due=self.level)
            raise PlanError(what, where=self.where, hint=hint)

    def _require_turn(self, role: str, signed: Sequence[str]) -> None:
        place = self.order.index(role)
        if role in signed:
            what = tr("has signed already")
            hint = tr("See who signed: acceptance verify")
            raise SessionError(what, where=roles.word(role), hint=hint)
        if late := [each for each in self.order[place + 1 :] if each in signed]:
            what = tr("{roles} signed already, and come after this role", roles=roles.listed(late))
            hint = tr("Judge again for a new report, and have it signed in order")
            raise SessionError(what, where=roles.word(role), hint=hint)
        if missing := [each for each in self.order[:place] if each not in signed]:
            what = tr("{roles} must sign before", roles=roles.listed(missing))
            hint = tr(
                "Let them sign first, or name the roles that sign in your institute: --policy"
            )
            raise SessionError(what, where=roles.word(role), hint=hint)

    @staticmethod
    def _require_another(
        certificate: x509.Certificate, role: str, signed: Sequence[Signature]
    ) -> None:
        marks = pinned.of_certificate(certificate), pinned.of_key(certificate)
        for earlier in signed:
            if common := earlier.shares(*marks, certificate.subject.human_friendly):
                what = tr(
                    "{name} signed as {role} already ({common}); nobody signs in two roles",
                    name=earlier.name, role=roles.word(earlier.role), common=common,
                )  # fmt: skip
                hint = tr("Let somebody else sign")
                raise KeyFileError(what, where=roles.word(role), hint=hint)


USUAL = Policy(rules=tuple(RoleRule(role=role) for role in roles.ORDER))


def read(path: Path) -> Policy:
    """Read a policy; the files that it names count from its own folder.

    Raises PlanError for a field that is unknown, missing or wrong, InputError for a file of
    certificates that cannot be read.
    """
    where, hint = str(path), tr("docs/signing.md shows a policy")
    content = strict_toml.load(path, kind=PlanError, hint=hint, names=IN_CHINESE)
    _require_types(content, TYPES, where)
    level = content.get("level", levels.PLAIN)
    if level not in levels.LEVELS:
        choices = {"choices": ", ".join(levels.LEVELS), "value": level}
        raise _wrong(where, "level", tr("must be one of {choices}, not {value}", **choices))
    found = [*_rules(content.get("roles", []), path)]
    if not found:
        raise _wrong(where, "roles", tr("this field is missing"))
    if twice := repeated(rule.role for rule in found):
        raise _wrong(where, "roles", tr("{name} stands there twice", name=roles.titled(min(twice))))
    roots = tuple(path.parent / name for name in content.get("roots", ()))
    certificates.load_trust(roots)
    return Policy(rules=tuple(found), roots=roots, level=level, where=where)


def _rules(tables: Sequence[Any], path: Path) -> Iterator[RoleRule]:
    for number, table in enumerate(tables):
        where = f"{path}: {TABLE}.{number}"
        if not isinstance(table, dict):
            raise _wrong(where, "", tr("must be a table"))
        _require_types(table, OF_ROLE, where)
        if not (role := roles.code(table.get("role", ""))):
            raise _wrong(where, "role", tr("this field is missing"))
        named = [_file_or_text(path.parent, name) for name in table.get("signers", ())]
        fields = [(_field(name, where), text) for name, text in table.get("fields", {}).items()]
        yield RoleRule(role=role, signers=pinned.read(named), fields=tuple(fields))


def _file_or_text(folder: Path, name: str) -> Path | str:
    """Return a file beside the policy, else the text, which is then a SHA-256 or nothing."""
    file = folder / name
    return file if file.exists() or not pinned.is_hash(name) else name


def _field(name: str, where: str) -> str:
    if name not in FIELDS:
        choices = {"choices": ", ".join(FIELDS), "value": name}
        raise _wrong(where, "fields", tr("must be one of {choices}, not {value}", **choices))
    return FIELDS[name]


def _require_types(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    """Refuse fields that are not known, or of another type; lists and tables hold texts."""
    for name, value in table.items():
        if name not in known:
            raise _wrong(where, name, tr("unknown field"))
        if not isinstance(value, known[name]):
            code = strict_toml.TYPES[known[name]]
            raise _wrong(where, name, wrong_field.sentence({"type": code, "input": value}))
        for item in _texts(value) if name != "roles" else ():
            if not isinstance(item, str) or not item:
                raise _wrong(
                    where, name, wrong_field.sentence({"type": "string_type", "input": item})
                )


def _texts(value: object) -> list[object]:
    """Return what must be texts: the items of a list, the values of a table."""
    if isinstance(value, dict):
        return [*value.values()]
    return [*value] if isinstance(value, list) else []


def _wrong(where: str, field: str, what: str) -> PlanError:
    place = f"{where}: {field}" if field else where
    return PlanError(what, where=place, hint=tr("docs/signing.md shows a policy"))
