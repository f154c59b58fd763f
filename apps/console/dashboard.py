"""The first page of the console: what needs the operator today."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from apps.exchange import selectors as exchange
from apps.verification import selectors as verification
from tenants.jobs import selectors as jobs
from tenants.registry import selectors as registry
from tenants.types import JobState, Tier


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return what the first page shows."""
    queue = jobs.queue_figures()
    tiers = registry.count_by_tier()
    job_list = reverse("admin:tenants_job_changelist")
    enterprise_list = reverse("admin:tenants_enterprise_changelist")
    waiting = queue.by_state[JobState.QUEUED]
    since = queue.oldest_waiting_since
    context["cards"] = [
        {
            "title": _("Activated enterprises"),
            "value": tiers[Tier.ACTIVATED],
            "note": _("%(count)d registered") % {"count": tiers[Tier.REGISTERED]},
            "url": f"{enterprise_list}?tier__exact={Tier.ACTIVATED}",
        },
        {
            "title": _("Certificates to check"),
            "value": verification.waiting_count(),
            "note": _("decided by you alone"),
            "url": reverse("admin:verification_certificatereview_changelist")
            + "?state__exact=submitted",
        },
        {
            "title": _("Jobs waiting"),
            "value": waiting,
            "note": (
                _("oldest for %(time)s") % {"time": timesince(since, timezone.now())}
                if since
                else _("none is late")
            ),
            "url": f"{job_list}?state__exact={JobState.QUEUED}",
        },
        {
            "title": _("Jobs failed"),
            "value": queue.by_state[JobState.FAILED],
            "note": _("%(count)d in quarantine")
            % {"count": queue.by_state[JobState.QUARANTINED]},
            "url": f"{job_list}?state__exact={JobState.FAILED}",
            "is_bad": bool(queue.failures),
        },
        {
            "title": _("Jobs done"),
            "value": queue.by_state[JobState.SUCCEEDED],
            "note": _("%(count)d running")
            % {"count": queue.by_state[JobState.RUNNING]},
            "url": f"{job_list}?state__exact={JobState.SUCCEEDED}",
        },
    ]
    context["failures_url"] = f"{job_list}?state__exact={JobState.FAILED}"
    context["failures"] = [
        {
            "job": job,
            "url": reverse("admin:tenants_job_change", args=[job.pk]),
        }
        for job in queue.failures
    ]
    context["runs"] = exchange.runs()[:8]
    return context
