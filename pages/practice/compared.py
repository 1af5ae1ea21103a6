"""What a coach would say about two attempts: the sentences above them, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from pages.practice.reader import Reader
from pages.ui.phrases import Phrases
from pages.ui.text import plain
from services.comparing import Change, comparison
from services.domain import Followed, Rating

MOST_CHANGES = 5  # named in sentences; the cards have them all
_ADVICE = {
    Followed.YES: "advice_yes",
    Followed.PARTLY: "advice_partly",
    Followed.NO: "advice_no",
}


def told(before: Rating | None, after: Rating | None, reader: Reader) -> tuple[str, ...]:
    """Sentences on what changed from the earlier attempt to the later one, the most telling first."""
    if before is None or after is None:
        return (reader.say("compared_once_rated"),)
    return tuple(_told(before, after, reader))


def _told(before: Rating, after: Rating, reader: Reader) -> Iterator[str]:
    say, both = reader.say, comparison(before, after)
    if both.alike:
        if both.overall is not None and both.overall[0] != both.overall[1]:
            before_all, after_all = (say.number(figure) for figure in both.overall)
            yield say("overall_moved", before=before_all, after=after_all)
        for change in both.largest[:MOST_CHANGES]:
            yield _sentence(change, say)
        if both.changes and not both.largest:
            yield say("no_level_changed")
    if both.followed is not None:
        yield say(_ADVICE[both.followed], action=plain(before.next_action))
    if not both.alike:
        yield say("not_compared", before=_maker(before, reader), after=_maker(after, reader))
    elif before.is_estimate:
        yield say("only_a_hint")


def level(mean: float, say: Phrases) -> str:
    """`3`; `3.5` where two passes differ."""
    return f"{mean:.0f}" if mean == int(mean) else say.number(mean)


def _sentence(change: Change, say: Phrases) -> str:
    return say(
        "rose" if change.by > 0 else "fell",
        name=f"**{plain(change.name)}**",
        before=level(change.before, say),
        after=level(change.after, say),
    )


def _maker(rating: Rating, reader: Reader) -> str:
    made = rating.provenance
    version = "rules_version" if rating.is_estimate else "prompt_version"
    return plain(
        ", ".join(
            (
                reader.rater(rating),
                reader.say(version, version=made.coach_version),
                reader.say("rubric_version", version=made.rubric_version),
            )
        )
    )
