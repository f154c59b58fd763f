"""Idle time: offered, taken back, found on the market, and asked for."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.exchange.models import Demand, IdleLot
from apps.machines import services as machines
from apps.machines.types import DisclosedFact
from apps.orders.models import Rfq
from tenants import context
from tenants.types import SYSTEM, Circle, Role
from tests.factories import capacity
from tests.factories import exchange as make
from tests.portal.planned_shop import coming_monday

OWN = "/capacity/idle-lots/"
MARKET = "/market/idle-lots/"
BERLIN = ZoneInfo("Europe/Berlin")


def tuesday(hour: int, *, days: int = 0) -> datetime:
    """An hour of Tuesday after next Monday, on the clock of the mill."""
    monday = coming_monday() + timedelta(days=1 + days)
    return datetime(monday.year, monday.month, monday.day, hour, tzinfo=BERLIN)


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.fixture
def mill(north):
    make.shop(north)
    return make.listing(north)


@pytest.fixture
def lot(north, mill):
    return make.idle_lot(north, mill.machine_id)


@pytest.fixture
def seller(member_of, north):
    return member_of(north, Role.SELLER)


@pytest.fixture
def buyer(member_of, south):
    return member_of(south, Role.BUYER)


def offered(client, mill, **changes):
    answers = {
        "listing_id": str(mill.pk),
        "starts_at": written(tuesday(0)),
        "ends_at": written(tuesday(18, days=1)),
        "floor_price": "55.50",
        "price_basis": "hour",
        "expires_at": "",
        "audience": "public",
        "note": "Ready by truck.",
    } | changes
    return client.post(f"{OWN}offer/", answers, follow=True)


def lots_of(north):
    with context.enterprise(north):
        return list(IdleLot.objects.all())


def titles_on(response) -> list[str]:
    return [row["process"] for row in response.context["rows"]]


class TestOffer:
    def test_is_made_on_the_clock_of_the_machine(self, seller, north, mill):
        text = offered(seller, mill).content.decode()

        (lot,) = lots_of(north)
        assert (lot.starts_at, lot.ends_at) == (tuesday(6), tuesday(14, days=1))
        assert (lot.free_minutes, lot.currency) == (960, "EUR")
        assert (lot.floor_price, lot.price_basis) == (Decimal("55.50"), "hour")
        assert "It is offered, and ends by itself." in text
        assert "€55.50 an hour" in text

    def test_says_what_is_in_the_way_and_keeps_the_answers(self, seller, north, mill):
        with context.enterprise(north):
            capacity.held(
                mill.machine_id,
                not_before=tuesday(6),
                expires_at=tuesday(6),
                at=timezone.now(),
            )

        refused = offered(seller, mill)

        text = refused.content.decode()
        assert refused.status_code == 422
        assert "Some of this window is reserved." in text
        longest = f"{tuesday(9):%Y-%m-%d %H:%M} to {tuesday(14, days=1):%Y-%m-%d %H:%M}"
        assert f"The longest that is free here is from {longest}." in text
        assert "Ready by truck." in text
        assert lots_of(north) == []

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"floor_price": "0"}, "The lowest price must be above 0."),
            ({"ends_at": "2020-05-06T00:00"}, "Let it end after it begins"),
            ({"expires_at": "2020-05-06T00:00"}, "The offer would be over at once."),
            ({"listing_id": "nothing"}, "Select a valid choice."),
        ],
    )
    def test_refuses_what_cannot_be_meant(self, seller, north, mill, changes, said):
        refused = offered(seller, mill, **changes)

        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert lots_of(north) == []

    def test_asks_to_publish_a_machine_first(self, seller):
        text = seller.get(f"{OWN}offer/").content.decode()

        assert "No machine is published" in text

    def test_is_not_made_of_anothers_machine(self, member_of, south, north, mill):
        refused = offered(member_of(south, Role.SELLER), mill)

        assert refused.status_code == 422
        assert lots_of(north) == []


class TestOwnList:
    def test_lets_a_shop_take_an_offer_back(self, seller, north, lot):
        shown = seller.get(OWN).content.decode()
        assert f'action="{OWN}{lot.pk}/withdrawal/"' in shown

        after = seller.post(f"{OWN}{lot.pk}/withdrawal/", follow=True).content.decode()
        again = seller.post(f"{OWN}{lot.pk}/withdrawal/", follow=True).content.decode()

        assert "It is not offered any more." in after
        assert "This offer is over already, or was changed meanwhile." in again
        assert [one.state for one in lots_of(north)] == ["withdrawn"]

    def test_calls_an_offer_expired_before_any_job_has_run(self, seller, north, lot):
        past = timezone.now() - timedelta(seconds=1)
        with context.enterprise(north):
            IdleLot.objects.update(
                expires_at=past, offered_at=past - timedelta(hours=1)
            )

        text = seller.get(OWN).content.decode()

        assert "Expired" in text
        assert "/withdrawal/" not in text

    def test_is_read_only_for_viewers(self, member_of, north, lot):
        text = member_of(north, Role.VIEWER).get(OWN).content.decode()

        assert "Hurco VMX24" in text
        assert "/withdrawal/" not in text
        assert "/offer/" not in text

    def test_shows_nothing_of_others(self, member_of, south, lot):
        other = member_of(south, Role.SELLER)

        assert "Nothing is offered yet" in other.get(OWN).content.decode()
        assert other.post(f"{OWN}{lot.pk}/withdrawal/").status_code == 404


class TestMarket:
    def test_lists_the_idle_time_of_others(self, buyer, lot):
        text = buyer.get(MARKET).content.decode()

        assert "3-axis milling" in text
        assert "Nordlicht Precision GmbH" in text
        assert "Hurco VMX24" in text
        assert "€40.00 an hour" in text
        assert f'href="/rfqs/write/?idle_lot={lot.pk}"' in text

    @pytest.mark.parametrize(
        ("query", "is_shown"),
        [
            ({"process": "milling"}, True),
            ({"process": "turning"}, False),
            ({"country": "DE"}, True),
            ({"country": "PL"}, False),
            ({"q": "nordlicht"}, True),
            ({"q": "nobody"}, False),
            ({"from_day": "2030-05-08"}, True),
            ({"from_day": "2030-05-09"}, False),
            ({"to_day": "2030-05-07"}, True),
            ({"to_day": "2030-05-06"}, False),
            ({"hours": "16"}, True),
            ({"hours": "17"}, False),
            ({"from_day": "9999-12-31", "hours": "many"}, False),
        ],
    )
    def test_is_filtered_by_the_address(self, buyer, lot, query, is_shown):
        shown = buyer.get(MARKET, query)

        assert titles_on(shown) == (["3-axis milling"] if is_shown else [])

    def test_marks_ones_own_and_asks_nothing_of_oneself(self, member_of, north, lot):
        text = member_of(north, Role.BUYER).get(MARKET).content.decode()

        assert "Yours" in text
        assert "?idle_lot=" not in text

    def test_withholds_what_the_machine_withholds(self, buyer, north, lot):
        with context.enterprise(north):
            machines.choose_circles(
                choices={DisclosedFact.MACHINE_LABEL: Circle.PRIVATE},
                by=SYSTEM,
                at=make.NOON,
                machine_id=lot.machine_id,
            )
            make.services.publish_machine(machine_id=lot.machine_id, at=make.NOON)

        text = buyer.get(MARKET).content.decode()

        assert "3-axis milling" in text
        assert "Hurco" not in text

    def test_forgets_what_has_expired(self, buyer, north, lot):
        past = timezone.now() - timedelta(seconds=1)
        with context.enterprise(north):
            IdleLot.objects.update(
                expires_at=past, offered_at=past - timedelta(hours=1)
            )

        assert "No idle time is offered now" in buyer.get(MARKET).content.decode()
        assert buyer.get(f"/rfqs/write/?idle_lot={lot.pk}").status_code == 404


class TestAskForIt:
    @pytest.fixture
    def part(self, south):
        with context.enterprise(south):
            return make.measured_part()

    def test_leads_to_a_request_to_that_seller_alone(
        self, buyer, north, south, lot, part
    ):
        page = f"/rfqs/write/?idle_lot={lot.pk}"
        shown = buyer.get(page)
        form = shown.context["form"]
        answers = {
            name: form[name].value()
            for name in form.fields
            if form[name].value() not in (None, "", [], False)
        }
        assert "Only Nordlicht Precision GmbH is asked" in shown.content.decode()
        assert str(lot.pk) in answers["note"]

        answers |= {
            "part_id": str(part.pk),
            "quantity": "40",
            "material_code": "en-aw-6061-t6",
            "due_on": "2030-06-17",
            "response_deadline_at": "2030-05-07T06:00",
            "publish": "1",
        }
        answered = buyer.post(page, answers, follow=True)

        assert answered.status_code == 200
        with context.enterprise(south):
            rfq = Rfq.objects.get()
        assert rfq.state == "published", answered.content.decode()
        assert rfq.audience == "invited"
        assert rfq.invited_enterprise_ids == [str(north.id)]
        assert not rfq.anonymous
        with context.enterprise(south):
            assert list(Demand.objects.values_list("invited_ids", flat=True)) in (
                [],
                [[north.id]],
            )

    def test_keeps_to_the_seller_when_a_draft_is_changed(
        self, buyer, north, south, lot, part
    ):
        answers = {
            "title": "Brackets",
            "part_id": str(part.pk),
            "quantity": "40",
            "process_codes": ["milling-3-axis"],
            "material_code": "en-aw-6061-t6",
            "due_on": "2030-06-17",
            "response_deadline_at": "2030-05-07T06:00",
            "delivery_country": "DE",
        }
        buyer.post(f"/rfqs/write/?idle_lot={lot.pk}", answers)
        with context.enterprise(south):
            rfq = Rfq.objects.get()
        changed = buyer.post(
            f"/rfqs/{rfq.pk}/change/",
            answers | {"quantity": "50", "audience": "public"},
        )

        assert changed.status_code == 302
        with context.enterprise(south):
            rfq = Rfq.objects.get()
        assert (rfq.audience, rfq.invited_enterprise_ids) == (
            "invited",
            [str(north.id)],
        )

    def test_of_ones_own_is_an_ordinary_request(self, member_of, north, lot):
        shown = member_of(north, Role.BUYER).get(f"/rfqs/write/?idle_lot={lot.pk}")

        assert not shown.context["is_invited"]
