"""Seeding through the real services: whole, once, resumable, readable by people."""

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone

from apps.catalog import selectors as catalog
from apps.catalog.selectors import UnknownCertificateKind
from apps.demo import services
from apps.demo.data.countries import COUNTRIES
from apps.demo.data.trades import TRADES
from apps.demo.data.work_centers import DEPARTMENTS
from apps.demo.rules import worlds
from apps.demo.services import requests
from apps.demo.services.draining import drain
from apps.demo.services.enterprises import write_enterprise
from apps.demo.services.hands import Hands
from apps.demo.types import SharedPassword
from apps.exchange.models import Demand, Listing
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.orders.types import RfqState
from tenants import context
from tenants.models import Enterprise, User
from tenants.registry import selectors as registry
from tenants.types import EnterpriseRef, Role

SMALL = 3
PASSWORD = SharedPassword(services.PASSWORD, make_password(services.PASSWORD))


def enterprise(slug: str) -> EnterpriseRef:
    found = registry.enterprise_by_slug(slug)
    assert found is not None
    return found


def seed_small(**options: object) -> services.Seeded:
    facts = {"at": timezone.now(), "enterprises": SMALL, "hands": 1, **options}
    return services.seed(**facts)  # type: ignore[arg-type]


class TestRegister:
    def test_lets_enterprises_be_known_that_have_not_come(self, db: None) -> None:
        seed_small()

        with context.directory():
            known = Enterprise.objects.filter(register_source=services.REGISTER)
            # Every row of the file is sound, and none is anybody's who has come.
            assert known.count() == len(rows_of_register())
            assert set(known.values_list("tier", flat=True)) == {"registered"}
            assert set(known.values_list("schema_name", flat=True)) == {None}

    def test_says_what_they_make_in_words_of_the_catalog(self, db: None) -> None:
        codes = {
            code for row in rows_of_register() for code in row["activities"].split(";")
        }

        for code in codes:
            assert catalog.process_by_code(code).code == code


def rows_of_register() -> list[dict[str, str]]:
    with (Path(services.__file__).parents[1] / "data" / "register.csv").open() as file:
        return list(csv.DictReader(file))


class TestWorkCenters:
    def test_group_the_machines_of_a_shop_that_has_several_trades(
        self, db: None
    ) -> None:
        seed_small()
        grouped = 0
        for plan in worlds.plan_world(
            enterprises=SMALL, seed=1, on=timezone.now().date()
        ):
            with context.enterprise(enterprise(plan.shop.slug)):
                centers = machines.work_centers_with_counts()
                counts = dict(centers.values_list("code", "machine_count"))
                in_none = machines.machines_of().filter(work_center=None).count()
            grouped += bool(counts)
            assert len(counts) != 1
            assert sum(counts.values()) + in_none == len(plan.machines)
            assert all(counts.values())
            assert not (counts and in_none)
        assert grouped

    def test_take_in_every_trade_once_in_every_language(self) -> None:
        trades = [trade for one in DEPARTMENTS for trade in one.trades]

        assert sorted(trades) == sorted(TRADES)
        languages = {country.language for country in COUNTRIES.values()}
        assert all(one.names.keys() == languages for one in DEPARTMENTS)


class TestSeed:
    def test_writes_enterprises_that_the_market_can_see(self, db: None) -> None:
        said: list[str] = []

        seeded = seed_small(progress=said.append)

        planned = list(
            worlds.plan_world(enterprises=SMALL, seed=1, on=timezone.now().date())
        )
        assert seeded.created == SMALL
        assert seeded.machines == sum(len(plan.machines) for plan in planned)
        assert seeded.requests == 1
        assert said[0] == "1 of 3 enterprises: Weserorbit Raumfahrtsysteme GmbH"
        with context.exchange():
            assert Listing.objects.active().count() == sum(
                len(machine.capabilities)
                for plan in planned
                for machine in plan.machines
            )
            demand = Demand.objects.get()
            assert demand.title == "Reaction wheel brackets, flight batch 3"
        with context.enterprise(enterprise("kaltenrieder")):
            found = {machine.code: machine for machine in machines.machines_of()}
            mill = found["C 42 U 01"]
            assert mill.label == "Hermle C 42 U"
            assert mill.figures_source.startswith("Maschinenfabrik Berthold Hermle")
            assert mill.is_published
        with context.enterprise(enterprise("weserorbit")):
            request = orders.rfqs().get()
            assert request.state == RfqState.PUBLISHED
            assert request.lines.get().part.size_x_mm == pytest.approx(120)

    def test_does_nothing_the_second_time(self, db: None) -> None:
        seed_small()

        again = seed_small()
        looked_at_closely = seed_small(once=False)

        assert (again.created, again.requests) == (0, 0)
        assert (looked_at_closely.created, looked_at_closely.requests) == (0, 0)
        with context.directory():
            assert Enterprise.objects.filter(slug="kaltenrieder").count() == 1

    def test_goes_on_where_it_was_cut_off(self, db: None) -> None:
        at = timezone.now()
        first, *_ = worlds.plan_world(enterprises=SMALL, seed=1, on=at.date())
        write_enterprise(first, password=PASSWORD, at=at)

        seeded = seed_small()

        assert seeded.created == SMALL - 1
        assert seeded.requests == 1

    def test_leaves_nothing_of_an_enterprise_that_failed(self, db: None) -> None:
        at = timezone.now()
        plan, *_ = worlds.plan_world(enterprises=SMALL, seed=1, on=at.date())
        unknown = replace(plan.certificates[0], kind_code="iso-of-nothing")
        spoilt = replace(plan, certificates=(unknown,))

        with pytest.raises(UnknownCertificateKind):
            write_enterprise(spoilt, password=PASSWORD, at=at)

        assert registry.enterprise_by_slug(plan.shop.slug) is None

    def test_lets_its_people_in_with_the_documented_password(self, db: None) -> None:
        seed_small()

        with context.directory():
            people = User.objects.filter(email__endswith="@kaltenrieder.example.com")
            assert {person.check_password(services.PASSWORD) for person in people} == {
                True
            }
            owner = people.get(email="owner@kaltenrieder.example.com")
        assert registry.role_of(owner.pk, enterprise("kaltenrieder").id) == Role.OWNER


class TestAwardRequests:
    def test_makes_an_order_on_both_sides_and_books_the_machine(
        self, committed: None
    ) -> None:
        at = timezone.now()
        plans = worlds.plan_world(enterprises=41, seed=1, on=at.date())
        for plan in plans:
            if plan.shop.slug in {"karpatron", "kaltenrieder"}:
                write_enterprise(plan, password=PASSWORD, at=at)
        requests.upload_parts(at=at)
        drain(Hands(None))
        requests.write_requests(at=at)
        drain(Hands(None))

        awarded = requests.award_requests(at=timezone.now())

        assert awarded == 2
        with context.enterprise(enterprise("karpatron")):
            bought = {order.pk: order.total for order in orders.orders()}
            assert orders.rfqs().get().state == RfqState.AWARDED
        with context.enterprise(enterprise("kaltenrieder")):
            sold = list(orders.orders())
            assert {order.pk for order in sold} == set(bought)
            assert all(order.reservation_id for order in sold)


class TestCommand:
    def test_prints_logins_as_json_alone(self, db: None) -> None:
        seed_small()
        said = StringIO()

        call_command("demo", "--logins", stdout=said)

        rows = json.loads(said.getvalue())
        assert rows[0] == {
            "host": f"weserorbit.{settings.DOMAIN}",
            "email": "buyer@weserorbit.example.com",
            "password": services.PASSWORD,
            "who": "Buyer, Weserorbit Raumfahrtsysteme, Bremen",
        }
        assert rows[-1]["host"] == f"console.{settings.DOMAIN}"
        with context.directory():
            emails = set(User.objects.values_list("email", flat=True))
        assert {row["email"] for row in rows} <= emails

    def test_prints_no_logins_where_there_is_no_world(self, db: None) -> None:
        said = StringIO()

        call_command("demo", "--logins", stdout=said)

        assert json.loads(said.getvalue()) == []
