"""How many people can talk at once, without a pause, before their words come late.

    python -m benchmarks.capacity --json --size tiny [--seconds 120] [--ours-only | --usual-only]
    python -m benchmarks.capacity --json --peer whisper-live --peer-python DIR/bin/python

A number of speakers is held if, over the whole time, 95 % of the words are on show within 2 s, 95 % of
the transcripts are complete within 2 s of a stop in mid-word while the others go on, no sound is lost
and the delay of settled words does not grow. Beside it the usual way (`benchmarks.usual`), or WhisperLive,
on the same folder and the same sound. `ours`, `usual`: speakers that are held; `*_p95_s`: the worse of
both delays then; `*_runs`: everything that was tried; `engine_mb`: growth of the process from before
the model is loaded until its first words.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from benchmarks.engines import add_options, folder_of, loaded
from benchmarks.measuring import machine, pin, quantile, rounded, rss_mb, slope
from benchmarks.scoring import NEVER, first_shown
from benchmarks.searching import Figures, most_held
from benchmarks.speakers import Speaker
from benchmarks.talking import FRAME_S, Stage, stop
from benchmarks.usual import Whole, talk_the_usual_way
from benchmarks.voices import Talk, monologue
from benchmarks.whisper_live import WhisperLive, serving
from services.speech.model import SpeechModel

_IN_TIME = 2.0  # s
_APART_S = 1.0  # between two stops
_LOST_S = 0.1  # what a resampler holds is not lost; more is
_GROWS = 0.01  # s of delay per second; a backlog grows by more
_WARM_UP_S = 8.0
_FIRST_GUESS = {"tiny": (42, 7), "base": (18, 3), "small": (4, 1)}  # speakers: ours, the usual way


def talks_for(count: int, seconds: float) -> tuple[list[Talk], list[Talk]]:
    """What each speaker says until a stop in mid-word, one after the other, and what follows it."""
    ends = [seconds + _APART_S * i for i in range(count)]
    first = [monologue(end + 5, i).until_in_word(end) for i, end in enumerate(ends)]
    after = [monologue(ends[-1] - end + 10, 100 + i) for i, end in enumerate(ends)]
    return first, after


def ours(model: SpeechModel, count: int, seconds: float, *, by_text: bool) -> Figures:
    """Let `count` people talk into the product for `seconds`."""
    talks, after = talks_for(count, seconds)
    stops: list[float] = []
    with tempfile.TemporaryDirectory() as folder, Stage(model, Path(folder)) as stage:
        time.sleep(0.5)  # the threads have started
        stage.lag.clear()
        memory, cpu = rss_mb(), stage.cpu_s()
        speakers = stage.enter(*talks)
        threads = [
            threading.Thread(target=_stop_and_go_on, args=(stage, speaker, then, stops))
            for speaker, then in zip(speakers, after, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent, grown = stage.cpu_s() - cpu, rss_mb() - memory
        sound = sum(t.seconds for t in talks) + sum(
            max(0.0, talks[-1].seconds - t.seconds) for t in talks
        )
        late, lag = quantile(stage.late, 0.99), quantile(stage.lag, 0.99)
    shown = list(
        chain.from_iterable(first_shown(s.talk, s.seen, by_text=by_text) for s in speakers)
    )
    figures = _judged(count, seconds, shown, stops)
    lost = max(s.lost_s() for s in speakers)
    growth = slope(list(chain.from_iterable(_settled_delays(s) for s in speakers)))
    figures |= {
        "lost_sound_s": rounded(max(0.0, lost)),
        "backlog_growth": rounded(growth),
        "cpu_per_spoken_s": rounded(spent / sound),
        "mb_per_speaker": rounded(grown / count),
        "loop_lag_p99_s": lag,
        "pacing_late_p99_s": late,
        "valid": late is not None and late <= FRAME_S,
    }
    figures["held"] = figures["held"] and lost <= _LOST_S and growth <= _GROWS
    return figures


def usual(whole: Whole, count: int, seconds: float) -> Figures:
    """Let `count` people talk to the usual way for `seconds`."""
    talks, after = talks_for(count, seconds)
    cpu = time.process_time()
    speakers = talk_the_usual_way(whole, talks, after)
    spent = time.process_time() - cpu
    shown = list(chain.from_iterable(s.first_shown() for s in speakers))
    figures = _judged(count, seconds, shown, [s.stop_s for s in speakers])
    return figures | {"cpu_per_spoken_s": rounded(spent / (count * talks[-1].seconds))}


def theirs(server: WhisperLive, count: int, seconds: float) -> Figures:
    """Let `count` people talk to WhisperLive for `seconds`; who stops does not go on."""
    talks, _ = talks_for(count, seconds)
    cpu = server.cpu_s()
    speakers = server.hear(talks)
    shown = list(chain.from_iterable(first_shown(s.talk, s.seen, by_text=True) for s in speakers))
    figures = _judged(count, seconds, shown, [s.stop_s for s in speakers])
    spent = server.cpu_s() - cpu
    return figures | {"cpu_per_spoken_s": rounded(spent / sum(t.seconds for t in talks))}


def _stop_and_go_on(stage: Stage, speaker: Speaker, then: Talk, stops: list[float]) -> None:
    speaker.said.wait(speaker.talk.seconds + 60)
    stage.enter(then, watched=False)
    try:
        stops.append(stop(speaker))
    except TimeoutError:
        stops.append(NEVER)


def _settled_delays(speaker: Speaker) -> list[tuple[float, float]]:
    """(when, how long after its end in the sound) for each settled utterance, from the second on.

    Put together over all speakers: an utterance that was cut is settled later than one that ended in a
    pause, so the few of one speaker say nothing about a backlog.
    """
    ends = sorted({seen.settled_s for seen in speaker.seen if seen.settled_s})
    points = []
    for end in ends[1:]:
        at = next(seen.at for seen in speaker.seen if seen.settled_s >= end)
        points.append((at, at - end))
    return points


def _judged(count: int, seconds: float, shown: Sequence[float], stops: Sequence[float]) -> Figures:
    first, end = quantile(shown, 0.95), quantile(stops, 0.95)
    in_time = first is not None and first < _IN_TIME and end is not None and end < _IN_TIME
    return {
        "speakers": count,
        "seconds": seconds,
        "held": in_time,
        "first_p50_s": quantile(shown, 0.5),
        "first_p95_s": first,
        "stop_p95_s": end,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_options(options)
    options.add_argument("--seconds", type=float, default=120.0, help="that each of them talks")
    options.add_argument("--guess", type=int, help="speakers to begin with")
    options.add_argument("--most", type=int, default=64, help="speakers to try")
    options.add_argument("--peer", choices=["whisper-live"], help="instead of the usual way")
    options.add_argument("--peer-python", type=Path, help="of the environment that has the peer")
    only = options.add_mutually_exclusive_group()
    only.add_argument("--ours-only", action="store_true")
    only.add_argument("--usual-only", action="store_true")
    chosen = options.parse_args(arguments)
    if chosen.peer and (chosen.size or not chosen.peer_python):
        options.error("--peer needs --peer-python, and a model that understands speech")
    pin()
    facts = machine()
    natural = chosen.size is not None
    guesses = _FIRST_GUESS.get(chosen.size or "", (16, 4))
    found: Figures = {
        "ours": None,
        "usual": None,
        "ratio": None,
        "ours_p95_s": None,
        "usual_p95_s": None,
    }
    with folder_of(chosen) as folder:
        if not chosen.ours_only:
            other = _peer if chosen.peer else _usual
            guess = min(chosen.most, chosen.guess or guesses[1])
            found |= _summed_up("usual", other(chosen, folder, guess))
        if not chosen.usual_only:
            before = rss_mb()
            model = loaded(folder, natural=natural)
            ours(model, 1, min(_WARM_UP_S, chosen.seconds), by_text=not natural)
            found["engine_mb"] = rounded(rss_mb() - before)
            best = most_held(
                "ours",
                lambda n, s: ours(model, n, s, by_text=not natural),
                min(chosen.most, chosen.guess or guesses[0]),
                chosen.most,
                chosen.seconds,
            )
            found |= _summed_up("ours", best)
    if found["ours"] is not None and found["usual"] is not None:
        # A way that holds nobody counts as one that holds one: a ratio that is too small, not too large.
        found["ratio"] = rounded(found["ours"] / max(1, found["usual"]))
    print(
        json.dumps(
            {
                **found,
                "compared_with": chosen.peer or "usual",
                "model": chosen.size or str(chosen.model or "fixture"),
                **facts,
            }
        )
    )


def _usual(chosen: argparse.Namespace, folder: Path, guess: int) -> Figures:
    whole = Whole(folder, natural=chosen.size is not None)
    usual(whole, 1, min(_WARM_UP_S, chosen.seconds))  # the first calls of a process are slower
    return most_held("usual", lambda n, s: usual(whole, n, s), guess, chosen.most, chosen.seconds)


def _peer(chosen: argparse.Namespace, folder: Path, guess: int) -> Figures:
    with (
        tempfile.TemporaryDirectory() as logs,
        serving(chosen.peer_python, folder, Path(logs) / "log") as server,
    ):
        theirs(server, 1, _WARM_UP_S)
        return most_held(
            chosen.peer, lambda n, s: theirs(server, n, s), guess, chosen.most, chosen.seconds
        )


def _summed_up(name: str, best: Figures) -> Figures:
    ends = [best["first_p95_s"], best["stop_p95_s"]]
    return {
        name: best["speakers"] if best["held"] else 0,
        f"{name}_p95_s": None if None in ends else max(ends),
        f"{name}_runs": best["tried"],
    }


if __name__ == "__main__":
    main()
