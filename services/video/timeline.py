"""When a picture was taken, in seconds of the sound that is kept.

Sound and picture have a clock each, both of the sender, neither of them ours: they start anywhere and drift
apart. What they share is the way here. The packet that took the shortest way in the last seconds tells how
a clock stands to ours, and so how the two stand to each other. The sound then is the master: what is kept
of it has no holes (a lost packet is simply not there), so pictures are put where the sound of their moment is.
"""

from __future__ import annotations

from collections import deque

from services.video.packets import PICTURE_RATE, SOUND_RATE, PicturePacket, SoundPacket

_WINDOW = 6  # s over which the shortest way is looked for: many packets at 5 pictures a second too
_SETTLING = 3.0  # s after which a clock is moved slowly
_SLEW = 0.01  # s that it may be moved in a second: drifting crystals need 0.0002
_ASLEEP = 1.0  # s without a packet: the clocks may have stood still, begin anew
_AHEAD = 1.0  # s that pictures may run ahead of a sound that stopped, or comes later than they do
_PREFETCH = 4  # aiortc hands a sound packet on when the fourth after it has come


class Clock:
    """How the clock of one stream stands to ours."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._began: float | None = None
        self._last = 0.0
        self._lowest: deque[tuple[int, float]] = deque()  # (second, lowest difference in it)
        self._offset = 0.0

    @property
    def seen(self) -> bool:
        return self._began is not None

    def saw(self, ticks: int, arrived: float) -> None:
        """A packet with this time was there at `arrived`."""
        if self._began is None or arrived - self._last > _ASLEEP:
            self._began = arrived
            self._lowest.clear()
        step, self._last = max(0.0, arrived - self._last), arrived
        difference, second = arrived - ticks / self._rate, int(arrived)
        if self._lowest and self._lowest[-1][0] == second:
            self._lowest[-1] = (second, min(difference, self._lowest[-1][1]))
        else:
            self._lowest.append((second, difference))
            while self._lowest[0][0] <= second - _WINDOW:
                self._lowest.popleft()
        best = min(lowest for _, lowest in self._lowest)
        if arrived - self._began < _SETTLING:
            self._offset = best
        else:
            most = _SLEW * step
            self._offset += max(-most, min(most, best - self._offset))

    def ours(self, ticks: int) -> float:
        """The moment of `ticks` on our clock, give or take the shortest way here."""
        return ticks / self._rate + self._offset

    def theirs(self, moment: float) -> float:
        """Seconds of the stream at a moment of ours."""
        return moment - self._offset


class Timeline:
    """Places in one recording, in seconds since its first sound. `hear` and `see` come in order of arrival."""

    def __init__(self) -> None:
        self._sound = Clock(SOUND_RATE)
        self._picture = Clock(PICTURE_RATE)
        self._kept = 0  # samples of sound so far
        self._expected: int | None = None  # ticks of the next packet if none is lost
        # Of the last hole: where it ended (s of the stream), and what is taken off before and after it.
        self._hole_end, self._off_before, self._off = 0.0, 0.0, 0.0
        self._hole_at = 0.0

    @property
    def length(self) -> float:
        """Seconds of sound so far."""
        return self._kept / SOUND_RATE

    @property
    def ready(self) -> bool:
        """Whether enough of both has come to place pictures."""
        return self._sound.seen and self._picture.seen

    def hear(self, packet: SoundPacket) -> float:
        """Where this sound belongs."""
        here = self.length
        self._sound.saw(packet.ticks + _PREFETCH * packet.samples, packet.arrived)
        if self._expected is None:
            self._off_before = self._off = packet.ticks / SOUND_RATE
        elif packet.ticks != self._expected:
            self._off_before, self._hole_at = self._off, here
            self._hole_end = packet.ticks / SOUND_RATE
            self._off = self._hole_end - here
        self._expected = packet.ticks + packet.samples
        self._kept += packet.samples
        return here

    def arrived(self, packet: PicturePacket) -> None:
        """Learn from a picture how its clock stands, before any is placed."""
        if packet.begun is not None:
            self._picture.saw(packet.ticks, packet.begun)

    def see(self, packet: PicturePacket) -> float:
        """Where this picture belongs; at the last sound if that stopped, never before the first."""
        moment = self._sound.theirs(self._picture.ours(packet.ticks))
        if moment < self._hole_end:
            place = min(moment - self._off_before, self._hole_at)
        else:
            place = moment - self._off
        return max(0.0, min(place, self.length + _AHEAD))
