"""A reply that is shown while it is written: cleaned as it comes, and bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.coach.language_model.cleaning import clean

# The end of what has come so far, if it may be the beginning of markup: a tag, a link or an image,
# or an element whose content goes with it. A "<" that nothing follows for this long is a "<".
_UNFINISHED = re.compile(
    r"(?:<(?:script|style)\b.{0,2000}|<[^<>]{0,300}|!|!?\[[^\[\]]{0,300}(?:\](?:\([^()]{0,500})?)?)\Z",
    re.IGNORECASE | re.DOTALL,
)
_EDGES = re.compile(r"\A(\s*)(.*?)(\s*)\Z", re.DOTALL)


def cleaned(pieces: Iterable[str], most: int) -> Iterator[str]:
    """The text of `pieces` as `clean` makes it, at most `most` characters; the rest is not asked for.

    Held back is only what may be the beginning of markup.
    """
    held, left = "", most
    for piece in pieces:
        held += piece
        unfinished = _UNFINISHED.search(held)
        ready = len(held) if unfinished is None else unfinished.start()
        shown, held = _clean(held[:ready])[:left], held[ready:]
        if shown:
            left -= len(shown)
            yield shown
        if not left:
            return
    if rest := _clean(held)[:left]:
        yield rest


def _clean(text: str) -> str:
    """With the white space at both ends, which parts it from its neighbours."""
    edges = _EDGES.match(text)
    before, words, after = edges.groups() if edges else ("", text, "")
    return f"{before}{clean(words, len(words))}{after}" if words else before
