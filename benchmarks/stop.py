"""From "Finish answer" to the complete transcript, for short and long answers.

    python -m benchmarks.stop --json [--model DIR | --size tiny] [--answers 10,60] [--peer whole-answer]

What was said before the last seconds is heard as fast as it goes and is in words before the timed part;
the rest is spoken in real time. `pause`: the answer ends 0.7 s after its last word; `word`: in the
middle of one. `busy` others talk without a pause meanwhile. `slope_ms_per_s`: by how much a stop takes
longer for each second of the answer, in the worst case. `peer`: the whole answer transcribed at its end.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.engines import add_options, folder_of, loaded
from benchmarks.measuring import machine, pin, quantile, rounded, slope, tell
from benchmarks.talking import FRAME_S, Stage, stop
from benchmarks.usual import Whole
from benchmarks.voices import Talk, conversation, monologue

_TAIL_S = 10.0  # of an answer, spoken in real time
_PAUSE_S = 0.7


def answer(seconds: float, where: str, number: int) -> tuple[Talk | None, Talk]:
    """What was said before (None: nothing) and what is still to be said, `seconds` in all or little more."""
    tail = conversation(min(seconds, _TAIL_S), number)
    ended = tail.then_silent(_PAUSE_S) if where == "pause" else tail.until_in_word(tail.seconds)
    before = seconds - _TAIL_S
    return (conversation(before, 500 + number) if before > 0 else None), ended


def timed_stop(stage: Stage, seconds: float, where: str, busy: int, number: int) -> float:
    """Seconds that one stop takes."""
    head, tail = answer(seconds, where, number)
    (speaker,) = stage.enter(tail, head=head)
    others = stage.enter(
        *(monologue(tail.seconds + 20, 900 + 10 * number + i) for i in range(busy)), watched=False
    )
    speaker.said.wait(tail.seconds + 60)
    took = stop(speaker)
    for other in (speaker, *others):
        stage.leave(other)
    return took


def whole_answer(whole: Whole, seconds: float, repeats: int) -> dict[str, object]:
    """What the whole answer costs after its end, as applications do that transcribe it then."""
    took = []
    for number in range(repeats):
        head, tail = answer(seconds, "pause", number)
        sound = tail.at_16k() if head is None else np.concatenate([head.at_16k(), tail.at_16k()])
        began = time.monotonic()
        whole.text(sound)
        took.append(time.monotonic() - began)
    return {"answer_s": seconds, "p50_s": quantile(took, 0.5), "p95_s": quantile(took, 0.95)}


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_options(options)
    options.add_argument("--answers", default="10,60,180,600", help="seconds of the answers")
    options.add_argument("--busy", default="0,4", help="how many others talk meanwhile")
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--peer", choices=["whole-answer"], help="measure this way, too")
    chosen = options.parse_args(arguments)
    pin()
    facts = machine()
    lengths = [float(s) for s in chosen.answers.split(",")]
    natural = chosen.size is not None
    runs, slopes, peer = list[dict[str, object]](), list[dict[str, object]](), {}
    with folder_of(chosen) as folder, tempfile.TemporaryDirectory() as spool:
        model = loaded(folder, natural=natural)
        with Stage(model, Path(spool)) as stage:
            timed_stop(
                stage, min([5.0, *lengths]), "pause", 0, 99
            )  # the first call of a process is slower
            for busy in map(int, chosen.busy.split(",")):
                for where in ("pause", "word"):
                    points = []
                    for seconds in lengths:
                        took = [
                            timed_stop(stage, seconds, where, busy, n)
                            for n in range(chosen.repeats)
                        ]
                        points += [(seconds, s) for s in took]
                        runs.append(
                            {
                                "answer_s": seconds,
                                "where": where,
                                "busy": busy,
                                "p50_s": quantile(took, 0.5),
                                "p95_s": quantile(took, 0.95),
                            }
                        )
                        tell(json.dumps(runs[-1]))
                    grows = rounded(1000 * slope(points))
                    slopes.append({"where": where, "busy": busy, "ms_per_s": grows})
            late = quantile(stage.late, 0.99)
        if chosen.peer:
            whole = Whole(folder, natural=natural)
            whole.text(answer(5.0, "pause", 99)[1].at_16k())
            peer = {"peer": [whole_answer(whole, s, min(3, chosen.repeats)) for s in lengths]}
    print(
        json.dumps(
            {
                "runs": runs,
                "slope_ms_per_s": max(float(str(s["ms_per_s"])) for s in slopes),
                "slopes": slopes,
                **peer,
                "repeats": chosen.repeats,
                "model": chosen.size or str(chosen.model or "fixture"),
                "pacing_late_p99_s": late,
                "valid": late is not None and late <= FRAME_S,
                **facts,
            }
        )
    )


if __name__ == "__main__":
    main()
