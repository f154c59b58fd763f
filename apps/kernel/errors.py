"""What a rule of the trade says when it refuses."""

from typing import Any


class DomainError(Exception):
    """A refusal that its reader can act upon.

    `detail` says what happened, `field` and `value` name the input at fault, and
    `remedy` says what to do instead. Faces translate it once: the portal into a
    form error, the API into an RFC 9457 problem of the given status.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        detail: object = "",
        *,
        field: str | None = None,
        value: object = None,
        remedy: object = "",
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.value = value
        self.remedy = remedy
        self.facts = facts or {}

    def __str__(self) -> str:
        """Give the refusal and its remedy as one line."""
        parts = [str(self.detail or self.code)]
        if self.remedy:
            parts.append(str(self.remedy))
        return " ".join(parts)


class InvalidInput(DomainError):
    """Input that is well formed but cannot be meant."""

    code = "invalid_input"
    status = 422


class NotFound(DomainError):
    """There is no such thing in this enterprise."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The state has moved on since the caller looked."""

    code = "conflict"
    status = 409
