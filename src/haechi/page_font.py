"""The Hangul of a page as a font within it, for whoever looks at it where no Korean font is installed."""

import base64
import io
import logging

from haechi.plots import hangul_font

log = logging.getLogger(__name__)

FAMILY = "Haechi Hangul"
_FIRST, _LAST = "\u1100", "\ud7ff"
"""Jamo to the last block of Hangul; what lies between is in the font or is left out."""
RANGE = "U+1100-D7FF"


def font_face(text: str) -> str:
    """A @font-face rule with what the text needs of NanumGothic; empty where it needs nothing.

    Source: https://www.w3.org/TR/css-fonts-4/#font-face-rule
    """
    wanted = sorted({character for character in text if _FIRST <= character <= _LAST})
    path = hangul_font()
    if not wanted or path is None:
        return ""
    try:
        from fontTools.subset import Options, Subsetter
        from fontTools.ttLib import TTFont

        logging.getLogger("fontTools").setLevel(logging.ERROR)
        options = Options(hinting=False, layout_features=[], notdef_outline=True)
        subsetter = Subsetter(options)
        subsetter.populate(text="".join(wanted))
        file = io.BytesIO()
        with TTFont(path, lazy=True) as font:
            subsetter.subset(font)
            font.save(file)
    except Exception as error:
        # The page is read with the fonts that are there.
        log.debug("the page's font: %s", error)
        return ""
    data = base64.b64encode(file.getvalue()).decode("ascii")
    source = f'url(data:font/ttf;base64,{data}) format("truetype")'
    return f'@font-face {{ font-family: "{FAMILY}"; src: {source}; unicode-range: {RANGE}; }}\n'
