"""Which addresses an enterprise may have."""

import re

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput

SHORTEST, LONGEST = 3, 40
RESERVED = frozenset(
    [
        "account",
        "accounts",
        "admin",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "billing",
        "blog",
        "cdn",
        "console",
        "dashboard",
        "demo-api",
        "dev",
        "docs",
        "download",
        "email",
        "files",
        "ftp",
        "help",
        "home",
        "imap",
        "internal",
        "localhost",
        "login",
        "logout",
        "mail",
        "media",
        "mx",
        "news",
        "ns",
        "ns1",
        "ns2",
        "oauth",
        "openapi",
        "operator",
        "ops",
        "pop",
        "portal",
        "postmaster",
        "public",
        "register",
        "root",
        "secure",
        "security",
        "server",
        "shop",
        "signup",
        "smtp",
        "spindle",
        "staff",
        "static",
        "status",
        "support",
        "system",
        "test",
        "testing",
        "user",
        "users",
        "webmaster",
        "wiki",
        "www",
    ]
)
_ALLOWED = re.compile(r"^[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]$")


def check_slug(slug: str) -> str:
    """Return an address that a host name can bear.

    :raises InvalidInput: if it is too short, too long, reserved or no host name.
    """
    remedy = _(
        "Use %(shortest)d to %(longest)d small letters, digits and single hyphens,"
        " beginning with a letter."
    ) % {"shortest": SHORTEST, "longest": LONGEST}
    if not SHORTEST <= len(slug) <= LONGEST or not _ALLOWED.match(slug):
        raise InvalidInput(
            _("“%(slug)s” cannot be an address.") % {"slug": slug},
            field="slug",
            value=slug,
            remedy=remedy,
        )
    if slug in RESERVED:
        raise InvalidInput(
            _("“%(slug)s” is reserved.") % {"slug": slug},
            field="slug",
            value=slug,
            remedy=_("Add a word, such as the city."),
        )
    return slug


def propose_slug(name: str) -> str:
    """Return an address made from a name, possibly taken, possibly empty."""
    return re.sub(r"-+", "-", slugify(name))[:LONGEST].strip("-")
