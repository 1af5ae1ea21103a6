"""The report of one interview as PDF: where it stands, and every question with its answer and rating."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from statistics import fmean

from services.domain import (
    AUTO,
    Answer,
    AnswerState,
    Rating,
    Review,
    ReviewedQuestion,
)
from services.report import drawing, saying
from services.report.paper import Paper
from services.report.rating_on_paper import rating_on_paper
from services.report.reported import Reported
from services.report.said_delivery import delivery_lines
from services.report.saying import Says
from services.report.styles import (
    ASKED,
    BODY,
    FIGURE,
    LABEL,
    RULE,
    SMALL,
    STRONG,
    TITLE,
    TOP,
    WIDTH,
)
from services.report.typefaces import MISSING, named
from services.report.typesetting import runs_leftwards


def interview_pdf(reported: Reported, say: Says, *, now: datetime, timezone: str | None) -> bytes:
    """The file."""
    review = reported.review
    setup = review.interview.setup
    began = say.moment(review.interview.created_at, timezone)
    paper = Paper(
        f"{setup.job.position} · {began}",
        f"AI Interview Mocker · {say.moment(now, timezone)}",
        say("report_page", page="{page}", pages="{pages}"),
        now,
        (review.model_dump_json(), say.everything, began, " …“”·•\u2013"),
        language="en" if setup.language == AUTO else setup.language,
    )
    _head(paper, review, say, began)
    _at_a_glance(paper, review, say)
    for item, heading in _in_order(review, say):
        _question(paper, reported, item, heading, say, timezone)
    _notes(paper, say)
    return paper.finish()


def _in_order(review: Review, say: Says) -> Iterator[tuple[ReviewedQuestion, str]]:
    """Every planned question with its place, and its follow-ups right after it."""
    planned = [item for item in review.items if item.question.parent_id is None]
    for number, item in enumerate(planned, 1):
        yield item, say("question_of", number=number, total=len(planned))
        for other in review.items:
            if other.question.parent_id == item.question.id:
                yield other, say("follow_up_to", number=number)


def _head(paper: Paper, review: Review, say: Says, began: str) -> None:
    setup = review.interview.setup
    rated = [item.rating for item in review.items if item.rating is not None]
    paper.text(say("report"), LABEL)
    paper.text(setup.job.position, TITLE)
    if setup.job.company:
        paper.text(setup.job.company, BODY)
    kinds = (setup.category.label, setup.difficulty.label, setup.mode.label)
    paper.text(" · ".join((began, *kinds)), SMALL)
    paper.gap(5)
    paper.rule()
    paper.gap(4)
    if review.overall is None:
        paper.text(say("report_not_rated"), ASKED)
    else:
        _overall(paper, review.overall, rated, say)
    counted = say("report_rated", rated=len(rated), total=len(review.items))
    unsure = any(rating.unsure for rating in rated)
    paper.text(f"{counted} {say('report_unsure')}" if unsure else counted, BODY)
    makers = dict.fromkeys(saying.rater(rating, say) for rating in rated)
    if makers:
        paper.text(" · ".join(makers), STRONG)
    if any(rating.is_estimate for rating in rated):
        paper.text(say("estimate_is"), SMALL)
    paper.text(say("report_scale"), SMALL)
    paper.gap(5)


def _overall(paper: Paper, overall: float, rated: list[Rating], say: Says) -> None:
    sure = [rating.overall_range for rating in rated if not rating.unsure]
    low, high = (fmean(ends) for ends in zip(*sure, strict=True))
    number = say.number(overall)
    size = paper.beside(number, FIGURE, x=0, y=paper.y)
    unit = say.overall(overall).replace(number, "", 1).strip()
    paper.beside(unit, BODY, x=size + 2.5, y=paper.y + FIGURE.line - BODY.line - 1.2)
    paper.down(FIGURE.line + 1)
    if say.number(low) != say.number(high):
        paper.text(say.range(low, high), BODY)


def _at_a_glance(paper: Paper, review: Review, say: Says) -> None:
    """A row for each question, with its figure and a bar of it."""
    paper.need(30)
    paper.text(say("report_glance"), LABEL, keep=10)
    for item, heading in _in_order(review, say):
        lines = paper.broken(item.question.text, BODY, WIDTH - 64)
        paper.need(SMALL.line + 2 * BODY.line + 3)
        paper.rule()
        paper.gap(1)
        top = paper.y
        if item.rating:
            low, high = item.rating.overall_range
            paper.beside(say.number(item.rating.overall), STRONG, x=WIDTH, y=top, align="R")
            drawing.bar(paper, item.rating.overall / 10, x=WIDTH - 56, y=top + 1.6, width=42)
            if say.number(low) != say.number(high):
                paper.beside(say.range(low, high), SMALL, x=WIDTH, y=top + BODY.line, align="R")
        else:
            paper.beside("\u2013", STRONG, x=WIDTH, y=top, align="R")
        paper.text(heading, SMALL, width=WIDTH - 64)
        for number, line in enumerate(lines[:2]):
            cut = " …" if number == 1 and len(lines) > 2 else ""
            paper.text(f"{line.text}{cut}", BODY, width=WIDTH - 58)
        paper.gap(1)
    paper.rule()


def _question(
    paper: Paper,
    reported: Reported,
    item: ReviewedQuestion,
    heading: str,
    say: Says,
    timezone: str | None,
) -> None:
    asked, answer, rating = item.question, item.answer, item.rating
    paper.gap(9)
    paper.need(60)
    paper.bookmark(f"{heading}: {asked.text}")
    if paper.y > TOP:
        paper.rule()
        paper.gap(3)
    wants = asked.follow_up or asked.kind
    if rating:
        paper.beside(saying.figure(rating, say), STRONG, x=WIDTH, y=paper.y, align="R")
    paper.text(f"{heading} · {say(wants.value)}", LABEL, width=WIDTH - 70)
    paper.gap(0.5)
    paper.text(asked.text, ASKED, keep=12)
    paper.gap(2)
    if answer is not None and answer.state is not AnswerState.SKIPPED:
        _answer(paper, answer, rating, say)
    if reported.keeps_back(item):
        paper.text(say("report_kept_back"))
    elif why := saying.standing(answer, rating, say):
        paper.text(why)
    if delivery := reported.delivery(item):
        paper.gap(2)
        paper.text(say("report_delivery"), LABEL, keep=8)
        for line in delivery_lines(delivery, say):
            paper.text(line, SMALL)
    if rating and answer:
        rating_on_paper(paper, rating, say, timezone)


def _answer(paper: Paper, answer: Answer, rating: Rating | None, say: Says) -> None:
    paper.text(f"{say('your_answer')} · {saying.given(answer, say)}", LABEL, keep=10)
    if answer.pending:
        paper.text(say("not_complete"), SMALL)
    spans = [span for score in rating.scores for span in score.evidence] if rating else []
    quoted = {at for span in spans for at in range(span.start, min(span.end, len(answer.text)))}
    shown, marks = paper.marked(answer.text, quoted)
    if shown.strip():
        paper.text(shown, BODY, marked=marks)
    if quoted:
        edge = runs_leftwards(answer.text)
        paper.text(say("report_marked_lines") if edge else say("report_marked"), SMALL)
    paper.gap(2)


def _notes(paper: Paper, say: Says) -> None:
    missing = paper.missing
    if missing:
        paper.gap(8)
        paper.rule(RULE)
        paper.gap(2)
        said = say("report_missing", count=len(missing), sign=MISSING, names=named(missing))
        paper.text(said, SMALL)
