"""Rules of PDF/A-3b and PDF/UA-1, volume by volume; of a signed report: ``signing/test_office``."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pytest
from archive_rules import broken, objects
from sample_session import draw_still, pack_of_db50, session_of

from acceptance.report import render, typesetting


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Set the volumes of a session with still, curves and hostile names."""
    pack, folder = pack_of_db50(), tmp_path_factory.mktemp("session")
    session = session_of(pack)
    shot = session.shots[0]
    edge = replace(
        session.measurements[0], quantity="resolution.mtf50", subject=shot.subject, shot=shot.id,
        details={"zone": "centre", "box": "90, 50, 20, 20", "line_widths_per_height": 300.0},
    )  # fmt: skip
    session = replace(session, measurements=(*session.measurements, edge))
    for shot in session.shots[:1]:
        (folder / shot.still).parent.mkdir(parents=True)
        draw_still(folder / shot.still, (192, 108))
    made = render.volumes(session, [pack], folder, "zh")
    return {"report.pdf": made.report({}, {"session.json": b"{}"}), **dict(made.annexes())}


def test_no_volume_breaks_a_rule(volumes: dict[str, bytes]) -> None:
    assert len(volumes) == 7
    drawn = objects(pypdf.PdfReader(io.BytesIO(volumes["annex-b.pdf"])))
    assert "/Image" in {found.get("/Subtype") for found in drawn}, "edges over the still are in it"
    assert {name: [*dict.fromkeys(broken(pdf))] for name, pdf in volumes.items()} == {
        name: [] for name in volumes
    }


def test_the_check_finds_what_is_broken() -> None:
    """A page that is set for no archive."""
    page = (
        "<html lang=zh><style>p { font-family: Noto Sans CJK SC }</style><p>检验<a href=http://x>x"
    )
    found = " ".join(broken(typesetting.typeset(page, render.EPOCH)))
    for words in ("output intent", "pdfaid:part", "not tagged", "action /URI", "is not printed"):
        assert words in found
