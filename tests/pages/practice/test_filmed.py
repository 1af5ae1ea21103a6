"""What is said about the picture while it is recorded, and when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages.practice.filmed import picture_words, room_to_film, stop_unwanted
from pages.ui.context import Stage, services
from services.domain import Interview, Preferences, User
from services.video import Filmed, Filming, Room, record
from tests.pages.conftest import Site, database_away

MB = 1_000_000


@pytest.mark.parametrize(
    ("left_mb", "disk_mb", "filmed", "words"),
    [
        (200, 900, Filmed(0, False, False, False, False), "Waiting for your picture"),
        (200, 900, Filmed(400_000, True, False, False, False), "less than 1 MB of 200"),
        (190, 900, Filmed(2_400_000, True, False, False, False), "12 MB of 200"),
        (3, 900, Filmed(3_000_000, True, True, False, False), "has used its 200 MB"),
        (200, 900, Filmed(0, True, False, False, True), "could not be written"),
        (0, 900, None, "has used its 200 MB"),
        (200, 0, None, "no room for more pictures"),
        (200, 50, Filmed(2_400_000, True, False, False, False), "2 MB of 200"),
        (200, 50, Filmed(50 * MB, True, False, True, False), "no room for more pictures"),
    ],
)
def test_the_picture_says_calmly_how_it_stands(
    left_mb: int, disk_mb: int, filmed: Filmed | None, words: str
) -> None:
    assert words in picture_words(Room(left_mb * MB, disk_mb * MB), filmed, 200)


def entered(site: Site) -> tuple[User, Interview]:
    site.enter()
    login = services().logins.find(site.tab.session_state["tab"].secret)
    assert login is not None
    return login.user, site.interview()


def test_a_picture_is_kept_only_for_who_switched_that_on_and_starts_with_the_camera(
    site: Site,
) -> None:
    user, interview = entered(site)
    stage = Stage()
    assert room_to_film(user, interview, "video", stage) is None
    services().keep_preferences(user.id, Preferences(record_video=True))
    assert room_to_film(user, interview, "audio", stage) is None
    room = room_to_film(user, interview, "video", stage)
    assert room is not None
    assert room.any
    assert room.left == services().settings.video_limit_mb * MB
    with database_away():  # nobody can say: sound goes on alone, and it is said
        assert room_to_film(user, interview, "video", stage) is None
        assert stage.film_unsure
    assert room_to_film(user, interview, "video", stage) is not None
    assert not stage.film_unsure


def test_who_lets_no_recordings_be_kept_is_not_filmed_and_is_told_beside_the_switch(
    site: Site,
) -> None:
    user, interview = entered(site)
    services().keep_preferences(user.id, Preferences(record_video=True))
    site.open("account/account.py")
    assert "your picture is not recorded" not in site.words
    services().consents.keep_for(user.id, 0)
    assert room_to_film(user, interview, "video", Stage()) is None
    site.open("account/account.py")
    assert "your picture is not recorded" in site.words


@pytest.mark.parametrize("how", ["the switch", "the term"])
def test_a_picture_that_is_switched_off_elsewhere_is_recorded_no_more(
    site: Site, tmp_path: Path, how: str
) -> None:
    user, interview = entered(site)
    services().keep_preferences(user.id, Preferences(record_video=True))
    stage = Stage(microphone="video")
    stage.film_room = room_to_film(user, interview, "video", stage)
    stage.filming = Filming(
        record(tmp_path / "a.video", heard=lambda: 0.0, wanted=lambda: True, limit=MB)
    )
    if how == "the switch":
        services().keep_preferences(user.id, Preferences())
    else:
        services().consents.keep_for(user.id, 0)
    stop_unwanted(user, stage)  # asked a moment ago
    assert stage.filming.takes_pictures
    stage.film_asked -= 10
    with database_away():
        stop_unwanted(user, stage)
    assert stage.filming.takes_pictures
    stage.film_asked -= 10
    stop_unwanted(user, stage)
    assert not stage.filming.takes_pictures
    assert stage.film_room is None
