"""Reads registers in the background."""

import contextvars
import threading
from uuid import UUID

from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import jobs
from tenants.registers import services
from tenants.registers.types import Progress


@jobs.handler(services.KIND, scope=jobs.Scope.DIRECTORY)
def import_register(*, import_id: str, **_: object) -> None:
    """Read an uploaded register, each chunk in a transaction of its own.

    The job is one transaction, and an import is many: so it is read by a thread, on a
    connection of that thread's. Killed, the job runs again and reads on.
    """
    failures: list[BaseException] = []

    def read() -> None:
        try:
            services.read_import(
                import_id=UUID(import_id), at=timezone.now(), tell=_show
            )
        except services.ImportNotWaiting:
            # The job died after the last chunk: all is done.
            pass
        except BaseException as error:  # noqa: BLE001  (handed on to the runner)
            failures.append(error)
        finally:
            connections.close_all()

    # With its context: whose job it is, and who acts.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(read,))
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def _show(progress: Progress) -> None:
    jobs.report_progress(
        percent=progress.percent,
        note=_("%(rows)d rows, %(rate)d a second, %(left)d s left")
        % {
            "rows": progress.rows,
            "rate": progress.rows_a_second,
            "left": progress.seconds_left,
        },
    )
