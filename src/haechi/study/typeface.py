"""Hangul in a page, readable where no Korean font is installed: the glyphs that it needs, within it."""

import base64
import io
import logging

from haechi.plots import hangul_font

log = logging.getLogger(__name__)

NAME = "Nanum of the page"


def face_of(body: str) -> str:
    """A CSS rule with the glyphs of a page's Hangul; empty where it has none."""
    wanted = {character for character in body if ord(character) > 0x1100}
    font = hangul_font()
    if not wanted or font is None:
        return ""
    try:
        content = _subset(str(font), wanted)
    except Exception as error:
        # A page without its font is still a page.
        log.warning("the page has no font of its own (%s: %s)", type(error).__name__, error)
        return ""
    data = base64.b64encode(content).decode("ascii")
    return f"@font-face {{ font-family: '{NAME}'; src: url(data:font/woff;base64,{data}) }}\n"


def _subset(path: str, characters: set[str]) -> bytes:
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(flavor="woff", layout_features=[], notdef_outline=True)
    font = subset.load_font(path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(characters)))
    cutter.subset(font)
    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    return buffer.getvalue()
