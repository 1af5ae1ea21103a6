"""Live captions of people who talk at the same time: how soon, how well, at what cost.

    python -m benchmarks.captions --json [--speakers 1,2,4,8] [--seconds 60] [--model DIR | --size tiny]
        [--peer whisper-live --peer-python DIR/bin/python]

Delays are counted per word, from its end in the sound to the moment when a reader could see it. With
--size the text means nothing, so a word counts as shown when the words on show were made from sound
up to its end, and nothing is said about errors. For each number of speakers:

    first_p50_s, first_p95_s      until a word, right or wrong, is on show for it
    right_p50_s, right_p95_s      until the word is on show that stands there in the end
    settled_p50_s, settled_p95_s  until it is settled, which also waits for the end of its phrase
    paused_p50_s, paused_p95_s    from the last word of an utterance that a pause ended until it is settled,
                                  the pause of 0.4 to 0.8 s included
    words_lost, wer, wer_offline  of the settled text; offline: the same sound, phrase by phrase
    erasure, stable_revised       characters taken off the end per character; stable words changed, share
    cpu_per_spoken_s, cpu_per_sound_s  CPU seconds per second of speech, and of all sound
    mb_per_speaker                what each of 16 more speakers adds when the engine has all its buffers
    valid                         False: this machine was too busy to speak in time; run it again

Beside the runs: `engine_mb`, what the process has taken since before the model was loaded, after all runs;
`mb_in_30_min`, what one answer adds from its first to its thirtieth minute
(`benchmarks.lasting`); `words_on_noise`, words made of five minutes of silence, noise and typing each.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path

from benchmarks.engines import add_options, folder_of, loaded
from benchmarks.lasting import mb_in_a_long_answer, mb_per_speaker, words_on_noise
from benchmarks.measuring import machine, pin, quantile, rounded, rss_mb, tell
from benchmarks.scoring import (
    NEVER,
    erasure,
    first_right,
    first_shown,
    matched,
    settled,
    stable_revisions,
)
from benchmarks.speakers import Seen, Speaker
from benchmarks.talking import FRAME_S, Stage, stop
from benchmarks.usual import Whole
from benchmarks.voices import Talk, conversation, silence
from benchmarks.whisper_live import PeerSpeaker, WhisperLive, serving
from services.speech.model import SpeechModel
from tests.spoken import word_errors, words_of

_WARM_UP_S = 8.0
_SILENT_S = 20.0
_SILENT_SPEAKERS = 8
_MORE_S = 20.0
_EDGE_S, _A_PAUSE_S = 0.05, 0.35  # s; utterances end 0.3 s after their last word


def run(model: SpeechModel, talks: Sequence[Talk], *, by_text: bool) -> dict[str, object]:
    """Let all speak at once."""
    with tempfile.TemporaryDirectory() as folder, Stage(model, Path(folder)) as stage:
        time.sleep(0.5)  # the threads have started and the loop ticks
        stage.lag.clear()
        cpu = stage.cpu_s()
        speakers = stage.enter(*talks)
        for speaker in speakers:
            speaker.said.wait(speaker.talk.seconds + 60)
        stops = [stop(speaker) for speaker in speakers]
        spent = stage.cpu_s() - cpu
        figures = figures_of(speakers, by_text=by_text)
        sound, voiced = sum(t.seconds for t in talks), sum(t.voiced_s for t in talks)
        late, lag, callbacks = (quantile(v, 0.99) for v in (stage.late, stage.lag, stage.callbacks))
        figures |= {
            "cpu_per_spoken_s": rounded(spent / voiced) if voiced else None,
            "cpu_per_sound_s": rounded(spent / sound),
            "loop_lag_p99_s": lag,
            "callback_p99_s": callbacks,
            "stop_p95_s": quantile(stops, 0.95),
            "lost_sound_s": rounded(max(0.0, *(s.lost_s() for s in speakers))),
            "pacing_late_p99_s": late,
            "valid": late is not None and late <= FRAME_S,
        }
    return figures


def figures_of(speakers: Sequence[Speaker | PeerSpeaker], *, by_text: bool) -> dict[str, object]:
    """What the reader's notes come to, over the words of all speakers."""
    first = list(
        chain.from_iterable(first_shown(s.talk, s.seen, by_text=by_text) for s in speakers)
    )
    final = list(chain.from_iterable(settled(s.talk, s.seen, by_text=by_text) for s in speakers))
    ends = list(chain.from_iterable(_of_last_words(s.talk, s.seen) for s in speakers))
    words = sum(len(s.talk.words) for s in speakers)
    figures: dict[str, object] = {
        "speakers": len(speakers),
        "words": words,
        "first_p50_s": quantile(first, 0.5),
        "first_p95_s": quantile(first, 0.95),
        "settled_p50_s": quantile(final, 0.5),
        "settled_p95_s": quantile(final, 0.95),
        "paused_p50_s": quantile(ends, 0.5),
        "paused_p95_s": quantile(ends, 0.95),
        "words_lost": final.count(NEVER),
        "wer": None,
        "erasure": None,
        "stable_revised": None,
    }
    if by_text and words:
        revised = [stable_revisions(s.seen) for s in speakers]
        wrong = sum(
            word_errors(s.talk.text, s.seen[-1].settled if s.seen else "") for s in speakers
        )
        right = list(chain.from_iterable(first_right(s.talk, s.seen) for s in speakers))
        figures |= {
            "right_p50_s": quantile(right, 0.5),
            "right_p95_s": quantile(right, 0.95),
            "wer": rounded(wrong / words),
            "erasure": rounded(sum(erasure(s.seen) for s in speakers) / len(speakers)),
            "stable_revised": rounded(
                sum(r for r, _ in revised) / max(1, sum(n for _, n in revised))
            ),
        }
    return figures


def _of_last_words(talk: Talk, seen: Sequence[Seen]) -> list[float]:
    """Of the last word before each pause that ended an utterance, the seconds until it was settled."""
    delays, known = [], 0.0
    for look in seen:
        if look.settled_s > known:
            known = look.settled_s
            before = [w for w in talk.words if w.end <= known + _EDGE_S]
            after = next((w for w in talk.words if w.start > known - _EDGE_S), None)
            paused = before and (after is None or after.start - before[-1].end > _A_PAUSE_S)
            if paused:
                delays.append(look.at - before[-1].end)
    return delays


def run_peer(server: WhisperLive, talks: Sequence[Talk]) -> dict[str, object]:
    """Let all speak to WhisperLive at once. Words that are on show in the end count as kept."""
    cpu = server.cpu_s()
    speakers = server.hear(talks)
    spent = server.cpu_s() - cpu
    figures = figures_of(speakers, by_text=True)
    in_the_end = [s.seen[-1].visible if s.seen else "" for s in speakers]
    lost = sum(
        matched(words_of(s.talk.text), words_of(text)).count(None)
        for s, text in zip(speakers, in_the_end, strict=True)
    )
    words = sum(len(t.words) for t in talks)
    wrong = sum(word_errors(t.text, text) for t, text in zip(talks, in_the_end, strict=True))
    return figures | {
        "words_lost": lost,
        "wer": rounded(wrong / words),
        "cpu_per_spoken_s": rounded(spent / sum(t.voiced_s for t in talks)),
        "stop_p95_s": quantile([s.stop_s for s in speakers], 0.95),
        "server_mb": rounded(server.rss_mb()),
    }


def offline_errors(whole: Whole, talks: Sequence[Talk]) -> float:
    """Word error rate of plain faster-whisper on the same sound, cut in the middle of the pauses."""
    wrong = words = 0
    for talk in talks:
        cuts = [0.0, *talk.pauses[:-1], talk.seconds]
        heard = " ".join(whole.phrase(talk.at_16k(a, b)) for a, b in pairwise(cuts))
        wrong += word_errors(talk.text, heard)
        words += len(talk.words)
    return rounded(wrong / words)


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_options(options)
    options.add_argument("--speakers", default="1,2,4,8", help="how many at once, run after run")
    options.add_argument("--seconds", type=float, default=60.0, help="that each of them talks")
    options.add_argument("--peer", choices=["whisper-live"], help="measure this one, too")
    options.add_argument("--peer-python", type=Path, help="of the environment that has the peer")
    chosen = options.parse_args(arguments)
    if chosen.peer and (chosen.size or not chosen.peer_python):
        options.error("--peer needs --peer-python, and a model that understands speech")
    pin()
    facts = machine()
    counts = [int(n) for n in chosen.speakers.split(",")]
    by_text = chosen.size is None
    talks = [conversation(chosen.seconds, number) for number in range(max(counts))]
    with folder_of(chosen) as folder:
        tell("loading")
        before = rss_mb()
        model = loaded(folder, natural=not by_text)
        run(model, [conversation(min(_WARM_UP_S, chosen.seconds), 99)], by_text=by_text)
        rooms = [silence(min(_SILENT_S, chosen.seconds), n) for n in range(_SILENT_SPEAKERS)]
        silent = run(model, rooms, by_text=by_text)
        runs = []
        for count in counts:
            tell(f"{count} speakers for {chosen.seconds:.0f} s")
            runs.append(run(model, talks[:count], by_text=by_text))
            tell(json.dumps(runs[-1]))
        engine = rss_mb() - before
        each = rounded(mb_per_speaker(model, min(_MORE_S, chosen.seconds)))
        for entry in runs:
            entry["mb_per_speaker"] = each
        long = chosen.seconds >= _MORE_S  # else it is but a try
        more = {
            "words_on_noise": words_on_noise(model) if long and by_text else None,
            **(mb_in_a_long_answer(model) if long and by_text else {}),
        }
        if by_text:
            tell("the same sound offline")
            whole = Whole(folder, natural=False)
            for entry, count in zip(runs, counts, strict=True):
                entry["wer_offline"] = offline_errors(whole, talks[:count])
        else:
            for entry in runs:
                entry["wer_offline"] = None
        peer = (
            {"peer": _peer_runs(chosen.peer_python, folder, talks, counts)} if chosen.peer else {}
        )
    print(
        json.dumps(
            {
                "runs": runs,
                **peer,
                **more,
                "engine_mb": rounded(engine),
                "cpu_per_silent_s": silent["cpu_per_sound_s"],
                "seconds": chosen.seconds,
                "model": chosen.size or str(chosen.model or "fixture"),
                **facts,
            }
        )
    )


def _peer_runs(
    python: Path, folder: Path, talks: Sequence[Talk], counts: Sequence[int]
) -> list[dict[str, object]]:
    runs = []
    with (
        tempfile.TemporaryDirectory() as logs,
        serving(python, folder, Path(logs) / "log") as server,
    ):
        server.hear([conversation(_WARM_UP_S, 99)])
        for count in counts:
            tell(f"{count} speakers in front of WhisperLive")
            runs.append(run_peer(server, talks[:count]))
            tell(json.dumps(runs[-1]))
    return runs


if __name__ == "__main__":
    main()
