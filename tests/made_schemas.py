"""The JSON Schemas in ``schemas/``, made of the nouns and of what verbs write.

The number behind a name is raised when a schema that was published (``schemas/SHA256SUMS``) must
change; the file of the older number stays.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, TypeAdapter

from acceptance.cli.verified import VerifyOutput
from acceptance.cli.written import MeasureOutput, RunOutput
from acceptance.model import Plan, Session

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parent.parent / "schemas"
NOUNS: dict[str, tuple[type, Literal["validation", "serialization"]]] = {
    "session-1": (Session, "validation"),  # also those of older versions, which had fewer fields
    "plan-1": (Plan, "validation"),
    "measure-1": (MeasureOutput, "serialization"),
    "run-1": (RunOutput, "serialization"),
    "verify-1": (VerifyOutput, "serialization"),
}
IN_REGISTER = {"type": "string", "description": "Id, or a person's name, in ``register``."}
EXPANDED = {"type": "number", "description": "Expanded uncertainty U = k u, in ``unit``."}


def made(name: str) -> str:
    """Return the schema of this name and number as the file holds it."""
    noun, mode = NOUNS[name]
    config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    # a tuple: pydantic takes a configuration for nested data classes, not for the outermost one
    whole = TypeAdapter(tuple[noun], config=config).json_schema(mode=mode)  # type: ignore[valid-type]
    nouns = whole["$defs"]
    if "MeasureOutput" in nouns:
        nouns["Measurement"]["properties"]["expanded"] = EXPANDED
    if noun is Plan:
        for field in ("instruments", "people"):
            listed = nouns["Plan"]["properties"][field]
            listed["items"] = {"anyOf": [listed["items"], IN_REGISTER]}
    if "schema" in nouns[noun.__name__]["properties"]:
        nouns[noun.__name__]["properties"]["schema"]["const"] = name
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:db50-acceptance:schema:{name}",
        "title": name,
        "$ref": f"#/$defs/{noun.__name__}",
        "$defs": dict(sorted(nouns.items())),
    }
    return json.dumps(_plain(head), ensure_ascii=False, indent=1) + "\n"


def _plain(part: Any) -> Any:
    """Leave out the titles that only repeat the names of fields, and line ends in sentences."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("description"), str):
        part |= {"description": " ".join(part["description"].split())}
    return {key: _plain(value) for key, value in part.items() if not _is_name(key, value, part)}


def _is_name(key: str, value: object, part: dict[str, Any]) -> bool:
    return key == "title" and isinstance(value, str) and "$id" not in part


PAGES: dict[Path, Callable[[], str]] = {
    FOLDER / f"{name}.json": lambda name=name: made(name)  # type: ignore[misc]
    for name in NOUNS
}
