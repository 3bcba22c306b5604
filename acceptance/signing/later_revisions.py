"""What may follow a signature in the same file: pyHanko's policy, in seconds instead of minutes.

To know that an update replaces nothing that is seen elsewhere, pyHanko collects every path from the
trailer to every object. Pages and drawings of a report share their resources and name one another,
so that there are millions of paths. The policy asks only for those to objects that the update
replaces, and to fields of the form; paths that cannot lead to one are not followed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, StandardDiffPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.generic import PdfObject, Reference
    from pyhanko.sign.diff_analysis import DiffResult
    from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

    NamedBy = dict[Reference, set[Reference]]


class LaterRevisions(StandardDiffPolicy):
    """pyHanko's default policy with fewer paths collected, and the same answers."""

    def __init__(self) -> None:
        given = DEFAULT_DIFF_POLICY
        super().__init__(global_rules=given.global_rules, form_rule=given.form_rule)
        self._read: tuple[HistoricalResolver, NamedBy] | None = None

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Judge one update; collect, before, the paths in ``old`` to what it replaces."""
        replaced = new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
        if self._read is None or self._read[0] is not old:
            self._read = old, _named_by(old)  # every later update is compared with the same one
        towards = _Towards(old, {*replaced, *_of_form(old)}, self._read[1])
        # pyHanko offers no other way in than these three
        towards._load_reverse_xref_cache()  # type: ignore[no-untyped-call]  # noqa: SLF001
        paths = towards._indirect_object_access_cache  # noqa: SLF001 -- as above
        old._indirect_object_access_cache = paths  # noqa: SLF001 -- as above
        return super().apply(old, new, field_mdp_spec, doc_mdp)


class _Towards(HistoricalResolver):
    """A revision in which whatever leads to none of the ``wanted`` objects is null."""

    def __init__(
        self, whole: HistoricalResolver, wanted: set[Reference], named_by: NamedBy
    ) -> None:
        super().__init__(whole.reader, whole.revision)
        self.leading = _leading_to(wanted, named_by)

    def __call__(self, ref: Reference) -> PdfObject:
        return super().__call__(ref) if ref in self.leading else generic.NullObject()


def _of_form(whole: HistoricalResolver) -> set[Reference]:
    """Return the objects that form fields name, themselves included: the policy asks for these."""
    if "/AcroForm" not in whole.root or "/Fields" not in whole.root["/AcroForm"]:
        return set()
    waiting, found = [*_references(whole.root["/AcroForm"]["/Fields"])], set[generic.Reference]()
    while waiting:
        if (field := waiting.pop()) not in found:
            found.add(field)
            named = whole(field)
            if isinstance(named, generic.DictionaryObject) and "/Kids" in named:
                waiting += _references(named.raw_get("/Kids"))
            found |= {*_references(named)}
    return found


def _leading_to(wanted: set[Reference], named_by: NamedBy) -> set[Reference]:
    """Return the ``wanted`` objects and all from which one of them can be reached."""
    leading, ends = set(wanted), list(wanted)
    while ends:
        before = named_by.get(ends.pop(), set()) - leading
        leading |= before
        ends += before
    return leading


def _named_by(whole: HistoricalResolver) -> NamedBy:
    """Return which objects of a revision name each one."""
    named_by: NamedBy = {}
    waiting, seen = list(_references(whole.trailer_view)), set[generic.Reference]()
    while waiting:
        if (here := waiting.pop()) not in seen:
            seen.add(here)
            for there in _references(whole(here)):
                named_by.setdefault(there, set()).add(here)
                waiting.append(there)
    return named_by


def _references(found: PdfObject) -> Iterator[Reference]:
    """Yield the objects that one object names directly."""
    if isinstance(found, generic.IndirectObject):
        yield found.reference
    elif isinstance(found, generic.DictionaryObject):
        for value in found.values():
            yield from _references(value)
    elif isinstance(found, generic.ArrayObject):
        for value in found:
            yield from _references(value)
