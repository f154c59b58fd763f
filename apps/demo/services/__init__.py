"""Fills Spindle with a world to look at, through the services that people use."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from apps.demo.rules import worlds
from apps.demo.services import planning, requests
from apps.demo.services.draining import drain
from apps.demo.services.enterprises import enroll_people, write_enterprise
from apps.demo.services.hands import Hands
from apps.demo.services.hands import hands as having_hands
from apps.demo.services.planning import GO_ON, go_on_planning
from apps.demo.types import EnterprisePlan, Login, Seeded, SharedPassword
from tenants import context, jobs
from tenants.models import Enterprise
from tenants.registers import services as registers
from tenants.registry import selectors as registry
from tenants.registry import services as registering
from tenants.types import SYSTEM

# Documented in the README: whoever puts the demo on the open internet changes it.
PASSWORD = "spindle-demo-2026"  # noqa: S105  (no secret: it is printed at every start)
OPERATOR = ("operator@spindle.example.com", "Olga Operator")
REGISTER = "Spindle demo register"
BATCH_OF_PEOPLE = 200

Progress = Callable[[str], None]

__all__ = ["GO_ON", "PASSWORD", "Progress", "go_on_planning", "logins", "seed"]


def _silent(_: str) -> None:
    pass


def seed(
    *,
    at: datetime,
    enterprises: int = worlds.DEFAULT_ENTERPRISES,
    seed: int = 1,
    once: bool = True,
    progress: Progress = _silent,
    hands: int = 2,
) -> Seeded:
    """Write so many enterprises with their machines, requests and a first order.

    Repeatable: what is there stays as it is, what is missing is written, enterprise by
    enterprise. With `once`, a world that is whole is not looked at more closely.
    """
    with context.directory():
        # Suspended ones too, which the public directory leaves out.
        there = set(Enterprise.objects.values_list("slug", flat=True))
        is_registered = Enterprise.objects.filter(register_source=REGISTER).exists()
    missing = [
        plan
        for plan in worlds.plan_world(enterprises=enterprises, seed=seed, on=at.date())
        if plan.shop.slug not in there
    ]
    if not is_registered:
        _read_register(at)
    is_whole = not missing and planning.is_begun() and requests.are_settled(at=at)
    if once and is_whole:
        return Seeded(enterprises=enterprises, created=0, machines=0, requests=0)
    _make_operator()
    # The hands do the jobs themselves: a worker told of each would find it done.
    with jobs.unpoked(), having_hands(hands) as crew:
        _write_enterprises(missing, crew, at=at, progress=progress)
        progress("Measuring parts and publishing machines")
        requests.upload_parts(at=at)
        drain(crew)
        progress("Sending requests for quotation")
        written = requests.write_requests(at=at)
        drain(crew)
        progress("Placing first orders")
        if requests.award_requests(at=at):
            drain(crew)
        # Last, with the clock of now: its jobs are left to the workers.
        planning.begin_planning(at=timezone.now())
    return Seeded(
        enterprises=enterprises,
        created=len(missing),
        machines=sum(len(plan.machines) for plan in missing),
        requests=written,
    )


def _write_enterprises(
    plans: list[EnterprisePlan], crew: Hands, *, at: datetime, progress: Progress
) -> None:
    # One hash for all: hashing is slow on purpose, and they share the password.
    password = SharedPassword(PASSWORD, make_password(PASSWORD))
    write = partial(write_enterprise, password=password, at=at)
    for start in range(0, len(plans), BATCH_OF_PEOPLE):
        batch = plans[start : start + BATCH_OF_PEOPLE]
        enroll_people(
            (
                (person, plan.country.language, plan.time_zone)
                for plan in batch
                for person in plan.people[1:]
            ),
            password=password,
        )
        for number, plan in enumerate(crew.share_out(write, batch), start + 1):
            progress(f"{number} of {len(plans)} enterprises: {plan.shop.name}")


def _make_operator() -> None:
    email, name = OPERATOR
    if registry.user_by_email(email) is None:
        registering.create_operator(email=email, name=name, password=PASSWORD)


def _read_register(at: datetime) -> None:
    """Let enterprises be known that have not come themselves."""
    registers.import_file(
        path=Path(__file__).parents[1] / "data" / "register.csv",
        source=REGISTER,
        by=SYSTEM,
        at=at,
    )


def logins() -> list[Login]:
    """Return ways into the demo world that exist here, the most telling first."""
    ways = []
    for slug, role, who in SHOWN:
        if registry.enterprise_by_slug(slug) is None:
            continue
        ways.append(
            Login(
                host=f"{slug}.{settings.DOMAIN}",
                email=f"{role}@{slug}.{worlds.MAIL_DOMAIN}",
                password=PASSWORD,
                who=who,
            )
        )
    email, _ = OPERATOR
    if registry.user_by_email(email) is not None:
        host = f"console.{settings.DOMAIN}"
        ways.append(Login(host, email, PASSWORD, "Platform operator, console"))
    return ways


SHOWN: tuple[tuple[str, str, str], ...] = (
    ("weserorbit", "buyer", "Buyer, Weserorbit Raumfahrtsysteme, Bremen"),
    ("kaltenrieder", "owner", "Owner of a 5-axis shop, Göppingen"),
    ("kaltenrieder", "planner", "Planner of the same shop"),
    ("lanyu", "seller", "Seller of a machine shop, 苏州 (in Chinese)"),
    ("kamnegorsk", "owner", "Owner of a machine shop, Екатеринбург (in Russian)"),
    ("prairiekestrel", "buyer", "Buyer, Prairie Kestrel Aerostructures, Wichita"),
)
