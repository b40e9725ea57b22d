"""What every check declares, whatever it looks at."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass

from pipeline.types.findings import Hypothesis, Strength


class NotApplicable(Exception):
    """Raised by a rule when what it needs is there but is of a kind it cannot judge; the message is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Common part of a check's declaration.

    Attributes:
        code: family and three digits, never reused.
        name: kebab-case, what is seen; no accusing word.
        version: raise it when results change.
        strength: the most that one finding can be.
        hypothesis: what it looks for.
        innocent: causes that are nobody's fault, at least one.
        next_check: the cheapest next step a person can take.
        source: clause, statute or public case.
        protection: a sign that the holder may be a victim; it goes to the protection desk.
        thresholds: names and defaults of the limits the rule asks the context for, set in `[checks.CODE]`.
    """

    code: str
    name: str
    version: int
    strength: Strength
    hypothesis: Hypothesis
    innocent: tuple[str, ...]
    next_check: str
    source: str
    protection: bool = False
    thresholds: tuple[tuple[str, float], ...] = ()

    @property
    def family(self) -> str:
        """The three letters of the code."""
        return self.code[:3]

    @property
    def module(self) -> str:
        """Name of the module that declares it; its docstring is the page."""
        raise NotImplementedError

    @property
    def page(self) -> str:
        """The module's docstring: the check's page."""
        return inspect.cleandoc(sys.modules[self.module].__doc__ or "")

    @property
    def title(self) -> str:
        """First line of the page without the code."""
        return self.page.partition("\n")[0].removesuffix(".").removesuffix(f"({self.code})").strip()
