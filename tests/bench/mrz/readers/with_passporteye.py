"""PassportEye's own pipeline, its cleaner not asked: the raw text of the region it settles on.

The argument is the folder of the MRZ model; without one, Tesseract's own model reads, as after a plain installation.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

from passporteye import read_mrz

from tests.bench.mrz.readers.serve import serve, text_lines

OPTIONS = f'--tessdata-dir "{sys.argv[1]}" -l mrz' if len(sys.argv) > 1 else ""


def read(path: str) -> dict[str, Any]:
    """Lines as Tesseract gave them."""
    found = read_mrz(path, extra_cmdline_params=OPTIONS)
    return text_lines("" if found is None else found.aux["raw_text"])


if __name__ == "__main__":
    # scikit-image announces what its next release removes, at every picture.
    warnings.simplefilter("ignore")
    serve(read)
