"""How near the figures of delivery come to speech whose words and pauses are known.

    python -m benchmarks.delivery --json [--speakers 8] [--seconds 60] [--model DIR]

Each speaker (another voice, 130 to 170 words a minute) talks with pauses of 0.3 to 2.5 s between phrases; the
sound goes through the ears and the speech model as an answer's does. Errors are absolute, over all speakers:

    words, words_heard           said; heard alike and in order, which word times are compared of
    word_start_p50_s, _p95_s     beginnings; `word_end_` ends; `word_` both. `raw_word_`: as the recogniser gave
                                 them, before they are held to where a voice was
    pause_p50_s, pause_p95_s     length of the pauses that were found; `raw_pause_`: from word times alone
    pause_bias_s                 their middle error with its sign; pauses_within_64_ms: the share that is so near
    pauses, missed, invented     that there are, and how many of them were not found, or are none
    rate_p50, articulation_p50   share of the true figure, and `_p95`
    first_word_p50_s, longest_run_p50_s, share_p50  and `_p95`
    measuring_s_per_min          seconds to measure a minute of sound
    figures_kb_10_min            what ten minutes take as JSON
    hour_s                       seconds to make out how an hour was said, from its words and its voice

A phrase is said without silence at its ends, to 20 ms: so far a true edge may be off by itself.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import numpy as np

from benchmarks.engines import add_options, folder_of, loaded
from benchmarks.long_talk import sound_of
from benchmarks.long_talk import talk as long_talk
from benchmarks.measuring import machine, quantile, rounded, tell
from benchmarks.voices import Talk, pausing
from services.delivery import delivery_of
from services.delivery.measuring import sound_figures
from services.delivery.timing import spoken_words
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Delivery,
    Segment,
    SoundFigures,
    Word,
)
from services.ports import Samples
from services.speech.ears import Ears
from services.speech.model import SpeechModel

_WITHIN_S = 300.0
_HOUR_S = 3600.0
_EDGE_S = 0.02  # of quiet that a phrase has at both ends, see `benchmarks.voices`


@dataclass(frozen=True)
class Heard:
    """What the product made of a talk."""

    answer: Answer
    sound: SoundFigures
    measured_s: float


def hear(model: SpeechModel, talk: Talk) -> Heard:
    """As an uploaded recording is heard: the same path as live sound, as fast as it goes."""
    samples, segments = talk.at_16k(), dict[int, Segment]()
    with tempfile.TemporaryDirectory() as folder:
        ears = Ears(model, Path(folder))
        live = ears.open(
            uuid4(), settled=(), on_segment=segments.__setitem__, on_finished=lambda _: None
        )
        live.hear_samples(samples)
        live.finish()
        if not live.wait_finished(_WITHIN_S):
            raise TimeoutError("what was said did not become words")
        ears.shutdown()
    began = time.perf_counter()
    sound = sound_figures(io.BytesIO(_pcm(samples)))
    measured = time.perf_counter() - began
    return Heard(_answer(sorted(segments.values(), key=_start), talk.seconds), sound, measured)


def true_answer(talk: Talk) -> tuple[Answer, SoundFigures]:
    """The same talk with the words and the voice that it really has."""
    words = tuple(Word(start=w.start, end=w.end, text=w.text, probability=1) for w in talk.words)
    edges = [0, *(i for i, (a, b) in enumerate(pairwise(words), 1) if b.start > a.end), len(words)]
    voice = tuple(
        (words[first].start + _EDGE_S, words[last - 1].end - _EDGE_S)
        for first, last in pairwise(edges)
    )
    segment = Segment(start=0, end=talk.seconds, text=talk.text, words=words)
    return _answer((segment,), talk.seconds), SoundFigures(step_s=1, voice=voice)


def errors(talk: Talk, heard: Heard) -> dict[str, list[float]]:
    """Of every figure, the absolute errors of this talk; shares of the true figure for rates."""
    truth = delivery_of(*true_answer(talk), "en")
    found = delivery_of(heard.answer, heard.sound, "en")
    raw = delivery_of(heard.answer, None, "en")
    assert truth is not None
    assert found is not None
    assert raw is not None
    off = defaultdict[str, list[float]](list)
    held = spoken_words(heard.answer.segments, heard.sound.voice)
    given = spoken_words(heard.answer.segments)
    for name, words in (("", held), ("raw_", given)):
        alike = SequenceMatcher(
            None, [w.text for w in talk.words], [w.form for w in words], autojunk=False
        )
        for i, j, size in alike.get_matching_blocks():
            for said, word in zip(talk.words[i : i + size], words[j : j + size], strict=True):
                start, end = abs(word.start - said.start), abs(word.end - said.end)
                off[f"{name}word_start"].append(start)
                off[f"{name}word_end"].append(end)
                off[f"{name}word"] += (start, end)
    _pauses(off, "", truth, found)
    _pauses(off, "raw_", truth, raw)
    off["rate"].append(_share(found.words_per_minute, truth.words_per_minute))
    off["articulation"].append(_share(found.articulation_rate, truth.articulation_rate))
    off["share"].append(abs((found.speaking_share or 0) - (truth.speaking_share or 0)))
    off["first_word"].append(abs((found.first_word_s or 0) - (truth.first_word_s or 0)))
    runs = [d.longest_run.end - d.longest_run.start for d in (found, truth) if d.longest_run]
    off["longest_run"].append(abs(runs[0] - runs[1]))
    return off


def _pauses(off: dict[str, list[float]], name: str, truth: Delivery, found: Delivery) -> None:
    left = list(found.pauses)
    for pause in truth.pauses:
        best = max(
            left, key=lambda p: min(p.end, pause.end) - max(p.start, pause.start), default=None
        )
        if best is None or min(best.end, pause.end) <= max(best.start, pause.start):
            off[f"{name}missed"].append(1)
            continue
        left.remove(best)
        off[f"{name}pause"].append(abs(best.seconds - pause.seconds))
        off[f"{name}pause_bias"].append(best.seconds - pause.seconds)
    off[f"{name}pauses"] += [1] * len(truth.pauses)
    off[f"{name}invented"] += [1] * len(left)


def _share(found: float | None, truth: float | None) -> float:
    return abs((found or 0) - (truth or 0)) / truth if truth else 0.0


def hour_s() -> float:
    """Seconds that `delivery_of` takes for an hour of varied words with a voice that rests; of three."""
    answer, sound = _answer(long_talk(_HOUR_S), _HOUR_S), sound_of(_HOUR_S)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        assert delivery_of(answer, sound, "en") is not None
        took.append(time.perf_counter() - began)
    return min(took)


def _answer(segments: Sequence[Segment], seconds: float) -> Answer:
    return Answer(
        id=uuid4(),
        interview_id=uuid4(),
        question_id=uuid4(),
        attempt=1,
        mode=AnswerMode.SPOKEN,
        state=AnswerState.HEARD,
        segments=tuple(segments),
        sound_s=seconds,
        started_at=datetime.now(UTC),
    )


def _start(segment: Segment) -> float:
    return segment.start


def _pcm(samples: Samples) -> bytes:
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_options(options)
    options.add_argument("--speakers", type=int, default=8)
    options.add_argument("--seconds", type=float, default=60.0, help="that each of them talks")
    chosen = options.parse_args(arguments)
    facts = machine()
    with folder_of(chosen) as folder:
        model = loaded(folder, natural=False)
        off = defaultdict[str, list[float]](list)
        said = heard_alike = 0
        seconds = measured = size = 0.0
        for number in range(chosen.speakers):
            tell(f"speaker {number + 1}")
            talk = pausing(chosen.seconds, number)
            heard = hear(model, talk)
            found = errors(talk, heard)
            said += len(talk.words)
            heard_alike += len(found["word_start"])
            seconds, measured = seconds + talk.seconds, measured + heard.measured_s
            size += len(json.dumps(heard.sound.model_dump(mode="json")))
            for name, values in found.items():
                off[name] += values
    result: dict[str, object] = facts | {
        "words": said,
        "words_heard": heard_alike,
        "pauses": len(off["pauses"]),
        "missed": len(off["missed"]),
        "invented": len(off["invented"]),
        "raw_missed": len(off["raw_missed"]),
        "raw_invented": len(off["raw_invented"]),
        "pause_bias_s": quantile(off["pause_bias"], 0.5),
        "pauses_within_64_ms": rounded(
            sum(value <= 0.064 for value in off["pause"]) / max(1, len(off["pause"]))
        ),
        "measuring_s_per_min": rounded(60 * measured / seconds),
        "figures_kb_10_min": rounded(600 * size / seconds / 1000),
        "hour_s": rounded(hour_s()),
    }
    shares = ("rate", "articulation", "share")
    for name in (
        *("word_start", "word_end", "word", "raw_word_start", "raw_word_end", "raw_word"),
        *("pause", "raw_pause", "first_word", "longest_run", *shares),
    ):
        unit = "" if name in shares else "_s"
        for rank in (50, 95):
            result[f"{name}_p{rank}{unit}"] = quantile(off[name], rank / 100)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
