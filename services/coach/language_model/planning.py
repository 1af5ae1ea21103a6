"""Questions for one job, written by a language model: the first at once, then all the others.

The first one is written alone, because a person waits for it. Each question is checked by code and
yielded as soon as its call is answered; what is missing or flawed is asked for once more, and then
left to whoever fills up from the bank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from services.coach.bank import ANY_FIELD
from services.coach.language_model import prompting
from services.coach.language_model.plan_shapes import (
    Flawed,
    WrittenQuestion,
    WrittenQuestions,
    generic_criteria,
    guide_of,
    kind_of,
    text_of,
)
from services.coach.language_model.tongue import name_of, tongue_of
from services.coach.planning import field_of, kinds
from services.coach.repeats import repeats
from services.domain import AUTO, Kind, Question, Setup
from services.ports import Brief, LanguageModel, Prompt, Purpose

NAME = "plan"  # of the prompt

# With five, the reply stays near 6,000 tokens, which models write well within their time-out.
_AT_ONCE = 5
_TRIES = 2
_PAST = 40  # earlier questions that are told; code compares with all of them
_CV = 20_000  # characters; a CV of five full pages
_TOKENS = 3_000  # of the reply for one question; Hindi takes twice what English does
_TEMPERATURE = 0.7  # for a reply: another interview for the same job should have other questions


def plan(model: LanguageModel, brief: Brief) -> Iterator[Question]:
    """Up to `question_count` questions, numbered from 1, each as soon as it is written and checked.

    Fewer when a model writes unusable ones twice. Raises a `LanguageModelError`, also midway.
    """
    wanted = iter(wanted_kinds(brief.setup))
    writer = _Writer(model, brief)
    yield from writer.write(list(islice(wanted, 1)))
    while batch := list(islice(wanted, _AT_ONCE)):
        yield from writer.write(batch)


def wanted_kinds(setup: Setup) -> tuple[Kind, ...]:
    """As in a planned interview from the bank, but every craft has technical questions."""
    field = field_of(setup)
    return kinds(setup, "unknown to the bank" if field == ANY_FIELD else field)


def language_of(setup: Setup, text: str = "") -> str:
    """The language to write in; where it is found from what is said, that of `text` or of the job."""
    if setup.language != AUTO:
        return setup.language
    job = setup.job
    return tongue_of(text) or tongue_of(f"{job.position}. {job.description}") or "en"


def told_about(setup: Setup, cv: str = "") -> str:
    """The job and the candidate as fenced data."""
    job = setup.job
    parts = [
        prompting.fenced("job", f"Position: {job.position}\n{job.description}"),
        prompting.fenced("technologies", ", ".join(job.tech_stack) or "none named"),
        prompting.fenced("candidate", f"Years of experience: {job.years:g}"),
    ]
    if job.company:
        parts.append(prompting.fenced("company", job.company))
    if cv:
        parts.append(prompting.fenced("cv", cv[:_CV]))
    return "\n\n".join(parts)


class _Writer:
    """Writes the questions of one interview, call by call. Belongs to the thread that plans."""

    def __init__(self, model: LanguageModel, brief: Brief) -> None:
        self._model = model
        self._brief = brief
        self._language = language_of(brief.setup)
        self._asked: list[str] = []  # of this interview

    def write(self, wanted: list[Kind]) -> Iterator[Question]:
        """A question of each wanted kind, as far as two calls give usable ones."""
        flaws: tuple[str, ...] = ()
        for _ in range(_TRIES):
            left = list(wanted)
            reply = self._model.reply(self._prompt(left, flaws), WrittenQuestions)
            found: list[str] = []
            for written in reply.questions:
                if not wanted:
                    break
                try:
                    question = self._checked(written, wanted)
                except Flawed as flaw:
                    found.append(str(flaw))
                    continue
                wanted.remove(question.kind)
                yield question
            if not wanted:
                return
            flaws = tuple(dict.fromkeys(found)) or ("There were fewer questions than asked for.",)

    def _checked(self, written: WrittenQuestion, wanted: Sequence[Kind]) -> Question:
        text = text_of(written, self._language)
        if repeats(text, (*self._asked, *self._brief.past)):
            raise Flawed("A question repeated one that was asked before.")
        kind = kind_of(written, wanted)
        guide = guide_of(written, kind, self._language, prompting.version(NAME))
        self._asked.append(text)
        return Question(
            number=len(self._asked),
            text=text,
            kind=kind,
            competency=guide.competency,
            difficulty=self._brief.setup.difficulty,
            model_answer=guide.model_answer,
            key_points=guide.key_points,
            rubric=guide.rubric,
            source=f"model:{self._model.name(Purpose.PLAN)}",
        )

    def _prompt(self, wanted: Sequence[Kind], flaws: tuple[str, ...]) -> Prompt:
        setup = self._brief.setup
        instructions = prompting.instructions(
            NAME,
            count=str(len(wanted)),
            kinds="\n".join(f"{place}. {kind.value}" for place, kind in enumerate(wanted, 1)),
            difficulty=setup.difficulty.value,
            language=name_of(self._language),
            criteria=generic_criteria(wanted),
        )
        if flaws:
            listed = "\n".join(f"- {flaw}" for flaw in flaws)
            instructions += f"\n\n# What could not be used of your last reply\n\n{listed}"
        material = [told_about(setup, self._brief.cv)]
        if self._brief.past:
            past = "\n".join(f"- {text}" for text in self._brief.past[:_PAST])
            material.append(prompting.fenced("asked-in-earlier-interviews", past))
        if self._asked:
            asked = "\n".join(f"- {text}" for text in self._asked)
            material.append(prompting.fenced("asked-in-this-interview", asked))
        return Prompt(
            purpose=Purpose.PLAN,
            instructions=instructions,
            text="\n\n".join(material),
            most_tokens=_TOKENS * len(wanted),
            temperature=_TEMPERATURE,
        )
