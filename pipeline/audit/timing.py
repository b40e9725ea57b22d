"""What is worth knowing of the time of a lead: does it pile up before a posting ends, and was a party asleep before it?

Both are notes on a lead, never leads: an end of posting clears backlogs, and an agency that reopens starts with many.
Probabilities are exact: hypergeometric (Fisher 1935) for the share of a pattern in the last weeks, and the longest of
random spacings (Fisher 1929, Proceedings of the Royal Society A 125) for a pause.

Frames: `exposure` as `leads` takes it; `ends` has `officer_id`, `office_id` (null: of every office) and `until` (Date),
the days on which postings ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from math import ceil

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats
from scipy.special import gammaln

from pipeline.types.leads import Lead, Noted

#: Days before the end of a posting that are held against the officer's own earlier ones.
LAST_DAYS = 56
#: Days without a permit from which a party was dormant, and days after them in which it is busy.
DORMANT_DAYS, BUSY_DAYS = 182, 91
#: Events that make a pattern.
_FEW = 3
#: Permits of an officer before the last weeks that tell what was done otherwise.
_LIKE = 10
#: Chance up to which a note says that the pattern is there.
_RARE = 0.05
#: First term of the longest spacing's probability from which it is 1 to eight digits.
_NEARLY_SURE = 20.0
ENDS = pl.Schema({"officer_id": pl.String(), "office_id": pl.String(), "until": pl.Date()})
WEEK_BY_WEEK = "week by week"
BEFORE_ROTATION, DORMANT = "before the posting ended", "dormant, then busy"


def noted(leads: Iterable[Lead], exposure: pl.DataFrame, ends: pl.DataFrame | None) -> list[tuple[Noted, ...]]:
    """What is noted on each lead: when a chart would have told, the posting, and each party's pauses.

    Args:
        leads: the leads.
        exposure: a row a permit.
        ends: of postings; None where the register does not tell.
    """
    return [
        (week_by_week(lead), before_rotation(lead, exposure, ends), *dormant_then_busy(lead, exposure))
        for lead in leads
    ]


def week_by_week(lead: Lead) -> Noted:
    """When a chart kept week by week would first have signalled."""
    data = f"weekly counts of {lead.code} against what the strata give"
    if lead.signalled is None:
        return Noted(WEEK_BY_WEEK, data, "a chart kept week by week would not have signalled")
    days = (lead.signalled - lead.window[0]).days + 6
    told = f"which ends {days} days into the window" if days >= 0 else "before the window begins"
    result = f"a chart kept week by week would first have signalled in the week from {lead.signalled}, {told}"
    return Noted(WEEK_BY_WEEK, data, result)


def before_rotation(lead: Lead, exposure: pl.DataFrame, ends: pl.DataFrame | None) -> Noted:
    """Whether the permits behind a lead pile up in the last weeks before its officer's posting ends.

    Of the officer's N permits at the office up to that day, K of them behind the lead, n fall into the last weeks: the
    chance of as many of K or more among them, were they spread over all of them.
    """
    data = f"ends of postings, the officer's own permits before the last {LAST_DAYS} days"
    officer = dict(lead.subject).get("officer")
    if officer is None:
        return Noted(BEFORE_ROTATION, data, "does not apply: no officer is part of the pattern")
    if ends is None:
        return Noted(BEFORE_ROTATION, data, "not assessed: the register does not say when postings end")
    theirs = exposure.filter(pl.col("officer_id") == officer, pl.col("office_id") == lead.office).drop_nulls(
        "issued_on"
    )
    here = (pl.col("office_id") == lead.office) | pl.col("office_id").is_null()
    days = ends.filter(pl.col("officer_id") == officer, here)["until"].drop_nulls().unique().sort()
    results = [result for day in days if (result := _in_the_last_weeks(lead, theirs, day)) is not None]
    if not results:
        none = f"no posting of the officer at the office ends with permits in its last {LAST_DAYS} days"
        return Noted(BEFORE_ROTATION, data, f"does not apply: {none}")
    chance, told = min(results)
    # Of several ends of postings the one that stands out most is told.
    return Noted(BEFORE_ROTATION, data, f"{'seen' if chance * len(results) <= _RARE else 'not seen'}: {told}")


def _in_the_last_weeks(lead: Lead, theirs: pl.DataFrame, end: dt.date) -> tuple[float, str] | None:
    """Chance and words for one end of posting; None where the pattern is not of that time."""
    first = end - dt.timedelta(days=LAST_DAYS - 1)
    upto = theirs.filter(pl.col("issued_on") <= end).with_columns(
        behind=pl.col("permit_number").is_in(list(lead.permits)), last=pl.col("issued_on") >= first
    )
    late, early = upto.filter("last"), upto.filter(~pl.col("last"))
    pattern, of_late = int(upto["behind"].sum()), int(late["behind"].sum())
    if not late.height or not pattern:
        return None
    told = f"{of_late} of the officer's {late.height} permits in the {LAST_DAYS} days up to {end} are of the pattern"
    if early.height < _LIKE:
        return 1.0, f"{told}; only {early.height} permits before them, too few to compare with"
    chance = float(stats.hypergeom.sf(of_late - 1, upto.height, pattern, late.height))
    told = f"{told}, {pattern - of_late} of {early.height} before; chance of as many {chance:.2g}"
    return (chance if of_late >= _FEW else 1.0), told


def dormant_then_busy(lead: Lead, exposure: pl.DataFrame) -> Iterator[Noted]:
    """Whether a party of a lead had no permit for long, and then many of those behind it; a note a party."""
    for kind, name in lead.subject:
        what = f"{DORMANT}: {kind} {name}"
        data = "days of all permits of the party" + (" at the office" if kind == "officer" else "")
        if f"{kind}_id" not in exposure.columns:
            yield Noted(what, data, f"not assessed: no permit names its {kind}")
            continue
        theirs = exposure.filter(pl.col(f"{kind}_id") == name).drop_nulls("issued_on")
        if kind == "officer":
            theirs = theirs.filter(pl.col("office_id") == lead.office)
        behind = theirs["permit_number"].is_in(list(lead.permits)).to_numpy()
        yield Noted(what, data, _pause(theirs["issued_on"].cast(pl.Int32).to_numpy().astype(np.int64), behind))


def _pause(days: npt.NDArray[np.int64], behind: npt.NDArray[np.bool_]) -> str:
    """In words, the longest pause of a party and what followed it."""
    if len(days) < _FEW:
        return f"not assessed: {len(days)} permits have no pauses to compare"
    order = np.argsort(days, kind="stable")
    days, behind = days[order], behind[order]
    gaps = np.diff(days)
    at = int(gaps.argmax())
    longest, span = int(gaps[at]), int(days[-1] - days[0])
    if longest < DORMANT_DAYS:
        return f"not seen: never without a permit for {DORMANT_DAYS} days ({longest} at most)"
    paused, since = (dt.date(1970, 1, 1) + dt.timedelta(int(day)) for day in (days[at], days[at + 1]))
    busy = (days >= days[at + 1]) & (days < days[at + 1] + BUSY_DAYS)
    told = (
        f"no permit from {paused} to {since} ({longest} days), then {int(behind[busy].sum())} of the pattern among "
        f"{int(busy.sum())} permits in {BUSY_DAYS} days"
    )
    often = int((gaps >= DORMANT_DAYS).sum())
    if often > 1:
        return f"not seen: it pauses as long {often} times, as one that works by season does; {told}"
    chance = longest_spacing(longest / span, len(gaps))
    told = f"{told}; chance of so long a pause among {len(days)} permits spread evenly {chance:.2g}"
    seen = chance <= _RARE and int(behind[busy].sum()) >= _FEW
    return f"{'seen' if seen else 'not seen'}: {told}"


def longest_spacing(share: float, spacings: int) -> float:
    """Probability that the longest of so many random spacings of a line takes at least this share of it.

    Sum over j of (-1)^(j+1) C(n, j) (1 - j x)^(n - 1), while j x < 1. Where the first term is large the terms cancel
    beyond the precision of doubles; but spacings are negatively associated, so that none as long has a probability of
    at most exp(-first term).

    Raises:
        ValueError: for a share outside [0, 1], or no spacing.
    """
    if spacings < 1 or not 0.0 <= share <= 1.0:
        raise ValueError("a share of a line and at least one spacing")
    # The longest takes at least an equal part.
    if share * spacings <= 1.0 or spacings * (1.0 - share) ** (spacings - 1) > _NEARLY_SURE:
        return 1.0
    number = np.arange(1, min(spacings, ceil(1.0 / share) - 1) + 1)
    ways = gammaln(spacings + 1) - gammaln(number + 1) - gammaln(spacings - number + 1)
    terms = np.exp(ways + (spacings - 1) * np.log1p(-number * share))
    return float(np.clip(np.sum(np.where(number % 2, terms, -terms)), 0.0, 1.0))
