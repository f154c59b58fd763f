"""Bodies too large for any form are refused by their headers, before they are read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

LARGEST_MB = 110


class BodyLimit:
    """Answers 413 where reading would fill a disk; the API has limits of its own.

    It stands before the check of the form's token, for which Django reads a form whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse what announces more than the largest form takes."""
        given = request.META.get("CONTENT_LENGTH") or "0"
        is_api = getattr(request, "face", "") == "api"
        if not is_api and given.isdigit() and int(given) > LARGEST_MB << 20:
            return render(request, "413.html", {"most": LARGEST_MB}, status=413)
        return self.get_response(request)
