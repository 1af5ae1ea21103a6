"""An answer made ready to be rated: its numbered sentences, and when its words were said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from services.coach.language_model.sentences import Sentence, sentences_of
from services.coach.plain_text import PlainText, plain_text
from services.coach.word_times import SaidWord, said_words
from services.domain import Transcript
from services.ports import Submission

_UNSURE = 0.5  # probability of a word; below it Whisper's words are wrong about as often as right


@dataclass(frozen=True)
class Reading:
    """All of it follows from the submission, so two threads that ask at once find the same."""

    submission: Submission

    @property
    def text(self) -> str:
        return self.submission.text

    @cached_property
    def plain(self) -> PlainText:
        return plain_text(self.text)

    @cached_property
    def asked(self) -> PlainText:
        """The question."""
        return plain_text(self.submission.question.text)

    @cached_property
    def said(self) -> tuple[SaidWord, ...]:
        return said_words(self.submission.segments, self.text)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return sentences_of(self.text, self.said)

    @cached_property
    def numbered(self) -> str:
        """One sentence a line with its number; words that the recogniser doubted as \u27e6word?\u27e7."""
        return "\n".join(f"[{s.number}] {self._shown(s)}" for s in self.sentences)

    @property
    def wants_follow_up(self) -> bool:
        return self.submission.follow_ups_left > 0 and bool(self.submission.question.key_points)

    def _shown(self, sentence: Sentence) -> str:
        parts: list[str] = []
        at = sentence.start
        for start, end in self._doubted:
            if sentence.start <= start and end <= sentence.end:
                parts += [_unmarked(self.text[at:start]), f"\u27e6{self.text[start:end]}?\u27e7"]
                at = end
        parts.append(_unmarked(self.text[at : sentence.end]))
        return " ".join("".join(parts).split())

    @cached_property
    def _doubted(self) -> tuple[tuple[int, int], ...]:
        """Places of words that may not be what was said; none once the candidate edited the text."""
        segments = self.submission.segments
        if Transcript(segments=segments).settled_text.split() != self.text.split():
            return ()
        return tuple(
            (said.start, said.end)
            for said in self.said
            if said.word.probability < _UNSURE or not segments[said.segment].certain
        )


def _unmarked(text: str) -> str:
    """Marks of doubt are ours to give, not the answer's."""
    return text.replace("\u27e6", "[").replace("\u27e7", "]")
