"""Nothing is unclassified; a thing without a class, of each kind, is found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from apps.api import disclosure as fields
from apps.notify.rules import channels_in
from apps.portal.access import MEMBERS, access
from spindle import classification, urls_enterprise
from tenants import context
from tenants.isolation import TenantModel, caches, disclosure, finders, registry
from tenants.isolation.registry import Found, Kind
from tenants.jobs import registry as job_kinds
from tenants.types import Disclosure, EnterpriseRef, Tenancy

FOUND = registry.collect()
WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


def of(kind: Kind) -> list[Found]:
    return [one for one in FOUND if one.kind is kind]


def model_of(found: Found) -> type[models.Model]:
    return next(
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label == found.name
    )


class TestClassification:
    def test_leaves_nothing_out(self) -> None:
        assert registry.unclassified(FOUND) == []

    @pytest.mark.parametrize("kind", Kind)
    def test_sees_things_of_every_kind(self, kind: Kind) -> None:
        assert of(kind)

    def test_names_no_library_thing_that_is_not_there(self) -> None:
        names = {found.name for found in FOUND}
        views = {
            finders.name_of_view(view)
            for face in finders.settings.URLCONFS.values()
            for _route, view in finders.views_below(finders.get_resolver(face))
        }

        assert set(classification.MODELS) <= names
        assert set(classification.PROCESS_CACHES) <= names
        assert {f"celery: {name}" for name in classification.TASKS} <= names
        assert set(classification.URLS) <= views

    def test_of_what_leaves_the_system_is_reviewed(self) -> None:
        assert disclosure.path().read_text() == disclosure.document(FOUND), (
            "Run `make disclosure` and review the difference."
        )


class TestModels:
    """What a class claims, the database grants."""

    @pytest.mark.parametrize("found", of(Kind.MODEL), ids=lambda found: found.name)
    def test_are_granted_to_enterprises_as_their_class_says(
        self, found: Found, north: EnterpriseRef
    ) -> None:
        assert found.classes is not None
        table = model_of(found)._meta.db_table
        schema = context.SHARED_SCHEMA
        if found.classes.tenancy is Tenancy.PRIVATE:
            schema = north.schema
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE',"
                " 'DELETE', 'TRUNCATE']) privilege"
                " WHERE has_table_privilege(%s, to_regclass(%s), privilege)",
                [context.TENANT_GROUP_ROLE, f'"{schema}"."{table}"'],
            )
            granted = {row[0] for row in cursor.fetchall()}
            cursor.execute(
                "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class"
                " WHERE oid = to_regclass(%s)",
                [f'"{schema}"."{table}"'],
            )
            is_protected = cursor.fetchone()[0]

        match found.classes.tenancy:
            case Tenancy.PRIVATE | Tenancy.OPERATOR:
                assert granted == set()
            case Tenancy.SHARED:
                assert not granted & set(WRITES)
            case Tenancy.DIRECTORY:
                assert not granted & set(WRITES)
                assert is_protected or not granted
            case Tenancy.OWNED:
                assert is_protected
                assert "TRUNCATE" not in granted

    def test_of_enterprises_are_on_no_page_of_the_console(self) -> None:
        from apps.kernel.admin import console

        assert [m for m in console._registry if issubclass(m, TenantModel)] == []


class TestFields:
    def test_of_a_market_view_are_private_nowhere(self) -> None:
        shown = [shape for shape in fields.shapes() if hasattr(shape, "market_view")]
        assert shown
        for shape in shown:
            view = apps.get_model(shape.market_view)
            columns = {field.name for field in view._meta.local_fields}
            assert set(fields.fields_of(shape)) <= columns, shape
            for name in fields.fields_of(shape):
                assert fields.disclosure_of(shape, name) in (
                    Disclosure.MARKET,
                    Disclosure.PUBLIC,
                ), f"{shape.__name__}.{name}"

    def test_are_named_only_where_there_are_any(self) -> None:
        assert fields.unknown_names() == []


class TestFiles:
    @pytest.mark.parametrize("found", of(Kind.FILE), ids=lambda found: found.name)
    def test_are_kept_below_their_enterprises_schema(
        self, found: Found, in_north: EnterpriseRef
    ) -> None:
        model, _, name = found.name.rpartition(".")
        field = apps.get_model(model)._meta.get_field(name)

        row = apps.get_model(model)()

        stored = field.generate_filename(row, "plans.step")  # type: ignore[union-attr]

        assert stored.startswith(f"{in_north.schema}/")
        assert default_storage.generate_filename(stored) == stored
        try:
            evil = field.generate_filename(row, "../../plans")  # type: ignore[union-attr]
        except SuspiciousFileOperation:
            return
        # Its name is by chance, whatever the file was called.
        assert ".." not in evil
        assert evil.startswith(f"{in_north.schema}/")


@pytest.fixture
def found_besides() -> list[Found]:
    """What is found now and was not before."""
    # Not FOUND: other modules of tests register things of their own meanwhile.
    known = {str(found) for found in registry.collect()}

    class Fresh(list[Found]):
        def __iter__(self) -> Iterator[Found]:
            return (one for one in registry.collect() if str(one) not in known)

    return Fresh()


class TestPlanted:
    """A thing of each kind that nobody classified is found, with what to do."""

    def test_model(self, found_besides: list[Found]) -> None:
        class Planted(models.Model):  # noqa: DJ008  (never shown)
            class Meta:
                app_label = "catalog"

        try:
            [found] = found_besides
            assert found.classes is None
            assert "write `tenancy = Tenancy.…`" in found.remedy
            assert registry.unclassified([found]) == [str(found)]
        finally:
            del apps.all_models["catalog"]["planted"]
            apps.clear_cache()

    def test_url(
        self, found_besides: list[Found], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def planted(request: HttpRequest) -> HttpResponse:
            return HttpResponse()

        pattern = path("planted/", planted)
        monkeypatch.setattr(
            urls_enterprise, "urlpatterns", [*urls_enterprise.urlpatterns, pattern]
        )
        _forget_urls()

        [found] = found_besides
        assert found.name == "enterprise: planted/"
        assert "@access(…)" in found.remedy

        pattern.callback = access(*MEMBERS)(planted)
        [found] = found_besides
        assert registry.unclassified([found]) == []
        monkeypatch.undo()
        _forget_urls()

    def test_job(self, found_besides: list[Found]) -> None:
        @current_app.task(name="catalog.planted")
        def planted() -> None:
            pass

        try:
            [found] = found_besides
            assert found.name == "celery: catalog.planted"
            assert "jobs.handler" in found.remedy
        finally:
            current_app.tasks.pop("catalog.planted")

    def test_cache(
        self,
        found_besides: list[Found],
        tmp_path: Path,
        settings: object,
        in_north: EnterpriseRef,
    ) -> None:
        settings.CACHES = {  # type: ignore[attr-defined]
            **settings.CACHES,  # type: ignore[attr-defined]
            "planted": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        }
        [found] = found_besides
        assert found.name == "CACHES[planted]"
        with pytest.raises(caches.UnknownKeySpace, match="register_key_space"):
            cache.set("planted", 1)

    def test_process_cache(self, tmp_path: Path) -> None:
        module = tmp_path / "planted.py"
        module.write_text("@lru_cache(maxsize=8)\ndef planted(): ...\n_cache = {}\n")

        assert set(caches.remembered_in(module, "planted")) == {
            "planted.planted",
            "planted._cache",
        }

    def test_file(self, found_besides: list[Found]) -> None:
        class Planted(TenantModel):
            drawing = models.FileField(upload_to="drawings")

            class Meta:
                app_label = "orders"

        try:
            [found] = [one for one in found_besides if one.kind is Kind.FILE]
            assert found.name == "orders.Planted.drawing"
            assert "disclosed_files" in found.remedy
        finally:
            del apps.all_models["orders"]["planted"]
            apps.clear_cache()

    def test_channel(self, tmp_path: Path) -> None:
        module = tmp_path / "planted.py"
        module.write_text(
            'NOTICES = {"a.known": Disclosure.PRIVATE}\n'
            'notify.notify(kind="a.known")\n'
            'notify.notify(kind="a.planted")\n'
            "notify.notify(kind=computed)\n"
            "send_mail('subject')\n"
        )

        known, *planted = channels_in(module)

        assert registry.unclassified([known]) == []
        assert len(registry.unclassified(planted)) == 3
        assert 'Add "a.planted": Disclosure.… to NOTICES' in planted[0].remedy

    def test_field(self, found_besides: list[Found]) -> None:
        class PlantedShape(serializers.Serializer[object]):
            disclosure = {Disclosure.MARKET: ("title",)}
            title = serializers.CharField()
            target_price = serializers.CharField()

        PlantedShape.__module__ = "apps.api.planted"
        try:
            title, price = sorted(found_besides, key=lambda one: one.name)[::-1]
            assert registry.unclassified([title]) == []
            assert price.name == "PlantedShape.target_price"
            assert "who may learn it" in price.remedy
        finally:
            PlantedShape.__module__ = __name__

    def test_scope_of_a_job(self) -> None:
        assert set(finders.REACH) == set(job_kinds.Scope)


def _forget_urls() -> None:
    from django.urls import clear_url_caches

    clear_url_caches()


class TestKeys:
    def test_of_a_private_space_hold_their_enterprise(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        caches.register_key_space("tests.private", Tenancy.PRIVATE)
        with context.enterprise(north):
            cache.set("tests.private:price", "north's")
        with context.enterprise(south):
            assert cache.get("tests.private:price") is None
        with context.enterprise(north):
            assert cache.get("tests.private:price") == "north's"
        with context.directory(), pytest.raises(context.NoEnterprise):
            cache.get("tests.private:price")

    def test_of_sign_in_throttles_are_shared(self) -> None:
        key = "allauth:rl:allauth.account:login_failed:5/5m/key:abc"

        assert caches.make_key(key, "", 1) == f":1:shared:{key}"

    def test_spaces_are_private_or_shared(self) -> None:
        with pytest.raises(ValueError, match="private or shared"):
            caches.register_key_space("tests.wrong", Tenancy.OPERATOR)
