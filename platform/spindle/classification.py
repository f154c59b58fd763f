"""Classes of what libraries bring, and of what this project keeps in its processes.

What is our own says its class where it is declared: docs/tenancy/classification.md.
"""

from tenants.isolation.registry import Classes
from tenants.types import Disclosure, Tenancy

_SIGN_IN = Classes(
    Tenancy.DIRECTORY, Disclosure.PUBLIC, reason="sign-in comes before any enterprise"
)
_OWN_ACCOUNT = Classes(
    Tenancy.DIRECTORY,
    Disclosure.PRIVATE,
    reason="asks for a session, and shows the person's own account alone",
)
_FOR_ALL = Classes(Tenancy.SHARED, Disclosure.PUBLIC, reason="the same for all")
_CONSOLE = Classes(Tenancy.OPERATOR, reason="of Django's admin, on the console alone")
_PEOPLE = Classes(Tenancy.DIRECTORY, reason="of people, before any enterprise")

MODELS = {
    "contenttypes.ContentType": _CONSOLE,
    "auth.Permission": _CONSOLE,
    "auth.Group": _CONSOLE,
    "auth.Group_permissions": _CONSOLE,
    "admin.LogEntry": _CONSOLE,
    "tenants.User_groups": _CONSOLE,
    "tenants.User_user_permissions": _CONSOLE,
    "sessions.Session": _PEOPLE,
    "account.EmailAddress": _PEOPLE,
    "account.EmailConfirmation": _PEOPLE,
    "mfa.Authenticator": _PEOPLE,
    "allauth_idp_oidc.Client": _PEOPLE,
    "allauth_idp_oidc.Token": _PEOPLE,
}

_ALLAUTH = "allauth.account.views."
URLS = {
    "django.views.i18n.set_language": _FOR_ALL,
    # Redirects to the sign-in page, which throttles guesses.
    "apps.kernel.admin.ConsoleSite.login": _SIGN_IN,
    **{
        _ALLAUTH + name: _SIGN_IN
        for name in (
            "LoginView",
            "LogoutView",
            "AccountInactiveView",
            "SignupView",
            "email_verification_sent",
            "ConfirmEmailView",
            "ConfirmLoginCodeView",
            "PasswordResetView",
            "PasswordResetDoneView",
            "PasswordResetFromKeyView",
            "PasswordResetFromKeyDoneView",
        )
    },
    **{
        _ALLAUTH + name: _OWN_ACCOUNT
        for name in (
            "ReauthenticateView",
            "EmailView",
            "PasswordChangeView",
            "PasswordSetView",
        )
    },
    # Client credentials are checked in it; the token speaks for one enterprise.
    "allauth.idp.oidc.views.TokenView": _SIGN_IN,
    "allauth.idp.oidc.views.JwksView": _FOR_ALL,
    "drf_spectacular.views.SpectacularJSONAPIView": _FOR_ALL,
    "drf_spectacular.views.SpectacularSwaggerSplitView": _FOR_ALL,
}

TASKS = {
    f"celery.{name}": Classes(Tenancy.SHARED, reason="Celery's own; nothing sends it")
    for name in (
        "accumulate",
        "backend_cleanup",
        "chain",
        "chord",
        "chord_unlock",
        "chunks",
        "group",
        "map",
        "starmap",
    )
}

_BY_PERSON = "by person, address or code, which are of no enterprise"
KEY_SPACES = {
    # allauth writes `allauth:rl:<app>:<action>:<rate>:<whom>`.
    "allauth:rl:": Classes(Tenancy.SHARED, reason=f"counts of attempts, {_BY_PERSON}"),
    "allauth.mfa.totp.used?user=": Classes(
        Tenancy.SHARED, reason=f"codes that were used, {_BY_PERSON}"
    ),
}

_LOADED = "read from files of the release"
_AT_IMPORT = "written while the apps are loaded"
PROCESS_CACHES = {
    name: Classes(Tenancy.SHARED, reason=reason)
    for name, reason in {
        "apps.api.oauth._public_key": "the API's own signing keys",
        "apps.api.problems.problem_kinds": "read from the code",
        "apps.api.v1.shapes.page_of": "read from the code",
        "apps.catalog.selectors._kept": "the catalog, which is the same for all",
        "apps.capacity.rules.public_holidays.year_of_days": (
            "by country, region and year"
        ),
        "apps.capacity.rules.ical_telling.known_zones": _LOADED,
        "apps.machines.rules.holiday_places.known_countries": _LOADED,
        "apps.machines.rules.holiday_places.regions_of": _LOADED,
        "apps.capacity.rules.working_time._year_of_spans": (
            "computed of the whole working week that is its key"
        ),
        "apps.exchange.rules.terms.unit_vector": "computed of its two numbers",
        "apps.portal.formats._locale": _LOADED,
        "apps.portal.maps.atlas._read": "outlines of countries, " + _LOADED,
        "apps.portal.maps.outlines.outline": "computed of the frame that is its key",
        "apps.portal.public.places.country_codes": _LOADED,
        "apps.portal.public.places.all_time_zones": _LOADED,
        "apps.reports.rules.formats._locale": _LOADED,
        "apps.reports.services.chart.font_directories": _LOADED,
        "apps.reports.services.chart._know_fonts": _LOADED,
        "tenants.isolation.finders.protected_tables": "read from the migrations",
        "tenants.jobs.queue._broker_down_until": "whether Valkey is away",
        "tenants.jobs.runner._passed": "a count of a test's kill points",
        "tenants.registry.rules._countries_and_currencies": _LOADED,
        "tenants.registry.rules._time_zones": _LOADED,
        "tenants.fleet.data._function": "a function of a migration",
        "tenants.isolation.caches._spaces": _AT_IMPORT,
        "tenants.isolation.registry._finders": _AT_IMPORT,
        "tenants.isolation.registry._view_readers": _AT_IMPORT,
        "tenants.jobs.progress._local": "a thread's own connection",
        "tenants.jobs.registry._handlers": _AT_IMPORT,
        "tenants.jobs.upkeep._upkeep": _AT_IMPORT,
        "tenants.lifecycle.hooks._hooks": _AT_IMPORT,
        "tenants.lifecycle.resting._noted": "when each enterprise was last seen, by its id",
        "tenants.registers.defaults.currency_of": _LOADED,
        "tenants.registers.defaults.language_of": _LOADED,
        "tenants.registers.defaults.time_zone_of": _LOADED,
        "tenants.registry.cache._entries": "by id, address or host of the enterprise",
        "tenants.registry.addresses._reserved_skeletons": "computed of a constant",
        "tenants.registry.addresses._skeletons_within": "computed of a constant",
        "tenants.registry.events._subscribers": _AT_IMPORT,
        "tenants.registry.preparation._steps": _AT_IMPORT,
    }.items()
}
