"""What the screens say about time, the coach and the speech model: values -> plain words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.speech.model import ModelState, ModelStatus

# An answer of one to three minutes (the length that career services advise for a STAR answer), and
# about one more to read the question and look over the words.
MINUTES_PER_QUESTION = (2, 4)


def how_long(questions: int) -> str:
    """The time an interview takes, as a range of minutes."""
    low, high = (minutes * questions for minutes in MINUTES_PER_QUESTION)
    per_question = "{} to {} minutes a question".format(*MINUTES_PER_QUESTION)
    return f"About {low} to {high} minutes: {per_question}. There is no clock, and you can stop at any time."


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


def judged_by(coach_label: str) -> str:
    """Which coach judges, in words that somebody understands who has never seen one."""
    return (
        f"{coach_label}: fixed rules compare your words with what each question looks for. "
        "It quotes what it relies on, and it is an estimate, not a verdict."
    )


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


def clock(seconds: float) -> str:
    """A length as minutes and seconds, `1:32`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
