from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.exchange import selectors, services
from apps.exchange.models import Demand, Listing, MarketMatch, Match, MatchRun
from apps.exchange.services.engine import Market, market
from apps.notify.models import Notice
from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef
from tests.factories import exchange as make
from tests.factories import machines

NOON = make.NOON
Queued = Callable[[str], list[dict[str, object]]]


class TestMatchDemand:
    def test_keeps_what_fits_with_its_score(
        self, mill: Listing, brackets: Demand, south: EnterpriseRef
    ) -> None:
        run = make.matched(brackets.pk)
        with context.enterprise(south):
            (found,) = selectors.matches_of(brackets.rfq_line_id)

        assert (run.considered, run.fitting, run.unknown) == (1, 1, 0)
        assert run.state == "finished"
        assert run.rule_version == "2026.1"
        assert found.fits
        assert found.rank == 1
        assert found.seller_name == "Nordlicht Precision GmbH"
        assert [part.name.value for part in found.parts] == [
            "price",
            "lead_time",
            "quality",
            "distance",
        ]
        assert found.score == pytest.approx(
            sum(part.value * part.weight for part in found.parts)
        )

    def test_keeps_the_reason_in_words_of_what_does_not_fit(
        self, shop: EnterpriseRef, brackets: Demand, south: EnterpriseRef
    ) -> None:
        make.listing(
            shop, offers={"size_x_mm": 152.0, "size_y_mm": 190.5, "size_z_mm": 90.0}
        )
        run = make.matched(brackets.pk)
        with context.enterprise(south):
            (found,) = selectors.matches_of(brackets.rfq_line_id)
            (count,) = selectors.refusal_counts(brackets.rfq_line_id)

        assert run.fitting == 0
        assert not found.fits
        assert found.refusal_texts == (
            "envelope 191 x 152 x 90 mm is smaller than the part's 200 mm",
        )
        assert (count.reason, count.first, count.only) == ("envelope", 1, 1)

    def test_names_processes_and_materials_as_people_do(
        self, shop: EnterpriseRef, brackets: Demand, south: EnterpriseRef
    ) -> None:
        make.listing(shop, offers={"material_groups": ("P", "M")})
        make.matched(brackets.pk)
        with context.enterprise(south):
            (found,) = selectors.matches_of(brackets.rfq_line_id)

        assert found.refusal_texts == ("works M, P, not EN AW-6061 T6 (group N)",)

    def test_ranks_what_is_not_stated_below_what_fits(
        self, mill: Listing, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        cheap = make.listing(
            shop,
            code="Cheap01",
            offers={"max_mass_kg": None},
            cost={"hourly_rate": Decimal(20)},
        )
        heavy = make.demand(
            south, part={"volume_mm3": 12_000_000.0, "size_z_mm": 600.0}
        )
        run = make.matched(heavy.pk)
        with context.enterprise(south):
            best, other = selectors.matches_of(heavy.rfq_line_id)

        assert (run.fitting, run.unknown) == (1, 1)
        assert best.listing_id == mill.pk
        assert other.listing_id == cheap.pk
        assert not other.fits
        assert other.unknown_texts == (
            "largest mass is not stated; the part weighs 32.4 kg",
        )

    def test_leaves_out_the_buyers_own_machines(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        own = make.demand(north, currency="EUR")

        assert make.matched(own.pk).considered == 0

    def test_leaves_out_what_was_withdrawn(
        self, mill: Listing, brackets: Demand
    ) -> None:
        with context.exchange():
            Listing.objects.update(is_active=False)

        assert make.matched(brackets.pk).considered == 0

    def test_replaces_the_matches_and_keeps_the_runs(
        self, mill: Listing, brackets: Demand
    ) -> None:
        first = make.matched(brackets.pk)
        second = make.matched(brackets.pk)
        with context.exchange():
            assert MatchRun.objects.count() == 2
            assert Match.objects.get().run_id == second.pk
        assert first.inputs_digest == second.inputs_digest

    def test_digests_its_inputs(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        before = make.matched(brackets.pk)
        with context.enterprise(north):
            machines.capability(mill.machine_id, it_grade=6)
            services.publish_machine(machine_id=mill.machine_id, at=NOON)
        changed = make.matched(brackets.pk)
        tomorrow = make.matched(brackets.pk, at=NOON + timedelta(days=1))

        assert len({run.inputs_digest for run in (before, changed, tomorrow)}) == 3

    def test_refuses_a_demand_that_is_closed(
        self, mill: Listing, brackets: Demand
    ) -> None:
        with pytest.raises(services.DemandNotOpen):
            make.matched(brackets.pk, at=NOON + timedelta(days=14))
        with context.exchange():
            assert not MatchRun.objects.exists()

    def test_refuses_a_demand_that_is_not_there(self, db: None, nobody) -> None:
        with pytest.raises(services.DemandNotFound):
            make.matched(nobody)

    def test_tells_the_buyer_once(
        self, mill: Listing, brackets: Demand, south: EnterpriseRef
    ) -> None:
        make.matched(brackets.pk)
        make.matched(brackets.pk)
        with context.enterprise(south):
            notice = Notice.objects.get(kind="exchange.matches_found")

        assert notice.title == "1 machine fits “Wheel brackets”"
        assert notice.url == f"/rfqs/{brackets.rfq_id}/"

    def test_asks_shops_that_answer_by_themselves(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef, queued: Queued
    ) -> None:
        make.matched(brackets.pk)
        (job,) = queued("exchange.auto_quote")

        assert job["listing_id"] == str(mill.pk)
        assert job["enterprise"] == north.id

    def test_asks_one_machine_of_a_shop_and_none_that_answers_by_hand(
        self, shop: EnterpriseRef, brackets: Demand, queued: Queued
    ) -> None:
        dear = make.listing(shop, cost={"hourly_rate": Decimal(90)})
        cheap = make.listing(shop, code="Cheap01", cost={"hourly_rate": Decimal(40)})
        make.listing(
            shop, code="Hand01", auto_quote=False, cost={"hourly_rate": Decimal(20)}
        )
        make.matched(brackets.pk)
        (job,) = queued("exchange.auto_quote")

        assert job["listing_id"] == str(cheap.pk)
        assert dear.pk != cheap.pk

    def test_asks_nobody_whose_machine_does_not_fit(
        self, shop: EnterpriseRef, brackets: Demand, queued: Queued
    ) -> None:
        make.listing(shop, offers={"it_grade": 9})
        make.matched(brackets.pk)

        assert queued("exchange.auto_quote") == []
        assert queued("exchange.tell_sellers") == []


class TestAskForRun:
    def test_queues_a_run_in_the_buyers_name(
        self, brackets: Demand, south: EnterpriseRef, queued: Queued
    ) -> None:
        with context.jobs():
            Job.objects.all().delete()
        with context.enterprise(south):
            services.ask_for_run(rfq_line_id=brackets.rfq_line_id, at=NOON)
        (job,) = queued("exchange.match_demand")

        assert (job["trigger"], job["enterprise"]) == ("asked", south.id)

    def test_is_refused_to_strangers_and_for_what_is_over(
        self, brackets: Demand, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north), pytest.raises(services.DemandNotFound):
            services.ask_for_run(rfq_line_id=brackets.rfq_line_id, at=NOON)
        with context.enterprise(south), pytest.raises(services.DemandNotOpen):
            services.ask_for_run(
                rfq_line_id=brackets.rfq_line_id, at=NOON + timedelta(days=14)
            )


class TestTellSellers:
    def test_tells_each_shop_once(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        make.matched(brackets.pk)
        with context.exchange():
            assert services.tell_sellers(demand_id=brackets.pk, at=NOON) == 1
            services.tell_sellers(demand_id=brackets.pk, at=NOON)
        with context.enterprise(north):
            notice = Notice.objects.get(kind="exchange.demand_fits")

        assert notice.title == "“Wheel brackets” fits your machines"
        assert "Hurco VMX24" in notice.body


class TestMatchListing:
    def test_asks_for_a_new_run_where_a_new_listing_fits(
        self, brackets: Demand, shop: EnterpriseRef, queued: Queued
    ) -> None:
        make.matched(brackets.pk)
        mill = make.listing(shop)
        with context.exchange():
            touched = services.match_listing(listing_id=mill.pk, at=NOON)

        assert touched == [brackets.pk]
        # The run that publishing asked for still waits: they are one.
        assert len(queued("exchange.match_demand")) == 1

    def test_leaves_demands_alone_that_it_does_not_matter_to(
        self, brackets: Demand, shop: EnterpriseRef
    ) -> None:
        coarse = make.listing(shop, offers={"it_grade": 9})
        with context.exchange():
            assert services.match_listing(listing_id=coarse.pk, at=NOON) == []

    def test_leaves_a_demand_alone_that_has_it_as_it_is(
        self, mill: Listing, brackets: Demand
    ) -> None:
        make.matched(brackets.pk)
        with context.exchange():
            assert services.match_listing(listing_id=mill.pk, at=NOON) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"it_grade": 9},
            {"roughness_um": 0.4},
            {"is_active": False},
            {"rate_eur_hour": 20},
            {"roughness_um": None},
        ],
    )
    def test_asks_for_a_new_run_where_what_was_kept_has_changed(
        self, mill: Listing, brackets: Demand, change: dict[str, object]
    ) -> None:
        make.matched(brackets.pk)
        with context.exchange():
            Listing.objects.update(**change)
            touched = services.match_listing(listing_id=mill.pk, at=NOON)

        assert touched == [brackets.pk]

    def test_leaves_demands_alone_that_are_over(
        self, mill: Listing, brackets: Demand
    ) -> None:
        with context.exchange():
            Demand.objects.update(state="cancelled")
            assert services.match_listing(listing_id=mill.pk, at=NOON) == []

    def test_leaves_the_owners_own_demands_alone(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        make.demand(north, currency="EUR")
        with context.exchange():
            assert services.match_listing(listing_id=mill.pk, at=NOON) == []


class TestMarket:
    def test_follows_new_changed_and_withdrawn_listings(
        self, shop: EnterpriseRef, brackets: Demand
    ) -> None:
        assert make.matched(brackets.pk).considered == 0
        mill = make.listing(shop)
        assert make.matched(brackets.pk).fitting == 1
        with context.exchange():
            Listing.objects.filter(pk=mill.pk).update(it_grade=9)
        assert make.matched(brackets.pk).fitting == 0
        with context.exchange():
            Listing.objects.filter(pk=mill.pk).update(is_active=False)
        assert make.matched(brackets.pk).considered == 0

    def test_keeps_nothing_of_a_transaction_that_may_be_rolled_back(
        self, mill: Listing, brackets: Demand
    ) -> None:
        make.matched(brackets.pk)

        assert len(market._columns) == 0

    def test_counts_a_suspended_shop_as_refused(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        from tenants.models import Enterprise, User

        with context.directory():
            Enterprise.objects.filter(pk=north.id).update(
                suspended_at=NOON, suspended_by=User.objects.first()
            )
        run = make.matched(brackets.pk)

        assert run.fitting == 0
        assert run.refused_by_only == {"suspended": 1}

    def test_asks_the_directory_who_is_verified(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        from tenants.models import Enterprise

        picky = make.demand(south, audience="verified")
        assert make.matched(picky.pk).refused_by_only == {"audience": 1}
        with context.directory():
            Enterprise.objects.filter(pk=north.id).update(verification="verified")

        assert make.matched(picky.pk).fitting == 1


@pytest.mark.usefixtures("committed")
class TestMarketBetweenTransactions:
    def test_reads_once_and_then_what_changed(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.shop(north)
        mill = make.listing(north)
        wanted = make.demand(south)
        own = Market()
        weights = make.weights()
        with context.exchange():
            demand = Demand.objects.get(pk=wanted.pk)
            first = own.search(demand, weights, make.TODAY)
            seen = own._seen
            Listing.objects.filter(pk=mill.pk).update(it_grade=9)
            second = own.search(demand, weights, make.TODAY)

        assert len(own._columns) == 1
        assert (first.judgement.fitting, second.judgement.fitting) == (1, 0)
        assert own._seen >= seen > 0

    def test_reads_all_again_when_listings_are_gone(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.shop(north)
        make.listing(north)
        wanted = make.demand(south)
        own = Market()
        with context.exchange():
            demand = Demand.objects.get(pk=wanted.pk)
            own.search(demand, make.weights(), make.TODAY)
            Listing.objects.all().delete()
            found = own.search(demand, make.weights(), make.TODAY)

        assert found.judgement.considered == 0
        assert len(own._columns) == 0


class TestMatchSecurity:
    def test_shows_a_pair_to_both_sides_and_a_refusal_to_the_buyer_alone(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        make.matched(brackets.pk)
        with context.enterprise(north):
            assert MarketMatch.objects.get().outcome == "fits"
            assert not Match.objects.exists()
            assert not MatchRun.objects.exists()
        with context.exchange():
            Listing.objects.update(it_grade=9)
        make.matched(brackets.pk)
        with context.enterprise(north):
            assert not MarketMatch.objects.exists()
        with context.enterprise(south):
            assert Match.objects.get().outcome == "refused"
            assert not MarketMatch.objects.exists()

    def test_keeps_the_buyer_and_its_price_from_the_shop(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        make.matched(brackets.pk)
        with context.enterprise(north):
            (row,) = MarketMatch.objects.values()
            (view,) = selectors.own_matches(brackets.pk)
            (entry,) = selectors.inbox()

        assert str(south.id) not in str(row)
        assert [part.name.value for part in view.parts] == [
            "lead_time",
            "quality",
            "distance",
        ]
        assert view.score == pytest.approx(
            sum(part.value * part.weight for part in view.parts)
            / sum(part.weight for part in view.parts)
        )
        assert entry.best == view

    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"outcome": "perhaps"}, "exchange_match_outcome_known"),
            ({"outcome": "refused"}, "exchange_match_outcome_known"),
            ({"refusals": [{}]}, "exchange_match_outcome_known"),
            ({"rank": 0}, "exchange_match_rank_from_one"),
            ({"score": 1.1}, "exchange_match_score_is_share"),
        ],
    )
    def test_refuses_a_match_that_contradicts_itself(
        self,
        mill: Listing,
        brackets: Demand,
        facts: dict[str, object],
        constraint: str,
    ) -> None:
        make.matched(brackets.pk)
        with (
            context.exchange(),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            Match.objects.update(**facts)


class TestInbox:
    def test_shows_the_demand_with_our_best_machine(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        make.matched(brackets.pk)
        with context.enterprise(north):
            (entry,) = selectors.inbox()
            again = selectors.inbox_entry(brackets.pk)

        assert entry.demand.pk == brackets.pk
        assert entry.demand.owner_id is None
        assert entry.best.listing_id == mill.pk
        assert entry.listing_count == 1
        assert not entry.is_answered
        assert again == entry

    def test_knows_what_we_answered(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        make.matched(brackets.pk)
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(north):
            (entry,) = selectors.inbox(is_answered=True)
            assert selectors.inbox(is_answered=False) == []

        assert (entry.quote_id, entry.quote_state) == (quote.pk, "submitted")

    def test_is_empty_for_whom_nothing_fits(
        self, mill: Listing, brackets: Demand, south: EnterpriseRef
    ) -> None:
        make.matched(brackets.pk)
        with context.enterprise(south):
            assert selectors.inbox() == []
            assert selectors.inbox_entry(brackets.pk) is None


class TestRuns:
    def test_shows_the_operator_all_runs(self, mill: Listing, brackets: Demand) -> None:
        run = make.matched(brackets.pk)
        with context.operator():
            (seen,) = selectors.runs()

            assert seen.pk == run.pk
            assert seen.owner.slug == "south"
            assert seen.demand.title == "Wheel brackets"
