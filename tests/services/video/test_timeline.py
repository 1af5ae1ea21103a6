"""Pictures are put where the sound of their moment is, whatever clocks and networks do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from services.video.packets import (
    PICTURE_RATE,
    SOUND_RATE,
    PicturePacket,
    SoundPacket,
)
from services.video.timeline import Timeline
from tests.services.video.filmed import Sent, delivered


def stream(
    seconds: float,
    rate: float,
    ticks: int,
    *,
    drift: float = 0.0,
    asleep: tuple[float, float] = (1e9, 0.0),
) -> Iterator[Sent]:
    """Packets without content. `asleep`: from when, and for how long, nothing is taken."""
    for n in range(round(seconds * rate)):
        at = n / rate
        if at >= asleep[0]:
            at += asleep[1]
        yield Sent(at, round(at * ticks * (1 + drift)), b"", ticks == PICTURE_RATE)


def held_up(packets: list[tuple[float, Sent]]) -> list[tuple[float, Sent]]:
    """From second 20 to 40 everything comes 0.8 s late."""
    late = [(arrival + (0.8 if 20 < one.taken < 40 else 0), one) for arrival, one in packets]
    arrivals = accumulate((arrival for arrival, _ in late), max)
    return [(arrival, one) for arrival, (_, one) in zip(arrivals, late, strict=True)]


def errors(
    sound: list[tuple[float, Sent]], picture: list[tuple[float, Sent]]
) -> list[tuple[float, float]]:
    """(when it was taken, error in seconds) for every picture from the first second on, for sound
    that is kept where it was taken."""
    timeline, released = Timeline(), None
    found = []
    for arrival, one in sorted([*sound, *picture], key=lambda both: both[0]):
        if not one.picture:
            timeline.hear(SoundPacket(b"", one.ticks, arrival, 960))
            continue
        packet = PicturePacket(b"", one.ticks, arrival, released, False)
        released = arrival
        timeline.arrived(packet)
        if timeline.ready and arrival > 1:
            found.append((one.taken, timeline.see(packet) - one.taken))
    return found


def test_clocks_that_drift_apart_stay_together_for_ten_minutes() -> None:
    for seed, rate in ((1, 15), (2, 30), (3, 5)):
        sound = delivered(stream(600, 50, SOUND_RATE), delay=0.04, jitter=0.02, seed=seed, hold=4)
        picture = delivered(
            stream(600, rate, PICTURE_RATE, drift=400e-6), delay=0.05, jitter=0.02, seed=9, hold=1
        )
        worst = max(abs(error) for _, error in errors(sound, picture))
        assert worst < 0.08, f"{worst:.3f} s at {rate} pictures a second"


def test_a_network_that_slows_down_for_both_moves_nothing() -> None:
    sound = delivered(stream(60, 50, SOUND_RATE), delay=0.04, jitter=0.01, seed=1, hold=4)
    picture = delivered(stream(60, 15, PICTURE_RATE), delay=0.04, jitter=0.01, seed=2, hold=1)
    found = errors(held_up(sound), held_up(picture))
    assert max(abs(error) for _, error in found) < 0.08


def test_lost_sound_is_no_time_and_pictures_follow_it() -> None:
    """What is heard has no holes, so a second that was lost is none in the answer either."""
    sound = [
        one
        for one in delivered(stream(40, 50, SOUND_RATE), delay=0.04, jitter=0.005, seed=1, hold=4)
        if not 20 <= one[1].taken < 21
    ]
    picture = delivered(stream(40, 15, PICTURE_RATE), delay=0.04, jitter=0.005, seed=2, hold=1)
    found = errors(sound, picture)
    assert max(abs(error) for taken, error in found if taken < 19.9) < 0.08
    assert max(abs(error + 1) for taken, error in found if taken > 22.1) < 0.08
    places = [taken + error for taken, error in found]
    # What was seen meanwhile is squeezed together: pictures never go back by more than they ran ahead.
    assert min(later - earlier for earlier, later in pairwise(places)) > -1.1


def test_a_machine_that_slept_goes_on_with_right_times() -> None:
    """The clock of its sound stood still meanwhile, or went on: both are met with."""
    asleep = (20.0, 15.0)
    picture = delivered(
        stream(40, 15, PICTURE_RATE, asleep=asleep), delay=0.04, jitter=0.005, seed=2, hold=1
    )
    went_on = delivered(
        stream(40, 50, SOUND_RATE, asleep=asleep), delay=0.04, jitter=0.005, seed=1, hold=4
    )
    stood_still = [
        (arrival + (15 if one.taken >= 20 else 0), one)
        for arrival, one in delivered(
            stream(40, 50, SOUND_RATE), delay=0.04, jitter=0.005, seed=1, hold=4
        )
    ]
    for sound in (went_on, stood_still):
        found = errors(sound, picture)
        assert max(abs(error) for taken, error in found if taken < 19.9) < 0.08
        assert max(abs(error + 15) for taken, error in found if taken > 36) < 0.08
