"""Addresses: what a host name can bear, what is kept back, and what looks alike."""

import re
from functools import cache
from unicodedata import name as name_of

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput

SHORTEST, LONGEST = 3, 40
LONGEST_HOST = 253

# Words of our own hosts, of the net's habits, and of who speaks for a platform; in
# the languages that Spindle speaks, as they are written in Latin letters.
RESERVED = frozenset(
    """
    about abuse account accounts admin administrator administration alert alerts
    anonymous api app apps asleep assets auth authentication autoconfig autodiscover
    backup beta billing blog careers cdn cell cells claim claims closed common config
    console contact dashboard database demo demo-api dev developer developers directory
    docs documentation download downloads email enterprise enterprises example exchange
    faq feed feedback files forum ftp gateway health healthz help helpdesk home host
    hostmaster hosting http https imap impressum info internal intranet invoice invoices
    job jobs legal license local localhost login logoff logon logout mail mailer market
    marketplace me media member members metrics mobile monitor monitoring mta-sts mx mx1
    mx2 news newsletter nobody noreply no-reply ns ns1 ns2 ns3 null oauth oauth2 oidc
    official openapi openid operator operators ops order orders owner password pay
    payment payments ping platform pop pop3 portal postmaster preview pricing privacy
    private proxy public quote quotes ready readyz register registration report reports
    reset rfq rfqs root rss sales sandbox schema search secret secure security server
    service services session sessions settings setup shop sign-in sign-out sign-up
    signin signout signup site sitemap sites smtp spindle ssh ssl sso staff stage
    staging static stats status store sudo support sysadmin system team template tenant
    tenants terms test testing tests tls token tokens tools undefined unsubscribe update
    updates upload uploads url user users verify vpn web webhook webhooks webmail
    webmaster well-known wiki wpad www www1 www2 zh-hans zh-hant
    bangzhu denglu guanli guanliyuan kefu mima pingtai yonghu zhanghu zhifu zhuce
    administratsiya lichnyj-kabinet oplata parol podderzhka pomosch pomoshch registratsiya
    sluzhba vhod voiti vojti vyhod
    """.split()  # noqa: SIM905  (many words are read better as words)
)
# Not even as one word among others: "spindle-billing" would speak for the platform,
# and "login-northwind" for Northwind's own portal.
NEVER_WITHIN = frozenset(
    """
    admin administrator console guanliyuan hostmaster login logon oauth oidc
    operator password postmaster root signin signup spindle sso sysadmin vhod
    webmaster www zhuce denglu parol
    """.split()  # noqa: SIM905  (many words are read better as words)
)
# Without two hyphens in a row: a punycode label ("xn--…") can look like another's.
_ALLOWED = re.compile(r"[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_TOP_LABEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")

# The skeleton in the sense of UTS #39, for the few signs an address has. The
# database computes the same one: see `tenants.models.expressions.Skeleton`.
PAIRS = (("-", ""), ("rn", "m"), ("vv", "w"))
ALIKE = ("01i", "oll")
_ALIKE = str.maketrans(*ALIKE)


def skeleton_of(slug: str) -> str:
    """Return what two addresses share that a reader takes for one another."""
    for sign, seen_as in PAIRS:
        slug = slug.replace(sign, seen_as)
    return slug.translate(_ALIKE)


@cache
def _reserved_skeletons() -> dict[str, str]:
    return {skeleton_of(word): word for word in sorted(RESERVED, reverse=True)}


@cache
def _skeletons_within() -> dict[str, str]:
    return {skeleton_of(word): word for word in sorted(NEVER_WITHIN)}


def check_slug(slug: str) -> str:
    """Return an address that a host name can bear.

    :raises InvalidInput: if it is too short, too long, no host name, reserved, looks
        like what is reserved, or holds a word that speaks for the platform.
    """
    if not SHORTEST <= len(slug) <= LONGEST or not _ALLOWED.fullmatch(slug):
        raise _refused(
            slug,
            _why(slug),
            _(
                "Use %(shortest)d to %(longest)d small letters, digits and single"
                " hyphens, beginning with a letter."
            )
            % {"shortest": SHORTEST, "longest": LONGEST},
        )
    remedy = _("Add a word, such as the city.")
    if slug in RESERVED:
        raise _refused(slug, _("“%(slug)s” is reserved.") % {"slug": slug}, remedy)
    like = _reserved_skeletons().get(skeleton_of(slug))
    if like is not None:
        raise _refused(
            slug,
            _("“%(slug)s” looks like “%(word)s”, which is reserved.")
            % {"slug": slug, "word": like},
            remedy,
        )
    for word in slug.split("-"):
        if skeleton_of(word) in _skeletons_within():
            raise _refused(
                slug,
                _("“%(word)s” is reserved, within an address too.") % {"word": word},
                _("Leave that word out."),
            )
    return slug


def _refused(slug: str, detail: object, remedy: object) -> InvalidInput:
    return InvalidInput(detail, field="slug", value=slug, remedy=remedy)


def _why(slug: str) -> object:
    foreign = next((sign for sign in slug if not sign.isascii()), None)
    if foreign is not None:
        return _("“%(slug)s” holds “%(sign)s” (%(name)s), no letter from a to z.") % {
            "slug": slug,
            "sign": foreign,
            "name": name_of(foreign, f"U+{ord(foreign):04X}"),
        }
    if slug.startswith("xn--"):
        return _("“%(slug)s” stands for letters that are not from a to z.") % {
            "slug": slug
        }
    return _("“%(slug)s” cannot be an address.") % {"slug": slug}


def propose_slug(name: str) -> str:
    """Return an address made from a name, possibly taken, possibly empty."""
    return re.sub(r"-+", "-", slugify(name))[:LONGEST].strip("-")


def check_host(host: str, *, own_domain: str) -> str:
    """Return a host name of an enterprise's own, in the form that browsers send.

    Letters of other scripts are turned into punycode (IDNA), as browsers do.

    :raises InvalidInput: if it is no host name, an IP address, or of our own domain.
    """
    text = host.strip().rstrip(".").lower()
    try:
        ascii_host = text.encode("idna").decode().lower() if text else ""
    except UnicodeError:
        ascii_host = ""
    labels = ascii_host.split(".")
    if (
        len(ascii_host) > LONGEST_HOST
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or not _TOP_LABEL.fullmatch(labels[-1])
    ):
        raise InvalidInput(
            _("“%(host)s” is no host name.") % {"host": host},
            field="domain",
            value=host,
            remedy=_("Write it without a path, as in parts.example.com."),
        )
    if ascii_host == own_domain or ascii_host.endswith(f".{own_domain}"):
        raise InvalidInput(
            _("“%(host)s” is Spindle's own.") % {"host": host},
            field="domain",
            value=host,
            remedy=_("Give a host name of a domain that is yours."),
        )
    return ascii_host
