"""Whether an answer says the opposite of what its question listens for, in fluent words on the subject.

Words alone cannot tell "an index slows down inserts" from "an index never slows down inserts". So four
things are counted that answers which are right have little of: words of the subject that the answer
denies and the expected text does not; an opposite ("higher") where the expected text has the other word
("lower") beside the same words; dismissals ("there is no need to", "plays no role"); and, where a question
sets two things against each other, what is said of the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.coach.contrast import Contrast, contrast, swapped
from services.coach.lexicon import lexicon
from services.coach.screening import Answered
from services.coach.signs import Found, Sign
from services.coach.words import Token, clauses, concepts_in, tokens

_TELLING = 0.2  # weight from which on a word says something about the subject
_SCOPE = 18  # words that a denial reaches at most; a clause of speech is seldom longer
_BESIDE = 0.3  # weight of shared words that makes two clauses about the same thing
_AHEAD = 1.0  # weight added to what is not denied: a single denial shows nothing
_SPAN = 50  # words over which opposites and dismissals are spread, as a floor of length


@dataclass(frozen=True)
class Opposed:
    """How much of an answer turns round what is expected, and the clause that does so most."""

    denied: float  # share (0-1) of the subject's words that are said only to be denied
    turned: float  # opposites for each 50 words, the first 50 for free
    dismissed: float  # dismissals, likewise
    swapped: (
        float  # share (0-1) of what belongs to one side of a contrast that is said of the other
    )
    sweeping: float  # "always", "nobody", "only": for each 50 words, likewise
    clause: int | None


@dataclass(frozen=True)
class Stated:
    """The expected text: stems and concepts that it affirms, those that it denies, and its clauses."""

    affirmed: frozenset[str]
    denied: frozenset[str]
    clauses: tuple[frozenset[str], ...]
    words: frozenset[str]  # in plain form
    contrast: Contrast | None


@lru_cache(maxsize=256)
def stated(question: str, key_points: tuple[str, ...], model_answer: str) -> Stated:
    """Read a question once; the same question is answered several times."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    parts = []
    for text in (*key_points, model_answer, question):
        words = tokens(text)
        for part in clauses(text, words):
            for name, turned in _telling(words[part.first : part.last]):
                (denied if turned else affirmed).add(name)
            # A question may name both sides ("faster, and when not"), so it is no statement.
            if text is not question:
                parts.append(frozenset(word.stem for word in words[part.first : part.last]))
    return Stated(
        frozenset(affirmed),
        frozenset(denied),
        tuple(parts),
        frozenset(word.plain for text in (*key_points, model_answer) for word in tokens(text)),
        contrast(question, key_points, model_answer),
    )


def opposed(answer: Answered, told: tuple[Found, ...], want: Stated) -> Opposed:
    """Compare the judged clauses of an answer with the expected text."""
    known = lexicon()
    length = answer.judged_words / _SPAN + 1
    against = for_it = 0.0
    seen: set[tuple[str, bool]] = set()
    weights: dict[int, float] = {}
    turns = 0
    claimed = {
        name
        for part in answer.clauses
        for name, denied in _telling(answer.words[part.first : part.last])
        if not denied
    }
    deniable = want.affirmed - want.denied - claimed
    for i, part in enumerate(answer.clauses):
        if not answer.counts[part.first : part.last].all():
            continue
        here = answer.words[part.first : part.last]
        for name, denied in _telling(here):
            if (name, denied) in seen:
                continue
            seen.add((name, denied))
            weight = known.weight(name)
            if denied and name in deniable:
                against += weight
                weights[i] = weights.get(i, 0.0) + weight
            elif name in (want.denied if denied else want.affirmed):
                for_it += weight
        found = _turns(here, want)
        turns += found
        if found:
            weights[i] = weights.get(i, 0.0) + found
    dismissals = [
        sign.clause for sign in told if sign.sign is Sign.DISMISSAL and sign.what not in want.words
    ]
    for i in dismissals:
        weights[i] = weights.get(i, 0.0) + 1.0
    return Opposed(
        denied=against / (against + for_it + _AHEAD),
        turned=turns / length,
        dismissed=len(dismissals) / length,
        swapped=swapped(answer, want.contrast),
        sweeping=_sweeping(answer, want) / length,
        clause=max(weights, key=lambda i: weights[i]) if weights else None,
    )


def _telling(words: tuple[Token, ...]) -> Iterator[tuple[str, bool]]:
    """Stems and @concepts that say something about a subject, each with whether it is denied."""
    known = lexicon()
    turned = _turned(words)
    for word, denied in turned:
        if word.plain not in known.function_words and known.weight(word.stem) >= _TELLING:
            yield word.stem, denied
    for i, concept in concepts_in(words):
        if known.weight(f"@{concept}") >= _TELLING:
            yield f"@{concept}", turned[i][1]


def _sweeping(answer: Answered, want: Stated) -> int:
    sweeping = lexicon().sweeping - want.words
    return sum(
        word.plain in sweeping
        for word, counts in zip(answer.words, answer.counts, strict=True)
        if counts
    )


def _turned(words: tuple[Token, ...]) -> list[tuple[Token, bool]]:
    """The words of a clause, each with whether a denial reaches it."""
    known = lexicon()
    turned = [False] * len(words)
    for i, word in enumerate(words):
        after = words[i + 1].plain if i + 1 < len(words) else ""
        before = words[i - 1].plain if i else ""
        ahead = word.plain in known.denials and after not in known.no_denials
        if ahead or (before, word.plain) in (("instead", "of"), ("rather", "than")):
            turned[i : i + _SCOPE] = [True] * len(words[i : i + _SCOPE])
        if word.plain in known.denials_behind:
            turned[:i] = [True] * i
    return list(zip(words, turned, strict=True))


def _turns(here: tuple[Token, ...], want: Stated) -> int:
    """Words of a clause whose opposite stands in the expected text beside the same words."""
    known = lexicon()
    stems = {word.stem for word in here}

    def beside(part: frozenset[str], *without: str) -> float:
        return sum(known.weight(s) for s in (stems & part).difference(without))

    count = 0
    for one in stems & known.opposites.keys():
        others = known.opposites[one] - stems
        alike = {one}.union(*(known.opposites[other] for other in others))
        same = max((beside(part, one) for part in want.clauses if alike & part), default=0.0)
        turned = max(
            (beside(part, one) for part in want.clauses if others & part and not alike & part),
            default=0.0,
        )
        count += turned > max(_BESIDE, same)
    return count
