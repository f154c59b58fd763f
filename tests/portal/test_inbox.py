"""The inbox of a shop, and quotes that it writes by hand."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from apps.capacity.models import Reservation
from apps.machines.models import CostModel
from apps.orders.models import Quote
from tenants import context
from tenants.types import Role
from tests.factories import exchange as make


@pytest.fixture
def mill(north):
    make.shop(north)
    return make.listing(north, auto_quote=False)


@pytest.fixture
def brackets(mill, south):
    """What south wants made, matched with the mill."""
    demand = make.demand(south, note="Deburr all edges.")
    make.matched(demand.pk)
    return demand


@pytest.fixture
def nobody():
    return UUID("01960000-0000-7000-8000-00000000dead")


@pytest.fixture
def selma(member_of, north):
    return member_of(north, Role.SELLER)


def answer(mill, **changes):
    return {
        "listing_id": str(mill.pk),
        "unit_price": "57.90",
        "machine_minutes": "900",
        "valid_until_at": f"{timezone.now() + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "note": "Ex works.",
        **changes,
    }


def quotes_of(ref):
    with context.enterprise(ref):
        return list(Quote.objects.all())


class TestInbox:
    def test_asks_a_stranger_to_sign_in(self, stranger):
        assert stranger.get("/inbox/")["Location"] == "/account/login/?next=%2Finbox%2F"

    @pytest.mark.parametrize("role", [Role.BUYER, Role.PLANNER, Role.OPERATOR])
    def test_is_not_for_other_roles(self, member_of, north, role):
        assert member_of(north, role).get("/inbox/").status_code == 403

    def test_is_not_there_for_members_of_others(self, member_of, north, south):
        assert member_of(south, at=north).get("/inbox/").status_code == 404

    @pytest.mark.parametrize("role", [Role.OWNER, Role.SELLER, Role.VIEWER])
    def test_lists_what_our_machines_fit(self, member_of, north, brackets, role):
        text = member_of(north, role).get("/inbox/").content.decode()

        assert "One demand" in text
        assert f'href="/inbox/{brackets.pk}/"' in text
        assert "Wheel brackets" in text
        assert "Hurco04" in text
        assert "none yet" in text

    def test_hides_an_anonymous_buyer(self, selma, brackets, south):
        for address in (
            "/inbox/",
            f"/inbox/{brackets.pk}/",
            f"/inbox/{brackets.pk}/quote/",
        ):
            text = selma.get(address).content.decode()

            assert south.name not in text
            assert str(south.id) not in text

    def test_teaches_when_nothing_fits(self, selma):
        text = selma.get("/inbox/").content.decode()

        assert "No demand fits your machines at present" in text

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("q=wheel", True),
            ("q=gear", False),
            ("process=milling", True),
            ("process=turning", False),
            ("country=DE", True),
            ("country=PL", False),
            ("answered=no", True),
            ("answered=yes", False),
        ],
    )
    def test_filters_by_its_address(self, selma, brackets, query, is_found):
        text = selma.get(f"/inbox/?{query}").content.decode()

        assert ("Wheel brackets" in text) == is_found
        assert ("No demand matches these filters" in text) != is_found


class TestDemand:
    def test_says_what_is_asked_for(self, selma, brackets):
        text = selma.get(f"/inbox/{brackets.pk}/").content.decode()

        assert "anonymous" in text
        assert "named with the award" in text
        assert "200 × 120 × 40 mm" in text
        assert "IT8" in text
        assert "ISO 9001" in text
        assert "Germany" in text
        assert "Deburr all edges." in text

    def test_opens_the_score_to_its_parts(self, selma, brackets):
        text = selma.get(f"/inbox/{brackets.pk}/").content.decode()

        assert "Score of Hurco04" in text
        for part in ("Lead time", "Quality and punctuality", "Distance"):
            assert part in text

    def test_names_a_buyer_who_is_not_anonymous(self, selma, mill, south):
        named = make.demand(south, anonymous=False)
        make.matched(named.pk)

        assert south.name in selma.get(f"/inbox/{named.pk}/").content.decode()

    def test_lets_a_viewer_read_and_not_quote(self, member_of, north, brackets):
        viewer = member_of(north, Role.VIEWER)

        assert "/quote/" not in viewer.get(f"/inbox/{brackets.pk}/").content.decode()
        assert viewer.get(f"/inbox/{brackets.pk}/quote/").status_code == 403

    def test_is_not_there_where_no_machine_fits(self, member_of, south, brackets):
        assert member_of(south).get(f"/inbox/{brackets.pk}/").status_code == 404

    def test_is_not_there_if_there_is_none(self, selma, nobody):
        assert selma.get(f"/inbox/{nobody}/").status_code == 404

    def test_that_is_over_says_so(self, selma, brackets):
        close(brackets)

        response = selma.get(f"/inbox/{brackets.pk}/")

        assert response.status_code == 410
        assert "takes no answers any more" in response.content.decode()
        assert "Wheel brackets" not in response.content.decode()

    def test_that_is_over_leads_to_our_answer(self, selma, mill, brackets, north):
        selma.post(f"/inbox/{brackets.pk}/quote/", answer(mill))
        close(brackets)
        (quote,) = quotes_of(north)

        response = selma.get(f"/inbox/{brackets.pk}/")

        assert response["Location"] == f"/quotes/{quote.pk}/"


class TestWriteQuote:
    def test_starts_from_the_markets_estimate(self, selma, mill, brackets):
        text = selma.get(f"/inbox/{brackets.pk}/quote/").content.decode()

        assert f'value="{brackets.work_minutes}"' in text
        assert "What the cost model would ask" in text
        assert "68 EUR/h" in text
        assert "Take this price" in text

    def test_takes_the_cost_models_price(self, selma, mill, brackets, north):
        response = selma.post(
            f"/inbox/{brackets.pk}/quote/",
            answer(mill, unit_price="", take=str(mill.pk)),
        )
        form = response.context["form"]
        price = response.context["price"]

        assert response.status_code == 200
        assert form["unit_price"].value() == price.unit_price
        assert form["machine_minutes"].value() == price.machine_minutes
        assert form["note"].value() == "Ex works."
        assert quotes_of(north) == []

    def test_says_why_the_cost_model_has_no_price(self, selma, mill, brackets, north):
        with context.enterprise(north):
            CostModel.objects.all().delete()

        text = selma.get(f"/inbox/{brackets.pk}/quote/").content.decode()

        assert "It cannot work a price out" in text
        assert "no cost model that a price can be worked out from" in text

    def test_holds_the_machine_and_tells_both_sides(
        self, selma, mill, brackets, north, south
    ):
        response = selma.post(f"/inbox/{brackets.pk}/quote/", answer(mill))

        (given,) = quotes_of(north)
        (received,) = quotes_of(south)
        assert response["Location"] == f"/quotes/{given.pk}/"
        assert (given.origin, given.state) == ("manual", "submitted")
        assert (given.unit_price, given.total) == (Decimal("57.90"), Decimal("2316.00"))
        assert (given.currency, given.note) == ("EUR", "Ex works.")
        assert received.pk == given.pk
        with context.enterprise(north):
            held = Reservation.objects.get()
        assert (held.state, held.minutes) == ("held", 900)
        assert held.pk == given.reservation_id
        assert held.machine_id == mill.machine_id
        assert held.expires_at == given.valid_until_at
        assert held.finish == given.finish_at
        text = selma.get(response["Location"]).content.decode()
        assert f"Quote {given.number} is with the buyer." in text
        assert "of machine time are held." in text

    def test_shows_the_answer_in_the_inbox(self, selma, mill, brackets):
        selma.post(f"/inbox/{brackets.pk}/quote/", answer(mill))

        text = selma.get("/inbox/?answered=yes").content.decode()
        assert "Wheel brackets" in text
        assert "quoted" in text
        assert "Our quote" in selma.get(f"/inbox/{brackets.pk}/").content.decode()

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"unit_price": ""}, "This is empty. Fill it in."),
            ({"unit_price": "much"}, "“much” is not a number."),
            ({"unit_price": "0"}, "0 is not a price"),
            ({"unit_price": "1.234"}, "1.234 is not a price"),
            ({"machine_minutes": "0"}, "greater than or equal to 1"),
            ({"machine_minutes": "x"}, "“x” is not a whole number."),
            ({"valid_until_at": "2020-01-01T10:00"}, "valid for up to 30 days"),
            ({"valid_until_at": "2029-12-01T10:00"}, "valid for up to 30 days"),
            ({"machine_minutes": "499999"}, "Allow a later date"),
        ],
    )
    def test_refuses_and_changes_nothing(
        self, selma, mill, brackets, north, south, changes, refusal
    ):
        response = selma.post(f"/inbox/{brackets.pk}/quote/", answer(mill, **changes))

        assert response.status_code == 200
        (name,) = changes
        assert refusal in " ".join(response.context["form"].errors[name])
        assert refusal in response.content.decode()
        assert quotes_of(north) == quotes_of(south) == []
        with context.enterprise(north):
            assert not Reservation.objects.exists()

    def test_refuses_a_second_answer_of_the_same_machine(
        self, selma, mill, brackets, north
    ):
        selma.post(f"/inbox/{brackets.pk}/quote/", answer(mill))

        page = selma.get(f"/inbox/{brackets.pk}/quote/").content.decode()
        response = selma.post(f"/inbox/{brackets.pk}/quote/", answer(mill))

        assert "You have an open quote for this demand." in page
        assert response.status_code == 200
        assert response.context["form"].errors
        assert len(quotes_of(north)) == 1

    def test_refuses_a_machine_of_others(self, selma, mill, brackets, nobody, north):
        response = selma.post(
            f"/inbox/{brackets.pk}/quote/", answer(mill, listing_id=str(nobody))
        )

        assert "listing_id" in response.context["form"].errors
        assert quotes_of(north) == []

    @pytest.mark.parametrize("role", [Role.BUYER, Role.PLANNER, Role.VIEWER])
    def test_is_not_for_other_roles(self, member_of, north, mill, brackets, role):
        response = member_of(north, role).post(
            f"/inbox/{brackets.pk}/quote/", answer(mill)
        )

        assert response.status_code == 403
        assert quotes_of(north) == []

    def test_is_not_there_for_others(self, member_of, south, mill, brackets):
        response = member_of(south).post(f"/inbox/{brackets.pk}/quote/", answer(mill))

        assert response.status_code == 404
        assert quotes_of(south) == []

    def test_asks_a_stranger_to_sign_in(self, stranger, mill, brackets, north):
        response = stranger.post(f"/inbox/{brackets.pk}/quote/", answer(mill))

        assert response.status_code == 302
        assert quotes_of(north) == []


def close(demand) -> None:
    with context.exchange():
        type(demand).objects.filter(pk=demand.pk).update(state="closed")
