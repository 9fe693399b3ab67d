"""The one embedded font: what it shows, what stands in for what it cannot, and text that can be searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "NotoSansSC"
_FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
_ENTRIES_PER_BLOCK = 100  # the CMap format allows no more in one bfchar block


class SearchableFont(TTFont):  # type: ignore[misc, unused-ignore]  # reportlab has no types of its own
    """A TrueType font whose ToUnicode map is right beyond U+FFFF.

    reportlab writes such a character as five hexadecimal digits, which readers take for another letter:
    names such as 武𬬭毅 look right and are copied and found wrong. The map wants UTF-16BE.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Write the font into the document, then replace the ToUnicode maps by right ones."""
        state = self.state[doc]
        subsets = list(state.subsets)
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            written = doc.idToObject["BasicFonts"].dict[f"{state.internalName}+{number}"]
            doc.idToObject[written.ToUnicode.name].content = _to_unicode(subset)


def _to_unicode(subset: Sequence[int]) -> str:
    entries = [
        f"<{code:02X}> <{chr(char).encode('utf-16-be').hex().upper()}>" for code, char in enumerate(subset) if char
    ]
    blocks = [entries[at : at + _ENTRIES_PER_BLOCK] for at in range(0, len(entries), _ENTRIES_PER_BLOCK)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


@cache
def font() -> SearchableFont:
    """The registered font, read once a process (about 0.1 s)."""
    loaded = SearchableFont(FONT, str(_FILE))
    pdfmetrics.registerFont(loaded)
    return loaded


def width(text: str, size: float) -> float:
    """How wide `text` is in points when set in `size`."""
    return float(font().stringWidth(text, size))


def printable(text: str) -> str:
    """`text` as it can be printed: nothing is silently blank.

    A character without a glyph, and every invisible one (controls, direction marks), becomes 〔U+XXXX〕;
    a tab becomes a space; line ends stay, as LF.
    """
    return "".join(_shown(text.replace("\r\n", "\n").replace("\r", "\n")))


def _shown(text: str) -> Iterator[str]:
    glyphs = font().face.charToGlyph
    for char in text:
        if char == "\n":
            yield char
        elif char == "\t":
            yield " "
        elif ord(char) not in glyphs or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            yield f"〔U+{ord(char):04X}〕"
        else:
            yield char
