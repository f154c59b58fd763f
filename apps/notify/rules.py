"""Which kinds of notices and mails the code sends, and whose facts they carry.

A module that tells people something says of each kind what it carries, in
`NOTICES = {"exchange.order_won": Disclosure.COUNTERPARTY}`, and gives `notify` the kind
as a literal, so that no channel can be opened without being seen here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings

from tenants.isolation.registry import Classes, Found, Kind
from tenants.types import Disclosure, Tenancy

TELLING = "notify"
TABLE = "NOTICES"
MAILING = frozenset(
    {"EmailMessage", "EmailMultiAlternatives", "send_mail", "mail_admins"}
)


def find_channels() -> Iterator[Found]:
    """Find all that leaves the system by itself: notices, and mails."""
    for config in apps.get_app_configs():
        if config.name.startswith(settings.TENANCY_OWN):
            for path in sorted(Path(config.path).rglob("*.py")):
                yield from channels_in(path)


def channels_in(path: Path) -> Iterator[Found]:
    """Find what one module sends."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    declared = _declared(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func).rpartition(".")[2]
        if name in MAILING:
            yield Found(
                Kind.CHANNEL,
                f"mail: {path.stem}:{call.lineno}",
                None,
                "Mails go through a service with a template and a class: write one.",
            )
        elif name == TELLING and any(word.arg == "kind" for word in call.keywords):
            yield _notice(path, call, declared)


def _notice(path: Path, call: ast.Call, declared: dict[str, Disclosure]) -> Found:
    given = next(word.value for word in call.keywords if word.arg == "kind")
    if not isinstance(given, ast.Constant):
        return Found(
            Kind.CHANNEL,
            f"notice: {path.stem}:{call.lineno}",
            None,
            f"Give `kind` as a literal, and add it to {TABLE} in {path.name}.",
        )
    kind = str(given.value)
    disclosure = declared.get(kind)
    return Found(
        Kind.CHANNEL,
        f"notice: {kind}",
        Classes(Tenancy.PRIVATE, disclosure) if disclosure else None,
        f'Add "{kind}": Disclosure.… to {TABLE} in {path.name}.',
    )


def _declared(tree: ast.Module) -> dict[str, Disclosure]:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and [ast.unparse(target) for target in node.targets] == [TABLE]
            and isinstance(node.value, ast.Dict)
        ):
            return {
                str(ast.literal_eval(kind)): Disclosure[
                    ast.unparse(said).split(".")[-1]
                ]
                for kind, said in zip(node.value.keys, node.value.values, strict=True)
                if kind is not None
            }
    return {}
