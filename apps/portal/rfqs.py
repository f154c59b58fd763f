"""RFQs: written, published, matched, quoted, compared and awarded."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.audit import selectors as audit
from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange import services as market
from apps.exchange.types import Outcome
from apps.kernel.errors import DomainError
from apps.orders import selectors as orders
from apps.orders import services
from apps.orders.types import Audience, GeometryState, RfqDraft, RfqLineDraft, RfqState
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import Day, Moment, PortalForm, Quantity, WholeQuantity
from apps.portal.machines import uuid_of
from apps.portal.paging import page_of
from apps.portal.parts import material_choices, material_name
from apps.portal.public.places import countries
from apps.portal.scores import waterfall_of
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

READERS = (Role.BUYER, Role.VIEWER)
DEADLINE_DAYS = 10
# From the end of idle time that is asked for until its parts are there.
DELIVERY_DAYS = 14
SHOWN_FITTING = 15
SHOWN_REFUSALS = 15


def process_choices() -> list[tuple[str, str]]:
    """Return the catalog's processes, each indented below its parent."""
    language = get_language() or "en"
    return [
        (
            node.code,
            "\N{NO-BREAK SPACE}" * 3 * node.path.count("/")
            + catalog.label(node, language),
        )
        for node in catalog.process_tree()
    ]


def certificate_choices() -> list[tuple[str, str]]:
    """Return the kinds of certificates for a form."""
    return [(kind.code, kind.label) for kind in catalog.certificate_kinds()]


def part_choices() -> list[tuple[str, str]]:
    """Return the enterprise's parts that have been measured."""
    ready = orders.parts(geometry_state=GeometryState.READY).newest_first()
    return [
        (
            str(part.pk),
            f"{part.number} {part.revision} · {part.name}".replace("  ", " "),
        )
        for part in ready[:500]
    ]


def country_choices() -> list[tuple[str, str]]:
    """Return countries by name."""
    return [("", "—"), *countries()]


class RfqForm(PortalForm):
    """A request for quotation with one line."""

    title = forms.CharField(label=_("Title"), max_length=160)
    part_id = forms.ChoiceField(
        label=_("Part"),
        choices=part_choices,
        help_text=_("Only parts whose geometry has been read are listed."),
    )
    quantity = WholeQuantity(label=_("Quantity"), unit=_("pcs"), min_value=1)
    process_codes = forms.MultipleChoiceField(
        label=_("Processes"),
        choices=process_choices,
        help_text=_("Any one of them will do. A group stands for all below it."),
        widget=forms.SelectMultiple(attrs={"size": 8, "data-choose": ""}),
    )
    material_code = forms.ChoiceField(label=_("Material"), choices=material_choices)
    it_grade = forms.TypedChoiceField(
        label=_("Tolerance"),
        choices=[("", "—"), *[(str(n), f"IT{n}") for n in range(4, 17)]],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The finest ISO 286 grade on the part."),
    )
    roughness_um = Quantity(
        label=_("Roughness Ra"), unit="µm", required=False, min_value=0
    )
    target_unit_price = Quantity(
        label=_("Target price of a piece"),
        unit="",
        required=False,
        min_value=0,
        help_text=_("Only for ranking: sellers do not see it."),
    )
    due_on = Day(label=_("Due on"))
    response_deadline_at = Moment(label=_("Answers until"))
    delivery_country = forms.ChoiceField(
        label=_("Country of delivery"), choices=country_choices
    )
    delivery_city = forms.CharField(
        label=_("Place of delivery"), max_length=80, required=False
    )
    certificate_codes = forms.MultipleChoiceField(
        label=_("Certificates asked for"),
        choices=certificate_choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5, "data-choose": ""}),
    )
    audience = forms.ChoiceField(
        label=_("Who may answer"),
        choices=[
            (value, label)
            for value, label in Audience.choices
            if value != Audience.INVITED
        ],
    )
    anonymous = forms.BooleanField(
        label=_("Sellers learn who asks only with the award"), required=False
    )
    note = forms.CharField(
        label=_("Note to sellers"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def draft(self, currency: str) -> RfqDraft:
        """Return what was written, as services take it."""
        facts = dict(self.cleaned_data)
        roughness = facts.pop("roughness_um")
        line = RfqLineDraft(
            part_id=UUID(facts.pop("part_id")),
            quantity=facts.pop("quantity"),
            process_codes=tuple(facts.pop("process_codes")),
            material_code=facts.pop("material_code"),
            it_grade=facts.pop("it_grade"),
            roughness_um=None if roughness is None else float(roughness),
            target_unit_price=facts.pop("target_unit_price"),
        )
        facts["certificate_codes"] = tuple(facts["certificate_codes"])
        return RfqDraft(currency=currency, lines=(line,), **facts)


@access(*READERS)
@require_safe
def rfq_list(request: HttpRequest) -> HttpResponse:
    """List RFQs, newest first."""
    query = request.GET.get("q", "").strip()
    state = request.GET.get("state", "")
    page = page_of(request, orders.rfqs(search=query, state=state))
    return render(
        request,
        "portal/rfqs/list.html",
        {"page": page, "query": query, "state": state, "states": RfqState.choices},
    )


@access(Role.BUYER)
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, rfq_id: UUID | None = None) -> HttpResponse:
    """Let a buyer write a request, or change a draft."""
    known = _rfq(rfq_id) if rfq_id else None
    lot = None if known else _idle_lot(request)
    form = RfqForm(request.POST or None, initial=_initial(request, known, lot))
    is_invited = lot is not None or (known and known.audience == Audience.INVITED)
    if is_invited:
        form.fields["audience"].required = False
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, known, lot)
            if "publish" in request.POST:
                services.publish_rfq(
                    rfq_id=saved.pk, by=actor_of(request), at=timezone.now()
                )
        except DomainError as error:
            form.refuse(error)
            known = known or None
        else:
            return redirect("portal:rfq", saved.pk)
    return render(
        request,
        "portal/rfqs/write.html",
        {
            "form": form,
            "rfq": known,
            "has_parts": bool(part_choices()),
            "lot": lot,
            "is_invited": is_invited,
        },
    )


@access(*READERS)
@require_safe
def rfq(request: HttpRequest, rfq_id: UUID) -> HttpResponse:
    """Show an RFQ with the matches and quotes of its lines."""
    found = _rfq(rfq_id)
    lines = [
        _line(line) for line in sorted(found.lines.all(), key=lambda x: x.position)
    ]
    return render(
        request,
        "portal/rfqs/detail.html",
        {
            "rfq": found,
            "lines": lines,
            "certificates": [
                catalog.certificate_kind_by_code(code).label
                for code in found.certificate_codes
            ],
            "events": audit.events_of(found),
        },
    )


@access(*READERS)
@require_safe
def matches(request: HttpRequest, rfq_line_id: UUID) -> HttpResponse:
    """Show what was found for a line; asks again until the first run has ended."""
    line = _found_line(rfq_line_id)
    is_whole = "all" in request.GET
    return render(
        request, "portal/rfqs/matches.html", {"line": _line(line, is_whole=is_whole)}
    )


@access(*READERS)
@require_safe
def match(request: HttpRequest, rfq_line_id: UUID, match_id: UUID) -> HttpResponse:
    """Open a score to its parts."""
    _found_line(rfq_line_id)
    for view in exchange.matches_of(rfq_line_id):
        if view.id == match_id:
            return render(
                request,
                "portal/rfqs/match.html",
                {"match": view, "steps": waterfall_of(view)},
            )
    raise Http404


@access(Role.BUYER)
@require_POST
def publish(request: HttpRequest, rfq_id: UUID) -> HttpResponse:
    """Send a draft to the exchange."""
    try:
        services.publish_rfq(rfq_id=rfq_id, by=actor_of(request), at=timezone.now())
    except orders.RfqNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        for item in error.facts.get("errors", []):
            messages.error(request, str(item.get("message", "")))
    return redirect("portal:rfq", rfq_id)


@access(Role.BUYER)
@require_POST
def cancel(request: HttpRequest, rfq_id: UUID) -> HttpResponse:
    """Take a request back."""
    try:
        services.cancel_rfq(
            rfq_id=rfq_id, by=actor_of(request), at=timezone.now(), reason=""
        )
    except orders.RfqNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:rfq", rfq_id)


@access(Role.BUYER)
@require_POST
def award(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """Accept a quote: its time is booked, both sides get the order."""
    try:
        order = market.award(quote_id=quote_id, by=actor_of(request), at=timezone.now())
    except orders.QuoteNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        line = orders.quote_detail(quote_id).rfq_line
        return redirect("portal:rfq", line.rfq_id) if line else redirect("portal:rfqs")
    messages.success(
        request, _t("Order %(number)s is placed.") % {"number": order.number}
    )
    return redirect("portal:order", order.pk)


def _save(request: HttpRequest, form: RfqForm, known: Any, lot: Any) -> Any:
    enterprise = enterprise_of(request)
    draft = form.draft(known.currency if known else enterprise.currency)
    by, at = actor_of(request), timezone.now()
    if lot is not None:
        draft = _only_to(draft, (lot.owner_id,))
    if known is None:
        return services.draft_rfq(draft=draft, by=by, at=at)
    before = orders.draft_of(known)
    if before.audience == Audience.INVITED:
        # Who is asked is not chosen on this page.
        draft = _only_to(draft, before.invited_enterprise_ids)
    # Further lines, such as a partner system may have written, stay as they are.
    draft = replace(draft, lines=(*draft.lines, *before.lines[1:]))
    return services.revise_rfq(
        rfq_id=known.pk, draft=draft, version=known.version, by=by, at=at
    )


def _only_to(draft: RfqDraft, enterprise_ids: Iterable[UUID]) -> RfqDraft:
    return replace(
        draft, audience=Audience.INVITED, invited_enterprise_ids=tuple(enterprise_ids)
    )


def _idle_lot(request: HttpRequest) -> Any:
    """Return the idle time that is asked for, if the address names some of another's."""
    key = uuid_of(request.GET.get("idle_lot", ""))
    if key is None:
        return None
    try:
        found = exchange.market_idle_lot(key)
    except exchange.IdleLotNotFound as error:
        raise Http404(str(error)) from error
    return None if found.is_own else found


def _initial(request: HttpRequest, known: Any, lot: Any) -> dict[str, Any]:
    if known is None:
        enterprise = enterprise_of(request)
        part_id = request.GET.get("part", "")
        facts = {
            "part_id": part_id,
            "anonymous": True,
            "delivery_country": enterprise.country,
            "response_deadline_at": timezone.now() + timedelta(days=DEADLINE_DAYS),
        }
        return facts if lot is None else facts | _of_idle_lot(lot)
    draft = orders.draft_of(known)
    line = draft.lines[0] if draft.lines else None
    facts = {
        name: getattr(draft, name)
        for name in RfqForm.base_fields
        if hasattr(draft, name)
    }
    if line is not None:
        facts |= {
            name: getattr(line, name)
            for name in RfqForm.base_fields
            if hasattr(line, name)
        }
    return facts


def _of_idle_lot(lot: Any) -> dict[str, Any]:
    """Fill in what idle time says of a request for it."""
    process = catalog.label(lot.process_code, get_language() or "en")
    day = formats.day(timezone.localdate(lot.starts_at))
    return {
        "title": _t("%(process)s from %(day)s") % {"process": process, "day": day},
        "process_codes": [lot.process_code],
        "anonymous": False,
        "due_on": timezone.localdate(lot.ends_at) + timedelta(days=DELIVERY_DAYS),
        "response_deadline_at": lot.expires_at,
        "note": _t(
            "For your idle time of %(minutes)s from %(start)s to %(end)s (%(key)s)."
        )
        % {
            "minutes": formats.duration(lot.free_minutes),
            "start": formats.moment(lot.starts_at),
            "end": formats.moment(lot.ends_at),
            "key": lot.id,
        },
    }


def _rfq(rfq_id: UUID) -> Any:
    try:
        return orders.rfq_detail(rfq_id)
    except orders.RfqNotFound as error:
        raise Http404 from error


def _found_line(rfq_line_id: UUID) -> Any:
    try:
        return orders.rfq_line_detail(rfq_line_id)
    except orders.RfqLineNotFound as error:
        raise Http404 from error


def _certificates(view: exchange.MatchView, asked: Iterable[str]) -> list[Any]:
    """Return the certificates that count for a demand, each with whether it was checked.

    Of a machine that has more than was asked for only those asked for are told; where
    none was asked for, all are.
    """
    codes = [code for code in asked if code in view.certificates]
    return [
        (
            catalog.certificate_kind_by_code(code).label,
            code in view.verified_certificates,
        )
        for code in codes or view.certificates
    ]


def _line(line: Any, *, is_whole: bool = False) -> dict[str, Any]:
    run = exchange.run_of(line.pk)
    found = exchange.matches_of(line.pk)
    fitting = [view for view in found if view.outcome != Outcome.REFUSED]
    language = get_language() or "en"
    asked = line.rfq.certificate_codes
    return {
        "line": line,
        "run": run,
        "processes": [catalog.label(code, language) for code in line.process_codes],
        "material": material_name(line.material_code),
        "fitting": [
            {"match": view, "certificates": _certificates(view, asked)}
            for view in (fitting if is_whole else fitting[:SHOWN_FITTING])
        ],
        "more": 0 if is_whole else max(len(fitting) - SHOWN_FITTING, 0),
        "refused": [view for view in found if view.outcome == Outcome.REFUSED][
            :SHOWN_REFUSALS
        ],
        "counts": exchange.refusal_counts(line.pk),
        "quotes": list(orders.quotes_to_compare(line.pk)),
    }
