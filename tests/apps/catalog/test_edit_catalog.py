"""What the operator changes is versioned, kept against releases, and seen by all."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from apps.catalog import data, selectors, services
from apps.catalog.models import (
    CatalogChange,
    CatalogVersion,
    MaterialEquivalence,
    OperatorFact,
    Process,
    SearchName,
)
from apps.catalog.selectors import UnknownMaterial, UnknownProcess
from apps.catalog.services import (
    AmbiguousName,
    CatalogMovedOn,
    InvalidFact,
    NothingChanged,
)
from apps.catalog.services.settling import NoConflict
from apps.catalog.types import EntryKind, EquivalenceKind
from apps.kernel.errors import DomainError
from tenants import context
from tenants.database.session import unit_of_work
from tenants.types import EnterpriseRef
from tests.factories.catalog import NOON, OLGA, OTTO

EDIT: dict[str, Any] = {"reason": "A customer asked", "by": OLGA, "at": NOON}


@pytest.fixture
def in_operator(db: None) -> Iterator[None]:
    selectors.forget()
    with context.operator():
        yield
    selectors.forget()


def rename(name: str = "Chip milling", **facts: Any) -> CatalogVersion:
    return services.edit_process(
        code="milling", facts={"name_en": name}, **{**EDIT, "seen": 1, **facts}
    )


@pytest.mark.usefixtures("in_operator")
class TestEditProcess:
    def test_writes_a_version_with_what_was_and_what_became(self) -> None:
        version = rename()

        assert version.number == 2
        assert (version.by_label, version.by_id) == ("Olga Operator", OLGA.user_id)
        assert (version.at, version.reason) == (NOON, "A customer asked")
        assert version.origin == "operator"
        (change,) = version.changes.all()
        assert (change.kind, change.key, change.field) == (
            "process",
            "milling",
            "name_en",
        )
        assert (change.old, change.new) == ("Milling", "Chip milling")

    def test_is_seen_at_once(self) -> None:
        assert selectors.catalog_version() == 1
        rename()

        assert selectors.catalog_version() == 2
        assert selectors.label("milling", "en") == "Chip milling"
        assert selectors.search_processes("chip miling", "en")[0].code == "milling"

    def test_forgets_the_names_that_are_no_more(self) -> None:
        services.edit_process(
            code="milling", facts={"aliases": ["chipping"]}, seen=1, **EDIT
        )

        names = SearchName.objects.filter(code="milling").values_list(
            "words", flat=True
        )
        assert "chipping" in names
        assert "machining center" not in names

    def test_changes_figures_and_lists_all_of_them(self) -> None:
        version = services.edit_process(
            code="sinker-edm",
            facts={"it_grade_min": 6, "it_grade_max": 9, "roughness_min_um": 0.1},
            seen=1,
            **EDIT,
        )

        assert {c.field: (c.old, c.new) for c in version.changes.all()} == {
            "it_grade_min": (None, 6),
            "it_grade_max": (None, 9),
        }

    def test_is_listed_in_the_history_newest_first(self) -> None:
        rename()
        rename("Milling work", seen=2, by=OTTO)

        assert [
            (line.number, line.by_label, line.old, line.new)
            for line in selectors.history(EntryKind.PROCESS, "milling")
        ] == [
            (3, "Otto Operator", "Chip milling", "Milling work"),
            (2, "Olga Operator", "Milling", "Chip milling"),
        ]
        assert selectors.history(EntryKind.MATERIAL) == []

    @pytest.mark.parametrize(
        ("edit", "refusal", "field"),
        [
            ({"code": "juggling"}, UnknownProcess, "process_code"),
            ({"seen": 0, "facts": {"name_en": "Milling"}}, NothingChanged, "facts"),
            ({"facts": {"name_en": " "}}, InvalidFact, "name_en"),
            ({"facts": {"name_en": ""}}, InvalidFact, "name_en"),
            ({"facts": {"parent_id": "turning"}}, InvalidFact, "parent_id"),
            ({"facts": {"it_grade_min": 14}}, InvalidFact, "facts"),
            ({"facts": {"it_grade_min": None}}, InvalidFact, "facts"),
            ({"facts": {"roughness_min_um": 0.0}}, InvalidFact, "facts"),
            ({"facts": {"name_en": "x" * 121}}, InvalidFact, "name_en"),
            ({"facts": {"aliases": ["CNC turning"]}}, AmbiguousName, "aliases"),
            ({"facts": {"aliases": ["drehen"]}}, AmbiguousName, "aliases"),
            ({"reason": "  "}, InvalidFact, "reason"),
        ],
    )
    def test_refuses_what_cannot_be_and_changes_nothing(
        self, edit: dict[str, Any], refusal: type[DomainError], field: str
    ) -> None:
        asked: dict[str, Any] = {
            "code": "milling",
            "facts": {"name_en": "Chip milling"},
            "seen": 1,
            **EDIT,
            **edit,
        }
        with pytest.raises(refusal) as refused, transaction.atomic():
            services.edit_process(**asked)

        assert refused.value.field == field
        assert Process.objects.get(pk="milling").name_en == "Milling"
        assert CatalogVersion.objects.count() == 1
        assert OperatorFact.objects.count() == 0

    def test_takes_a_name_of_its_own_branch(self) -> None:
        version = services.edit_process(
            code="milling-3-axis", facts={"aliases": ["CNC milling"]}, seen=1, **EDIT
        )

        assert version.number == 2

    def test_refuses_what_somebody_else_changed_meanwhile(self) -> None:
        rename(by=OTTO)

        with pytest.raises(CatalogMovedOn) as refusal:
            rename("Milling work")

        assert str(refusal.value) == (
            "Otto Operator changed it meanwhile, in version 2."
            " Open it again and make the change once more."
        )
        assert Process.objects.get(pk="milling").name_en == "Chip milling"

    def test_lets_two_edit_different_entries(self) -> None:
        rename()
        version = services.edit_process(
            code="turning", facts={"name_en": "Lathe work"}, seen=1, **EDIT
        )

        assert version.number == 3


@pytest.mark.usefixtures("in_operator")
class TestEditMaterial:
    def test_keeps_exact_figures(self) -> None:
        version = services.edit_material(
            code="c45", facts={"price_eur_kg": Decimal("1.55")}, seen=1, **EDIT
        )

        (change,) = version.changes.all()
        assert (change.kind, change.old, change.new) == ("material", "1.4", "1.55")
        assert selectors.material_by_code("c45").price_eur_kg == Decimal("1.55")

    def test_makes_new_aliases_found(self) -> None:
        services.edit_material(
            code="c45", facts={"aliases": ["Ck45", "XC48"]}, seen=1, **EDIT
        )

        assert selectors.search_materials("xc48")[0].code == "c45"

    @pytest.mark.parametrize(
        ("edit", "refusal"),
        [
            ({"code": "unobtainium"}, UnknownMaterial),
            ({"facts": {"density_kg_m3": 0}}, InvalidFact),
            ({"facts": {"name": "C46"}}, InvalidFact),
            ({"facts": {"aliases": ["V2A"]}}, AmbiguousName),
            ({"facts": {"density_kg_m3": 7850}}, NothingChanged),
        ],
    )
    def test_refuses_what_cannot_be(
        self, edit: dict[str, Any], refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            services.edit_material(
                **{"code": "c45", "facts": {}, "seen": 1, **EDIT, **edit}
            )


@pytest.mark.usefixtures("in_operator")
class TestSetEquivalence:
    def state(self, one: str = "c45", other: str = "c60", **facts: Any) -> Any:
        return services.set_equivalence(
            **{
                "one": one,
                "other": other,
                "kind": EquivalenceKind.SUBSTITUTE,
                "source": "Trials at the mill",
                "seen": 1,
                **EDIT,
                **facts,
            }
        )

    def test_adds_a_pair_that_holds_both_ways(self) -> None:
        version = self.state()

        assert {c.field: (c.key, c.old, c.new) for c in version.changes.all()} == {
            "kind": ("c45~c60", None, "substitute"),
            "source": ("c45~c60", None, "Trials at the mill"),
        }
        for one, other in (("c45", "c60"), ("c60", "c45")):
            assert other in {e.grade.code for e in selectors.equivalents_of(one)}

    def test_changes_a_pair_whichever_way_round_it_is_named(self) -> None:
        self.state("gb-45", "c45", kind=EquivalenceKind.IDENTICAL)

        assert selectors.accepted_materials("gb-45") == {"gb-45", "c45"}
        assert MaterialEquivalence.objects.filter(a_id="c45", b_id="gb-45").count() == 1

    def test_removes_a_pair(self) -> None:
        version = services.remove_equivalence(one="gb-45", other="c45", seen=1, **EDIT)

        assert {c.field: c.new for c in version.changes.all()} == {
            "kind": None,
            "source": None,
        }
        assert "gb-45" not in {e.grade.code for e in selectors.equivalents_of("c45")}

    def test_refuses_a_grade_with_itself_or_without_source(self) -> None:
        with pytest.raises(InvalidFact):
            self.state("c45", "c45")
        with pytest.raises(InvalidFact):
            self.state(source=" ")
        with pytest.raises(UnknownMaterial):
            self.state("c45", "unobtainium")
        with pytest.raises(NothingChanged):
            services.remove_equivalence(one="c45", other="peek", seen=1, **EDIT)

    def test_refuses_a_pair_that_was_changed_meanwhile(self) -> None:
        self.state(by=OTTO)

        with pytest.raises(CatalogMovedOn):
            self.state("c60", "c45", kind=EquivalenceKind.NEAREST)


class TestARelease:
    @pytest.fixture(autouse=True)
    def edited(self, in_operator: None) -> None:
        rename()
        services.remove_equivalence(one="c45", other="gb-45", seen=1, **EDIT)

    @pytest.fixture
    def released(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        """Have the next release say something else of milling."""
        facts = data.read

        def read(name: str) -> Any:
            found = facts(name)
            if name == "processes":
                for row in found:
                    if row["code"] == "milling":
                        row.update(said)
            return found

        said: dict[str, Any] = {}
        monkeypatch.setattr(data, "read", read)
        return said.update

    def load(self) -> Any:
        with context.owner():
            return services.load_catalog(at=NOON)

    def test_keeps_what_the_operator_changed(self) -> None:
        loaded = self.load()

        assert Process.objects.get(pk="milling").name_en == "Chip milling"
        assert not MaterialEquivalence.objects.filter(b_id="gb-45").exists()
        assert loaded.conflicts == ()
        assert loaded.version == 3

    def test_changes_what_the_operator_left_alone(
        self, released: Callable[..., None]
    ) -> None:
        released(definition="Cuts with a rotating tool.")

        loaded = self.load()

        assert loaded.version == 4
        assert [
            (line.field, line.new, line.by_label)
            for line in selectors.history(EntryKind.PROCESS, "milling")[:1]
        ] == [("definition", "Cuts with a rotating tool.", "Spindle")]
        assert Process.objects.get(pk="milling").name_en == "Chip milling"

    def test_that_says_otherwise_is_a_conflict_and_overwrites_nothing(
        self, released: Callable[..., None]
    ) -> None:
        released(name_en="Mill cutting")

        (conflict,) = self.load().conflicts

        assert str(conflict) == (
            "milling.name_en: kept Chip milling, the release says Mill cutting"
        )
        assert Process.objects.get(pk="milling").name_en == "Chip milling"
        # And again at the next start, until somebody decides.
        assert self.load().conflicts == (conflict,)

    def test_that_says_the_same_ends_the_difference(
        self, released: Callable[..., None]
    ) -> None:
        released(name_en="Chip milling")

        assert self.load().conflicts == ()
        assert not OperatorFact.objects.filter(key="milling").exists()

    def test_is_taken_where_the_operator_decides_so(
        self, released: Callable[..., None]
    ) -> None:
        released(name_en="Mill cutting")
        self.load()
        fact = OperatorFact.objects.get(is_in_conflict=True)

        version = services.settle_conflict(fact_id=fact.pk, take_release=True, **EDIT)

        assert version is not None
        assert Process.objects.get(pk="milling").name_en == "Mill cutting"
        assert not OperatorFact.objects.filter(key="milling").exists()
        assert self.load().conflicts == ()

    def test_is_refused_where_the_operator_decides_so(
        self, released: Callable[..., None]
    ) -> None:
        released(name_en="Mill cutting")
        self.load()
        fact = OperatorFact.objects.get(is_in_conflict=True)

        services.settle_conflict(fact_id=fact.pk, take_release=False, **EDIT)

        assert self.load().conflicts == ()
        assert Process.objects.get(pk="milling").name_en == "Chip milling"
        with pytest.raises(NoConflict):
            services.settle_conflict(fact_id=fact.pk, take_release=False, **EDIT)

    def test_is_met_again_when_the_operator_changes_it_back(self) -> None:
        rename("Milling", seen=3)

        assert not OperatorFact.objects.filter(key="milling").exists()


class TestWhoMayEdit:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE catalog_process SET name_en = 'Mine' WHERE code = 'milling'",
            "DELETE FROM catalog_materialequivalence",
            "INSERT INTO catalog_searchname SELECT * FROM catalog_searchname",
            "SELECT by_label FROM catalog_catalogversion",
            "SELECT * FROM catalog_catalogchange",
            "DELETE FROM catalog_searchname",
        ],
    )
    def test_is_no_enterprise_and_not_the_market(
        self, statement: str, in_north: EnterpriseRef
    ) -> None:
        for enter in (
            lambda: context.enterprise(in_north),
            context.exchange,
            context.directory,
        ):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                enter(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE catalog_process SET parent_id = NULL WHERE code = 'milling'",
            "DELETE FROM catalog_process",
            "UPDATE catalog_material SET name = 'Mine' WHERE code = 'c45'",
            "UPDATE catalog_catalogversion SET reason = 'other'",
            "DELETE FROM catalog_catalogchange",
        ],
    )
    def test_is_the_operator_but_not_for_codes_places_and_the_past(
        self, statement: str, in_operator: None
    ) -> None:
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


class TestWhoeverKnowsAnOlderVersion:
    def test_reads_the_catalog_again_in_its_next_unit_of_work(
        self, in_operator: None
    ) -> None:
        selectors.process_tree()
        kept = selectors._kept
        rename()
        selectors._kept = kept  # As another process has it.

        assert selectors.label("milling", "en") == "Milling"
        with unit_of_work():
            Process.objects.count()
            assert selectors.label("milling", "en") == "Chip milling"

    def test_reads_it_again_when_it_writes_the_version_down(
        self, in_operator: None
    ) -> None:
        selectors.process_tree()
        kept = selectors._kept
        rename()
        selectors._kept = kept

        assert selectors.refresh() == 2
        assert selectors.label("milling", "en") == "Chip milling"


EDITORS = 6


class TestManyEditors:
    @pytest.fixture(autouse=True)
    def as_it_was(self, committed: None) -> Iterator[None]:
        yield
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalog_operatorfact")
            cursor.execute("DELETE FROM catalog_catalogchange")
            cursor.execute("DELETE FROM catalog_catalogversion WHERE number > 1")
            services.load_catalog(at=NOON)
            cursor.execute("DELETE FROM catalog_catalogchange")
            cursor.execute("DELETE FROM catalog_catalogversion WHERE number > 1")
        selectors.forget()

    def race(self, deed: Callable[[int], object]) -> list[str]:
        start = Barrier(EDITORS)

        def run(number: int) -> str:
            try:
                with context.operator():
                    connection.ensure_connection()
                    start.wait(timeout=60)
                    deed(number)
            except DomainError as refusal:
                return refusal.code
            finally:
                connections.close_all()
            return "saved"

        with ThreadPoolExecutor(EDITORS) as threads:
            return sorted(threads.map(run, range(EDITORS)))

    def test_of_one_entry_win_once(self) -> None:
        results = self.race(lambda number: rename(f"Milling {number}"))

        assert results == ["catalog_moved_on"] * (EDITORS - 1) + ["saved"]
        with context.operator():
            assert CatalogChange.objects.count() == 1

    def test_of_several_entries_get_numbers_without_gaps(self) -> None:
        codes = ["turning", "drilling", "boring", "reaming", "sawing", "tapping"]

        results = self.race(
            lambda number: services.edit_process(
                code=codes[number],
                facts={"definition": f"Edited as number {number}."},
                seen=1,
                **EDIT,
            )
        )

        assert results == ["saved"] * EDITORS
        with context.operator():
            assert list(
                CatalogVersion.objects.order_by("number").values_list(
                    "number", flat=True
                )
            ) == [1, 2, 3, 4, 5, 6, 7]

    def test_without_the_lock_would_take_the_same_number(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: the same race without the lock loses edits."""
        both = Barrier(2)

        def meet() -> None:
            both.wait(timeout=60)

        monkeypatch.setattr(services.editing, "lock_catalog", meet)
        codes = ["turning", "drilling"]

        def run(number: int) -> str:
            try:
                with context.operator():
                    services.edit_process(
                        code=codes[number],
                        facts={"definition": f"Edited as number {number}."},
                        seen=1,
                        **EDIT,
                    )
            except DatabaseError as error:
                return type(error).__name__
            finally:
                connections.close_all()
            return "saved"

        with ThreadPoolExecutor(2) as threads:
            results = sorted(threads.map(run, range(2)))

        assert results == ["IntegrityError", "saved"]
