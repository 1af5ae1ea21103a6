"""A tap of encoded packets, before aiortc decodes them: copying them costs a tenth of encoding again.

aiortc has no way to get at them, so its private `decoder_worker` is replaced by one that passes the queue
of packets through a `_Copied`. That leaves decoding itself to aiortc: a track that nobody records runs its code
unchanged. Where aiortc is not as we know it nothing is replaced, and recordings are encoded instead.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import aiortc
from aiortc import rtcrtpreceiver

from services.failures import failure_of

log = logging.getLogger(__name__)

TRIED = "1.16."  # versions of aiortc that this was tried on
_PARAMETERS = ["loop", "input_q", "output_q", "decode_error"]
_lock = threading.Lock()
_original: Callable[..., None] | None = None
_refused = False


class Packets(Protocol):
    """Who wants the packets of a track. Called on the thread that decodes it."""

    def __call__(self, codec: str, data: bytes, ticks: int) -> bool:
        """A packet; returns whether it is still to be decoded."""


@dataclass(frozen=True)
class _Wish:
    packets: Packets
    begun: Callable[[Callable[[], None]], None]


_wishes: WeakKeyDictionary[Any, _Wish] = WeakKeyDictionary()  # by the queue of decoded frames


def tap(
    track: Any,
    packets: Packets,
    begun: Callable[[Callable[[], None]], None] = lambda _ask_for_key: None,
) -> bool:
    """Copy the packets of a track that has not begun yet to `packets`; False where that cannot be done.

    `track` is a received track or one that a relay gave out for it. `begun` is told once how to ask the sender
    for a key frame.
    """
    received = getattr(track, "_source", None) or track
    if not isinstance(received, rtcrtpreceiver.RemoteStreamTrack) or not _install():
        return False
    _wishes[received._queue] = _Wish(packets, begun)
    return True


def fits() -> bool:
    """Whether aiortc is as we know it."""
    worker = getattr(rtcrtpreceiver, "decoder_worker", None)
    receive = getattr(rtcrtpreceiver.RTCRtpReceiver, "receive", None)
    return (
        str(aiortc.__version__).startswith(TRIED)
        and inspect.isfunction(worker)
        and list(inspect.signature(worker).parameters) == _PARAMETERS
        and inspect.iscoroutinefunction(receive)
        and "decoder_worker" in receive.__code__.co_names  # looked up when a track begins
    )


def _install() -> bool:
    """Replace the worker, once in a process."""
    global _original, _refused
    with _lock:
        if _original is None and not _refused:
            _refused = not fits()
            if _refused:
                log.warning(
                    "aiortc %s is not known here: pictures are encoded anew", aiortc.__version__
                )
            else:
                _original = rtcrtpreceiver.decoder_worker
                rtcrtpreceiver.decoder_worker = _worker
        return _original is not None


def _worker(loop: Any, input_q: Any, output_q: Any, decode_error: Any) -> None:
    """Runs in a thread of its own for every track, as the one it replaces."""
    assert _original is not None
    wish = _wishes.get(output_q)
    if wish is not None:
        # The receiver sends a picture loss indication at the next packet when this is set.
        failure_of(wish.begun, decode_error.set)
        input_q = _Copied(input_q, wish.packets)
    _original(loop, input_q, output_q, decode_error)


class _Copied:
    """A queue of packets that lets somebody see each before it is taken."""

    def __init__(self, queue: Any, packets: Packets) -> None:
        self._queue = queue
        self._packets = packets
        self._failed = False

    def get(self) -> Any:
        task = self._queue.get()
        while task is not None and not self._is_to_be_decoded(*task):
            task = self._queue.get()
        return task

    def _is_to_be_decoded(self, codec: Any, frame: Any) -> bool:
        try:
            return self._packets(codec.name, frame.data, frame.timestamp)
        except Exception as error:  # noqa: BLE001  whoever copies must not end the decoding
            if not self._failed:  # there are 65 packets a second
                log.error("The packets of a track are not copied: %s", type(error).__name__)
            self._failed = True
            return True
