"""The doors to OCR programs and libraries."""
