"""Figures of a device from records whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import outcomes
import pytest
from intervals import fewest

from acceptance import uncertainty
from acceptance.live.onvif.facts import (
    ClockOffset,
    DeviceFacts,
    EncoderSetting,
    KeptTrack,
    PtzNode,
    PtzTrial,
)
from acceptance.metrics import device
from acceptance.model import AuditLog, DeviceRecord, LoggedFinding, Measurement, Note, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED = DeviceRecord(id="net", subject="gate", probe="a", audit="b")


def log(checks: Mapping[str, str], *findings: LoggedFinding, **fields: Any) -> AuditLog:
    return AuditLog(
        authorised_by="Li", authorised=("Wang",), ranges=("192.0.2.0/24",), valid_from="",
        valid_until="", authorisation="", requests=50, checks=checks, findings=findings, **fields,
    )  # fmt: skip


def measured(
    facts: DeviceFacts | None = None, audited: AuditLog | None = None
) -> tuple[dict[str, Measurement], dict[str, str]]:
    """Return figures by quantity, and codes of notes by quantity (or metric)."""
    taken = DeviceRecord(
        id="net", subject="gate", probe="a" if facts else "", audit="b" if audited else "",
        audited=audited,
    )  # fmt: skip
    items = list(device.measure(taken, facts))
    figures = outcomes.figures(items)
    notes = [item for item in items if isinstance(item, Note)]
    return figures, {item.quantity or item.metric: item.reason.code for item in notes}


def test_true_offsets_lie_within_the_uncertainty_stated() -> None:
    """Both clocks anywhere within their half-widths, as often as 95 % says."""
    rng = np.random.default_rng(128)
    half, own, within = 0.04, 0.03, 0
    for _ in range(400):
        read = 1.5 + rng.uniform(-half, half) + rng.uniform(-own, own)
        clock = ClockOffset(offset=read, half_width=half, edges=5, own_uncertainty=own)
        found = measured(DeviceFacts(clock=clock))[0]["device.clock_offset"]
        within += abs(found.value - 1.5) <= found.expanded
    assert within >= fewest(400)
    assert {line.source for line in found.budget} == {"second_change", "reference_clock"}
    assert found.expanded == pytest.approx(
        uncertainty.coverage_factor(None) * np.hypot(half, own) / 3**0.5
    )


@pytest.mark.parametrize(
    ("clock", "code"),
    [(None, "device_clock_not_read"),
     (ClockOffset(offset=9.0, half_width=0.1, edges=5), "own_clock_unknown")],
)  # fmt: skip
def test_two_clocks_without_a_true_one_give_no_offset(clock: ClockOffset | None, code: str) -> None:
    figures, notes = measured(DeviceFacts(clock=clock))
    assert "device.clock_offset" not in figures
    assert notes["device.clock_offset"] == code


def stream(address: str, shot: str = "s", **seen: Any) -> list[Measurement]:
    """Return the figures of a stream of 1280 x 720 with 20 frame/s and 4000 kbit/s."""
    picture = {"stream_width": 1280, "stream_height": 720, "stream_codec": "h264"}
    taken = replace(ASKED, id=shot)
    return [
        uncertainty.measurement(
            taken, "stream.frame_rate", 20.0, "frame/s", (), samples=1, method="",
            details={**picture, "stream_address": address, **seen},
        ),
        uncertainty.measurement(
            taken, "stream.bit_rate", 4000.0, "kbit/s", (), samples=1, method="", statistic="mean"
        ),
        uncertainty.measurement(
            taken, "stream.gop_length", 50.0, "frame", (), samples=1, method="", statistic="median"
        ),
    ]  # fmt: skip


MAIN, SUB = "rtsp://192.0.2.7/live?ch=1", "rtsp://192.0.2.7:554/live?ch=2"


def setting(address: str, width: int = 1280, rate: float = 20.0, **fields: Any) -> EncoderSetting:
    stated = {"media": 1, "codec": "H264", "bit_rate": 4096.0, "key_interval": 50} | fields
    return EncoderSetting(
        profile="p", name="p", width=width, height=720, rate=rate,
        codec_profile="", address=address, **stated,
    )  # fmt: skip


HELD = {
    "its own profile": (MAIN, [setting(SUB, 640), setting(MAIN)], (0, 5)),
    "another host's name": (MAIN, [setting("rtsp://gate.example:8554/live?ch=1", 640)], (1, 5)),
    "no profile of this address": ("rtsp://192.0.2.7/other", [setting(MAIN, 640)], None),
    "no address stated": ("", [setting("", 640)], None),
    "Media2 before Media": (
        MAIN, [setting(MAIN, codec="MPEG4"), setting(MAIN, media=2, rate=25.0)], (1, 5),
    ),
    "profiles of one address": (MAIN, [setting(MAIN, 640), setting(MAIN)], (0, 5)),
    "another key-frame interval": (MAIN, [setting(MAIN, key_interval=25)], (1, 5)),
    "a password in the address": (
        "rtsp://192.0.2.7/live?user=a&password=***",
        [setting("rtsp://192.0.2.7/live?user=a&password=b", rate=25.0)], (1, 5),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HELD)
def test_settings_of_a_probe_are_held_against_the_stream_of_their_address(what: str) -> None:
    address, settings, truth = HELD[what]
    items = list(device.measure(ASKED, DeviceFacts(encoders=tuple(settings)), stream(address)))
    found = [item for item in items if item.quantity == "device.contradictions"]
    shown = [(item.value, item.samples) for item in found if isinstance(item, Measurement)]
    assert shown == ([] if truth is None else [truth])
    codes = [item.reason.code for item in items if isinstance(item, Note)]
    assert sum(code.endswith("_contradicted") for code in codes) == (truth or (0,))[0]


def trial(what: str, reported: float | None, changed: bool | None) -> PtzTrial:  # noqa: FBT001 -- as its field
    return PtzTrial(what=what, reported=reported, changed=changed, shift=None, stopped=True)


@pytest.mark.parametrize(
    ("trials", "still", "bound"),
    [
        ((trial("pan", 0.3, True), trial("tilt", 0.2, True), trial("zoom", 0.1, True)), 0, False),
        ((trial("pan", 0.3, True), trial("tilt", 0.2, True), trial("zoom", 0.1, False)), 1, False),
        ((trial("pan", 0.0, True), trial("tilt", 0.0, None)), 1, False),
        ((trial("pan", 0.3, None), trial("tilt", None, None)), 0, True),
        ((trial("pan", 0.3, True), trial("preset", 0.0, False)), 0, False),
    ],
    ids=["all move", "dead zoom", "position that stands", "nothing tells", "presets are no axes"],
)  # fmt: skip
def test_axes_that_stand_still_are_counted_by_the_picture_first(
    trials: tuple[PtzTrial, ...], still: int, bound: bool,  # noqa: FBT001 -- expected
) -> None:  # fmt: skip
    found = measured(DeviceFacts(ptz_trials=trials))[0]["device.still_axes"]
    assert (found.value, found.lower_bound) == (still, bound)
    assert (found.bound_by is not None) is bound


def test_a_head_that_was_not_moved_gives_no_figure() -> None:
    head = PtzNode(token="h", moves=("continuous",), most_presets=8)  # noqa: S106 -- of ONVIF
    figures, notes = measured(DeviceFacts(ptz_nodes=(head,)))
    assert "device.still_axes" not in figures
    assert notes["device.still_axes"] == "not_actuated"


def test_gaps_that_a_summary_hides_are_counted_where_they_were_walked() -> None:
    walked = KeptTrack(
        channel="1", recording="r1", track="v", source="events",
        stretches=((0.0, 100.0), (102.0, 200.0), (3800.0, 4000.0)),
    )  # fmt: skip
    unknown = KeptTrack(
        channel="2", recording="r2", track="v", source="tracks", stretches=((0.0, 4000.0),)
    )
    found = measured(DeviceFacts(recordings=(walked, unknown)))[0]["device.hidden_gaps"]
    assert (found.value, found.lower_bound, found.details["hours"]) == (1, True, 1.0)
    assert "device.hidden_gaps" not in measured(DeviceFacts(recordings=(unknown,)))[0]


def test_what_an_audit_saw_is_counted_and_what_it_did_not_see_is_no_figure() -> None:
    seen = log(
        {"anonymous": "seen", "rtsp_anonymous": "not_seen", "any_password": "not_tried",
         "rtsp_any_password": "seen", "plain_http": "not_seen"},
        LoggedFinding(code="anonymous_read", lines=(12, 14, 18)),
        LoggedFinding(code="anonymous_read", lines=(20,)),
        LoggedFinding(code="rtsp_any_password", lines=(44,)),
        tls_versions=("TLS 1.0", "TLS 1.2"),
    )  # fmt: skip
    figures, notes = measured(audited=seen)
    assert {name.partition(".")[2]: found.value for name, found in figures.items()} == {
        "anonymous_calls": 4, "wrong_passwords": 1, "plain_http": 0, "lowest_tls": 1.0,
    }  # fmt: skip
    assert figures["device.anonymous_calls"].lower_bound
    assert figures["device.anonymous_calls"].details["lines"] == "12, 14, 18, 20"
    assert notes == {"device.anonymous_streams": "audit_saw_none"}


def test_an_audit_that_tried_nothing_and_was_interrupted_says_so() -> None:
    figures, notes = measured(audited=log({}, interrupted=True))
    assert figures == {}
    assert notes.pop("probe") == "audit_interrupted"
    assert set(notes.values()) == {"audit_not_tried"}
    assert len(notes) == 5


def test_what_is_odd_about_a_device_is_told_and_is_the_reason_of_nothing_else() -> None:
    odd = Reason(code="clock_off", parameters={"seconds": 9.0})
    items = list(device.measure(ASKED, DeviceFacts(notes=(odd,), failed=("GetUsers: 500",))))
    odd_notes = [item for item in items if isinstance(item, Note) and item.metric == "probe"]
    assert [note.reason.code for note in odd_notes] == ["clock_off", "calls_failed"]
    assert items[-1].reason.code == "audit_of_other_device"  # type: ignore[union-attr] # a note
