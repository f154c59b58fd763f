"""People, and their places in enterprises."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.models.enterprises import Enterprise
from tenants.types import Role, Tenancy


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_user(
        self, email: str, password: str | None = None, **facts: Any
    ) -> "User":
        """Write a person with a hashed password."""
        person = self.model(email=self.normalize_email(email).lower(), **facts)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(
        self, email: str, password: str | None = None, **facts: Any
    ) -> "User":
        """Write a platform operator."""
        return self.create_user(
            email, password, is_operator=True, is_superuser=True, **facts
        )


class User(SharedModel, TimeStampedModel, AbstractBaseUser, PermissionsMixin):
    """A person, who may be a member of many enterprises.

    An e-mail address names one person, whatever its case.
    """

    tenancy = Tenancy.DIRECTORY

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("active"), default=True)
    is_operator = models.BooleanField(
        _("platform operator"), default=False, help_text=_("May open the console.")
    )

    # Part of what a session is checked against: raised, it ends them all.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="tenants_user_email_unique")
        ]

    def __str__(self) -> str:
        """Identify the person."""
        return f"{self.name} <{self.email}>"

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets the person in."""
        return self.is_operator

    def get_session_auth_hash(self) -> str:
        """Give what changes with the password, and when sessions are ended."""
        return f"{super().get_session_auth_hash()}{self.session_epoch or ''}"

    def get_full_name(self) -> str:
        """Give the name as allauth and the admin ask for it."""
        return self.name

    def get_short_name(self) -> str:
        """Give the name as allauth and the admin ask for it."""
        return self.name


class Membership(SharedModel, TimeStampedModel):
    """A person's place in an enterprise; one place per person."""

    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user"], name="tenants_membership_once"
            ),
            models.CheckConstraint(
                name="tenants_membership_role_known", condition=Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        """Identify the membership."""
        return f"{self.user_id} in {self.enterprise_id} as {self.role}"
