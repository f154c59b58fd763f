"""The page of a certificate, and what a planner does there."""

from datetime import timedelta

import pytest

from apps.machines import services
from apps.machines.models import Certificate
from apps.notify.models import Notice
from apps.verification.models import CertificateReview
from tenants import context
from tenants.types import Role
from tests.factories import documents, machines
from tests.support.world import NOON

ANSWERS = {
    "kind_code": "iso-9001",
    "number": "DE-2",
    "issuer": "DEKRA",
    "valid_from_on": "2030-05-01",
    "valid_until_on": "2033-04-30",
}


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def claimed(in_north) -> Certificate:
    return machines.certificate()


def now(north) -> Certificate:
    with context.enterprise(north):
        return Certificate.objects.get()


def test_adds_one_and_shows_it(planner, north):
    answer = planner.post("/certificates/add/", ANSWERS)

    row = now(north)
    assert answer["Location"] == f"/certificates/{row.pk}/"
    text = planner.get(answer["Location"]).content.decode()
    assert "DE-2" in text
    assert "It is claimed, not verified" in text


def test_changes_what_was_seen_only(planner, north, claimed):
    address = f"/certificates/{claimed.pk}/change/"
    assert 'name="version" value="1"' in planner.get(address).content.decode()

    planner.post(address, {**ANSWERS, "version": "1"})
    late = planner.post(address, {**ANSWERS, "number": "DE-3", "version": "1"})

    assert now(north).number == "DE-2"
    assert late.status_code == 422
    assert "was changed by someone else" in late.content.decode()


def test_is_checked_only_with_evidence(planner, north, claimed):
    address = f"/certificates/{claimed.pk}/"
    text = planner.post(f"{address}submission/", follow=True).content.decode()
    assert "No document shows" in text
    assert now(north).state == "claimed"

    with context.enterprise(north):
        machines.evidence(
            certificate=claimed, document=documents.document(title="Scan of ISO 9001")
        )
    text = planner.post(f"{address}submission/", follow=True).content.decode()
    assert "The operator is checking it" in text
    assert "Scan of ISO 9001" in text
    assert f"{address}removal/" not in text
    assert now(north).state == "submitted"

    text = planner.post(f"{address}submission/withdrawal/", follow=True)
    assert now(north).state == "claimed"
    assert "Withdrawn" in text.content.decode()


def test_says_why_it_was_rejected(planner, north, claimed):
    with context.enterprise(north):
        Certificate.objects.update(state="rejected", rejection="Another number.")

    text = planner.get(f"/certificates/{claimed.pk}/").content.decode()

    assert "It was rejected" in text
    assert "Another number." in text
    assert "Have it checked" in text


def test_of_others_does_not_exist(member_of, south, claimed):
    stranger = member_of(south, Role.OWNER)
    address = f"/certificates/{claimed.pk}/"

    assert stranger.get(address).status_code == 404
    for action in ("submission/", "submission/withdrawal/", "removal/", "change/"):
        assert stranger.post(address + action, ANSWERS).status_code == 404
    with context.operator():
        assert not CertificateReview.objects.exists()


def test_viewers_only_look(member_of, north, claimed):
    viewer = member_of(north, Role.VIEWER)
    address = f"/certificates/{claimed.pk}/"

    assert "submission" not in viewer.get(address).content.decode()
    assert viewer.post(f"{address}submission/").status_code == 403


def test_that_ends_soon_is_a_task_of_the_first_page(
    planner, member_of, north, in_north
):
    last = NOON.date() + timedelta(days=12)
    row = machines.certificate(valid_until_on=last)
    services.remind_of_certificates(at=NOON)

    text = planner.get("/").content.decode()

    assert "ISO 9001 quality management DE-12345 ends on" in text
    notice = Notice.objects.get(kind="certificate.ends")
    assert (
        planner.get(f"/notices/{notice.pk}/")["Location"] == f"/certificates/{row.pk}/"
    )
    assert (
        "DE-12345 ends on" not in member_of(north, Role.BUYER).get("/").content.decode()
    )
