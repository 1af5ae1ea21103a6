"""How much of a story went to situation, task, action and result: labels of a model, times of the words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from statistics import fmean

from services.coach.language_model.rating_shapes import Part, Stretch
from services.coach.language_model.reading import Reading
from services.domain import Star


def star_of(story: Sequence[Stretch], reading: Reading) -> Star | None:
    """Shares of the speaking time, or of the words where none has a time. None without a label.

    Where stretches overlap the first one counts; a sentence without a label is something else.
    """
    parts: dict[int, Part] = {}
    last = len(reading.sentences)
    for stretch in story:
        for number in range(max(1, stretch.first), min(stretch.last, last) + 1):
            parts.setdefault(number, stretch.part)
    if not parts:
        return None
    spent = dict.fromkeys(Part, 0.0)
    for number, length in enumerate(_lengths(reading), start=1):
        spent[parts.get(number, Part.OTHER)] += length
    total = sum(spent.values())
    if not total:
        return None
    return Star(
        situation=spent[Part.SITUATION] / total,
        task=spent[Part.TASK] / total,
        action=spent[Part.ACTION] / total,
        result=spent[Part.RESULT] / total,
    )


def _lengths(reading: Reading) -> list[float]:
    """Of each sentence: seconds of its words. Words without a time take as long as the others do."""
    times = {said.start: max(0.0, said.word.end - said.word.start) for said in reading.said}
    usual = fmean(times.values()) if any(times.values()) else 1.0
    starts = [sentence.start for sentence in reading.sentences]
    lengths = [0.0] * len(starts)
    inside = 0  # one past the last character of the heard word that the next letters may belong to
    ends = {said.start: said.end for said in reading.said}
    for word in reading.plain.words:
        length = times.get(word.start)
        if length is None:
            length = 0.0 if word.start < inside else usual
        else:
            inside = ends[word.start]
        lengths[bisect_right(starts, word.start) - 1] += length
    return lengths
