"""The figures of an answer's sound in the database: measured once all of it is here, and read when somebody
asks how the answer was said."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from services.delivery.delivering import delivery_of
from services.delivery.measuring import sound_figures
from services.domain import Answer, Delivery
from services.ports import Owner
from services.storage.places import Places
from services.storage.spooled import samples_in
from services.storage.store import Store


def measure(store: Store, places: Places, answer_id: UUID, spool: Path) -> None:
    """Keep how the complete sound in `spool` was. Nothing is done where there is none, where the answer
    was put aside or deleted, and where it is heard elsewhere.

    Raises `DatabaseAway`: it can be done again while the sound is there.
    """
    owner = store.owner_of(answer_id)
    if owner is None or not samples_in(spool):
        return
    answer = store.answer(owner, answer_id)
    elsewhere = answer.place is not None and not places.is_ours(answer.place)
    if elsewhere or answer.put_aside:
        return
    with spool.open("rb") as pcm:
        figures = sound_figures(pcm)
    store.keep_sound_figures(owner, answer_id, figures)


def kept_delivery(store: Store, owner: Owner, answer: Answer, language: str) -> Delivery | None:
    """How an answer was said; None where it has no words with times. `language` is the interview's.
    Raises `NotFound` where it is not this owner's answer."""
    if not any(segment.words for segment in answer.segments):
        return None
    return delivery_of(answer, store.sound_figures(owner, answer.id), language)
