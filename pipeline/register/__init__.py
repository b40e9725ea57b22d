"""Loads, validates and normalises the files of an issuing register."""
