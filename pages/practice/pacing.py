"""The pace meter below the live transcript, for candidates who switched it on."""

from __future__ import annotations

from pages.ui.context import preferences, tab
from pages.ui.pace import pace_meter
from services.delivery.norms import are_for
from services.delivery.pace import go_on
from services.domain import Interview
from services.speech.heard import Heard

# Of an answer without a limit the bar shows three minutes, as long as career services advise at most.
USUAL_S = 180.0


def wanted(interview: Interview) -> bool:
    """In English alone: there are no bands to show for other languages."""
    return are_for(interview.setup.language) and preferences().pace_meter


def pace(heard: Heard, answer_s: float | None) -> None:
    """Drawn at every look at the transcript. `answer_s`: the limit of the answer, where it has one."""
    words = heard.transcript
    count = len(words.settled_text.split()) + len(words.interim.split())
    state = tab()
    state.tempo = go_on(state.tempo, heard.shown_s, count)
    pace_meter(state.tempo, heard.seconds / (answer_s or USUAL_S))
