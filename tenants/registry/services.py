"""Sign-up and what follows it in the directory."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, InvalidInput, NotFound
from tenants import context
from tenants.database.session import session
from tenants.models import DirectoryVersion, Domain, Enterprise, Membership, User
from tenants.provisioning import services as provisioning
from tenants.registry import rules
from tenants.registry.selectors import as_ref
from tenants.types import EnterpriseRef, Role, Tier, Verification

LONGEST_ABOUT = 4000
LONGEST_PERSON = 120
LONGEST_EMAIL = 254


class SlugTaken(Conflict):
    """Raised when another enterprise has the address."""

    code = "slug_taken"


class EmailTaken(Conflict):
    """Raised when the e-mail address has a person already, and the password differs."""

    code = "email_taken"


def announce_change() -> None:
    """Make a change of enterprises or domains act on the next request everywhere.

    Called last in the transaction of the change: whoever commits next waits for it,
    and what it announces is seen exactly when the change is.

    :raises TransactionManagementError: outside a transaction.
    """
    if not session().in_atomic_block:
        msg = "A change is announced in the transaction that makes it."
        raise transaction.TransactionManagementError(msg)
    with context.directory():
        DirectoryVersion.objects.filter(pk=1).update(version=F("version") + 1)
    session().note_directory_change()


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
        email=_checked_email(email),
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
                schema = provisioning.claim_slot()
                enterprise.schema_name = schema
                enterprise.save(force_insert=True)
                provisioning.assign_slot(schema=schema, enterprise=enterprise, at=at)
                Domain.objects.create(
                    tenant=enterprise, domain=f"{slug}.{settings.DOMAIN_HOST}"
                )
                Membership.objects.create(
                    enterprise=enterprise, user=user, role=Role.OWNER
                )
        except IntegrityError as error:
            broken = getattr(error.__cause__, "diag", None)
            table = getattr(broken, "table_name", "")
            if table == User._meta.db_table:
                # Another sign-up of this person was quicker.
                raise _email_taken(person.email) from error
            if table in (Enterprise._meta.db_table, Domain._meta.db_table):
                raise SlugTaken(
                    _("The address “%(slug)s” is taken.") % {"slug": slug},
                    field="slug",
                    value=slug,
                    remedy=_("Choose another, for example with the city added."),
                ) from error
            raise
    return as_ref(enterprise), user


def _checked_text(field: str, text: str, *, is_needed: bool = False) -> str:
    longest = getattr(Enterprise._meta.get_field(field), "max_length", None)
    return rules.check_text(
        text, field=field, longest=longest or LONGEST_ABOUT, is_needed=is_needed
    )


def _checked_email(email: str) -> str:
    email = rules.check_text(email, field="email", longest=LONGEST_EMAIL).lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(
            _("“%(email)s” is not an e-mail address.") % {"email": email},
            field="email",
            value=email,
            remedy=_("Write it as name@example.com."),
        ) from error
    return email


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


def add_member(
    *,
    enterprise: EnterpriseRef,
    email: str,
    name: str,
    role: Role,
    password: str,
    language: str = "en",
    time_zone: str = "UTC",
) -> User:
    """Write a person, where new, and their place in the enterprise.

    :raises InvalidInput: if the e-mail address or the password cannot be used.
    """
    with context.directory(), transaction.atomic():
        person = User.objects.filter(email=_checked_email(email)).first()
        if person is None:
            person = User.objects.create_user(
                email, password, name=name, language=language, time_zone=time_zone
            )
        Membership.objects.update_or_create(
            enterprise_id=enterprise.id,
            user=person,
            defaults={"role": role, "ended_at": None},
        )
    return person


def remove_member(*, enterprise: EnterpriseRef, user_id: UUID, at: datetime) -> None:
    """End a person's place in the enterprise, from their next request on.

    :raises NotFound: if the person has no place there.
    """
    with context.directory():
        ended = Membership.objects.filter(
            enterprise_id=enterprise.id, user_id=user_id, ended_at__isnull=True
        ).update(ended_at=at)
    if not ended:
        raise NotFound(_("That person is not a member."), field="user")


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
        person = User.objects.filter(email=_checked_email(email)).first()
        if person is None:
            return User.objects.create_superuser(email, password, name=name)
        User.objects.filter(pk=person.pk).update(is_operator=True, is_superuser=True)
        return person


@transaction.atomic
def suspend(
    *, enterprise_id: UUID, by_user_id: UUID, reason: str, at: datetime
) -> None:
    """Shut an enterprise out until it is reinstated.

    :raises Conflict: if it is suspended already.
    """
    changed = Enterprise.objects.filter(
        pk=enterprise_id, suspended_at__isnull=True
    ).update(suspended_at=at, suspended_by=by_user_id, suspension_reason=reason)
    if not changed:
        raise Conflict(_("The enterprise is suspended already."), field="enterprise")
    announce_change()


@transaction.atomic
def reinstate(*, enterprise_id: UUID) -> None:
    """Let a suspended enterprise in again.

    :raises Conflict: if it is not suspended.
    """
    changed = Enterprise.objects.filter(
        pk=enterprise_id, suspended_at__isnull=False
    ).update(suspended_at=None, suspended_by=None, suspension_reason="")
    if not changed:
        raise Conflict(_("The enterprise is not suspended."), field="enterprise")
    announce_change()


@transaction.atomic
def set_verification(*, enterprise_id: UUID, state: Verification) -> None:
    """Record how far the platform operator has checked an enterprise."""
    Enterprise.objects.filter(pk=enterprise_id).update(verification=state)
    announce_change()
