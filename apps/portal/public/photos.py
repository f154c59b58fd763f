"""The photos on an enterprise's public page."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from apps.exchange import selectors as exchange
from apps.portal.access import public

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    # Short: a photo can cease to be for everyone.
    "Cache-Control": "public, max-age=300",
}


@public
@require_safe
def photo(request: HttpRequest, slug: str, item_id: UUID) -> FileResponse:
    """Send a photo that is for everyone; with `size=small` its thumbnail."""
    found = exchange.open_photo(
        slug=slug, item_id=item_id, small=request.GET.get("size") == "small"
    )
    if found is None:
        raise Http404
    return FileResponse(found.file, content_type=found.media_type, headers=HEADERS)
