"""Rules of PDF/A-3b and PDF/UA-1, volume by volume; of a signed report: ``signing/test_office``."""

from __future__ import annotations

import pytest
from archive_rules import broken
from sample_session import draw_still, pack_of_db50, session_of

from acceptance.report import render, typesetting


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Set the volumes of a session with still, curves and hostile names."""
    pack, folder = pack_of_db50(), tmp_path_factory.mktemp("session")
    session = session_of(pack)
    for shot in session.shots[:1]:
        (folder / shot.still).parent.mkdir(parents=True)
        draw_still(folder / shot.still, (192, 108))
    made = render.volumes(session, [pack], folder, "zh")
    return {"report.pdf": made.report({}, {"session.json": b"{}"}), **dict(made.annexes())}


def test_no_volume_breaks_a_rule(volumes: dict[str, bytes]) -> None:
    assert len(volumes) == 7
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
