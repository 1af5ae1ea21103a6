"""What a link shows that includes ratings or figures, and not the candidate's words: nothing that quotes them."""

from __future__ import annotations

from services.domain import Delivery, Rating


def rating_without_words(rating: Rating) -> Rating:
    """Its levels and who made it. Reasons and advice go too: they are told with the words of the answer."""
    unquoted = {"evidence": (), "evidenced": True, "reason": ""}
    return rating.model_copy(
        update={
            "scores": tuple(score.model_copy(update=unquoted) for score in rating.scores),
            "strengths": (),
            "improvements": (),
            "next_action": "",
            "improved_answer": "",
            "last_action": None,
        }
    )


def delivery_without_words(delivery: Delivery) -> Delivery:
    """Its figures: what was said often is still counted, with an empty text."""
    unsaid = {"text": ""}
    return delivery.model_copy(
        update={
            name: tuple(one.model_copy(update=unsaid) for one in getattr(delivery, name))
            for name in ("fillers", "hedges", "repeated")
        }
    )
