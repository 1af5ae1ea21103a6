"""Pieces of words with their times become words as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from services.domain import Word

_ENDS_OF_SENTENCES = frozenset(".。!！?？")  # noqa: RUF001
# What stands before a word where there are no spaces.
_OPENING = frozenset("\"'“‘¿¡([{「『（《")  # noqa: RUF001
_LONG_WORD_S = 0.7  # more than this is not believed of the middle word of a passage


@dataclass(frozen=True, slots=True)
class Piece:
    """What the tokenizer cannot part further; a leading space starts a word. Seconds."""

    text: str
    start: float = 0.0
    end: float = 0.0
    probability: float = 1.0

    @property
    def spoken(self) -> bool:
        """False for punctuation."""
        return any(c.isalnum() for c in self.text)

    @property
    def lasts(self) -> float:
        return self.end - self.start


def words_of(pieces: Sequence[Piece], *, spaced: bool) -> tuple[Word, ...]:
    """Words with their punctuation; what follows without a space (`-known`) belongs to the word before.

    Alignment stretches the words beside a pause; as in faster-whisper a word next to the end of a
    sentence, and the first one, last at most twice as long as the middle one of all.
    """
    lengths = [p.lasts for p in pieces if p.lasts > 0]
    longest = 2 * min(_LONG_WORD_S, median(lengths)) if lengths else 0.0
    joined = _joined(_beside_sentence_ends(pieces, longest), spaced)
    return tuple(
        Word(start=p.start, end=p.end, text=p.text.strip(), probability=p.probability)
        for p in _first_shortened(joined, longest)
    )


def _beside_sentence_ends(pieces: Sequence[Piece], longest: float) -> list[Piece]:
    settled = list(pieces)
    for i, piece in enumerate(settled):
        if i == 0 or piece.lasts <= longest:
            continue
        if piece.text in _ENDS_OF_SENTENCES:
            settled[i] = replace(piece, end=piece.start + longest)
        elif settled[i - 1].text in _ENDS_OF_SENTENCES:
            settled[i] = replace(piece, start=piece.end - longest)
    return settled


def _joined(pieces: Sequence[Piece], spaced: bool) -> list[Piece]:
    words: list[Piece] = []
    for piece in pieces:
        if not piece.text.strip():
            continue
        if words and _together(words[-1], piece, spaced):
            words[-1] = _one(words[-1], piece)
        else:
            words.append(piece)
    return words


def _together(last: Piece, piece: Piece, spaced: bool) -> bool:
    if spaced:
        return not piece.text.startswith(" ") or not last.spoken
    mark = piece.text.strip()
    return (not piece.spoken and mark not in _OPENING) or last.text.strip() in _OPENING


def _one(last: Piece, piece: Piece) -> Piece:
    """Both texts; punctuation has no time or probability of its own."""
    text = last.text + (piece.text if last.spoken else piece.text.lstrip())
    if not piece.spoken:
        return replace(last, text=text)
    if not last.spoken:
        return replace(piece, text=text)
    return Piece(text, last.start, piece.end, min(last.probability, piece.probability))


def _first_shortened(words: list[Piece], longest: float) -> list[Piece]:
    """Without the silence that is taken for the start of the first word."""
    if not words or words[0].end <= 2 * longest:
        return words
    first, second = words[0], words[1] if len(words) > 1 else None
    if first.lasts <= longest and not (second and second.end - first.start > 2 * longest):
        return words
    if second and second.lasts > longest:
        boundary = max(second.end / 2, second.end - longest)
        first, second = replace(first, end=boundary), replace(second, start=boundary)
    first = replace(first, start=max(0.0, first.end - longest))
    return [first, *([second] if second else []), *words[2:]]
