"""Makes an enterprise out of an archive: the same one again, or a copy of it."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, InvalidInput
from tenants import context
from tenants.archive import belongings, catalogue, reading
from tenants.archive.reading import Source
from tenants.archive.rules import BadArchive, bad
from tenants.archive.types import (
    CREDENTIALS,
    DOMAINS,
    ENTERPRISE,
    MANIFEST,
    MEMBERS,
    PEOPLE,
    SCHEMA_SQL,
    SHARED,
    Manifest,
)
from tenants.database.names import quoted
from tenants.lifecycle import hooks as lifecycle
from tenants.models import Domain, Enterprise, Membership, Template, User
from tenants.provisioning import selectors as provisioned
from tenants.provisioning import services as provisioning
from tenants.registry import rules as registry_rules
from tenants.registry.selectors import as_ref
from tenants.registry.services import SlugTaken, announce_change
from tenants.types import Actor, EnterpriseRef, Role, Tier

log = logging.getLogger(__name__)

LONGEST_PERSON = 120
# What a copy may say of itself; the rest is the original's alone.
COPIED = ("name", "name_local", "region", "city", "about")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of an archive."""

    enterprise: EnterpriseRef
    schema: str
    rows: int
    files: int
    # Shared rows that came back, or that were left out, by table.
    shared: dict[str, int] = field(default_factory=dict)
    not_carried: dict[str, int] = field(default_factory=dict)


def restore_same(
    *,
    enterprise_id: UUID,
    path: Path | str,
    by: Actor,
    at: datetime,
    tier: Tier = Tier.ACTIVATED,
    is_routed: bool = True,
    is_stopped: bool = False,
) -> Restored:
    """Give an enterprise its rows, files and shared rows back, in a fresh schema.

    Where the directory of this database does not know the enterprise it is written
    there too, with its people. With `is_routed` off, the rows are made ready and the
    directory goes on naming the place where the enterprise lives now.

    :raises BadArchive: if the archive is not whole, not sealed here, or another's.
    :raises Conflict: if the enterprise has a schema in this database already.
    """
    with reading.opened(path) as source, context.directory(), transaction.atomic():
        manifest = source.manifest
        _check_same(manifest, enterprise_id)
        known = Enterprise.objects.select_for_update().filter(pk=enterprise_id).first()
        if known is not None and is_routed:
            _check_homeless(known)
        schema = make_schema(source)
        reading.load(source, schema)
        with reading.restored_files(source, schema):
            newcomers = _write_people(source)
            enterprise = known or _from_line(Enterprise, _only_line(source, ENTERPRISE))
            if known is None or is_routed:
                enterprise.schema_name = schema
                enterprise.database_id = settings.DATABASE_CODE
                enterprise.tier = tier
                enterprise.tier_since = at
                enterprise.last_active_at = at
                enterprise.activated_at = enterprise.activated_at or at
                enterprise.write_stopped_at = at if is_stopped else None
                enterprise.save(force_insert=known is None)
            provisioning.assign_slot(schema=schema, enterprise=enterprise, at=at)
            _write_places(source, enterprise_id)
            _write_credentials(source, newcomers)
            shared = _write_shared(source, enterprise_id)
            _catch_up(manifest, schema)
            announce_change()
        log.info("%s restored %s: %s rows", by.label, enterprise.slug, manifest.rows)
        return Restored(
            enterprise=as_ref(enterprise),
            schema=schema,
            rows=manifest.rows,
            files=len(manifest.files),
            shared=shared,
        )


def import_as_new(
    *,
    path: Path | str,
    slug: str,
    by: Actor,
    at: datetime,
    name: str = "",
    is_published: bool = False,
) -> Restored:
    """Make a fresh enterprise with a copy of an archive's rows and files.

    Its people are known again by their e-mail addresses; who is not known yet has to
    set a password. Rows of shared tables stay the original's: with `is_published`,
    what the original showed to others is shown by the copy too.

    :raises BadArchive: if the archive is not whole, or not of tables known here.
    :raises SlugTaken: if the address is another's.
    """
    slug = registry_rules.check_slug(slug.strip().lower())
    with reading.opened(path) as source, context.directory(), transaction.atomic():
        manifest = source.manifest
        if Enterprise.objects.filter(slug=slug).exists():
            raise SlugTaken(
                _("The address “%(slug)s” is taken.") % {"slug": slug},
                field="slug",
                value=slug,
                remedy=_("Choose another, for example with the city added."),
            )
        line = _only_line(source, ENTERPRISE)
        enterprise = _copied(line, slug, name, at)
        enterprise.origins = [*_origins(line), str(manifest.enterprise_id)]
        schema = make_schema(source)
        reading.load(source, schema)
        with reading.restored_files(source, schema):
            enterprise.schema_name = schema
            enterprise.save(force_insert=True)
            provisioning.assign_slot(schema=schema, enterprise=enterprise, at=at)
            Domain.objects.create(
                tenant=enterprise, domain=f"{slug}.{settings.DOMAIN_HOST}"
            )
            _write_members_by_email(source, enterprise)
            _catch_up(manifest, schema)
            announce_change()
            ref = as_ref(enterprise)
            if is_published:
                lifecycle.run_return(ref, by, at)
        return Restored(
            enterprise=ref,
            schema=schema,
            rows=manifest.rows,
            files=len(manifest.files),
            not_carried={
                table: facts.rows
                for table, facts in manifest.shared.items()
                if facts.rows
            },
        )


def make_schema(source: Source) -> str:
    """Take a fresh schema at the archive's template, today's or an older one.

    SQL out of an archive is run only if this installation has sealed it.

    :raises BadArchive: if the tables are unknown here, or newer than this Spindle.
    """
    manifest = source.manifest
    current = provisioned.current_template()
    if current is not None and current.digest == manifest.template_digest:
        return provisioning.claim_slot()
    _check_not_newer(manifest)
    template = Template.objects.filter(digest=manifest.template_digest).first()
    if template is None:
        if not manifest.is_ours:
            raise bad(
                SCHEMA_SQL,
                _("it makes tables that are unknown here, and was not sealed here."),
                _("Export the enterprise again with a Spindle of this version."),
            )
        with source.entry(SCHEMA_SQL, manifest.schema_sql) as text:
            statements = b"".join(iter(text.read, b"")).decode()
        template = Template.objects.create(
            digest=manifest.template_digest,
            statements=statements,
            migrations=manifest.migrations,
            is_current=False,
        )
    return provisioning.make_slot(template)


def _catch_up(manifest: Manifest, schema: str) -> None:
    current = provisioned.current_template()
    if current is None or current.digest == manifest.template_digest:
        return
    from tenants.fleet import replaying

    replaying.bring_up_to_date(schema)


def _check_not_newer(manifest: Manifest) -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    unknown = sorted(set(manifest.migrations) - ours)
    if unknown:
        raise bad(
            MANIFEST,
            _("its tables are newer than this Spindle's: %(migration)s.")
            % {"migration": unknown[0]},
            _("Update Spindle, then try again."),
        )


def _check_same(manifest: Manifest, enterprise_id: UUID) -> None:
    if not manifest.is_ours:
        raise bad(
            MANIFEST,
            _("it was not sealed by this installation, or was changed since."),
            _("Import it as a new enterprise instead."),
        )
    if manifest.enterprise_id != enterprise_id:
        raise bad(
            MANIFEST,
            _("it is of another enterprise: %(name)s.")
            % {"name": manifest.enterprise.get("name", "")},
        )


def _check_homeless(enterprise: Enterprise) -> None:
    if enterprise.schema_name:
        raise Conflict(
            _("%(name)s has its rows in a database already.")
            % {"name": enterprise.name},
            field="enterprise",
            remedy=_("Archive it first, or import the archive as a new enterprise."),
        )


def _only_line(source: Source, entry: str) -> dict[str, Any]:
    lines = list(source.lines(entry, source.manifest.directory[entry]))
    if len(lines) != 1:
        raise bad(entry, _("it must have one line."))
    return lines[0]


def _from_line(model: type[models.Model], line: dict[str, Any]) -> Any:
    row = model()
    for column in model._meta.concrete_fields:
        if column.attname in line:
            setattr(row, column.attname, column.to_python(line[column.attname]))
    return row


def _copied(line: dict[str, Any], slug: str, name: str, at: datetime) -> Enterprise:
    facts = {key: str(line.get(key) or "") for key in COPIED}
    facts["name"] = name or facts["name"]
    for key, text in facts.items():
        longest = getattr(Enterprise._meta.get_field(key), "max_length", None) or 4000
        facts[key] = registry_rules.check_text(
            text, field=key, longest=longest, is_needed=key == "name"
        )
    return Enterprise(
        slug=slug,
        **facts,
        country=registry_rules.check_country(str(line.get("country", ""))),
        language=registry_rules.check_language(str(line.get("language", ""))),
        currency=registry_rules.check_currency(str(line.get("currency", ""))),
        time_zone=registry_rules.check_time_zone(str(line.get("time_zone", ""))),
        tier=Tier.ACTIVATED,
        database_id=settings.DATABASE_CODE,
        activated_at=at,
        tier_since=at,
        last_active_at=at,
    )


def _origins(line: dict[str, Any]) -> list[str]:
    given = line.get("origins") or []
    try:
        return [str(UUID(one)) for one in given]
    except (TypeError, ValueError, AttributeError) as error:
        raise bad(ENTERPRISE, _("its origins are not ids.")) from error


def _write_people(source: Source) -> set[UUID]:
    """Write people whom this directory does not know; return who they are."""
    newcomers = set()
    for line in source.lines(PEOPLE, source.manifest.directory[PEOPLE]):
        person = _from_line(User, line)
        if User.objects.filter(pk=person.pk).exists():
            continue
        if User.objects.filter(email=person.email).exists():
            raise Conflict(
                _("%(email)s is another person here.") % {"email": person.email},
                field="email",
                value=person.email,
                remedy=_("Change one of the two addresses first."),
            )
        person.set_unusable_password()
        person.save(force_insert=True)
        newcomers.add(person.pk)
    return newcomers


def _write_places(source: Source, enterprise_id: UUID) -> None:
    for model, entry, owner in (
        (Domain, DOMAINS, "tenant_id"),
        (Membership, MEMBERS, "enterprise_id"),
    ):
        for line in source.lines(entry, source.manifest.directory[entry]):
            row = _from_line(model, line)
            if getattr(row, owner) != enterprise_id:
                raise bad(entry, _("a line is of another enterprise."))
            if not model._default_manager.filter(pk=row.pk).exists():
                row.save(force_insert=True)


def _write_members_by_email(source: Source, enterprise: Enterprise) -> None:
    people = {
        line.get("id"): line
        for line in source.lines(PEOPLE, source.manifest.directory[PEOPLE])
    }
    owners = 0
    for line in source.lines(MEMBERS, source.manifest.directory[MEMBERS]):
        facts = people.get(line.get("user_id"))
        if facts is None or line.get("role") not in Role.values:
            raise bad(MEMBERS, _("a line is of nobody, or of an unknown role."))
        if line.get("ended_at") is not None:
            continue
        Membership.objects.create(
            enterprise=enterprise, user=_person(facts), role=line["role"]
        )
        owners += line["role"] == Role.OWNER
    if not owners:
        raise bad(MEMBERS, _("nobody would own the enterprise."))


def _person(facts: dict[str, Any]) -> User:
    email = str(facts.get("email", "")).strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(
            _("“%(email)s” is not an e-mail address.") % {"email": email[:80]},
            field="email",
            value=email[:80],
            remedy=_("Write it as name@example.com."),
        ) from error
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    name = registry_rules.check_text(
        str(facts.get("name", "")),
        field="person_name",
        longest=LONGEST_PERSON,
        is_needed=True,
    )
    return User.objects.create_user(email, None, name=name)


def _write_credentials(source: Source, newcomers: set[UUID]) -> None:
    manifest = source.manifest
    if "tenants_user" not in manifest.credentials:
        return
    entry = f"{CREDENTIALS}tenants_user.jsonl"
    for line in source.lines(entry, manifest.credentials["tenants_user"]):
        person = UUID(line["id"])
        if person in newcomers:
            User.objects.filter(pk=person).update(password=line["password"])
    known = ", ".join(f"'{person}'" for person in sorted(newcomers)) or "NULL"
    for one in belongings.CREDENTIALS:
        if one.table in manifest.credentials:
            # Who is known here proves themselves as they do already.
            is_persons = "people" in one.condition
            where = f"r.user_id IN ({known})" if is_persons else ""
            entry = f"{CREDENTIALS}{one.table}.jsonl"
            _write_rows(
                source,
                entry,
                one.table,
                manifest.credentials[one.table],
                where=where,
                without=one.without,
            )


def _write_shared(source: Source, enterprise_id: UUID) -> dict[str, int]:
    shared = {one.table: one for one in belongings.shared_tables()}
    written = {}
    for table, facts in source.manifest.shared.items():
        if table not in shared:
            raise bad(f"{SHARED}{table}.jsonl", _("there is no such table here."))
        owner = quoted(shared[table].owner_column)
        where = f"r.{owner} = '{enterprise_id}'"
        written[table] = _write_rows(
            source, f"{SHARED}{table}.jsonl", table, facts, where=where
        )
    return written


def _write_rows(
    source: Source,
    entry: str,
    table: str,
    facts: Any,
    *,
    where: str,
    without: tuple[str, ...] = (),
) -> int:
    with context.owner(), connection.cursor() as cursor:
        reading.prepare_loading(cursor)
        reading.copy_lines(cursor, source, entry, facts)
        statement = catalogue.load_lines(
            catalogue.describe(cursor, context.SHARED_SCHEMA, table),
            reading.LOAD,
            where=where,
            without=without,
        )
        # What was not taken away is there still, and is the newer.
        return reading.insert_lines(
            cursor, entry, f"{statement} ON CONFLICT DO NOTHING"
        )


__all__ = ["BadArchive", "Restored", "import_as_new", "restore_same"]
