"""What administrators do, and where their power ends."""

import re

import pytest

from tests.live import Hub
from tests.web.accounts.conftest import Member, text_of


@pytest.fixture
def local(hub: Hub, boss: Member) -> Member:
    """An administrator of one program."""
    from microcare.care import accounts

    return Member("lena", accounts.invite("lena", ["administrator"], "tea")).set_up()


def test_an_invitation_leads_to_an_account_with_its_role(boss: Member) -> None:
    from microcare.store import memberships

    posted = {"deed": "invite", "name": "nora", "email": "nora@clinic.test", "role": "clinician", "program": "tea"}
    found = re.search(r"/desk/setup/([\w-]+)<", text_of(boss.client.post("/desk/staff/do", posted)))
    assert found is not None
    assert memberships.roles("nora") == (("tea", "clinician"),)
    assert "the link has not been used yet" in text_of(boss.client.get("/desk/staff"))
    assert Member("nora", found[1]).set_up().client.get("/desk/").status_code == 200
    again = boss.client.post("/desk/staff/do", posted, follow=True)
    assert "already exists" in text_of(again)


@pytest.mark.parametrize(
    ("posted", "status"),
    [
        ({"deed": "give", "name": "carla", "role": "clinician", "program": "*"}, 403),
        ({"deed": "give", "name": "carla", "role": "clinician", "program": "elsewhere"}, 403),
        ({"deed": "invite", "name": "x", "role": "clinician", "program": "*"}, 403),
        ({"deed": "give", "name": "boss", "role": "coach", "program": "tea"}, 404),
        ({"deed": "disable", "name": "boss"}, 404),
        ({"deed": "reset", "name": "boss"}, 404),
        ({"deed": "give", "name": "carla", "role": "clinician", "program": "tea"}, 302),
        ({"deed": "disable", "name": "carla"}, 302),
    ],
)
def test_an_administrator_of_one_program_stays_within_it(
    local: Member, coach: Member, posted: dict[str, str], status: int
) -> None:
    from microcare.store import memberships

    before = memberships.everybody()
    assert local.client.post("/desk/staff/do", posted).status_code == status
    assert (memberships.everybody() == before) is (status != 302 or posted["deed"] == "disable")


def test_an_account_that_is_elsewhere_too_is_not_theirs_to_reset(local: Member, coach: Member) -> None:
    from microcare.care import accounts

    accounts.change_role("carla", "coach", "elsewhere")
    for deed in ("disable", "reset"):
        assert local.client.post("/desk/staff/do", {"deed": deed, "name": "carla"}).status_code == 403
    assert coach.client.get("/desk/").status_code == 200


def test_the_last_administrator_stays(boss: Member, coach: Member) -> None:
    from microcare.care import access

    for posted in (
        {"deed": "take", "name": "boss", "role": "administrator", "program": "*"},
        {"deed": "disable", "name": "boss"},
        {"deed": "reset", "name": "boss"},
    ):
        boss.client.post("/desk/staff/do", posted)
        assert access.access_of("boss").may(access.ADMINISTER)
        assert boss.client.get("/desk/staff").status_code == 200


def test_each_change_is_in_the_trail_and_the_trail_tells_when_it_was_changed(boss: Member, coach: Member) -> None:
    from microcare.store import audit
    from microcare.store.database import run

    boss.client.post("/desk/staff/do", {"deed": "give", "name": "carla", "role": "clinician", "program": "tea"})
    line = audit.trail("carla", limit=1)[0]
    assert (line.who, line.deed, line.detail) == ("boss", "role given", "clinician in tea")
    page = text_of(boss.client.get("/desk/trail", {"about": "carla", "deed": "role", "verify": "1"}))
    assert (
        "clinician in tea" in page and "The trail is whole" in page and "sign" not in re.findall("<td>(.*?)</td>", page)
    )
    run("UPDATE audit SET detail = 'coach in tea' WHERE serial = %s", [line.serial])
    assert f"broken at line {line.serial}" in text_of(boss.client.get("/desk/trail", {"verify": "1"}))


def test_an_administrator_of_one_program_reads_the_trail_of_it_alone(hub: Hub, local: Member, coach: Member) -> None:
    from microcare.store import audit, people

    own, other = hub.join(), people.add("elsewhere", "Other", "", 0)[0]
    audit.append(1, "x", "read", own)
    audit.append(2, "x", "read", other)
    page = text_of(local.client.get("/desk/trail"))
    assert f"<td>{own}</td>" in page
    assert f"<td>{other}</td>" not in page
    assert f"<td>{other}</td>" not in text_of(local.client.get("/desk/trail", {"about": other}))
