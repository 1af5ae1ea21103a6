"""What candidates read about how they are judged."""

import pytest

from services.coach.rubrics import rubric_for
from services.domain import Kind


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_question_has_five_criteria_of_its_own(kind: Kind) -> None:
    rubric = rubric_for(kind)
    ids = [criterion.id for criterion in rubric.criteria]
    assert len(ids) == len(set(ids)) == 5
    assert ids[:2] == ["relevance", "coverage"]
    assert rubric.version


@pytest.mark.parametrize("kind", Kind)
def test_levels_are_five_different_sentences_about_what_can_be_heard(kind: Kind) -> None:
    for criterion in rubric_for(kind).criteria:
        assert len(set(criterion.levels)) == 5
        for level in criterion.levels:
            assert level.endswith(".")
            assert not {"excellent", "poor", "good", "bad"} & set(level.lower().split())


def test_a_behavioural_answer_is_judged_on_its_result_and_a_technical_one_on_its_reasons() -> None:
    assert rubric_for(Kind.BEHAVIOURAL).criteria[-1].id == "result"
    assert rubric_for(Kind.TECHNICAL).criteria[-1].id == "reasoning"


OWN_LEVELS = tuple(
    f"You say {share} of it." for share in ("nothing", "little", "half", "most", "all")
)


@pytest.mark.parametrize("kind", Kind)
def test_a_question_s_own_levels_replace_those_of_what_it_covers_only(kind: Kind) -> None:
    general, own = rubric_for(kind), rubric_for(kind, OWN_LEVELS)
    assert own.version == general.version
    for before, after in zip(general.criteria, own.criteria, strict=True):
        assert (before.id, before.name) == (after.id, after.name)
        assert after.levels == (OWN_LEVELS if after.id == "coverage" else before.levels)


def test_four_levels_are_no_scale() -> None:
    with pytest.raises(ValueError, match="five"):
        rubric_for(Kind.TECHNICAL, OWN_LEVELS[:4])
