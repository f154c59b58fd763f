"""Random programs over three enterprises, and what each of their steps must see."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, transaction

from apps.machines.models import Machine, Site
from apps.notify.models import Notice
from tenants import context
from tenants.isolation import ForeignInstance
from tenants.models import Job
from tenants.types import EnterpriseRef
from tests.support.world import NOON

Step = tuple[Any, ...]
Program = tuple[Step, ...]


class Leaked(AssertionError):
    """Raised when a step saw what was not its own, or missed what was."""


class Planned(Exception):
    """Raised by a program on purpose."""


@dataclass(frozen=True)
class Tenant:
    """An enterprise, and the rows that everybody who acts in its name must see."""

    ref: EnterpriseRef
    label: str
    sites: tuple[str, ...]


LEAVES = (
    ["query"] * 6
    + ["raw", "raw", "shared", "foreign_key", "count"]
    + ["foreign_schema", "lazy", "iterator", "instance", "write"]
    + ["thread", "thread_in", "fault", "close", "nobody", "many"]
)
BLOCKS = ["switch"] * 4 + ["atomic"] * 3 + ["atomic_raise"] * 2 + ["savepoint"] * 3


def program(seed: int) -> Program:
    """Return the program of a seed: always the same one."""
    rng = random.Random(seed)
    return _block(rng, depth=0)


def _block(rng: random.Random, depth: int) -> Program:
    steps: list[Step] = []
    for _ in range(rng.randint(1, 3 if depth else 5)):
        if depth < 4 and rng.random() < 0.45:
            verb = rng.choice(BLOCKS)
            inner = _block(rng, depth + 1)
            steps.append((verb, rng.randrange(3), inner))
        else:
            steps.append((rng.choice(LEAVES), rng.randrange(3)))
    return tuple(steps)


@dataclass
class Interpreter:
    """Runs programs in this thread, comparing what is seen with what must be."""

    tenants: Sequence[Tenant]
    helper: ThreadPoolExecutor
    now: Tenant | None = None
    steps: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def run(self, steps: Program) -> None:
        """Run a program, or a block of one."""
        for verb, chosen, *rest in steps:
            self.steps += 1
            self.seen[verb] = self.seen.get(verb, 0) + 1
            getattr(self, f"do_{verb}")(self.tenants[chosen], *rest)

    # --- blocks

    def do_switch(self, tenant: Tenant, inner: Program) -> None:
        before, self.now = self.now, tenant
        try:
            with context.enterprise(tenant.ref):
                self.run(inner)
        finally:
            self.now = before

    def do_atomic(self, tenant: Tenant, inner: Program) -> None:
        # A savepoint is a statement too: nobody may set one.
        if self.now is None:
            self.do_switch(tenant, (("atomic", 0, inner),))
            return
        with transaction.atomic():
            self.run(inner)

    def do_atomic_raise(self, tenant: Tenant, inner: Program) -> None:
        """Raise in another enterprise's name, and go on where it is caught."""
        if self.now is None:
            self.do_switch(tenant, (("atomic_raise", 0, inner),))
            return
        with suppress(Planned), transaction.atomic():
            self.do_switch(tenant, inner)
            raise Planned

    def do_savepoint(self, tenant: Tenant, inner: Program) -> None:
        """Roll back by hand, and ask at once in the name that was undone."""
        if self.now is None:
            self.do_switch(tenant, (("savepoint", 0, inner),))
            return
        with transaction.atomic():
            point = transaction.savepoint()
            self.do_switch(tenant, inner)
            transaction.savepoint_rollback(point)
            self.do_switch(tenant, (("query", 0),))

    # --- single steps

    def _see(self, ask: Callable[[], Any], expected: Callable[[Tenant], Any]) -> None:
        if self.now is None:
            try:
                found = ask()
            except context.NoContext:
                return
            raise Leaked(f"Nobody saw {found!r}.")
        found = ask()
        if found != expected(self.now):
            raise Leaked(f"{self.now.label!r} saw {found!r}.")

    def do_query(self, _: Tenant) -> None:
        self._see(site_names, lambda own: own.sites)

    def do_count(self, _: Tenant) -> None:
        self._see(lambda: Site.objects.count(), lambda own: len(own.sites))

    def do_raw(self, _: Tenant) -> None:
        self._see(raw_site_names, lambda own: own.sites)

    def do_many(self, _: Tenant) -> None:
        """Send one statement for several rows; each changes its own to what it is."""

        def ask() -> tuple[str, ...]:
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE machines_site SET name = name WHERE name = %s",
                    [(name,) for tenant in self.tenants for name in tenant.sites[:1]],
                )
            return raw_site_names()

        self._see(ask, lambda own: own.sites)

    def do_shared(self, _: Tenant) -> None:
        def ask() -> set[str]:
            return set(Job.objects.values_list("requested_by", flat=True))

        self._see(ask, lambda own: {own.label})

    def do_foreign_key(self, _: Tenant) -> None:
        def ask() -> set[str]:
            found = Machine.objects.get()
            return {found.name, found.site.name}

        self._see(ask, lambda own: {own.sites[0]})

    def do_write(self, _: Tenant) -> None:
        label = self.now.label if self.now else "nobody"

        def ask() -> set[str]:
            Notice.objects.create(
                kind="test.happened", title=label, roles=["planner"], created_at=NOON
            )
            return set(Notice.objects.values_list("title", flat=True))

        self._see(ask, lambda own: {own.label})

    def do_foreign_schema(self, tenant: Tenant) -> None:
        if self.now is None:
            return self.do_raw(tenant)
        if self.now is tenant:
            return self.do_query(tenant)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'SELECT name FROM "{tenant.ref.schema}".machines_site')
                found = cursor.fetchall()
        except DatabaseError:
            return None
        raise Leaked(f"{self.now.label!r} read {found!r} by its schema's name.")

    def do_lazy(self, tenant: Tenant) -> None:
        rows = Site.objects.order_by("name").values_list("name", flat=True)
        built_by = self.now
        with context.enterprise(tenant.ref):
            self._foreign(built_by, tenant, lambda: tuple(rows))

    def do_iterator(self, tenant: Tenant) -> None:
        if self.now is None:
            return
        rows = Site.objects.order_by("name").iterator(chunk_size=1)
        if next(rows).name != self.now.sites[0]:
            raise Leaked(f"{self.now.label!r} was given a foreign row.")
        with context.enterprise(tenant.ref):
            self._foreign(self.now, tenant, lambda: [row.name for row in rows])

    def do_instance(self, tenant: Tenant) -> None:
        if self.now is None:
            return
        site = Site.objects.order_by("name")[0]
        with context.enterprise(tenant.ref):
            self._foreign(self.now, tenant, lambda: site.save())

    def _foreign(self, mine: Tenant | None, used_in: Tenant, use: Any) -> None:
        try:
            found = use()
        except ForeignInstance:
            if mine is used_in:
                raise
            return
        if mine is not None and mine is not used_in:
            raise Leaked(f"What is {mine.label!r}'s was used elsewhere: {found!r}.")

    def do_thread(self, _: Tenant) -> None:
        """Ask in a thread that was told nothing; it served another a moment ago."""

        def ask() -> object:
            try:
                return raw_site_names()
            except context.NoContext:
                return None

        if (found := self.helper.submit(ask).result()) is not None:
            raise Leaked(f"A thread in nobody's name saw {found!r}.")

    def do_thread_in(self, tenant: Tenant) -> None:
        def ask() -> tuple[str, ...]:
            with context.enterprise(tenant.ref):
                return site_names()

        if (found := self.helper.submit(ask).result()) != tenant.sites:
            raise Leaked(f"A thread of {tenant.label!r} saw {found!r}.")

    def do_fault(self, tenant: Tenant) -> None:
        """Have PostgreSQL refuse a statement in another enterprise's name."""
        if self.now is None:
            return
        with suppress(DatabaseError), transaction.atomic():
            with context.enterprise(tenant.ref), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")

    def do_close(self, _: Tenant) -> None:
        if not connection.in_atomic_block:
            connection.close()

    def do_nobody(self, _: Tenant) -> None:
        """Ask in nobody's name, in the midst of whatever this is."""
        token = context._active.set(None)
        before, self.now = self.now, None
        try:
            self.do_raw(_)
        finally:
            self.now = before
            context._active.reset(token)


def site_names() -> tuple[str, ...]:
    return tuple(Site.objects.order_by("name").values_list("name", flat=True))


def raw_site_names() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM machines_site ORDER BY name")
        return tuple(row[0] for row in cursor.fetchall())


@dataclass
class Result:
    """What many programs came to."""

    programs: int = 0
    steps: int = 0
    verbs: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def run_many(
    tenants: Sequence[Tenant],
    seeds: Sequence[int],
    *,
    connect: Callable[[str], Any],
    threads: int = 2,
    is_enough: Callable[[], bool] = lambda: False,
) -> Result:
    """Run the programs of the seeds in threads at once, up to the first failure.

    `connect(part)` is entered in each thread, and gives it its connection.
    """
    result = Result()
    lock = threading.Lock()
    waiting: Iterator[int] = iter(seeds)

    def take() -> int | None:
        with lock:
            if result.failures or is_enough():
                return None
            return next(waiting, None)

    def work() -> None:
        with connect("worker"), ThreadPoolExecutor(1) as helper:
            helper_connection = connect("helper")
            helper.submit(helper_connection.__enter__).result()
            interpreter = Interpreter(tenants, helper)
            try:
                while (seed := take()) is not None:
                    try:
                        interpreter.run(program(seed))
                    except Exception as error:  # noqa: BLE001  (told with its seed)
                        with lock:
                            result.failures.append(
                                f"Seed {seed}: {type(error).__name__}: {error}\n"
                                f"{program(seed)}"
                            )
                    with lock:
                        result.programs += 1
            finally:
                helper.submit(helper_connection.__exit__, None, None, None).result()
            with lock:
                result.steps += interpreter.steps
                result.verbs |= set(interpreter.seen)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return result
