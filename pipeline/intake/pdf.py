"""PDF pages to pixels, by PDFium."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from pipeline.intake.scan import problem
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind

#: PDFium may be used by one thread at a time.
_PDFIUM = threading.Lock()
#: The long side of A3 in inches: a larger page is drawn as if it were A3, since many PDFs state one point a pixel.
_LONGEST_INCHES = 16.54
#: CPU seconds after which a page is given up; a scanned page takes 0.05.
PAGE_CPU_SECONDS = 8.0
_MIN_SIDE = 16
_POINTS_PER_INCH = 72.0


def render_pdf(data: bytes, limits: Intake) -> Iterator[tuple[NDArray[np.uint8], int] | Problem]:
    """Yield (colour, 1) for each page, or its Problem; colour is height x width x 3, BGR, on white.

    Pages are drawn at `limits.pdf_dpi`, less where the page is larger than A3 or than `limits.max_pixels`: whether
    its print is then too small is measured later, like on any other page. Filled-in form fields are drawn.
    """
    with _PDFIUM:
        opened = _open(data)
    if isinstance(opened, Problem):
        yield opened
        return
    try:
        pages = len(opened)
        if pages == 0:
            yield problem(ProblemKind.CORRUPT, "the PDF has no page")
        elif pages > limits.max_pages:
            yield problem(ProblemKind.TOO_MANY_PAGES, f"it has more than the {limits.max_pages} pages taken in")
        else:
            for number in range(pages):
                with _PDFIUM:
                    page = _render(opened, number, limits)
                yield page
    finally:
        with _PDFIUM:
            opened.close()


def _open(data: bytes) -> pdfium.PdfDocument | Problem:
    # PDFium rebuilds a file that was cut short, without the pages that are missing.
    if b" obj" in data[data.rfind(b"%%EOF") + 1 :]:
        return problem(ProblemKind.TRUNCATED, "the PDF ends before it is complete; get the file again")
    try:
        document = pdfium.PdfDocument(data)
        document.init_forms()
    except pdfium.PdfiumError as error:
        if error.err_code in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}:
            return problem(ProblemKind.ENCRYPTED, "the PDF needs a password; get it without one")
        return problem(ProblemKind.CORRUPT, "the PDF is damaged; get the file again")
    return document


def _render(document: pdfium.PdfDocument, number: int, limits: Intake) -> tuple[NDArray[np.uint8], int] | Problem:
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return problem(ProblemKind.CORRUPT, "the page is damaged; get the file again", number)
    try:
        size = _pixels(page.get_width(), page.get_height(), limits)
        if size is None:
            return problem(ProblemKind.CORRUPT, "the page's stated size can hold no text", number)
        return _draw(document, page, number, *size)
    except pdfium.PdfiumError:
        return problem(ProblemKind.CORRUPT, "the page cannot be drawn; get the file again", number)
    finally:
        page.close()


def _pixels(width: float, height: float, limits: Intake) -> tuple[int, int] | None:
    """Size in px of a page given in points; None where it is no size."""
    if not (np.isfinite(width) and np.isfinite(height) and width > 0 and height > 0):
        return None
    scale = limits.pdf_dpi / _POINTS_PER_INCH
    scale = min(scale, _LONGEST_INCHES * limits.pdf_dpi / max(width, height))
    scale = min(scale, (limits.max_pixels / (width * height)) ** 0.5)
    size = round(width * scale), round(height * scale)
    return size if min(size) >= _MIN_SIDE else None


def _draw(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, number: int, width: int, height: int
) -> tuple[NDArray[np.uint8], int] | Problem:
    """Draw with PDFium's progressive interface, the only one that can be told to stop."""
    bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_BGR)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        deadline = time.thread_time() + PAGE_CPU_SECONDS
        pause = pdfium_c.IFSDK_PAUSE(version=1, user=None)
        pdfium.internal.set_callback(pause, "NeedToPauseNow", lambda _: int(time.thread_time() > deadline))
        place = (0, 0, width, height, 0, pdfium_c.FPDF_ANNOT)
        status = pdfium_c.FPDF_RenderPageBitmap_Start(bitmap, page, *place, ctypes.byref(pause))
        pdfium_c.FPDF_RenderPage_Close(page)
        if status == pdfium_c.FPDF_RENDER_TOBECONTINUED:
            return problem(ProblemKind.TIMEOUT, f"drawing the page took more than {PAGE_CPU_SECONDS:.0f} s", number)
        if status != pdfium_c.FPDF_RENDER_DONE:
            return problem(ProblemKind.CORRUPT, "the page cannot be drawn; get the file again", number)
        if document.formenv:
            pdfium_c.FPDF_FFLDraw(document.formenv, bitmap, page, *place)
        return bitmap.to_numpy().copy(), 1
    finally:
        bitmap.close()
