"""Draws a photo anew from its points of color, and nothing else of the file."""

import struct
import zlib
from pathlib import Path
from typing import Any

from apps.documents.rules.formats import JPEG, PNG, WEBP, Unfit

MOST_PIXELS = 40_000_000
# Above this side WebP has no size, and no camera a photo.
LONGEST_SIDE = 16_383
MOST_BYTES = 15 * 1024 * 1024
THUMBNAIL_PX = 480
NAMES = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
QUALITY = 85
# A camera writes about ten scans; each of a thousand would draw all points once more.
MOST_SCANS = 64
START_OF_SCAN = b"\xff\xda"


def rebuild(
    source: Path, kept: Path, thumbnail: Path, media_type: str
) -> dict[str, Any]:
    """Write the picture upright and bare, with a thumbnail beside it.

    :raises Unfit: if it is too large, broken, cut short, or more than one picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if source.stat().st_size > MOST_BYTES:
        raise Unfit("photo_too_large", megabytes=MOST_BYTES >> 20)
    # The size is checked below, before a point is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(source, formats=[NAMES[media_type]]) as photo:
            _check_size(*photo.size)
            _check_whole(source, media_type)
            _check_one(photo)
            photo.load()
            upright = ImageOps.exif_transpose(photo)
            drawn = _plain(upright, media_type)
    except Unfit:
        raise
    except UnidentifiedImageError as error:
        raise Unfit("photo_broken") from error
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error) as error:
        raise Unfit("photo_broken") from error
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        # Pillow's readers trip over what no camera writes.
        raise Unfit("photo_broken") from error
    options: dict[str, Any] = {} if media_type == PNG else {"quality": QUALITY}
    if media_type == WEBP:
        options["method"] = 2
    drawn.save(kept, NAMES[media_type], **options)
    width, height = drawn.size
    drawn.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    drawn.save(thumbnail, "WEBP", quality=80)
    return {"width_px": width, "height_px": height, "has_kept": True}


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise Unfit(
            "too_many_pixels", width=width, height=height, most=MOST_PIXELS // 1_000_000
        )


def _check_one(photo: Any) -> None:
    # Phones put a second view behind the first, which is left out.
    if getattr(photo, "is_animated", False) and photo.format != "MPO":
        raise Unfit("animated")


def _check_whole(source: Path, media_type: str) -> None:
    """Refuse a photo that ends before it is over, or is drawn over and over."""
    raw = source.read_bytes()
    if media_type == JPEG:
        if b"\xff\xd9" not in raw:
            raise Unfit("photo_broken")
        if raw.count(START_OF_SCAN) > MOST_SCANS + raw.count(b"\xff\xd8\xff"):
            raise Unfit("too_complex")
    elif media_type == WEBP:
        (said,) = struct.unpack("<I", raw[4:8])
        if len(raw) < said + 8:
            raise Unfit("photo_broken")


def _plain(photo: Any, media_type: str) -> Any:
    """Return a copy that holds points of color and nothing else."""
    from PIL import Image

    has_alpha = photo.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or (
        "transparency" in photo.info
    )
    mode = "RGBA" if has_alpha and media_type != JPEG else "RGB"
    if photo.mode in {"1", "L"} and not has_alpha:
        mode = "L"
    drawn = photo if photo.mode == mode else photo.convert(mode)
    bare = Image.new(mode, drawn.size)
    bare.paste(drawn)
    return bare
