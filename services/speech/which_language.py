"""Which language is spoken: asked of the engine with the first words, and kept from then on.

What is asked depends on the sound alone: two voiced seconds from the start of the answer, and while that
leaves doubt, four and six of the same utterances. So it does not matter when somebody has time to ask.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.ports import SAMPLE_RATE
from services.speech.jobs import Guess, Span, span_of
from services.speech.segmenter import Utterance

_ENOUGH = 2 * SAMPLE_RATE  # voiced samples; whisper_streaming and WhisperLive ask with 1-2 s
_QUESTIONS = 3
_SURE = 0.6  # probability at which a language is taken at once
_FALLBACK = "en"  # when the engine failed at every question


class WhichLanguage:
    """Of one speaker. Not thread-safe."""

    def __init__(self) -> None:
        self._guesses: list[Guess] = []

    def told(self, code: str, probability: float) -> None:
        """What a question brought; a failed one an empty code."""
        self._guesses.append((code, probability))

    def question(
        self, complete: Sequence[Utterance], open_one: Utterance | None, *, ending: bool
    ) -> tuple[Span, ...]:
        """The sound to ask with next; empty while there is nothing to ask."""
        first, closed = _first_words(complete, open_one, ending)
        asked = len(self._guesses)
        wanted = _ENOUGH * (asked + 1)
        if asked >= _QUESTIONS or not first:
            return ()
        if _voiced(first) < wanted and (asked or not closed):
            return ()
        return _beginning(first, wanted)

    def answer(
        self, complete: Sequence[Utterance], open_one: Utterance | None, *, ending: bool
    ) -> str:
        """The language, once it is sure or cannot become surer; empty before."""
        if not self._guesses:
            return ""
        code, probability = max(self._guesses, key=lambda guess: guess[1])
        if probability <= _SURE and len(self._guesses) < _QUESTIONS:
            _, closed = _first_words(complete, open_one, ending)
            if not closed or self.question(complete, open_one, ending=ending):
                return ""
        return code or _FALLBACK


def _first_words(
    complete: Sequence[Utterance], open_one: Utterance | None, ending: bool
) -> tuple[list[Utterance], bool]:
    """The utterances that hold the first two voiced seconds, and whether nothing can be added to them."""
    first: list[Utterance] = []
    for utterance in complete:
        first.append(utterance)
        if _voiced(first) >= _ENOUGH:
            return first, True
    if ending:
        return first, True
    return ([*first, open_one] if open_one else first), False


def _voiced(utterances: Sequence[Utterance]) -> int:
    return sum(utterance.voiced for utterance in utterances)


def _beginning(utterances: Sequence[Utterance], voiced: int) -> tuple[Span, ...]:
    """The sound of these up to the place where so many samples were voiced."""
    spans: list[Span] = []
    for utterance in utterances:
        for begin, end in utterance.speech:
            if end - begin >= voiced:
                return (*spans, (utterance.start, begin + voiced))
            voiced -= end - begin
        spans.append(span_of(utterance))
    return tuple(spans)
