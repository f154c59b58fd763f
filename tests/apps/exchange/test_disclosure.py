"""What each reader of the market is shown of a listing is what its owner chose."""

import json
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from apps.exchange import selectors, services
from apps.exchange.models import Demand, Listing, Match
from apps.machines import services as machines
from apps.machines.models import Certificate
from apps.machines.rules.circles import DEFAULTS, includes
from apps.machines.types import CertificateState, DisclosedFact
from tenants import context
from tenants.types import SYSTEM, Circle, EnterpriseRef
from tests.factories import exchange as make

NOON = make.NOON
# Figures that nothing else in an answer is likely to be.
ODD = {
    "size_x_mm": 613.7,
    "size_y_mm": 507.3,
    "size_z_mm": 611.9,
    "max_mass_kg": 1357.0,
    "it_grade": 6,
    "roughness_um": 0.37,
    "batch_min": 3,
    "batch_max": 1913,
}
COLUMNS: Mapping[DisclosedFact, tuple[str, ...]] = {
    DisclosedFact.MACHINE_LABEL: ("machine_label",),
    DisclosedFact.MATERIALS: ("material_groups",),
    DisclosedFact.ENVELOPE: ("envelope_kind", "envelope_mm"),
    DisclosedFact.MAX_MASS: ("max_mass_kg",),
    DisclosedFact.TOLERANCE: ("it_grade",),
    DisclosedFact.ROUGHNESS: ("roughness_um",),
    DisclosedFact.BATCH: ("batch_min", "batch_max"),
    DisclosedFact.HOURLY_RATE: ("rate_eur_hour",),
    DisclosedFact.FREE_CAPACITY: ("free_minutes_four_weeks",),
    DisclosedFact.CERTIFICATES: ("certificates", "verified_certificates"),
}
# Who reads, and the narrowest circle that shows them a fact.
PUBLIC, RATE = Circle.PUBLIC, DisclosedFact.HOURLY_RATE
READERS = (Circle.COUNTERPARTY, Circle.MARKET, Circle.PUBLIC)


@pytest.fixture
def odd(shop: EnterpriseRef) -> Listing:
    """A mill of north with figures of its own, and a certificate that was verified."""
    with context.enterprise(shop):
        held = Certificate.objects.get()
        sent = machines.submit_certificate(certificate_id=held.pk, by=SYSTEM, at=NOON)
        machines.settle_certificate(
            certificate_id=held.pk,
            version=sent.version,
            state=CertificateState.VERIFIED,
            by=SYSTEM,
            at=NOON,
        )
    return make.listing(shop, offers=ODD, cost={"hourly_rate": Decimal("67.31")})


def choose(shop: EnterpriseRef, row: Listing, **circles: Circle) -> None:
    """Choose for the machine, and let the exchange follow."""
    with context.enterprise(shop):
        machines.choose_circles(
            choices={DisclosedFact(fact): circle for fact, circle in circles.items()},
            by=SYSTEM,
            at=NOON,
            machine_id=row.machine_id,
        )
        services.publish_machine(machine_id=row.machine_id, at=NOON)


def facts_in(shown: Any) -> set[DisclosedFact]:
    """Name the facts that a row states."""
    found = set()
    for fact, columns in COLUMNS.items():
        stated = {bool(getattr(shown, column)) for column in columns}
        assert len(stated) == 1, f"{fact} is stated by halves"
        found |= {fact} if stated == {True} else set()
    return found


class TestEachReader:
    @pytest.mark.parametrize("seed", range(12))
    def test_sees_exactly_what_was_chosen_for_it(
        self, odd: Listing, shop: EnterpriseRef, seed: int
    ) -> None:
        rng = Random(seed)
        circles = {fact.value: rng.choice(list(Circle)) for fact in DisclosedFact}

        choose(shop, odd, **circles)

        seen = {}
        for reader in READERS:
            with context.enterprise(shop):
                (shown,) = selectors.shown_to(odd.machine_id, reader)
            # The clock of the database is not that of the test.
            seen[reader] = facts_in(shown) - {DisclosedFact.FREE_CAPACITY}
            assert seen[reader] == {
                fact
                for fact, circle in circles.items()
                # The rate itself is for everyone, or told nobody.
                if includes(circle, PUBLIC if fact == RATE else reader)
                and fact != DisclosedFact.FREE_CAPACITY
            }
        assert seen[Circle.PUBLIC] <= seen[Circle.MARKET] <= seen[Circle.COUNTERPARTY]

    def test_sees_by_default_what_was_shown_before(
        self, odd: Listing, shop: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            (stranger,) = selectors.shown_to(odd.machine_id, Circle.PUBLIC)
            (enterprise,) = selectors.shown_to(odd.machine_id, Circle.MARKET)

        free = {DisclosedFact.FREE_CAPACITY}
        assert facts_in(stranger) - free == {
            DisclosedFact.MACHINE_LABEL,
            DisclosedFact.CERTIFICATES,
        }
        assert facts_in(enterprise) - free == set(DEFAULTS) - free - {RATE}
        assert stranger.process_code == enterprise.process_code == "milling-3-axis"

    @pytest.mark.parametrize(
        ("circle", "stated"),
        [
            (Circle.PRIVATE, [False, False, False]),
            (Circle.COUNTERPARTY, [False, False, True]),
            (Circle.MARKET, [False, True, True]),
            (Circle.PUBLIC, [True, True, True]),
        ],
    )
    def test_sees_free_time_as_chosen(
        self, odd: Listing, shop: EnterpriseRef, circle: Circle, stated: list[bool]
    ) -> None:
        choose(shop, odd, free_capacity=circle)
        with context.exchange():
            # This week, by the clock that the view goes by.
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE exchange_listing SET weeks_from ="
                    " date_trunc('week', now() AT TIME ZONE 'UTC')::date"
                )

        with context.enterprise(shop):
            found = [
                selectors.shown_to(odd.machine_id, reader)[0].free_minutes_four_weeks
                for reader in (Circle.PUBLIC, Circle.MARKET, Circle.COUNTERPARTY)
            ]
        assert [each is not None for each in found] == stated


class TestRawSql:
    """A tenant that asks the database itself learns no more."""

    ROW = "SELECT to_jsonb(v)::text FROM exchange_market_listing v WHERE id = %s"

    def read(self, ref: EnterpriseRef, query: str, row: Listing) -> str:
        with context.enterprise(ref), connection.cursor() as cursor:
            cursor.execute(query, [row.pk])
            return json.dumps(cursor.fetchall())

    def test_reads_no_masked_figure(
        self, odd: Listing, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        # The control: it is there while it is shown.
        assert "613.7" in self.read(south, self.ROW, odd)

        choose(shop, odd, envelope=Circle.COUNTERPARTY)

        told = self.read(south, self.ROW, odd)
        assert "613.7" not in told
        assert "507.3" not in told
        assert "1357" in told
        assert "613.7" in self.read(shop, self.ROW, odd)
        table = "SELECT to_jsonb(t)::text FROM exchange_listing t WHERE id = %s"
        assert self.read(south, table, odd) == "[]"
        assert "613.7" in self.read(shop, table, odd)

    def test_finds_nothing_by_a_masked_figure(
        self, odd: Listing, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        query = (
            "SELECT id::text FROM exchange_market_listing"
            " WHERE id = %s AND envelope_mm[1] > 600"
        )
        assert str(odd.pk) in self.read(south, query, odd)

        choose(shop, odd, envelope=Circle.COUNTERPARTY)

        assert self.read(south, query, odd) == "[]"

    def test_of_a_stranger_reaches_the_public_view_alone(self, odd: Listing) -> None:
        with context.directory(), connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(v)::text FROM exchange_public_listing v")
            ((told,),) = cursor.fetchall()
            assert "613.7" not in told
            for table in ("exchange_market_listing", "exchange_listing"):
                with pytest.raises(ProgrammingError), transaction.atomic():
                    cursor.execute(f"SELECT 1 FROM {table}")

    def test_lets_no_tenant_call_itself_a_counterparty(
        self, odd: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with (
            context.enterprise(south),
            connection.cursor() as cursor,
            pytest.raises(ProgrammingError),
            transaction.atomic(),
        ):
            cursor.execute(
                "INSERT INTO exchange_counterparty (id, owner_id, counterparty_id)"
                " VALUES (gen_random_uuid(), %s, %s)",
                [north.id, south.id],
            )


class TestListing:
    @pytest.mark.parametrize(
        "facts",
        [
            {"masked_facts": ["envelope"], "public_facts": ["envelope"]},
            {"masked_facts": ["serial_number"]},
        ],
    )
    def test_keeps_each_known_fact_in_one_circle(
        self, odd: Listing, facts: dict[str, list[str]]
    ) -> None:
        with (
            context.exchange(),
            pytest.raises(IntegrityError, match="exchange_listing_fact"),
            transaction.atomic(),
        ):
            Listing.objects.filter(pk=odd.pk).update(**facts)


@pytest.fixture
def too_long(south: EnterpriseRef) -> Demand:
    """What no mill of north has room for, is fine enough for, or takes as many of."""
    return make.demand(
        south,
        part={"size_y_mm": 901.7},
        line={"it_grade": 5, "roughness_um": 0.2, "quantity": 2},
    )


def answer(ref: EnterpriseRef, demand: Demand) -> str:
    """Return all that the buyer is told of its matches, and what it can read itself."""
    with context.enterprise(ref):
        views = selectors.matches_of(demand.rfq_line_id)
        assert views
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(m)::text FROM exchange_match m")
            return repr(views) + repr(cursor.fetchall())


SECRETS = ("613.7", "611.9", "507.3", "0.37", "288.0")
MASKED = dict.fromkeys(
    ("envelope", "tolerance", "roughness", "batch", "hourly_rate"), Circle.COUNTERPARTY
)


class TestMatches:
    def test_tell_no_masked_figure(
        self, odd: Listing, too_long: Demand, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.matched(too_long.pk)
        control = answer(south, too_long)
        assert [secret in control for secret in SECRETS] == [True] * len(SECRETS)

        choose(shop, odd, **MASKED)
        make.matched(too_long.pk)

        told = answer(south, too_long)
        assert [secret in told for secret in SECRETS] == [False] * len(SECRETS)
        with context.enterprise(south):
            (view,) = selectors.matches_of(too_long.rfq_line_id)
        assert view.outcome == "refused"
        assert [part.name for part in view.parts] == ["lead_time", "distance"]
        assert view.refusal_texts == tuple(
            f"does not do by this rule: {rule}. The shop shows the figure to its"
            " counterparties only"
            for rule in ("Envelope", "Tolerance", "Roughness", "Batch size")
        )

    def test_hide_at_once_what_was_told_before(
        self, odd: Listing, too_long: Demand, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.matched(too_long.pk)
        choose(shop, odd, **MASKED)

        with context.enterprise(south):
            told = repr(selectors.matches_of(too_long.rfq_line_id))

        assert not [secret for secret in SECRETS if secret in told]

    def test_of_decided_demands_are_masked_in_place(
        self, odd: Listing, too_long: Demand, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.matched(too_long.pk)
        with context.exchange():
            Demand.objects.update(state="closed")
        choose(shop, odd, **MASKED)

        with context.exchange():
            assert services.match_listing(listing_id=odd.pk, at=NOON) == []

        told = answer(south, too_long)
        assert not [secret for secret in SECRETS if secret in told]

    def test_are_made_anew_once_when_a_fact_is_masked(
        self, odd: Listing, too_long: Demand, shop: EnterpriseRef
    ) -> None:
        make.matched(too_long.pk)
        choose(shop, odd, **MASKED)
        with context.exchange():
            Match.objects.all().delete()
        make.matched(too_long.pk)

        with context.exchange():
            assert services.match_listing(listing_id=odd.pk, at=NOON) == []
        choose(shop, odd, envelope=None)
        with context.exchange():
            assert services.match_listing(listing_id=odd.pk, at=NOON) == [too_long.pk]

    def test_show_counterparties_the_figures(
        self, odd: Listing, too_long: Demand, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        choose(shop, odd, **MASKED)
        make.counterparty(shop, south)
        make.matched(too_long.pk)

        told = answer(south, too_long)

        assert [secret in told for secret in SECRETS] == [True] * len(SECRETS)


class TestCounterparties:
    def test_read_masked_facts_from_the_award_on(
        self,
        odd: Listing,
        brackets: Demand,
        shop: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Any,
    ) -> None:
        choose(shop, odd, envelope=Circle.COUNTERPARTY, max_mass=Circle.PRIVATE)
        quote = make.auto_quoted(shop, brackets.pk, odd.pk)
        with context.enterprise(south):
            shown = selectors.market_listings().get(pk=odd.pk)
            assert (shown.envelope_mm, shown.masked_facts) == (None, ["envelope"])

            services.award(quote_id=quote.pk, by=buyer, at=NOON)

            shown = selectors.market_listings().get(pk=odd.pk)
        assert shown.envelope_mm == [613.7, 611.9, 507.3]
        assert shown.masked_facts == []
        # What is private is not there to be read.
        assert shown.max_mass_kg is None
