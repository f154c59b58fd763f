"""Any register, written as a table and read elsewhere, is the same register."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.machines import services
from apps.machines.types import (
    CapabilityDraft,
    CostInputs,
    EnvelopeKind,
    FeatureClass,
    MachineDraft,
    TableState,
)
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import machines as factory
from tests.support.world import NOON

# What a table may say in a cell of its own: no line breaks, nothing to be trimmed.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
) | st.sampled_from(["=1+1", "'=1+1", "''-42", "'", "+49", "@home", '"', ";", "a,b"])
LENGTHS = st.integers(1, 5_000_000).map(lambda one: one / 1000)
MONEY = st.decimals("0.01", "9999", places=2)


@dataclass(frozen=True)
class Drawn:
    """A machine as a planner could have stated it."""

    facts: dict[str, Any]
    offers: dict[str, dict[str, Any]]
    rate: Decimal | None


def envelopes() -> st.SearchStrategy[dict[str, Any]]:
    box = st.fixed_dictionaries(
        {
            "envelope_kind": st.just(EnvelopeKind.BOX),
            "size_x_mm": LENGTHS,
            "size_y_mm": LENGTHS,
            "size_z_mm": LENGTHS,
        }
    )
    cylinder = st.fixed_dictionaries(
        {
            "envelope_kind": st.just(EnvelopeKind.CYLINDER),
            "diameter_mm": LENGTHS,
            "length_mm": LENGTHS,
        }
    )
    return st.one_of(st.just({}), box, cylinder)


def offers() -> st.SearchStrategy[dict[str, Any]]:
    figures = st.fixed_dictionaries(
        {
            "material_groups": st.lists(st.sampled_from("PMKNS"), unique=True).map(
                tuple
            ),
            "material_codes": st.lists(
                st.sampled_from(["c45", "en-aw-6061-t6", "peek"]), unique=True
            ).map(tuple),
            "tolerances": st.dictionaries(
                st.sampled_from(FeatureClass.values),
                st.fixed_dictionaries({"it_grade": st.integers(1, 18)}),
                max_size=3,
            ),
        },
        optional={
            "max_mass_kg": LENGTHS,
            "it_grade": st.integers(1, 18),
            "roughness_um": st.integers(1, 999_000).map(lambda one: one / 1000),
            "batch_min": st.integers(1, 10),
            "batch_max": st.integers(10, 10_000),
        },
    )
    return st.tuples(envelopes(), figures).map(lambda both: both[0] | both[1])


def drawn_machines() -> st.SearchStrategy[list[Drawn]]:
    facts = st.fixed_dictionaries(
        {
            "code": WORDS,
            "name": WORDS,
            "maker": WORDS,
            "serial_number": WORDS,
            "description": WORDS,
            "auto_quote": st.booleans(),
        },
        optional={
            "axes": st.integers(1, 9),
            "spindle_rpm": st.integers(1, 60_000),
            "spindle_kw": st.integers(1, 9_999).map(lambda one: one / 10),
        },
    )
    one = st.builds(
        Drawn,
        facts=facts,
        offers=st.dictionaries(
            st.sampled_from(["milling-3-axis", "turning", "wire-edm"]),
            offers(),
            max_size=3,
        ),
        rate=st.none() | MONEY,
    )
    return st.lists(
        one, min_size=1, max_size=4, unique_by=lambda one: one.facts["code"]
    )


def register(machines: list[Drawn]) -> str:
    site = factory.site()
    for one in machines:
        made = services.add_machine(
            site_id=site.pk,
            draft=MachineDraft(**one.facts),
            capabilities=[
                CapabilityDraft(process_code=code, **figures)
                for code, figures in one.offers.items()
            ],
            by=SYSTEM,
            at=NOON,
        )
        if one.rate is not None:
            services.set_cost_model(
                machine_id=made.pk,
                cost=CostInputs(currency="EUR", hourly_rate=one.rate),
                by=SYSTEM,
                at=NOON,
            )
    return "".join(services.export_csv())


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(machines=drawn_machines())
def test_an_export_read_elsewhere_is_exported_the_same(
    north: EnterpriseRef, south: EnterpriseRef, machines: list[Drawn]
) -> None:
    with context.enterprise(north), transaction.atomic():
        first = register(machines)
        with context.enterprise(south):
            made = services.upload_table(
                raw=first.encode(), file_name="machines.csv", by=SYSTEM, at=NOON
            )
            assert list(made.refusals.values("cell", "problem")) == []
            services.start_table(table_import_id=made.pk, by=SYSTEM, at=NOON)
            made = services.apply_table(table_import_id=made.pk, at=NOON)
            assert made.state == TableState.APPLIED
            again = "".join(services.export_csv())
        # The next register begins with nothing.
        transaction.set_rollback(True)
    assert again == first
