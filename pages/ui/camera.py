"""Camera and microphone: the only user of streamlit-webrtc.

The connection carries sound, one way. The picture leaves the browser only where it is recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import av
import streamlit as st
from streamlit_webrtc import (
    AudioSinkTrack,
    MediaSink,
    VideoSinkTrack,
    WebRtcMode,
    webrtc_streamer,
)

from pages.ui.context import Stage, services, tab

CONNECT_LIMIT_S = (
    8.0  # after this long without sound we offer another way; aiortc gives up after 10
)
# At 15 pictures a second browsers keep this size; at 30 they fall to half of it on the same connection.
PICTURE = {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 15}}
_SEEN_ONLY = {**PICTURE, "frameRate": {"ideal": 24}}  # by whoever sits before the camera

_HERE = Path(__file__).parent
_CARD = st.components.v2.component(
    "camera_card",
    html="""
<section class="camera-card" data-picture="off" data-sound="off" data-live="no" aria-label="Camera and microphone">
  <div class="camera-frame">
    <video muted playsinline aria-label="Your camera, seen only by you"></video>
    <div class="camera-rest" aria-hidden="true">
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round">
        <circle cx="12" cy="8.5" r="3.5"/><path d="M5 20c.6-4 3.4-6 7-6s6.400 2 7 6"/></svg>
    </div>
    <span class="camera-badge">Recording</span>
  </div>
  <div class="mic-row"><span>Microphone</span>
    <div class="mic-level" role="meter" aria-label="Microphone level" aria-valuemin="0" aria-valuemax="100"
         aria-valuenow="0"><span></span></div></div>
  <div class="camera-state" role="status"></div>
</section>""",
    css=(_HERE / "camera.css").read_text(),
    js=(_HERE / "camera.js").read_text(),
    isolate_styles=False,
)

# getUserMedia's error names (W3C Media Capture, 10.6) -> what happened and how to mend it.
TROUBLE = {
    "NotAllowedError": (
        "The browser did not let this page use your camera or microphone. Click the camera symbol or the "
        "lock beside the address, allow both, and press start again. “Sound only” needs just the microphone."
    ),
    "NotFoundError": (
        "We could not find a camera or a microphone. Plug one in and press start again, choose “Sound only” "
        "if you have just a microphone, or type your answer."
    ),
    "NotReadableError": (
        "Another program is using your camera or microphone. Close it (often a video call) and press start again."
    ),
    "Unplugged": (
        "Your microphone was unplugged, and there is no other one. Everything until then is kept: plug it in "
        "and press start to go on, or finish your answer."
    ),
    "InsecureContext": (
        "Browsers give camera and microphone only to secure addresses. Open this page over https:// or on "
        "localhost, or type your answer."
    ),
}
OTHER_TROUBLE = (
    "The browser could not open your camera or microphone. Check that it is plugged in and allowed, press "
    "start again, or type your answer."
)


def press(stage: Stage, mode: str) -> None:
    """A start button was pressed: `video` for camera and microphone, `audio` for sound only."""
    stage.microphone, stage.asked_at, stage.connected = mode, time.monotonic(), False
    stage.trouble, stage.typing = "", False


def release(stage: Stage) -> None:
    """Close the devices at the next run."""
    stage.microphone = "off"


def camera(
    stage: Stage, on_frame: Callable[[av.AudioFrame], None], state: str, *, live: bool, place: str
) -> None:
    """Draw the card and keep the connection as `stage.microphone` asks.

    `on_frame` runs on the server's event loop for every 20 ms frame and must only queue it: anything
    slower stops the pages of every candidate. `state` is the line under the picture. With `stage.filming`
    the picture goes to the server as well, until that takes no more. The connection stays as it is then:
    asked for another one it would begin anew. `place` names the screen: what the frames of one send while
    it is left for another would come to the frames of that one, were they of the same name.
    """
    filming = stage.filming if stage.microphone == "video" else None
    stage.film_sent = filming is not None and filming.takes_pictures

    card = f"camera-card-{place}"

    def trouble() -> None:
        stage.trouble = str(st.session_state[card].trouble or "")
        release(stage)

    _CARD(
        data={
            "mode": stage.microphone,
            "film": stage.film_sent,
            "picture": PICTURE if filming is not None else _SEEN_ONLY,
            "state": state,
            "live": live,
            "press": stage.asked_at,
            "checked": tab().devices_checked,
        },
        key=card,
        on_trouble_change=trouble,
    )

    def heard(frame: av.AudioFrame) -> None:
        on_frame(frame)
        if filming is not None:
            filming.heard(frame)

    sound: MediaSink = stage.sinks.of(AudioSinkTrack, stage.asked_at, heard)
    picture: MediaSink | None = None
    if filming is not None:
        picture = filming.picture_sink(stage.sinks.of(VideoSinkTrack, stage.asked_at, filming.seen))
        sound = filming.sound_sink(sound)
    with st.container(key="camera_link"):  # the stylesheet takes it out of sight
        webrtc_streamer(
            key=f"camera-{place}",
            mode=WebRtcMode.SENDONLY,
            rtc_configuration=services().settings.rtc_configuration,
            media_stream_constraints={
                "audio": {
                    "echoCancellation": True,
                    "noiseSuppression": True,
                    "autoGainControl": True,
                },
                "video": PICTURE if filming is not None else False,
            },
            # Never True at the first render: the connection would hang in signalling.
            desired_playing_state=stage.microphone != "off",
            sink_audio_track=sound,
            sink_video_track=picture,
        )
