"""A rating as the candidate reads it: levels, reasons, their own words, and what to try next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape

import streamlit as st

from pages.ui.phrases import Phrases
from pages.ui.text import paragraphs, plain
from pages.ui.wording import clock
from services.domain import Evidence, Followed, LastAction, Rating, Score, Star
from services.report import saying

Play = Callable[[float], None]  # called with seconds of the recording
AUDIBLE = 0.03  # share of an answer; a result below this is a word or two, and none for a listener
_FOLLOWED = {
    Followed.YES: ":material/check_circle:",
    Followed.PARTLY: ":material/contrast:",
    Followed.NO: ":material/radio_button_unchecked:",
}


def overall(figure: float, low: float, high: float, say: Phrases) -> None:
    """The large figure of an interview, with the range that two passes leave open."""
    number = say.number(figure)
    unit = escape(say.overall(figure).replace(number, "", 1).strip())
    between = f"<p>{escape(say.range(low, high))}</p>" if differs(low, high) else ""
    st.html(f'<div class="overall">{number}<small>{unit}</small>{between}</div>', width="content")


def differs(low: float, high: float) -> bool:
    """Whether a range can be told from a point at one decimal."""
    return f"{low:.1f}" != f"{high:.1f}"


def figure(rating: Rating, say: Phrases) -> str:
    """Markdown of a rating's figure, with its range."""
    low, high = rating.overall_range
    between = f" {say.range(low, high)}" if differs(low, high) else ""
    return f"**{say.overall(rating.overall)}**{between}"


def levels(item: Score, say: Phrases) -> None:
    """Five steps: those that are sure filled, those in doubt hatched, with the number beside them."""
    steps = "".join(f'<i class="{_step(item, step)}"></i>' for step in range(1, 6))
    st.html(f'<div class="levels">{steps}<span>{escape(saying.level(item, say))}</span></div>')


def _step(item: Score, step: int) -> str:
    return "on" if step <= item.low else "maybe" if step <= item.high else ""


def score(item: Score, key: str, say: Phrases, play: Play | None = None) -> None:
    """One criterion: its level, what that level means, why, and the words that show it.

    `key` tells this rating from the others on the screen; `play` is there if there is a recording.
    """
    with st.container(key=f"criterion-{item.criterion.id}-{key}"):
        left, right = st.columns([2, 3])
        with left, st.container(gap="xsmall"):
            st.markdown(f"**{plain(item.criterion.name)}**")
            levels(item, say)
            if item.unsure:
                st.markdown(f":material/help: **{say('unsure')}**")
            _meaning(item)
        with right:
            if item.reason:
                st.markdown(plain(item.reason))
            if not item.evidenced:
                st.caption(f":material/search_off: {say('not_evidenced')}")
            if item.evidence:
                with st.container(key=f"said-{item.criterion.id}-{key}", gap="xsmall"):
                    for number, evidence in enumerate(item.evidence):
                        _quote(evidence, f"{item.criterion.id}-{key}-{number}", say, play)
            with st.popover(say("all_levels"), type="tertiary"):
                for number, text in enumerate(item.criterion.levels, 1):
                    st.markdown(f"**{number}**  {plain(text)}")


def _meaning(item: Score) -> None:
    """What the level means; of two levels, both with their numbers."""
    texts = item.criterion.levels
    if item.low == item.high:
        st.caption(plain(texts[item.level - 1]))
        return
    for level in (item.low, item.high):
        st.caption(f"**{level}**  {plain(texts[level - 1])}")


def _quote(evidence: Evidence, key: str, say: Phrases, play: Play | None) -> None:
    words = f"“{plain(evidence.quote)}”"
    if evidence.start_s is None:
        st.markdown(words)
        return
    at = clock(evidence.start_s)
    if play is None:
        st.markdown(f"{words} :gray[{at}]")
        return
    with st.container(key=f"quote-{key}", horizontal=True, gap="small"):
        st.markdown(words, width="stretch")
        st.button(
            at,
            key=f"play-{key}",
            help=say("play_from", time=at),
            icon=":material/play_arrow:",
            type="tertiary",
            on_click=play,
            args=(evidence.start_s,),
        )


def advice(rating: Rating, say: Phrases) -> None:
    """What was good, what to improve, and the one thing to do next."""
    good, better = st.columns(2, gap="medium")
    with good:
        _points(say("what_was_good"), rating.strengths, say("nothing_good"))
    with better:
        _points(say("what_to_improve"), rating.improvements, say("nothing_to_improve"))
    if rating.next_action:
        st.success(
            f"**{say('next_time')}** {plain(rating.next_action)}", icon=":material/arrow_forward:"
        )


def last_time(action: LastAction, key: str, say: Phrases) -> None:
    """What the candidate set out to do, and whether this answer did it."""
    with st.container(key=f"last-{key}", gap="xsmall"):
        st.markdown(f"**{say('last_time')}**")
        st.markdown(plain(action.action))
        verdict = say(f"followed_{action.followed.value}")
        st.markdown(f"{_FOLLOWED[action.followed]} **{verdict}** {plain(action.comment)}")


def star(parts: Star, say: Phrases) -> None:
    """Shares of an answer as bars below each other, each beside its name and its figure."""
    shares = {
        "star_situation": parts.situation,
        "star_task": parts.task,
        "star_action": parts.action,
        "star_result": parts.result,
    }
    rest = 1 - sum(shares.values())
    if rest >= AUDIBLE:
        shares["star_rest"] = rest
    st.markdown(f"**{say('star')}**")
    st.html(
        f'<div class="star">{"".join(_bar(name, part, say) for name, part in shares.items())}</div>'
    )
    if parts.result < AUDIBLE:
        st.markdown(f":material/info: {say('no_result')}")


def tiles(figures: Iterable[tuple[str, str, str, str]]) -> None:
    """Large figures side by side: name, value, unit, and what it means; none of it people's words."""
    drawn = "".join(_tile(*figure) for figure in figures)
    st.html(f'<div class="spoken">{drawn}</div>')


def _tile(name: str, value: str, unit: str, means: str) -> str:
    together = re.sub(r"(?<=\d) (?=s\b)", "&nbsp;", escape(means))  # seconds stay with their figure
    return (
        f"<div><strong>{escape(name)}</strong><b>{escape(value)}</b> <small>{escape(unit)}</small>"
        f"<p>{together}</p></div>"
    )


def _bar(name: str, part: float, say: Phrases) -> str:
    percent = round(100 * min(1.0, max(0.0, part)))
    kind = "rest" if name == "star_rest" else ""
    return (
        f"<span>{escape(say(name))}</span><b>{say('share', percent=percent)}</b>"
        f'<i class="{kind}"><u style="width: {percent}%"></u></i>'
    )


def told_better(text: str, say: Phrases) -> None:
    """The candidate's answer as the coach would tell it, named as the coach's."""
    with st.expander(say("told_better")):
        st.caption(f":material/edit_note: {say('told_better_by')}")
        st.markdown(paragraphs(text))


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
