"""Rules of the house that no linter knows."""

import ast
import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from apps.portal.access import permission_of
from tenants.jobs import registry
from tests.support.work import KIND as TEST_KIND

ROOT = Path(__file__).resolve().parents[2]
DOMAIN_FILES = [
    path
    for name in ("services", "selectors", "models", "rules", "types")
    for app in (
        "machines",
        "capacity",
        "orders",
        "exchange",
        "reports",
        "catalog",
        "library",
    )
    for path in [
        *(ROOT / "apps" / app).glob(f"{name}.py"),
        *(ROOT / "apps" / app / name).glob("**/*.py"),
    ]
]
FORBIDDEN_IN_DOMAIN = {"django.http", "django.shortcuts", "django.views", "requests"}
# Views of Django and allauth, whose permission is in their own code.
LIBRARY_VIEWS = (
    "allauth.",
    "django.",
    "drf_spectacular.",
    "unfold.",
    "apps.kernel.admin",
)
MODULE_LINES = 460


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOMAIN_FILES, ids=relative)
def test_domain_module_knows_no_web(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            assert not any(
                name == banned or name.startswith(f"{banned}.")
                for banned in FORBIDDEN_IN_DOMAIN
            ), f"{relative(path)} imports {name}"


def patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += patterns(entry, route)
        elif isinstance(entry, URLPattern):
            found.append((route, entry.callback))
    return found


@pytest.mark.parametrize(
    "urlconf", ["spindle.urls_public", "spindle.urls_enterprise", "spindle.urls_api"]
)
def test_every_url_declares_its_permission(urlconf: str) -> None:
    undeclared = []
    for route, view in patterns(get_resolver(urlconf)):
        module = getattr(view, "__module__", "")
        endpoint = getattr(view, "view_class", None)
        if endpoint is not None and hasattr(endpoint, "scopes"):
            methods = {
                name.upper()
                for name in ("get", "post", "put", "patch", "delete")
                if hasattr(endpoint, name)
            }
            if methods != set(endpoint.scopes):
                undeclared.append(route)
        elif (
            permission_of(view) is None
            and not getattr(view, "is_open", False)
            and not module.startswith(LIBRARY_VIEWS)
        ):
            undeclared.append(route)
    assert undeclared == []


def test_every_job_is_named_by_its_app() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("apps."):
            try:
                importlib.import_module(f"{config.name}.tasks")
            except ModuleNotFoundError as error:
                if error.name != f"{config.name}.tasks":
                    raise
    labels = {config.label for config in apps.get_app_configs()}
    for kind, registered in registry.kinds().items():
        if kind.startswith("tests.") or kind == TEST_KIND:
            continue
        app, _, verb = kind.partition(".")
        assert app in labels, kind
        assert "_" in verb or verb.isalpha(), kind
        module = registered.run.__module__
        if app == "tenants":
            assert module.startswith("tenants."), kind
        else:
            assert module == f"apps.{app}.tasks", kind


def test_no_module_grows_beyond_reading() -> None:
    long = {
        relative(path): len(path.read_text().splitlines())
        for folder in ("platform", "tenants", "apps")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and "data" not in path.parts
    }
    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES} == {}


def test_nobody_delays_a_celery_task_but_the_queue() -> None:
    for folder in ("tenants", "apps", "platform"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            if path.name != "queue.py":
                assert ".apply_async(" not in text, relative(path)
                assert ".delay(" not in text, relative(path)
