"""Watching an answer again: its recording, its words, and what lies where, in one piece that keeps them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.time_bar import TimeBar, told_at
from services.coach.wordings import Said
from services.domain import Rating

_HERE = Path(__file__).parent
_PARTS = ("words", "bar", "recording", "player")  # of one script
_PLAYER = st.components.v2.component(
    "review_player",
    html="""
<div class="review" role="group" aria-label="Watch yourself" tabindex="-1">
  <div class="review-left">
    <div class="review-player">
      <div class="review-media"></div>
      <div class="review-ways" role="group" aria-label="What plays"></div>
      <p class="review-note"></p>
      <div class="review-controls">
        <button type="button" class="review-play"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg
        ><span></span></button>
        <input class="review-seek" type="range" min="0" step="0.1" aria-label="Position">
        <span class="review-time"></span>
        <label class="review-speed"><span>Speed</span><select></select></label>
      </div>
      <p class="review-trouble"><span></span> <button type="button">Try again</button></p>
    </div>
    <div class="review-bar"></div>
    <p class="review-told" aria-hidden="true"></p>
  </div>
  <div class="review-right">
    <div class="review-head"><strong>Your words</strong><div class="review-views" role="group" aria-label="Which words"></div></div>
    <div class="review-words" tabindex="0" role="region" aria-label="Your words"></div>
    <p class="review-legend"></p>
    <div class="review-shares"></div>
  </div>
  <details class="review-help"><summary>Keys</summary><p>
    <kbd>Space</kbd> play or pause · <kbd>←</kbd> <kbd>→</kbd> 5 s · <kbd>J</kbd> <kbd>L</kbd> 10 s ·
    <kbd>,</kbd> <kbd>.</kbd> word by word · <kbd>[</kbd> <kbd>]</kbd> slower, faster · <kbd>Home</kbd> <kbd>End</kbd>.
    In a lane, <kbd>←</kbd> <kbd>→</kbd> go from mark to mark.</p></details>
  <p class="review-live sr-only" role="status" aria-live="polite"></p>
</div>""",
    css=(_HERE / "review_player.css").read_text(),
    js="\n".join((_HERE / f"review_{part}.js").read_text() for part in _PARTS),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Media:
    """What plays: `source` is its address, second t of it is second `offset_s` + t of the answer."""

    kind: str  # audio | video
    source: str
    offset_s: float = 0.0
    poster: str = ""  # address of a picture


@dataclass(frozen=True, slots=True)
class View:
    """One reading of the words, under its name on the switch; `legend` says what its marks mean."""

    name: str
    words: tuple[Said, ...]
    legend: str = ""
    quoted: bool = False  # these are the words that the rating quotes


def review_player(
    answer: str,
    media: Sequence[Media],
    bar: TimeBar,
    views: Sequence[View],
    rating: Rating | None,
    *,
    note: str = "",
    asked: int = 0,
    on_away: Callable[[], None],
) -> None:
    """Draw it. `media` is what may be played, best first; `note` says why there is nothing.

    `on_away` is called when the recording could not be read (any more), before the run that is to draw it
    with an address that works; `asked` counts how often that was.
    """
    quoted = [(e.start, e.end) for s in (rating.scores if rating else ()) for e in s.evidence]
    _PLAYER(
        data={
            "answer": answer,
            "media": [asdict(one) for one in media],
            "note": note,
            "asked": asked,
            "bar": _bar(bar),
            "views": [_view(view, quoted) for view in views],
        },
        key="review_player",
        on_away_change=on_away,
    )


def _bar(bar: TimeBar) -> Mapping[str, Any]:
    return {
        "seconds": round(bar.seconds, 2),
        "levels": bar.levels,
        "lanes": [
            {
                "kind": lane.kind,
                "title": lane.title,
                "marks": [
                    [round(m.start, 2), round(m.end, 2), m.label, told_at(m)] for m in lane.marks
                ],
            }
            for lane in bar.lanes
        ],
        "shares": [
            {"kind": s.kind, "share": round(s.share, 3), "text": f"{s.name} {s.share:.0%}"}
            for s in bar.shares
        ],
    }


def _view(view: View, quoted: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
    return {
        "name": view.name,
        "legend": view.legend,
        "words": [_word(word, quoted if view.quoted else ()) for word in view.words],
    }


def _word(word: Said, quoted: Sequence[tuple[int, int]]) -> list[object]:
    """[text, gap, start or -1, end, flags]: u unsure, q quoted, + added, - removed. Short: there are thousands."""
    end = word.at + len(word.text)
    flags = "" if word.certain else "u"
    flags += "q" if any(a < end and b > word.at for a, b in quoted) else ""
    flags += {"added": "+", "removed": "-"}.get(word.change.value, "")
    if word.start is None or word.end is None:
        return [word.text, word.gap, -1, -1, flags]
    return [word.text, word.gap, round(word.start, 2), round(word.end, 2), flags]
