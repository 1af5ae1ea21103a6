"""Hints to a question while it is practised: how to go about it first, then what to think of.

They come from the question's own rubric and key points. Of a key point only the first words are told: they
set somebody thinking, and the answer stays theirs to give.
"""

from __future__ import annotations

from services.domain import Kind, Question

_WAY = {
    Kind.BEHAVIOURAL: "Choose one thing that really happened. Say where and when, then what your own part was.",
    Kind.SITUATIONAL: "Say what you would find out first, then what you would do, in order, and why.",
    Kind.TECHNICAL: "Begin with the answer in one sentence. Then say why it is so, with an example.",
    Kind.SYSTEM_DESIGN: (
        "Begin with what the system has to do, and for how many. Then name its parts, and what you give up."
    ),
}
# Criteria whose best level says nothing that helps to begin, or gives the answer itself away.
_NOT_TOLD = ("relevance", "coverage")
_POINTS = 2  # key points that are begun
_BEGUN = 3  # words of each
_ENOUGH = 6  # a key point with fewer words would be told by its beginning


def nudges(question: Question) -> tuple[str, ...]:
    """Hints in the order they are given; at least one."""
    best = tuple(
        f"{criterion.name}: {criterion.levels[-1]}"
        for criterion in question.rubric.criteria
        if criterion.id not in _NOT_TOLD
    )
    points = [point.split() for point in question.key_points]
    begun = tuple(
        f"Something that belongs in a full answer begins like this: “{' '.join(words[:_BEGUN])} …”"
        for words in points
        if len(words) >= _ENOUGH
    )
    return (_WAY[question.kind], *best, *begun[:_POINTS])
