"""What templates say about values: form, tone, place in the frame."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info

from apps.notify import selectors as notices
from apps.portal import formats, navigation, preferences
from apps.portal.changes import told
from apps.portal.happenings import happening
from apps.portal.states import tone_of

register = template.Library()

register.filter("money", formats.money)
register.filter("day", formats.day)
register.filter("weekday", formats.weekday)
register.filter("moment", formats.moment)
register.filter("duration", formats.duration)
register.filter("file_size", formats.file_size)
register.filter("tone", tone_of)
register.filter("happening", happening)
register.filter("told", told)


@register.filter
def number(value: Decimal | float | None, digits: int = 2) -> str:
    """Write a number in the reader's form."""
    return formats.number(value, digits)


@register.filter
def percent(value: Decimal | float | None, digits: int = 0) -> str:
    """Write a share of 1 in percent."""
    return formats.percent(value, digits)


@register.filter
def quantity(value: Decimal | float | None, unit: str) -> str:
    """Write a number with its unit."""
    return formats.quantity(value, unit)


@register.filter
def unit(code: str) -> str:
    """Write a unit in the reader's language."""
    return formats.unit_symbol(code)


@register.simple_tag
def time(value: date | datetime | None, *, relative: bool = False) -> SafeString | str:
    """Write a moment for people, with the exact one for machines and on hover."""
    if value is None:
        return formats.UNKNOWN
    if not isinstance(value, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), formats.day(value)
        )
    shown = formats.moment(value)
    if relative:
        shown = formats.distance(value, timezone.now())
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{} ({})">{}</time>',
        value.isoformat(),
        formats.moment(value),
        local.tzname() or "UTC",
        shown,
    )


@register.simple_tag(takes_context=True)
def main_navigation(context: Context) -> Sequence[navigation.Group]:
    """Return the groups of links that the reader's role has."""
    request = context.get("request")
    role = getattr(request, "role", None)
    path = request.path if request else ""
    return navigation.groups_for(role, path)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """Return the reader's theme: light, dark or auto."""
    request = context.get("request")
    return preferences.theme_of(request) if request else preferences.AUTO


@register.simple_tag(takes_context=True)
def unread_notices(context: Context) -> int:
    """Count what the reader has not read yet."""
    request = context.get("request")
    role = getattr(request, "role", None)
    if request is None or role is None:
        return 0
    return notices.unread_count(user_id=request.user.pk, role=str(role))


@register.simple_tag
def languages() -> list[dict[str, Any]]:
    """Return the languages the portal is written in, each by its own name."""
    current = get_language()
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"],
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
        if code in preferences.PORTAL_LANGUAGES
    ]


# Bootstrap wants one class on each kind of control; anything else is a text box.
# Boxes and dots to tick are the browser's own, in our accent.
CONTROL_CLASSES = {
    "checkbox": "",
    "checkboxselectmultiple": "",
    "radioselect": "",
    "select": "form-select",
    "selectmultiple": "form-select",
}


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw a form field's control in the portal's look."""
    widget = field.field.widget
    kind = type(widget).__name__.lower()
    name = CONTROL_CLASSES.get(
        kind, CONTROL_CLASSES.get(getattr(widget, "input_type", ""), "form-control")
    )
    # What stands in a box vanishes on typing; hints stand above it.
    attributes: dict[str, Any] = {"placeholder": False}
    if name:
        given = widget.attrs.get("class")
        attributes["class"] = f"{given} {name}" if given else name
    return field.as_widget(attrs=attributes)


@register.filter
def initials(name: object) -> str:
    """Return up to two letters that stand for a person or an enterprise."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    picked = words[:1] if len(words) == 1 else [*words[:1], *words[-1:]]
    return "".join(word[0] for word in picked).upper()


@register.filter
def attribute(value: object, name: str) -> object:
    """Return an attribute or a key whose name is only known at run time."""
    if isinstance(value, dict):
        return value.get(name)
    return getattr(value, name, None)
