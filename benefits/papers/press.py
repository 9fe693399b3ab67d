"""Setting a ruled sheet as PDF: titles, boxes, side titles, feet; the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from threading import Lock

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from benefits.papers.font import FONT, font, printable, width
from benefits.papers.lines import broken
from benefits.papers.sheet import LEADING, MM, PADDING, Box, Page, Placed, Section, paginate

_PRESS = Lock()  # the font's reader keeps its place in the file: one document at a time
_ASCENT = 0.86  # from the top of a line to its base, as a part of the size
RUNNING_HEAD = 7 * MM
_FOOT_SIZE = 7.0
_BLACK, _RED = (0, 0, 0), (0.8, 0, 0)
_ALIGN = {"label": 0.5, "centre": 0.5, "figure": 1.0, "text": 0.0}


@dataclass(frozen=True)
class Sheet:
    """What is printed: the union, the title, the line under it (left, middle, right), sections, the foot.

    `{page}` and `{pages}` of `page_of` are filled in; `foot` are lines under the frame of each page.
    """

    page: Page
    language: str
    union: str
    title: str
    under: tuple[str, str, str]
    sections: Sequence[Section]
    foot: Sequence[str]
    page_of: str


def pressed(sheet: Sheet) -> bytes:
    """The sheet as PDF with an embedded font; deterministic."""
    out = BytesIO()
    with _PRESS:
        font()
        pages = paginate(sheet.page, sheet.sections, RUNNING_HEAD)
        canvas = Canvas(
            out,
            pagesize=(sheet.page.width, sheet.page.height),
            invariant=1,
            pageCompression=1,
            # else every page names a font that is not embedded; the stubs take the name for a number
            initialFontName=FONT,  # type: ignore[arg-type]
            lang=sheet.language,
        )
        canvas.setTitle(printable(f"{sheet.title} {sheet.under[2]}"))
        canvas.setAuthor(printable(sheet.union))
        for number, placed in enumerate(pages, start=1):
            if number == 1:
                _title(canvas, sheet)
            else:
                _running_head(canvas, sheet)
            _frame(canvas, sheet, placed)
            _foot(canvas, sheet, sheet.page_of.format(page=number, pages=len(pages)))
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, x: float, y: float, text: str, size: float, *, align: float = 0) -> None:
    """Set printable text; `align` 0, 0.5, 1 puts its left, middle or right at `x`."""
    line = canvas.beginText(x - align * width(text, size), y)
    line.setFont(FONT, size)
    line.textOut(text)
    canvas.drawText(line)


def _heavy(canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
    """Centred text with its outline drawn, for the font has one weight."""
    line = canvas.beginText(x - width(text, size) / 2, y)
    line.setFont(FONT, size)
    line.setTextRenderMode(2)
    line.textOut(text)
    line.setTextRenderMode(0)  # else it stays so for the rest of the page
    canvas.setLineWidth(size * 0.028)
    canvas.drawText(line)


def _fitting(text: str, room: float, size: float) -> float:
    """The size, at most `size`, in which one line of text fits into `room`: shrunk rather than cut."""
    return min(size, size * room / max(width(text, size), 1))


def _title(canvas: Canvas, sheet: Sheet) -> None:
    page = sheet.page
    top = page.height - page.margin
    centre = page.width / 2
    union, title = printable(sheet.union), printable(sheet.title)
    _write(canvas, centre, top - 12, union, _fitting(union, page.inner, 12), align=0.5)
    _heavy(canvas, centre, top - 42, title, _fitting(title, page.inner, 18))
    _under(canvas, sheet, top - page.title + 1.8 * MM)


def _under(canvas: Canvas, sheet: Sheet, y: float) -> None:
    """The line under the title; the middle stands in the middle of the paper unless the others leave no room there."""
    page = sheet.page
    left, middle, right = (printable(text) for text in sheet.under)
    size = _fitting(left + middle + right, page.inner - 6 * MM, page.size)
    from_left = page.margin + width(left, size)
    to_right = page.width - page.margin - width(right, size)
    half = width(middle, size) / 2 + 2 * MM
    centre = page.width / 2
    if not from_left + half <= centre <= to_right - half:
        centre = (from_left + to_right) / 2
    _write(canvas, page.margin, y, left, size)
    _write(canvas, centre, y, middle, size, align=0.5)
    _write(canvas, page.width - page.margin, y, right, size, align=1)


def _running_head(canvas: Canvas, sheet: Sheet) -> None:
    page = sheet.page
    y = page.height - page.margin - RUNNING_HEAD + 1.8 * MM
    _write(canvas, page.margin, y, printable(sheet.title), page.size * 0.9)
    _write(canvas, page.width - page.margin, y, printable(sheet.under[2]), page.size * 0.9, align=1)


def _frame(canvas: Canvas, sheet: Sheet, placed: Sequence[Placed]) -> None:
    """Boxes with thin lines, the whole with a heavy one."""
    page = sheet.page
    for section, group in groupby(placed, key=lambda band: band.section):
        bands = list(group)
        top, foot = bands[0].top, bands[-1].top - bands[-1].band.height
        title = sheet.sections[section].title
        if title:
            canvas.setLineWidth(0.5)
            canvas.rect(page.margin, foot, page.side, top - foot)
            _side_title(canvas, page, printable(title), top, foot)
        for band in bands:
            for box in band.band.boxes:
                canvas.setLineWidth(0.5)
                canvas.rect(box.x, band.top - band.band.height, box.width, band.band.height)
                _fill(canvas, box, band.top, band.band.height)
    if placed:
        top, foot = placed[0].top, placed[-1].top - placed[-1].band.height
        canvas.setLineWidth(1.3)
        canvas.rect(page.margin, foot, page.inner, top - foot)


def _fill(canvas: Canvas, box: Box, top: float, height: float) -> None:
    """The text of a box: centred in height, at the top where something is signed at the foot."""
    if box.cell.kind == "code":
        _code(canvas, box, top, height)
        return
    step = box.size * LEADING
    room = height - len(box.cell.sign) * step
    free = max(0.0, room - len(box.lines) * step)
    start = top - (PADDING if box.cell.sign else free / 2)
    align = _ALIGN[box.cell.kind]
    x = box.x + PADDING + align * (box.width - 2 * PADDING)
    canvas.setFillColorRGB(*(_RED if box.cell.red else _BLACK))
    for number, line in enumerate(box.lines):
        y = start - number * step - (step - box.size) / 2 - box.size * _ASCENT
        _write(canvas, x, y, line, box.size, align=align)
    canvas.setFillColorRGB(*_BLACK)
    for number, line in enumerate(reversed(box.cell.sign)):
        y = top - height + PADDING + number * step + box.size * (1 - _ASCENT)
        _write(canvas, box.x + box.width - 2 * PADDING, y, printable(line), box.size, align=1)


def _code(canvas: Canvas, box: Box, top: float, height: float) -> None:
    """A QR code in the middle of its box."""
    side = min(box.width, height) - 2 * PADDING
    code = QrCodeWidget(box.cell.text, barWidth=side, barHeight=side, barLevel="M")
    drawing = Drawing(side, side)
    drawing.add(code)
    renderPDF.draw(drawing, canvas, box.x + (box.width - side) / 2, top - (height + side) / 2)


def _side_title(canvas: Canvas, page: Page, title: str, top: float, foot: float) -> None:
    """Chinese runs down the side, or across where the section is short; other writing is turned."""
    x, y = page.margin + page.side / 2, (top + foot) / 2
    if title.isascii():
        size = _fitting(title, top - foot - PADDING, page.size)
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(90)
        _write(canvas, 0, -size * 0.36, title, size, align=0.5)
        canvas.restoreState()
        return
    lines = tuple(title)
    if len(lines) * page.size * 1.2 > top - foot:
        lines = broken(title, page.side, page.size)
    step = min(page.size * 1.2, (top - foot) / len(lines))
    size = step / 1.2
    for number, line in enumerate(lines):
        base = y + (len(lines) / 2 - number) * step - (step - size) / 2 - size * _ASCENT
        _write(canvas, x, base, line, size, align=0.5)


def _foot(canvas: Canvas, sheet: Sheet, page_of: str) -> None:
    page = sheet.page
    y = page.margin + page.foot
    for line in (line for text in sheet.foot for line in broken(text, page.inner, _FOOT_SIZE)):
        y -= _FOOT_SIZE * LEADING
        _write(canvas, page.margin, y, line, _FOOT_SIZE)
    _write(canvas, page.width - page.margin, y, page_of, _FOOT_SIZE, align=1)
