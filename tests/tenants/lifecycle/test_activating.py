"""A register's entry gets its owner by the operator's link, once, and not otherwise."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.kernel.errors import InvalidInput
from tenants import context
from tenants.lifecycle import services
from tenants.models import Domain, Enterprise, Slot, User
from tenants.provisioning import services as provisioning
from tenants.registry.selectors import enterprise_by_host, role_of
from tenants.registry.services import EmailTaken, SlugTaken, sign_up
from tenants.types import SYSTEM, EnterpriseRef, Role, Tier
from tests.factories import registers as make
from tests.support.world import CAST, NOON, PASSWORD

DDL = re.compile(r"\s*(CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE)\b", re.IGNORECASE)
OLGA: dict[str, Any] = {
    "email": "olga@ostwerk.example",
    "person_name": "Olga Ost",
    "password": PASSWORD,
    "at": NOON,
}


def token_for(row: Enterprise) -> str:
    return services.issue_claim(enterprise_id=row.pk, by=SYSTEM, at=NOON)


class TestActivate:
    def test_gives_it_schema_host_and_owner_without_ddl(self, db: None) -> None:
        row = make.registered()
        provisioning.refill_slots()

        with CaptureQueriesContext(connection) as asked:
            ref, user = services.activate(enterprise_id=row.pk, **OLGA)

        assert [q["sql"] for q in asked.captured_queries if DDL.match(q["sql"])] == []
        assert (ref.id, ref.tier, ref.name) == (row.pk, Tier.ACTIVATED, row.name)
        assert enterprise_by_host(f"ostwerk-maschinenbau.{settings.DOMAIN_HOST}") == ref
        assert role_of(user.pk, ref.id) is Role.OWNER
        with context.directory():
            assert Slot.objects.get(enterprise_id=row.pk).schema_name == ref.schema
            fresh = Enterprise.objects.get(pk=row.pk)
        assert (fresh.register_number, fresh.activated_at) == ("HRB 4711", NOON)
        with context.enterprise(ref):
            assert [event.verb for event in AuditEvent.objects.all()] == [
                "enterprise.activated"
            ]

    def test_takes_what_the_owner_says_for_what_the_register_guessed(
        self, db: None
    ) -> None:
        row = make.registered()

        ref, user = services.activate(
            enterprise_id=row.pk, currency="PLN", time_zone="Europe/Warsaw", **OLGA
        )

        assert (ref.currency, ref.time_zone) == ("PLN", "Europe/Warsaw")
        assert user.time_zone == "Europe/Warsaw"

    @pytest.mark.parametrize(
        ("facts", "error"),
        [
            ({"email": "olga"}, InvalidInput),
            ({"password": "short"}, InvalidInput),
            ({"person_name": ""}, InvalidInput),
            ({"currency": "DM"}, InvalidInput),
            (
                {"email": CAST["north"]["email"], "password": "not-the-one-it-has"},
                EmailTaken,
            ),
        ],
    )
    def test_leaves_it_registered_when_it_refuses(
        self, db: None, facts: dict[str, str], error: type[Exception]
    ) -> None:
        row = make.registered()

        with pytest.raises(error):
            services.activate(enterprise_id=row.pk, **{**OLGA, **facts})

        with context.directory():
            assert Enterprise.objects.get(pk=row.pk).tier == Tier.REGISTERED
            assert not Slot.objects.filter(enterprise_id=row.pk).exists()
            assert not Domain.objects.filter(tenant_id=row.pk).exists()

    def test_is_for_registered_enterprises_alone(self, north: EnterpriseRef) -> None:
        with pytest.raises(services.WrongTier, match="is activated"):
            services.activate(enterprise_id=north.id, **OLGA)


class TestClaim:
    def test_opens_once(self, db: None) -> None:
        row = make.registered()
        token = token_for(row)
        assert services.read_claim(token, at=NOON).enterprise.pk == row.pk

        services.claim(token=token, **OLGA)

        with pytest.raises(services.BadClaim, match="has been used"):
            services.claim(token=token, **{**OLGA, "email": "eve@evil.example"})
        with context.directory():
            assert not User.objects.filter(email="eve@evil.example").exists()

    def test_is_replaced_by_the_next(self, db: None) -> None:
        row = make.registered()
        first = token_for(row)
        second = token_for(row)

        with pytest.raises(services.BadClaim, match="another has replaced it"):
            services.claim(token=first, **OLGA)
        services.claim(token=second, **OLGA)

    def test_lasts_fourteen_days(self, db: None) -> None:
        token = token_for(make.registered())
        last = NOON + timedelta(days=14)

        assert services.read_claim(token, at=last - timedelta(seconds=1))
        with pytest.raises(services.BadClaim, match="valid until 2030-05-20"):
            services.read_claim(token, at=last)

    @pytest.mark.parametrize("token", ["", "x", "eyJ9:1x:y"])
    def test_is_nobody_elses_to_make(self, db: None, token: str) -> None:
        with pytest.raises(services.BadClaim, match="not one of ours"):
            services.read_claim(token, at=NOON)

    def test_is_not_given_out_for_who_has_an_owner(self, north: EnterpriseRef) -> None:
        with pytest.raises(services.WrongTier):
            services.issue_claim(enterprise_id=north.id, by=SYSTEM, at=NOON)

    def test_survives_a_register_that_is_read_again(self, db: None, tmp_path) -> None:
        from tenants.registers import services as registers

        row = make.registered(name="Ostwerk")
        token = token_for(row)
        file = tmp_path / "register.csv"
        file.write_bytes(make.HEADER + make.ROW)
        registers.import_file(path=file, source=make.REGISTER, by=SYSTEM, at=NOON)

        assert services.read_claim(token, at=NOON).enterprise.name.endswith("GmbH")


def test_nobody_takes_an_entry_by_signing_up(db: None) -> None:
    row = make.registered()

    with pytest.raises(SlugTaken):
        sign_up(
            **{**CAST["north"], "slug": row.slug, "email": "eve@evil.example"},
            password=PASSWORD,
            at=NOON,
        )

    with context.directory():
        assert Enterprise.objects.get(pk=row.pk).tier == Tier.REGISTERED
