"""What the screens say about time, the coach and the speech model: values -> plain words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.domain import OWN, FollowUp, Interview, PlanState, Question, Segment
from services.report.saying import clock as clock
from services.speech.heard import Heard, HeardState, Pace
from services.speech.model import ModelState, ModelStatus

# An answer of one to three minutes (the length that career services advise for a STAR answer), and
# about one more to read the question and look over the words.
MINUTES_PER_QUESTION = (2, 4)


def how_long(questions: int, *, timed: bool = False) -> str:
    """The time an interview takes, as a range of minutes."""
    low, high = (minutes * questions for minutes in MINUTES_PER_QUESTION)
    per_question = "{} to {} minutes a question".format(*MINUTES_PER_QUESTION)
    clock = "" if timed else "There is no clock, and "
    stop = "you can stop at any time." if clock else "You can stop at any time."
    return f"About {low} to {high} minutes: {per_question}. {clock}{stop}"


def listening_with(status: ModelStatus) -> str:
    """Which speech model listens, and what that means for speaking now."""
    model = f"Whisper {status.name}"
    match status.state:
        case ModelState.READY:
            return f"{model} listens on this server; your voice is not sent anywhere else."
        case ModelState.LOADING:
            return f"{model} is getting ready. You can start now: nothing that you say is lost."
        case ModelState.DOWNLOADING:
            here = f"{status.downloaded_mb:,} of {status.size_mb:,} MB"
            return f"{model} is being downloaded, {here}. You can start now and speak, or type your answers."
        case ModelState.FAILED:
            return f"Nothing can be transcribed now: {status.problem} {status.remedy} You can type your answers."
        case ModelState.ABSENT:
            return (
                f"{model} is not on this server yet. It is downloaded once, about {status.size_mb:,} MB, when "
                "you first press start on the interview screen. You can also type your answers."
            )


def heard_so(heard: Heard) -> str:
    """What somebody should know about their words while they speak; empty when all is well."""
    if heard.problem:
        return heard.problem
    if heard.state is HeardState.WAITING_FOR_MODEL:
        return (
            "Your words are being recorded. The transcript follows when the speech model is ready."
        )
    if heard.state is HeardState.FINISHING:
        return "Writing down your last words."
    if heard.pace is Pace.LATER:
        return (
            "Many people are speaking at the moment, so live words are off here. "
            "Your answer is being recorded and its words follow."
        )
    if heard.pace is Pace.CATCHING_UP:
        return "Your words are catching up; nothing is lost."
    return ""


DOUBTS_NAMED = 3  # more would be a second transcript


def doubt(segments: Iterable[Segment]) -> str:
    """How much may not be what was said, and where; empty if nothing. Quotes people's words."""
    unsure = [segment.text for segment in segments if segment.text and not segment.certain]
    if not unsure:
        return ""
    near = [f"“{_opening(text)}”" for text in unsure[:DOUBTS_NAMED]]
    if len(unsure) > DOUBTS_NAMED:
        near.append("elsewhere")
    *all_but_last, last = near
    places = f"{', '.join(all_but_last)} and {last}" if all_but_last else last
    return f"We may have misheard {counted(len(unsure), 'passage')}, near {places}."


def _opening(text: str) -> str:
    words = text.split()
    return text if len(words) <= 5 else f"{' '.join(words[:4])} …"


def judged_by(label: str, *, talks: bool) -> str:
    """Which coach judges, in words that somebody understands who has never seen one."""
    if talks:
        return (
            f"{label}: a language model reads your words and names the ones that each level rests on. "
            "If it cannot be reached, you get an offline estimate until it can."
        )
    return (
        f"{label}: fixed rules compare your words with what each question looks for. "
        "It quotes what it relies on, and it is an estimate, not a verdict."
    )


MODELS_MAY_LEARN = "On Gemini's free tier, Google may use what is sent to improve its products."
OWN_KEY_MAY_LEARN = (
    "If your key is on Gemini's free tier, Google may use what is sent to improve its products."
)


def coach_in_full(
    label: str, provider: str, *, model: str = "", passes: int = 2, host: str = ""
) -> tuple[str, ...]:
    """Sentences on who rates, how, and what they get to see; `provider` as `LanguageModels` names it,
    `host` of a language model that is not Google's."""
    if provider == "offline":
        return (
            f"{label}. Fixed rules on this server compare your words with what each question looks "
            "for: examples, results, the points that a good answer makes. Nothing is sent anywhere.",
            "The rules know English wording only and cannot follow an argument: take the levels as "
            "a first impression.",
        )
    named = f" ({model})" if model else ""
    twice = (
        " Each answer is rated twice, independently; where the two differ, you see both."
        if passes > 1
        else ""
    )
    return (
        f"{label}{named}.{twice}",
        f"The job, the questions and the text of your answers are sent to {receiver(provider, host)}; "
        "your voice and your picture are not.",
    )


def receiver(provider: str, host: str = "") -> str:
    """Who gets what a candidate wrote."""
    if provider == "gemini":
        return "Google"
    return f"the language model at {host}" if host else "the language model's server"


SPENT_MUCH = 0.8  # of a day's limit; from here on people should know


def spent(share: float, again_at: str) -> str:
    """What is left of today's language model, when little or nothing is; `again_at` is a time."""
    if share < SPENT_MUCH:
        return ""
    if share < 1:
        return (
            f"{int(100 * share)} % of today's use of the language model is spent. Once it is all "
            f"spent, ratings wait until {again_at}; you see the offline estimate meanwhile."
        )
    return (
        f"Today's use of the language model is spent. Questions come from the question bank, and "
        f"ratings wait until {again_at}; you see the offline estimate meanwhile."
    )


def total_of(interview: Interview) -> int:
    """How many planned questions there will be; follow-ups are not counted."""
    if interview.plan_state is PlanState.READY:
        return len(interview.planned)
    return max(interview.setup.question_count, len(interview.planned))


def number_of(interview: Interview, question: Question) -> int:
    """The place of a planned question among the planned ones, from 1; of a follow-up, its parent's."""
    root = question.parent_id or question.id
    return next((n for n, q in enumerate(interview.planned, 1) if q.id == root), question.number)


FOLLOW_UPS = {
    FollowUp.CLARIFY: "Clarify",
    FollowUp.DEEPEN: "Go deeper",
    FollowUp.QUANTIFY: "Put a number on it",
    FollowUp.CHALLENGE: "Challenge",
}


def place_of(interview: Interview, question: Question) -> str:
    """Where in the interview this question stands, and what kind of question it is."""
    number = number_of(interview, question)
    if question.parent_id is not None:
        wants = FOLLOW_UPS[question.follow_up or FollowUp.CLARIFY]
        return f"Follow-up to question {number} · {wants}"
    kind = "Your own question" if question.source == OWN else question.kind.label
    return f"Question {number} of {total_of(interview)} · {kind} · {question.difficulty.label}"


def when(at: datetime, timezone: str | None) -> str:
    """A time on the candidate's clock; on UTC, and saying so, if their zone is not known."""
    zone = _zone(timezone)
    local = on_clock(at, timezone)
    return f"{local.day} {local:%B %Y, %H:%M}{'' if zone else ' UTC'}"


def on_clock(at: datetime, timezone: str | None) -> datetime:
    """The same moment in the candidate's zone, or in UTC if that is not known."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_zone(timezone) or UTC)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name or "")
    except (ValueError, OSError, KeyError):  # empty, odd, a folder of zones, or not found
        return None


def counted(number: float, noun: str) -> str:
    """`1 answer`, `2 answers`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def figure(overall: float | None) -> str:
    """An overall figure with its unit."""
    return "Not rated yet" if overall is None else f"{overall:.1f} out of 10"
