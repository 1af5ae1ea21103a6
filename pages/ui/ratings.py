"""A rating as the candidate reads it: levels, reasons and their own words."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.ui.text import plain
from services.domain import Evidence, Rating, Score


def overall(figure: float) -> None:
    """The large figure of an interview."""
    st.html(f'<div class="overall">{figure:.1f}<small>out of 10</small></div>', width="content")


def levels(level: int) -> None:
    """Five steps, filled up to the level, with the number beside them."""
    steps = "".join(f'<i class="{"on" if step <= level else ""}"></i>' for step in range(1, 6))
    st.html(f'<div class="levels">{steps}<span>{level} of 5</span></div>')


def score(item: Score, key: str) -> None:
    """One criterion: its level, what that level means, why, and the words that show it.

    `key` tells this rating from the others on the screen.
    """
    with st.container(key=f"criterion-{item.criterion.id}-{key}"):
        left, right = st.columns([2, 3])
        with left, st.container(gap="xsmall"):
            st.markdown(f"**{plain(item.criterion.name)}**")
            levels(item.level)
            st.caption(plain(item.criterion.levels[item.level - 1]))
        with right:
            st.markdown(plain(item.reason))
            if item.evidence:
                with st.container(key=f"said-{item.criterion.id}-{key}", gap="xsmall"):
                    for evidence in item.evidence:
                        st.markdown(f"“{plain(evidence.quote)}”")
            with st.popover("All five levels", type="tertiary"):
                for number, text in enumerate(item.criterion.levels, 1):
                    st.markdown(f"**{number}**  {plain(text)}")


def advice(rating: Rating) -> None:
    """What was good, what to improve, and the one thing to do next."""
    good, better = st.columns(2, gap="medium")
    with good:
        _points("What was good", rating.strengths, "Nothing stood out yet.")
    with better:
        _points(
            "What to improve", rating.improvements, "Nothing is missing that the rubric looks for."
        )
    if rating.next_action:
        st.success(f"**Next time:** {plain(rating.next_action)}", icon=":material/arrow_forward:")


def marked(text: str, evidence: Iterable[Evidence]) -> str:
    """Markdown of the words as typed, the quoted ones on a tint. Spans may overlap."""
    quoted = {at for span in evidence for at in range(span.start, min(span.end, len(text)))}
    lines: list[str] = []
    at = 0
    for line in text.split("\n"):
        lines.append(_marked_line(line, [at + place in quoted for place in range(len(line))]))
        at += len(line) + 1
    return "  \n".join(lines)


def _marked_line(line: str, quoted: list[bool]) -> str:
    pieces: list[str] = []
    start = 0
    for end in range(1, len(line) + 1):
        if end == len(line) or quoted[end] != quoted[start]:
            pieces.append(_piece(line[start:end], quoted[start]))
            start = end
    return "".join(pieces) or "&nbsp;"


def _piece(words: str, quoted: bool) -> str:
    """One stretch; blanks at its ends stay outside the tint, because Markdown drops them inside."""
    if not words.strip():
        return " "
    before, after = " " * words[0].isspace(), " " * words[-1].isspace()
    shown = f":green-background[{plain(words)}]" if quoted else plain(words)
    return f"{before}{shown}{after}"


def _points(title: str, points: tuple[str, ...], nothing: str) -> None:
    st.markdown(f"**{title}**")
    st.markdown("\n".join(f"- {plain(point)}" for point in points) or nothing)
