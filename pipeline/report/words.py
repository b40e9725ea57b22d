"""The words of the reports: what keys, lights, strengths and problems are called for people."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.types.findings import Desk, Hypothesis, Light, Strength

_ZONES = {
    "viz": "printed zone",
    "mrz": "machine-readable zone",
    "quality": "capture",
    "page": "page",
    "doc": "document",
}


@dataclass(frozen=True, slots=True)
class LightWords:
    """A light as it is shown: symbol id, colour class and words (ICAO Doc 9303-2 appendix C)."""

    mark: str
    words: str


LIGHTS: dict[Light, LightWords] = {
    Light.CLEAR: LightWords("clear", "nothing found by the checks that could be made"),
    Light.LOOK: LightWords("look", "undetermined: a person should look"),
    Light.STRONG: LightWords("strong", "strong evidence: a person should examine it"),
    Light.GREY: LightWords("grey", "not assessed"),
}

QUESTIONS = {"altered": "Forged or altered?", "irregular_issue": "Irregularly issued?"}

HYPOTHESES: dict[Hypothesis, str] = {
    Hypothesis.CAPTURE: "scan or reading artefact",
    Hypothesis.CLERICAL: "clerical slip",
    Hypothesis.ALTERED: "altered after issue",
    Hypothesis.COUNTERFEIT: "not made by the issuer",
    Hypothesis.IRREGULAR_ISSUE: "issued outside the rules",
}

#: What no finding points to and every finding is weighed against.
ORDINARY = "an ordinary cause, nobody's doing"

BANDS: dict[Strength, str] = {
    Strength.WEAK: "likelihood ratio 2–10, log10 0.3–1",
    Strength.MODERATE: "likelihood ratio 10–100, log10 1–2",
    Strength.STRONG: "likelihood ratio 100–1,000, log10 2–3",
    Strength.VERY_STRONG: "likelihood ratio above 1,000, log10 above 3",
}

DESKS: dict[Desk | None, str] = {
    Desk.RESCAN: "re-scan",
    Desk.DOCUMENT_EXAMINER: "document examiner",
    Desk.INTEGRITY_AUDITOR: "integrity auditor",
    Desk.PROTECTION: "protection",
    None: "no desk needed",
}


def spoken(name: str) -> str:
    """`document_number` or `work-permit` as a heading: `Document number`, `Work permit`."""
    words = name.replace("_", " ").replace("-", " ").split()
    return sentence(" ".join("MRZ" if word == "mrz" else word for word in words))


def sentence(text: str) -> str:
    """The text with a capital first letter, else untouched."""
    return text[:1].upper() + text[1:]


def field_and_zone(key: str) -> tuple[str, str]:
    """(field, zone) of a fact's key: `passport.viz.surname` is ("Surname", "printed zone, passport")."""
    parts = key.split(".")
    at = next((i for i, part in enumerate(parts) if part in _ZONES), None)
    if at is None:
        return spoken(key), ""
    linked = " ".join(parts[:at]).replace("-", " ")
    rest = parts[at + 1 :]
    field = (
        f"Check digit of {' '.join(rest[1:])}".replace("_", " ") if rest[:1] == ["check"] else spoken(" ".join(rest))
    )
    zone = _ZONES[parts[at]]
    return field or spoken(parts[at]), f"{zone}, {linked}" if linked else zone


def legibility_words(legibility: float) -> str:
    """How well the print could be read, in a word."""
    if legibility >= 0.85:
        return "good"
    return "fair" if legibility >= 0.6 else "poor"
