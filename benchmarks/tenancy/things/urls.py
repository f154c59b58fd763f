"""One view, the same in all settings."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.tenancy.things.models import Thing


def count_things(_request: HttpRequest) -> HttpResponse:
    """Answer with one query."""
    return HttpResponse(str(Thing.objects.count()))


urlpatterns = [path("things/", count_things)]
