"""A printed state or nationality against the code in the MRZ."""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, Found, NotApplicable
from checks.xzn.zones import Pair, doubt, weighed
from pipeline.reference.codes import codes_printed, same_state, state_code
from pipeline.reference.confusions import difference, explained
from pipeline.types.facts import Facts


def state_differs(code: str, pair: Pair[str, str], facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if no code that the printed text can mean is that of the MRZ."""
    printed, coded = codes_printed(pair.printed.value), state_code(pair.coded.value)
    if not printed:
        raise NotApplicable("neither a code nor a word that is known here is printed")
    if same_state(coded, printed):
        return
    message = f"printed {pair.printed.value}, MRZ {coded}"
    ways = [difference(coded, one) for one in sorted(printed)]
    near = next((steps for steps in ways if explained(steps, pair.legibility)), ways[0])
    # Two listed codes are one letter apart often enough, so only a look-alike is an explanation.
    steps = near if explained(near, pair.legibility) else ()
    yield weighed(message, pair, steps, "", doubt(code, pair, facts, context, None))
