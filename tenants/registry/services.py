"""Sign-up and what follows it in the directory."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, InvalidInput
from tenants import context
from tenants.models import Domain, Enterprise, Membership, User
from tenants.provisioning import services as provisioning
from tenants.registry import rules
from tenants.registry.announcing import announce_change
from tenants.registry.domains import (
    DomainTaken,
    add_domain,
    move_domain,
    remove_domain,
    set_primary_domain,
)
from tenants.registry.likeness import (
    SlugConfusable,
    SlugTaken,
    check_unlike_others,
    slug_taken,
)
from tenants.registry.members import (
    LastOwner,
    add_member,
    change_role,
    remove_member,
)
from tenants.registry.selectors import as_ref
from tenants.registry.standing import reinstate, set_verification, suspend
from tenants.types import EnterpriseRef, Role, Tier

__all__ = [
    "DomainTaken",
    "EmailTaken",
    "LastOwner",
    "SlugConfusable",
    "SlugTaken",
    "add_domain",
    "add_member",
    "announce_change",
    "change_role",
    "check_unlike_others",
    "create_operator",
    "move_domain",
    "reinstate",
    "remove_domain",
    "remove_member",
    "set_preferences",
    "set_primary_domain",
    "set_verification",
    "sign_up",
    "suspend",
]

LONGEST_ABOUT = 4000
LONGEST_PERSON = 120


class EmailTaken(Conflict):
    """Raised when the e-mail address has a person already, and the password differs."""

    code = "email_taken"


def sign_up(
    *,
    name: str,
    slug: str,
    country: str,
    language: str,
    currency: str,
    time_zone: str,
    email: str,
    person_name: str,
    password: str,
    at: datetime,
    name_local: str = "",
    region: str = "",
    city: str = "",
    about: str = "",
    password_hash: str = "",
) -> tuple[EnterpriseRef, User]:
    """Write an enterprise with a schema of its own and its owner, or nothing.

    With `password_hash`, a new person gets it as it is: who signs up many people
    with one password need hash it once only.

    :raises InvalidInput: if a fact is missing or malformed.
    :raises SlugTaken: if the address is another's.
    :raises SlugConfusable: if it can be taken for another's.
    :raises NoRoom: if the database takes no more enterprises.
    :raises EmailTaken: if the person exists and this is not their password.
    """
    enterprise = Enterprise(
        slug=rules.check_slug(slug.strip().lower()),
        name=_checked_text("name", name, is_needed=True),
        name_local=_checked_text("name_local", name_local),
        country=rules.check_country(country),
        region=_checked_text("region", region),
        city=_checked_text("city", city),
        language=rules.check_language(language),
        currency=rules.check_currency(currency),
        time_zone=rules.check_time_zone(time_zone),
        about=_checked_text("about", about),
        tier=Tier.ACTIVATED,
        activated_at=at,
        tier_since=at,
        last_active_at=at,
        database_id=settings.DATABASE_CODE,
    )
    person = User(
        email=rules.check_email(email),
        name=rules.check_text(
            person_name, field="person_name", longest=LONGEST_PERSON, is_needed=True
        ),
        language=language,
        time_zone=time_zone,
        password=password_hash,
    )
    slug = enterprise.slug
    with context.directory():
        try:
            with transaction.atomic():
                user = _owner(person, password)
                check_unlike_others(slug)
                enterprise.schema_name = provisioning.take_slot(
                    enterprise_id=enterprise.id, at=at
                )
                enterprise.save(force_insert=True)
                # Each in one statement: the library's save() would first look for
                # another primary domain, which a newcomer cannot have.
                Domain.objects.bulk_create(
                    [Domain(tenant=enterprise, domain=f"{slug}.{settings.DOMAIN_HOST}")]
                )
                Membership.objects.bulk_create(
                    [Membership(enterprise=enterprise, user=user, role=Role.OWNER)]
                )
        except IntegrityError as error:
            broken = getattr(error.__cause__, "diag", None)
            table = getattr(broken, "table_name", "")
            if table == User._meta.db_table:
                # Another sign-up of this person was quicker.
                raise _email_taken(person.email) from error
            if table in (Enterprise._meta.db_table, Domain._meta.db_table):
                raise slug_taken(slug) from error
            raise
    return as_ref(enterprise), user


def _checked_text(field: str, text: str, *, is_needed: bool = False) -> str:
    longest = getattr(Enterprise._meta.get_field(field), "max_length", None)
    return rules.check_text(
        text, field=field, longest=longest or LONGEST_ABOUT, is_needed=is_needed
    )


def _email_taken(email: str) -> EmailTaken:
    return EmailTaken(
        _("%(email)s is in use.") % {"email": email},
        field="email",
        value=email,
        remedy=_("Give that account's password, or another e-mail address."),
    )


def _owner(person: User, password: str) -> User:
    known = User.objects.filter(email=person.email).first()
    if known is not None:
        # A person who has an enterprise already may sign up a second one, but only
        # by showing that the address is theirs.
        if not known.check_password(password):
            raise _email_taken(person.email)
        return known
    if not person.password:
        try:
            validate_password(password, user=person)
        except ValidationError as error:
            raise InvalidInput(
                " ".join(error.messages),
                field="password",
                value="",
                remedy=_("Choose a longer password that is not in common use."),
            ) from error
        person.set_password(password)
    person.save(force_insert=True)
    return person


def set_preferences(
    *, user_id: UUID, language: str | None = None, time_zone: str | None = None
) -> None:
    """Keep how a person wants to read Spindle."""
    wanted = {"language": language, "time_zone": time_zone}
    changes = {field: value for field, value in wanted.items() if value}
    if changes:
        with context.directory():
            User.objects.filter(pk=user_id).update(**changes)


def create_operator(*, email: str, name: str, password: str) -> User:
    """Write a platform operator, or make a known person one."""
    with context.directory():
        person = User.objects.filter(email=rules.check_email(email)).first()
        if person is None:
            return User.objects.create_superuser(email, password, name=name)
        User.objects.filter(pk=person.pk).update(is_operator=True, is_superuser=True)
        return person
