"""Reports that are HTML alone, for tests that look at none: what sets pages is not even loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Let the machine have no Chinese font in every test, where this is a plugin."""
    from acceptance.errors import NO_FONT, SetupError  # late: a plugin starts fast
    from acceptance.report import render

    def missing() -> None:
        raise SetupError("the typefaces are not looked for", code=NO_FONT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "check_fonts", missing)
        return (yield)
