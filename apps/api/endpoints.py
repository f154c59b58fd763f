"""What every endpoint does the same way: context, strict input, keys, versions."""

import hashlib
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api import idempotency
from apps.api.errors import Problem
from apps.api.oauth import Principal, principal_of
from tenants import context


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        """Check for unknown fields first.

        :raises ValidationError: naming each unknown field.
        """
        if isinstance(data, dict):
            unknown = set(data) - set(self.fields)
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {
                        name: [
                            serializers.ErrorDetail(  # type: ignore[attr-defined]
                                f"There is no such field. Known here: {known}.",
                                code="unknown_field",
                            )
                        ]
                        for name in sorted(unknown)
                    }
                )
        return super().to_internal_value(data)


class Endpoint(APIView):
    """An operation in the name of the token's enterprise.

    `scopes` maps each method to the scope it needs. A POST needs an
    Idempotency-Key unless `is_idempotent_post` says that it has no effect.
    """

    scopes: ClassVar[dict[str, str]] = {}
    is_idempotent_post: ClassVar[bool] = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer in the enterprise's context; one transaction for a write."""
        self.args, self.kwargs = args, kwargs
        # Multipart bodies are read as a stream later: the digest needs them now.
        drf_request = self.initialize_request(request, *args, **kwargs)
        self.request, self.headers = drf_request, self.default_response_headers
        try:
            self.initial(drf_request, *args, **kwargs)
            response = self._answer(drf_request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  (DRF's own way: all become problems)
            response = self.handle_exception(error)
        self.response = self.finalize_response(drf_request, response, *args, **kwargs)
        self.response["Cache-Control"] = "private, no-store"
        patch_vary_headers(self.response, ["Authorization", "Accept"])
        return self.response

    def _answer(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        name = (request.method or "").lower()
        if name not in self.http_method_names or not hasattr(self, name):
            return self.http_method_not_allowed(request, *args, **kwargs)
        handler = getattr(self, name)
        principal = principal_of(request)
        with context.enterprise(principal.enterprise):
            if name == "post" and not self.is_idempotent_post:
                return self._once(request, principal, handler, *args, **kwargs)
            answer: Response = handler(request, *args, **kwargs)
            return answer

    def _once(
        self,
        request: Request,
        principal: Principal,
        handler: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        key = idempotency.key_of(request)
        fingerprint = self._fingerprint(request)
        route = f"POST {request.path}"
        with transaction.atomic():
            first = idempotency.replayed(principal.enterprise, route, key, fingerprint)
            if first is not None:
                return first
            response: Response = handler(request, *args, **kwargs)
            idempotency.keep(
                principal.enterprise,
                route,
                key,
                fingerprint,
                response,
                at=timezone.now(),
            )
            return response

    def _fingerprint(self, request: Request) -> str:
        if not request.FILES:
            return idempotency.fingerprint_of(
                request, repr(sorted(_plain(request.data))).encode()
            )
        digest = hashlib.sha256(
            repr(sorted((k, v) for k, v in request.POST.items())).encode()
        )
        for name in sorted(request.FILES):
            upload = request.FILES[name]
            digest.update(name.encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
        return digest.hexdigest()

    def parsed(
        self, serializer: type[serializers.Serializer[Any]], request: Request
    ) -> Any:
        """Return the body as the serializer understands it.

        :raises ValidationError: naming each field at fault.
        """
        payload = serializer(data=request.data)
        payload.is_valid(raise_exception=True)
        return payload.validated_data


def _plain(data: Any) -> list[tuple[str, str]]:
    if isinstance(data, dict):
        return [(str(name), repr(value)) for name, value in data.items()]
    return [("", repr(data))]


def etag(version: object) -> str:
    """Return a strong entity tag from a row's version."""
    return f'"{version}"'


def check_match(request: Request, version: object) -> None:
    """Compare If-Match with what is stored.

    :raises Problem: 428 without If-Match, 412 with another version.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(
            428, "precondition_required", "Send If-Match with the ETag that you saw."
        )
    if given.strip() not in {etag(version), "*"}:
        raise Problem(
            412,
            "precondition_failed",
            "The resource has changed since you read it. Read it again.",
        )


def represented(
    request: Request, body: Any, version: object, status: int = 200
) -> Response:
    """Return a representation with its ETag, or 304 where the caller has it."""
    tag = etag(version)
    if status == 200 and request.headers.get("If-None-Match") == tag:
        return Response(status=304, headers={"ETag": tag})
    return Response(body, status=status, headers={"ETag": tag})
