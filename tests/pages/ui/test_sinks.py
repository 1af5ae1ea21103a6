"""Where the frames of a connection go: to whom the last run said, for as long as that connection stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiortc.mediastreams import AudioStreamTrack
from streamlit_webrtc import AudioSinkTrack, VideoSinkTrack

from pages.ui.sinks import FrameSink, Sinks


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


def test_frames_go_to_whom_the_last_run_said() -> None:
    first: list[object] = []
    later: list[object] = []
    sinks = Sinks()

    async def hear() -> None:
        sink = sinks.of(AudioSinkTrack, 1.0, first.append)
        sink.addTrack(AudioStreamTrack())
        assert sink.hasTrack()
        sink.start()
        await until(lambda: bool(first))
        assert sinks.of(AudioSinkTrack, 1.0, later.append) is sink
        await until(lambda: bool(later))
        sink.stop()

    asyncio.run(hear())


def test_a_press_and_a_connection_that_ended_each_get_a_sink_of_their_own() -> None:
    sinks = Sinks()
    heard: list[object] = []
    first = sinks.of(AudioSinkTrack, 1.0, heard.append)
    assert sinks.of(AudioSinkTrack, 1.0, heard.append) is first
    pressed_again = sinks.of(AudioSinkTrack, 2.0, heard.append)
    assert pressed_again is not first
    first.stop()  # the connection before ends late, perhaps from a thread of its own
    assert sinks.of(AudioSinkTrack, 2.0, heard.append) is pressed_again
    pressed_again.stop()
    assert sinks.of(AudioSinkTrack, 2.0, heard.append) is not pressed_again
    assert sinks.of(VideoSinkTrack, 2.0, heard.append) is not sinks.of(
        AudioSinkTrack, 2.0, heard.append
    )


def test_a_sink_that_is_stopped_hears_no_more_and_stopping_it_again_does_nothing() -> None:
    heard: list[object] = []

    async def hear() -> None:
        sink = FrameSink(AudioSinkTrack, heard.append)
        sink.addTrack(AudioStreamTrack())
        sink.start()
        await until(lambda: bool(heard))
        sink.stop()
        sink.stop()
        assert sink.ended
        assert not sink.hasTrack()

    asyncio.run(hear())
