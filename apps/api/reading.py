"""Reads what callers send, and refuses what could not be kept or given back."""

import math
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, negotiation, parsers, serializers
from rest_framework.request import Request

from apps.api.errors import Problem, pointer_of
from tenants.types import Disclosure

# What a body may weigh: documents of fields, and files with their fields.
MOST_JSON_BYTES = 2 * 1024 * 1024
MOST_MULTIPART_BYTES = 110 * 1024 * 1024
FARTHEST_YEARS = (2000, 2200)
DEEPEST = 20


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know."""

    # What comes in is its sender's; it leaves again by other serializers.
    disclosure = Disclosure.PRIVATE

    def to_internal_value(self, data: Any) -> Any:
        """Check for unknown fields first.

        :raises ValidationError: naming each unknown field.
        """
        if hasattr(data, "keys"):
            unknown = set(data) - set(self.fields)
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {
                        name: [
                            exceptions.ErrorDetail(
                                f"There is no such field. Known here: {known}.",
                                code="unknown_field",
                            )
                        ]
                        for name in sorted(unknown)
                    }
                )
        return super().to_internal_value(data)


class NoInput(StrictSerializer):
    """A body without fields."""


class Measure(serializers.FloatField):
    """A finite number; what JSON cannot give back is not taken."""

    default_error_messages = {"infinite": "A finite number is required."}

    def to_internal_value(self, data: Any) -> float:
        """Read a number.

        :raises ValidationError: if it is none, or endless.
        """
        if isinstance(data, bool):
            self.fail("invalid")
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("infinite")
        return number


class Day(serializers.DateField):
    """A day that machines may still work on."""

    default_error_messages = {"far": "Give a day from 2000 to 2199."}

    def to_internal_value(self, value: Any) -> Any:
        """Read a day.

        :raises ValidationError: if it is none, or centuries away.
        """
        day = super().to_internal_value(value)
        if not FARTHEST_YEARS[0] <= day.year < FARTHEST_YEARS[1]:
            self.fail("far")
        return day


class Moment(serializers.DateTimeField):
    """A moment that machines may still work at."""

    default_error_messages = {"far": "Give a moment from 2000 to 2199."}

    def to_internal_value(self, value: Any) -> Any:
        """Read a moment.

        :raises ValidationError: if it is none, or centuries away.
        """
        moment = super().to_internal_value(value)
        if not FARTHEST_YEARS[0] <= moment.year < FARTHEST_YEARS[1]:
            self.fail("far")
        return moment


@extend_schema_field(
    {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "06:30"}
)
class WallTime(serializers.TimeField):
    """An hour and minute on a clock on the wall."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **facts)


class JSONParser(parsers.JSONParser):
    """Reads JSON that PostgreSQL can keep."""

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        """Read a body.

        :raises ParseError: if it is not JSON.
        :raises Problem: 400 for NUL, half a surrogate pair, or too many levels.
        """
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise _too_deep() from error
        check_text(found)
        return found


class MultiPartParser(parsers.MultiPartParser):
    """Reads forms whose text PostgreSQL can keep."""

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        """Read a body.

        :raises ParseError: if it is not multipart/form-data.
        :raises Problem: 400 for NUL in a field.
        """
        found = super().parse(stream, media_type, parser_context)
        check_text({name: found.data.getlist(name) for name in found.data})
        return found


class Negotiation(negotiation.DefaultContentNegotiation):
    """By the Accept header alone: `format` is no parameter of ours."""

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> Any:
        """Choose what the caller can read.

        :raises NotAcceptable: if there is nothing.
        """
        for media_type in self.get_accept_list(request):
            kind = media_type.partition(";")[0].strip().lower()
            for renderer in renderers:
                main = renderer.media_type.partition("/")[0]
                # A problem is JSON too.
                if kind in {
                    renderer.media_type,
                    "*/*",
                    f"{main}/*",
                    "application/problem+json",
                }:
                    return renderer, renderer.media_type
        raise exceptions.NotAcceptable(available_renderers=renderers)


class AnyRepresentation(Negotiation):
    """For files, which come as they are."""

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> Any:
        """Choose how a refusal would be written."""
        return renderers[0], renderers[0].media_type


def check_text(found: Any, pointer: str = "", depth: int = 0) -> None:
    """Refuse text that no column can keep, wherever it stands.

    :raises Problem: 400 with the place.
    """
    if depth > DEEPEST:
        raise _too_deep()
    if isinstance(found, str):
        if "\x00" in found or any("\ud800" <= letter <= "\udfff" for letter in found):
            raise Problem(
                400,
                "unreadable_text",
                "Text must not contain NUL or half of a surrogate pair.",
                pointer=pointer,
            )
    elif isinstance(found, float):
        if not math.isfinite(found):
            raise Problem(
                400, "unreadable_number", "Numbers must be finite.", pointer=pointer
            )
    elif isinstance(found, dict):
        for name, inner in found.items():
            check_text(name, pointer, depth)
            check_text(inner, pointer + pointer_of(name), depth + 1)
    elif isinstance(found, list):
        for index, inner in enumerate(found):
            check_text(inner, f"{pointer}/{index}", depth + 1)


def _too_deep() -> Problem:
    return Problem(
        400, "too_deep", f"The body must not nest deeper than {DEEPEST} levels."
    )


def check_envelope(request: HttpRequest) -> None:
    """Refuse bodies by their headers alone, before they are read.

    :raises Problem: 413 for a large body, 415 for another charset.
    """
    if request.content_params and "charset" in request.content_params:
        charset = request.content_params["charset"].lower()
        if charset not in {"utf-8", "utf8", "us-ascii"}:
            # Django would decode the query by it too.
            request.encoding = "utf-8"
            raise Problem(415, "unsupported_media_type", "Send UTF-8.")
    is_form = request.content_type == "multipart/form-data"
    most = MOST_MULTIPART_BYTES if is_form else MOST_JSON_BYTES
    given = request.META.get("CONTENT_LENGTH") or "0"
    if given.isdigit() and int(given) > most:
        raise Problem(
            413, "too_large", f"A body may have up to {most:,} bytes, not {given}."
        )


def body_of(request: Request, shape: type[serializers.Serializer[Any]]) -> Any:
    """Return the body as the serializer understands it.

    :raises ValidationError: naming each field at fault.
    """
    payload = shape(data=request.data)
    payload.is_valid(raise_exception=True)
    return payload.validated_data
