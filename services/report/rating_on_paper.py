"""A rating on a report: advice first, then every criterion with its level, its reason and its evidence."""

from __future__ import annotations

from services.domain import Rating, Score, Star
from services.report import drawing, saying
from services.report.paper import Paper
from services.report.saying import Says
from services.report.styles import AMBER, BODY, LABEL, SMALL, STRONG, TEAL, WIDTH, Style

_DOUBT = Style(8.5, bold=True, colour=AMBER, leading=1.45)
_QUOTE = Style(9, leading=1.45)
_LEFT = 48.0  # mm of the column with a criterion's name
_WHOLE = 90.0  # mm; a criterion that takes less stays on one page
_AUDIBLE = 0.03  # share of an answer; below, a part is a word or two


def rating_on_paper(paper: Paper, rating: Rating, say: Says, timezone: str | None) -> None:
    if rating.is_estimate:
        paper.gap(1)
        paper.text(f"{say('offline_estimate')}. {say('estimate_is')}", _DOUBT)
    if rating.unsure:
        paper.text(f"{say('unsure')}. {say('unsure_why')}", _DOUBT)
    if rating.last_action is not None:
        paper.gap(2)
        paper.text(say("last_time"), LABEL, keep=8)
        verdict = say(f"followed_{rating.last_action.followed.value}")
        paper.text(rating.last_action.action)
        paper.text(f"{verdict} {rating.last_action.comment}".strip())
    _points(paper, say("what_was_good"), rating.strengths, say("nothing_good"))
    _points(paper, say("what_to_improve"), rating.improvements, say("nothing_to_improve"))
    if rating.next_action:
        _next(paper, rating.next_action, say)
    if rating.star is not None:
        _star(paper, rating.star, say)
    paper.gap(3)
    paper.text(say("level_by_level"), LABEL, keep=18)
    for score in rating.scores:
        _score(paper, score, say)
    paper.gap(1)
    paper.text(saying.provenance(rating, say, timezone), SMALL)


def _points(paper: Paper, title: str, points: tuple[str, ...], nothing: str) -> None:
    paper.gap(2)
    paper.text(title, LABEL, keep=8)
    if not points:
        paper.text(nothing)
    for point in points:
        paper.need(min(2, len(paper.broken(point, BODY, WIDTH - 4))) * BODY.line)
        paper.beside("•", BODY, x=0, y=paper.y)
        paper.text(point, BODY, x=4)


def _next(paper: Paper, action: str, say: Says) -> None:
    paper.gap(2.5)
    height = paper.height(action, BODY, WIDTH - 12) + LABEL.line + 4
    if height < 80:  # longer, it may break over pages, and no frame does
        paper.need(height)
        paper.box(x=0, y=paper.y, width=WIDTH, height=height, edge=TEAL, radius=2)
        paper.down(2)
        paper.text(say("next_time"), LABEL, x=5)
        paper.text(action, BODY, x=5, width=WIDTH - 10)
        paper.down(2)
    else:
        paper.text(say("next_time"), LABEL, keep=8)
        paper.text(action)
    paper.gap(1)


def _star(paper: Paper, star: Star, say: Says) -> None:
    shares = {
        "star_situation": star.situation,
        "star_task": star.task,
        "star_action": star.action,
        "star_result": star.result,
    }
    rest = 1 - sum(shares.values())
    if rest >= _AUDIBLE:
        shares["star_rest"] = rest
    paper.gap(2)
    paper.need((len(shares) + 2) * BODY.line)
    paper.text(say("star"), LABEL)
    for name, share in shares.items():
        percent = round(100 * min(1.0, max(0.0, share)))
        paper.beside(say(name), BODY, x=0, y=paper.y)
        paper.beside(say("share", percent=percent), BODY, x=_LEFT, y=paper.y, align="R")
        drawing.bar(paper, share, x=_LEFT + 4, y=paper.y + 1.6, width=WIDTH - _LEFT - 4)
        paper.down(BODY.line)
    if star.result < _AUDIBLE:
        paper.text(say("no_result"), _DOUBT)


def _score(paper: Paper, score: Score, say: Says) -> None:
    """Name and level at the left; what the level means, why, and the words that show it at the right."""
    name = paper.broken(score.criterion.name, STRONG, _LEFT)[:3]
    beside, x = WIDTH - _LEFT - 6, _LEFT + 6
    left = len(name) * STRONG.line + 5 + 2 * SMALL.line
    right = paper.height(saying.meaning(score), SMALL, beside)
    right += paper.height(score.reason, BODY, beside)
    right += sum(paper.height(e.quote, _QUOTE, beside - 12) for e in score.evidence)
    paper.need(min(_WHOLE, max(left, right)) + 3)
    paper.rule()
    paper.gap(1.5)
    top, page = paper.y, paper.pages
    for line in name:
        paper.text(line.text, STRONG, width=_LEFT + 5)
    drawing.steps(paper, score.low, score.high, x=0, y=paper.y + 1)
    paper.down(4.4)
    paper.text(saying.level(score, say), SMALL, width=_LEFT)
    if score.unsure:
        paper.text(say("unsure"), _DOUBT, width=_LEFT)
    low, paper.y = paper.y, top
    paper.text(score.reason, BODY, x=x)
    if not score.evidenced:
        paper.text(say("not_evidenced"), _DOUBT, x=x)
    for evidence in score.evidence:
        at = "" if evidence.start_s is None else f"  {saying.clock(evidence.start_s)}"
        paper.text(f"“{evidence.quote}”{at}", _QUOTE, x=x + 3, width=beside - 3)
    paper.text(saying.meaning(score), SMALL, x=x)
    if paper.pages == page:
        paper.y = max(paper.y, low)
    paper.gap(2)
