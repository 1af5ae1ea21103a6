"""What the set-up form holds: its fields in Streamlit's session <-> a `Setup`."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from pages.ui.context import services
from pages.ui.languages import language_named, not_understood
from pages.ui.phrases import LANGUAGES as COACHED
from services.domain import (
    AUTO,
    COMPANY_LIMIT,
    DESCRIPTION_LIMIT,
    POSITION_LIMIT,
    STACK_LIMIT,
    TAG_LIMIT,
    Category,
    Difficulty,
    Job,
    Setup,
)
from services.speech.languages import NAMES

POSITION, COMPANY, DESCRIPTION = "position", "company", "description"
STACK, YEARS = "tech_stack", "years"
CATEGORY, DIFFICULTY, COUNT = "category", "difficulty", "question_count"
LANGUAGE, FOLLOW_UPS = "language", "follow_ups"
MODE, ANSWER_S, THINK_S, TAKES = "mode", "answer_s", "think_s", "takes"
_TALKED = "coach_talked"  # whether the coach was a language model at the last run
_OFFERED = "set_up_offered"  # the choices of it that cannot be empty
_PROBLEMS = "set_up_problems"

# Offered while typing; anything else can be typed as well.
SUGGESTIONS = (
    "Python", "Java", "JavaScript", "TypeScript", "C#", "C++", "Go", "Rust", "SQL", "React", "Angular",
    "Node.js", "Django", "Spring", ".NET", "AWS", "Azure", "Google Cloud", "Docker", "Kubernetes",
    "Terraform", "Linux", "PostgreSQL", "MongoDB", "Kafka", "Spark", "Excel", "Power BI", "Tableau",
    "Salesforce", "SAP", "Figma", "Jira", "Git",
)  # fmt: skip


def offer(setup: Setup | None, talks: bool) -> None:
    """Put a set-up into the fields; None empties them. Before they are drawn, or in a callback.

    `talks`: whether the coach is a language model, which asks on well: by itself it does.
    """
    job = setup.job if setup else None
    plan = setup or Setup(job=Job(position="any"))  # for the defaults of the rest
    chosen_before = {
        CATEGORY: plan.category,
        DIFFICULTY: plan.difficulty,
        LANGUAGE: plan.language,
        MODE: plan.mode,
    }
    st.session_state.update(
        {
            **chosen_before,
            _OFFERED: chosen_before,
            POSITION: job.position if job else "",
            COMPANY: job.company if job else "",
            DESCRIPTION: job.description if job else "",
            STACK: list(job.tech_stack) if job else [],
            YEARS: float(job.years) if job else 0.0,
            COUNT: plan.question_count,
            FOLLOW_UPS: setup.follow_ups if setup else talks,
            ANSWER_S: plan.answer_s,
            THINK_S: plan.think_s,
            TAKES: plan.takes,
            _TALKED: talks,
            _PROBLEMS: {},
        }
    )


def put_back() -> None:
    """Choices that cannot be empty and are: the run that drew them first was cut off before the browser had
    their values. They get what was offered. Before they are drawn, or in a callback."""
    offered: dict[str, object] = st.session_state[_OFFERED]
    for key, value in offered.items():
        if st.session_state.get(key) is None:
            st.session_state[key] = value


def suit(talks: bool) -> None:
    """Another coach than at the last run (a key has come or gone): asking on goes with it."""
    if st.session_state[_TALKED] != talks:
        st.session_state[FOLLOW_UPS] = st.session_state[_TALKED] = talks


def check() -> None:
    """Look at the fields; what is wrong is then in `problem`. A callback, so that it runs before them."""
    put_back()
    st.session_state[_PROBLEMS] = {}
    try:
        chosen()
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
        st.session_state[_PROBLEMS] = {field: _sentence(field) for field in sorted(wrong)}
    sentence = not_understood(services().model.status(), language())
    if sentence and not st.session_state[_TALKED]:  # else one can type
        st.session_state[_PROBLEMS][LANGUAGE] = sentence


def problem(field: str) -> str:
    """What is wrong with a field, and what to do; empty if nothing is."""
    return str(st.session_state.get(_PROBLEMS, {}).get(field, ""))


def sound() -> bool:
    """Whether the last check found nothing wrong."""
    return not st.session_state.get(_PROBLEMS)


def language() -> str:
    """Code of the language to answer in, or `AUTO`."""
    return str(st.session_state.get(LANGUAGE) or "en")


def languages(understood: tuple[str, ...], talks: bool) -> tuple[str, ...]:
    """What can be chosen: English, detection if there is more than one, the others by name.

    `understood` is empty while nobody knows, then all are offered. A coach that `talks` adds its own,
    for who types. What is chosen stays on offer.
    """
    codes = {*(understood or NAMES), *(COACHED if talks else ()), language()}
    if len(understood) > 1:
        codes.add(AUTO)
    first = [code for code in ("en", AUTO) if code in codes]
    return (*first, *sorted(codes.difference(first), key=language_named))


def chosen() -> Setup:
    """The fields as a `Setup`. Raises pydantic's `ValidationError`; nothing typed is changed by it."""
    state = st.session_state
    job = Job(
        position=state[POSITION] or "",
        company=state[COMPANY] or "",
        description=(state[DESCRIPTION] or "").strip(),
        tech_stack=tuple(state[STACK] or ()),
        years=state[YEARS] or 0,
    )
    return Setup(
        job=job,
        category=state[CATEGORY] or Category.MIXED,
        difficulty=state[DIFFICULTY] or Difficulty.MEDIUM,
        question_count=state[COUNT] or 5,
        language=language(),
        follow_ups=bool(state[FOLLOW_UPS]),
        mode=state[MODE],
        answer_s=state[ANSWER_S],
        think_s=_chosen_in_one_way(THINK_S),
        takes=_chosen_in_one_way(TAKES),
    )


def _chosen_in_one_way(field: str) -> int:
    """Streamlit forgets fields that are not drawn: in other modes they are as they come."""
    default: int = Setup.model_fields[field].default
    chosen = st.session_state.get(field)
    return default if chosen is None else int(chosen)


def _sentence(field: str) -> str:
    typed = st.session_state.get(field) or ""
    match field:
        case "position" if not typed.strip():
            return "Name the job that you rehearse for, for example Data engineer."
        case "position":
            return f"This has {len(typed):,} characters; a job title of up to {POSITION_LIMIT} fits. The rest belongs into the description."
        case "company":
            return f"This has {len(typed):,} characters; {COMPANY_LIMIT} fit. The name is enough."
        case "description":
            return f"This has {len(typed):,} characters; {DESCRIPTION_LIMIT:,} fit. Keep the part about the work itself."
        case "tech_stack":
            return f"Up to {STACK_LIMIT} entries of {TAG_LIMIT} characters fit."
        case _:
            return "This value does not fit. Please choose another."
