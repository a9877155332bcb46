"""Which passwords are taken, and that they are taken as they are."""

from pathlib import Path

import pytest

from tests.live import Hub
from tests.web.accounts.conftest import Member, browser

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("microcare2026!", False),
        ("MicroCare-clinic-7", False),
        ("CoachCoachCoach1", False),
        ("administrator99", False),
        ("127.127.127.127", False),
        ("my kettle cares for micro waves", True),
        ("ein Löffel Honig am Abend", True),
    ],
)
def test_words_of_the_hub_make_no_password(hub: Hub, password: str, good: bool) -> None:
    from microcare.care import accounts

    token = accounts.invite("carlacarla", ["coach"], "tea")
    answer = browser().post(f"/desk/setup/{token}", {"password": password})
    assert (answer.status_code == 302) is good


def test_the_guide_lists_the_words(hub: Hub) -> None:
    from microcare.care.access import ROLES
    from microcare.care.passwords import OWN

    guide = (ROOT / "docs/guides/accounts.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in guide for word in OWN)
    assert len(ROLES) > 3 and "the names of the roles" in guide


@pytest.mark.parametrize(
    "extra", ["", " ", "x" * 1200, "Ω" * 64], ids=["as it is", "a space at its end", "long", "other letters"]
)
def test_a_password_is_taken_exactly_as_it_is(hub: Hub, extra: str) -> None:
    from django.contrib.auth.models import User

    from microcare.care import accounts

    password = "A kettle Sings at noon" + extra
    member = Member("dora", accounts.invite("dora", ["coach"], "tea"), password=password).set_up()
    user = User.objects.get(username=member.name)
    assert user.check_password(password)
    others = {password[:-1], password.lower(), password.strip(), password[:1000], password[:64]} - {password}
    assert not any(user.check_password(other) for other in others)
    assert "Second step" in browser().post("/desk/login", {"username": "dora", "password": password}).content.decode()


def test_a_password_is_kept_under_a_slow_hash(hub: Hub) -> None:
    from django.contrib.auth.hashers import identify_hasher
    from django.contrib.auth.models import User

    from microcare.care import accounts

    Member("dora", accounts.invite("dora", ["coach"], "tea")).set_up()
    kept = User.objects.get(username="dora").password
    algorithm, rounds = kept.split("$")[:2]
    assert identify_hasher(kept).algorithm == algorithm == "pbkdf2_sha256"
    assert int(rounds) >= 600_000
