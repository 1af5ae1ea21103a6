"""The coach on a language model: the port `Coach`, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator

from services.coach.language_model import own_question, planning, talking
from services.coach.language_model.rating import judge
from services.domain import Question, Rating, Setup, Turn
from services.ports import Brief, Judgement, LanguageModel, Purpose, Submission


class LanguageCoach:
    """Implements `ports.Coach`. Holds no state of its own, so any thread may call it."""

    talks = True

    def __init__(self, model: LanguageModel, label: str, passes: int) -> None:
        """`label` is what candidates read; `passes` (1 or 2) is how often each answer is judged."""
        self._model = model
        self._passes = passes
        self.label = label

    @property
    def name(self) -> str:
        """The model that rates."""
        return self._model.name(Purpose.RATE)

    def plan(self, brief: Brief) -> Iterator[Question]:
        """See `planning.plan`."""
        return planning.plan(self._model, brief)

    def write_up(self, setup: Setup, text: str) -> Question:
        """See `own_question.write_up`."""
        return own_question.write_up(self._model, setup, text)

    def judge(self, submission: Submission) -> Judgement:
        """See `rating.judge`."""
        return judge(self._model, submission, passes=self._passes)

    def talk(
        self, submission: Submission, rating: Rating, turns: tuple[Turn, ...]
    ) -> Iterator[str]:
        """See `talking.talk`."""
        return talking.talk(self._model, submission, rating, turns)
