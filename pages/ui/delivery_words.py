"""Delivery -> what the card says: figures with what they mean, advice, and what is only mentioned.

What compares with norms is said in English, as the norms are of English; all else in the interview's language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pages.ui.phrases import Phrases
from pages.ui.wording import clock
from services.delivery import norms
from services.domain import Delivery, PausePlace, Spoken

MOST_ADVICE = 2
CLIPPED = (
    0.001  # share of samples; a word shouted into the microphone passes it, a plosive does not
)
MANY_HEDGES = 5
FEWEST_FILLERS = 3  # in a short answer one or two make a high rate
LONG_RUN_S = 20.0  # of speech without a breath that shows
_MOST_QUOTES = 3
_USUAL = f"the {norms.SLOWEST} to {norms.FASTEST} that listeners follow with ease"


@dataclass(frozen=True)
class Figure:
    """A large figure: `value` and `unit` in one line, below it what it means. Plain text."""

    name: str
    value: str
    unit: str
    means: str


def figures(delivery: Delivery, say: Phrases) -> tuple[Figure, ...]:
    return (
        _pace(delivery, say),
        _fillers(delivery, say),
        _pauses(delivery, say),
        _speaking(delivery, say),
    )


def advice(delivery: Delivery, say: Phrases) -> tuple[str, ...]:
    """What to try, the most useful first. Plain text."""
    return tuple(islice(_all_advice(delivery, say), MOST_ADVICE))


def mentioned(delivery: Delivery, say: Phrases) -> tuple[tuple[str, str], ...]:
    """Smaller figures, each with its name. Plain text."""
    return tuple(_all_mentioned(delivery, say))


def nothing_stands_out(delivery: Delivery, say: Phrases) -> bool:
    """Whether it can be said that all was within what listeners find usual."""
    counted = delivery.norms and delivery.words_per_minute is not None
    return counted and not advice(delivery, say) and not _withheld(delivery)


def _pace(delivery: Delivery, say: Phrases) -> Figure:
    pace = delivery.words_per_minute
    if pace is None:
        why = "too_few_words" if _is_short(delivery) else "words_not_counted"
        return Figure(say("pace"), "-", "", say(why))
    if not delivery.norms:
        means = say("pace_not_compared")
    elif pace > norms.FASTEST:
        means = f"Faster than {_USUAL}."
    elif pace < norms.SLOWEST:
        means = f"Slower than {_USUAL}."
    else:
        means = f"Within {_USUAL}."
    return Figure(say("pace"), f"{pace:.0f}", say("words_a_minute"), means)


def _fillers(delivery: Delivery, say: Phrases) -> Figure:
    rate = delivery.fillers_per_minute
    if rate is None:
        why = "too_few_words" if _is_short(delivery) else "fillers_not_known"
        return Figure(say("fillers"), "-", "", say(why))
    means = say("fillers_left_out")
    if not delivery.fillers:
        return Figure(say("fillers"), say("none_heard"), "", means)
    if delivery.norms and rate <= norms.HARMLESS_FILLERS:
        means = f"Up to {norms.HARMLESS_FILLERS} a minute do no harm. {means}"
    elif delivery.norms and rate >= norms.HARMFUL_FILLERS:
        means = f"Listeners mind from about {norms.HARMFUL_FILLERS} a minute. {means}"
    count = say("at_least", count=len(delivery.fillers))
    return Figure(say("fillers"), count, say("a_minute", figure=say.number(rate)), means)


def _pauses(delivery: Delivery, say: Phrases) -> Figure:
    pauses = delivery.pauses
    if not pauses:
        return Figure(say("pauses"), "0", "", say("no_pause", seconds=_shortest(say)))
    within = sum(pause.place is PausePlace.WITHIN for pause in pauses)
    longest = max(pause.seconds for pause in pauses)
    unit = say("longest_pause", seconds=say.number(longest))
    means = say("pauses_within", count=within) if within else say("pauses_between")
    return Figure(say("pauses"), str(len(pauses)), unit, means)


def _speaking(delivery: Delivery, say: Phrases) -> Figure:
    if delivery.speaking_share is None or delivery.first_word_s is None:
        return Figure(say("speaking"), "-", "", say("length_not_known"))
    share = say("share", percent=round(100 * delivery.speaking_share))
    first = say("first_word", seconds=say.number(delivery.first_word_s))
    return Figure(say("speaking"), share, say("of_the_time"), first)


def _all_advice(delivery: Delivery, say: Phrases) -> Iterator[str]:
    if (delivery.clipped or 0) > CLIPPED:
        yield say("too_loud")
    if delivery.norms:
        yield from _advice_by_norms(delivery, say)
    if _withheld(delivery):
        return
    if len(delivery.hedges) >= MANY_HEDGES:
        yield say("hedged", quotes=_quoted(delivery.hedges, say))
    for phrase in delivery.repeated[:1]:
        yield say("said_again", quotes=_times(phrase.text, phrase.times, say))


def _advice_by_norms(delivery: Delivery, say: Phrases) -> Iterator[str]:
    often = (delivery.fillers_per_minute or 0) > norms.HARMLESS_FILLERS
    if often and len(delivery.fillers) >= FEWEST_FILLERS and not _withheld(delivery):
        yield (
            f"You said {_quoted(delivery.fillers, say)}. When one wants to come, close your mouth instead: "
            "a pause of half a second sounds surer than any word."
        )
    longest = max(delivery.pauses, key=lambda pause: pause.seconds, default=None)
    if longest is not None and longest.seconds >= norms.LONG_PAUSE_S:
        yield (
            f"At {clock(longest.start)} you were silent for {longest.seconds:.0f} s. If you need time, say so: "
            "“Let me think about that for a moment.”"
        )
    pace, run = delivery.words_per_minute, delivery.longest_run
    if pace is not None and pace > norms.FASTEST:
        where = ""
        if run is not None and run.end - run.start >= LONG_RUN_S:
            length = f"{run.end - run.start:.0f} s"
            where = f" From {clock(run.start)} you spoke for {length} without a pause."
        yield f"Take a whole breath at the end of each sentence; that brings the pace down by itself.{where}"
    if pace is not None and pace < norms.SLOWEST:
        if (delivery.articulation_rate or 0) >= norms.SLOWEST:
            yield (
                "It is the pauses that slow you down, not your words. Note three points before you start, "
                "so that you know what comes next."
            )
        else:
            yield "Speak in whole phrases, and rest between them rather than between words."


def _all_mentioned(delivery: Delivery, say: Phrases) -> Iterator[tuple[str, str]]:
    if delivery.articulation_rate is not None:
        pace = f"{delivery.articulation_rate:.0f} {say('words_a_minute')}"
        yield say("pace_without_pauses"), pace
    if (run := delivery.longest_run) is not None:
        seconds, time = f"{run.end - run.start:.0f}", clock(run.start)
        length = say("longest_run_is", seconds=seconds, count=run.words, time=time)
        yield say("longest_run"), length
    if delivery.loudness_range_db is not None:
        yield say("loudness"), say("loudness_is", figure=f"{delivery.loudness_range_db:.0f}")
    if not _withheld(delivery):
        yield from _all_quoted(delivery, say)
    if delivery.i_words or delivery.we_words:
        counts = say("i_and_we_are", i=delivery.i_words, we=delivery.we_words)
        yield say("i_and_we"), counts


def _all_quoted(delivery: Delivery, say: Phrases) -> Iterator[tuple[str, str]]:
    if delivery.fillers:
        yield say("fillers_heard"), _quoted(delivery.fillers, say)
    if delivery.hedges:
        yield say("hedges_heard"), _quoted(delivery.hedges, say)
    for phrase in delivery.repeated:
        yield say("repeated"), _times(phrase.text, phrase.times, say)


def how_sure(delivery: Delivery, say: Phrases) -> tuple[str, ...]:
    """How everything was measured and how near it is, in paragraphs of plain text."""
    measured = say("how_sure_is", seconds=_shortest(say))
    if not delivery.norms:
        return (measured,)
    return (
        measured,
        f"What is usual in English: {norms.SLOWEST} to {norms.FASTEST} words a minute, about "
        f"{norms.CONVERSATIONAL} in conversation; up to {norms.HARMLESS_FILLERS} fillers a minute without harm, "
        f"{norms.HARMFUL_FILLERS} with; a pause of {norms.NATURAL_PAUSE_S} s is most natural, one of "
        f"{norms.LONG_PAUSE_S:.0f} s unsettles.",
    )


def _withheld(delivery: Delivery) -> bool:
    """The figures may be seen, what was said may not (see `services.wordless`)."""
    quoted = [one.text for one in (*delivery.fillers, *delivery.hedges)]
    quoted += [phrase.text for phrase in delivery.repeated]
    return "" in quoted


def _is_short(delivery: Delivery) -> bool:
    return delivery.words < norms.LEAST_WORDS or delivery.speech_s < norms.LEAST_S


def _shortest(say: Phrases) -> str:
    return str(norms.PAUSE_S).replace(".", say("decimal"))


def _quoted(spoken: Iterable[Spoken], say: Phrases) -> str:
    """The most frequent ones, as they were written most often: `“um” 4 times, “like”`."""
    written: dict[str, Counter[str]] = {}
    for one in spoken:
        written.setdefault(one.text.lower(), Counter())[one.text] += 1
    often = sorted(written.values(), key=lambda texts: -texts.total())
    shown = [
        _times(texts.most_common(1)[0][0], texts.total(), say) for texts in often[:_MOST_QUOTES]
    ]
    if more := sum(texts.total() for texts in often[_MOST_QUOTES:]):
        shown.append(say("and_more", count=more))
    return ", ".join(shown)


def _times(text: str, count: int, say: Phrases) -> str:
    quote = f"“{text}”"
    return quote if count == 1 else say("times_said", quote=quote, count=count)
