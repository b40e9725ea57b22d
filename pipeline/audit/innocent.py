"""Innocent causes are tried on a lead, each on data: would permits handled alike by others show as much?

A cause is tried by comparing like with like: on the same desk, for the same employer, in the same months, at the same
hours, on the same days, or in offices as young. What others had there gives what to expect of the subject. Where others
alike are too few, or none of the events is among them, nothing can be told, and that is said. A cause that the register
cannot speak about is said not to be tried, and why.

What is a party's own property (`Indicator.own`) is one event a unit and party here too, as in the statistics: its other
permits count neither way (`indicators.counted_once`), or a sheet would speak of more events than its lead.

Frames: `exposure` has a row a permit with the columns that `leads` asks for and `desk` (String), `weekday` (0 = Monday)
and `hour` (Int8, local); `flags` has `code` and `permit_number`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.audit.tails import at_least
from pipeline.types.leads import Lead, Tried

_WITHIN_OFFICE = frozenset({"officer", "workstation"})
#: Permits of others in a group below which their share says nothing.
_FEW = 5
#: Chance of as many events or more above which the likes of a lead explain it.
_LIKELY = 0.05
#: Age of an office, in days, below which it is new.
_NEW_DAYS = 180
#: Share of a lead's permits that make one employer or one kind of hour worth asking about.
_MOST = 0.5
#: Events of others on one day from which it was a day for everybody.
_FOR_ALL = 3
#: Other people at work on a closed day from whom it was a service, and the permits of others that they handled.
_PEOPLE, _SERVED = 2, 3
#: Share of the events that a cause must meet to explain the pattern.
_NEARLY_ALL = 0.8

OFFICES = pl.Schema({"office_id": pl.String(), "opened_on": pl.Date(), "night": pl.Boolean()})
CLOSED = pl.Schema({"permit_number": pl.String(), "office_id": pl.String(), "day": pl.Date(), "who": pl.String()})
EDITS = pl.Schema({"permit_number": pl.String(), "day": pl.Date(), "who": pl.String(), "field": pl.String()})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the register says beside its permits.

    Attributes:
        offices: columns of OFFICES; `night`: open after 22:00 or before 05:00, null where hours are not known.
        closed: steps of permits on days on which their office was closed, columns of CLOSED: whose permit, which day,
            who took the step (null: not recorded); None: no calendar.
        edits: of key fields of permits, columns of EDITS; None: no access log.
    """

    offices: pl.DataFrame
    closed: pl.DataFrame | None = None
    edits: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class _Compared:
    """A lead's permits and those of others; each has the columns of exposure and `event` (Boolean).

    Attributes:
        mine: permits of the subject in the window, or all where most of the events lie outside it.
        others: permits of the same office that are not the subject's, whenever.
        event: in words, what is counted.
        exposure: all permits, `event` not yet told.
        is_event: tells it.
        is_subject: tells the subject's permits.
    """

    mine: pl.DataFrame
    others: pl.DataFrame
    event: str
    exposure: pl.DataFrame
    is_event: pl.Expr
    is_subject: pl.Expr

    def others_where(self, which: pl.Expr) -> pl.DataFrame:
        """Permits of any office that are not the subject's."""
        return self.exposure.filter(which & ~self.is_subject).with_columns(self.is_event)

    @property
    def observed(self) -> int:
        """Events of the subject."""
        return int(self.mine["event"].sum())


def innocent_causes(
    leads: Iterable[Lead],
    exposure: pl.DataFrame,
    flags: pl.DataFrame,
    known: Circumstances,
    own: Mapping[str, tuple[str, ...]],
) -> list[tuple[Tried, ...]]:
    """What was tried on each lead, and what came out; the same causes in the same order for every lead.

    Args:
        leads: in any order.
        exposure: a row a permit.
        flags: what was raised on them.
        known: what the register says beside.
        own: by code, the kinds of party of which its flags are a property.
    """
    return [_tried(lead, _as_counted(lead, exposure, flags, own.get(lead.code, ())), flags, known) for lead in leads]


def _as_counted(lead: Lead, exposure: pl.DataFrame, flags: pl.DataFrame, own: tuple[str, ...]) -> pl.DataFrame:
    """The exposure without what repeats an event of the lead's code.

    That is all but the first permit, by number, of one unit of the lead's kinds and one party that has the code as its
    own.
    """
    kinds = [kind for kind, _ in lead.subject]
    if not own or set(own) & set(kinds):
        return exposure
    unit = {f"{kind}_id" for kind in kinds} | ({"office_id"} if _WITHIN_OFFICE.intersection(kinds) else set())
    owner = f"{own[0]}_id"
    coded = flags.filter(pl.col("code") == lead.code)["permit_number"]
    events = exposure.filter(pl.col("permit_number").is_in(coded.implode()), pl.col(owner).is_not_null())
    firsts = events.sort("permit_number").unique([*sorted(unit), owner], keep="first")
    repeats = events.join(firsts, on="permit_number", how="anti").select("permit_number")
    return exposure.join(repeats, on="permit_number", how="anti")


def _tried(lead: Lead, exposure: pl.DataFrame, flags: pl.DataFrame, known: Circumstances) -> tuple[Tried, ...]:
    compared = _compared(lead, exposure, flags)
    if not compared.observed:
        nothing = "not tried: none of the permits behind this lead is in the exposure"
        return tuple(Tried(cause, "permits", nothing) for cause in CAUSES)
    office = known.offices.filter(pl.col("office_id") == lead.office)
    return (
        _specialised_desk(compared),
        _bulk_employer(compared, lead),
        _season(compared, lead),
        _emergency_service(compared, lead, known.closed),
        _clean_up(compared, lead, known.edits),
        _new_office(compared, lead, office, known.offices),
        _night_desk(compared, office),
        _outage(compared),
    )


#: Names of the causes, in the order in which they are tried.
CAUSES = (
    *("specialised desk", "bulk employer", "season", "emergency service", "clean-up"),
    *("new office", "night desk", "outage"),
)


def _compared(lead: Lead, exposure: pl.DataFrame, flags: pl.DataFrame) -> _Compared:
    """Without flags of the lead's code a pair is counted: the counterpart's permits among all of the officer's."""
    coded = flags.filter(pl.col("code") == lead.code)["permit_number"]
    parties = [pl.col(f"{kind}_id") == name for kind, name in lead.subject]
    if lead.subject[0][0] in _WITHIN_OFFICE:
        # Two offices may use one id for two persons.
        parties[0] &= pl.col("office_id") == lead.office
    paired = coded.is_empty() and len(parties) > 1
    event = parties[1] if paired else pl.col("permit_number").is_in(coded.implode())
    subject = parties[0] if paired else pl.all_horizontal(parties)
    is_event = event.fill_null(value=False).alias("event")
    is_subject = subject.fill_null(value=False)
    every = exposure.filter(is_subject).with_columns(is_event)
    inside = every.filter(pl.col("issued_on").is_between(*lead.window))
    return _Compared(
        # A pattern that is spread over years has a window, but is not explained by what happened in it.
        inside if 2 * inside["event"].sum() >= every["event"].sum() else every,
        exposure.filter((pl.col("office_id") == lead.office) & ~is_subject).with_columns(is_event),
        f"of the same {lead.subject[1][0]}" if paired else "flagged",
        exposure,
        is_event,
        is_subject,
    )


def _specialised_desk(compared: _Compared) -> Tried:
    cause, data = "specialised desk", "desk of each application, permits of others on the same desk"
    if compared.mine["desk"].null_count() == compared.mine.height:
        return Tried(cause, data, "not tried: the register has no desks for these permits")
    return Tried(cause, data, _result(compared, compared.others, ["desk"], "on the same desk"))


def _bulk_employer(compared: _Compared, lead: Lead) -> Tried:
    cause, data = "bulk employer", "employer of each permit, the same employer's permits handled by others"
    events = compared.mine.filter(pl.col("event"))["employer_id"].drop_nulls()
    if events.is_empty():
        return Tried(cause, data, "not tried: no employer is named on these permits")
    most, count = events.value_counts(sort=True, name="n").row(0)
    if count < _MOST * compared.observed:
        return Tried(
            cause, data, f"does not apply: no employer has half of them ({count} of {compared.observed} at most)"
        )
    if ("employer", most) in lead.subject:
        return Tried(cause, data, "does not apply: the employer is itself part of the pattern")
    everywhere = compared.others_where(pl.col("employer_id").is_in(compared.mine["employer_id"].unique().implode()))
    return Tried(cause, data, _result(compared, everywhere, ["employer_id"], "for the same employers"))


def _season(compared: _Compared, lead: Lead) -> Tried:
    cause, data = "season", "permits of the office in the same months of other years"
    first, last = lead.window
    if (last - first).days >= 330:
        return Tried(cause, data, "does not apply: the window is most of a year or longer")
    month = pl.col("issued_on").dt.truncate("1mo")
    outside = compared.others.filter(~month.is_between(first.replace(day=1), last))
    return Tried(cause, data, _result(compared, outside, ["month"], "in the same months of other years"))


def _emergency_service(compared: _Compared, lead: Lead, closed: pl.DataFrame | None) -> Tried:
    cause, data = "emergency service", "calendar of the office, who else worked on the same closed days and on what"
    if closed is None:
        return Tried(cause, data, "not tried: the register has no calendar of the office")
    events = compared.mine.filter(pl.col("event")).select("permit_number")
    here = closed.filter(pl.col("office_id") == lead.office)
    shut = here.join(events, on="permit_number", how="semi")
    met = shut["permit_number"].n_unique()
    if met < _MOST * events.height:
        return Tried(cause, data, f"does not apply: {met} of {events.height} have a step on a day of closure")
    others = here.join(compared.others.select("permit_number"), on="permit_number", how="semi")
    # Whoever is on the closed days with the subject's permits only is no service for others.
    served = others.group_by("day").agg(pl.col("who").drop_nulls().n_unique(), pl.col("permit_number").n_unique())
    days = served.filter(pl.col("who") >= _PEOPLE, pl.col("permit_number") >= _SERVED)
    shared = shut.join(days, on="day", how="semi")["permit_number"].n_unique()
    text = (
        f"{shared} of {events.height} fall on closed days on which {_PEOPLE} people or more handled {_SERVED} or more "
        f"permits of others ({days.join(shut, on='day', how='semi').height} of {shut['day'].n_unique()} days)"
    )
    return Tried(cause, data, f"{_word(shared, events.height)}: {text}")


def _clean_up(compared: _Compared, lead: Lead, edits: pl.DataFrame | None) -> Tried:
    """In a clean-up or migration the same hands change the same fields of everybody's permits on the same days."""
    cause, data = "clean-up", "edits in the access log: permits of others changed by the same people, days and fields"
    if edits is None:
        return Tried(cause, data, "not tried: the register has no log of edits")
    events = compared.mine.filter(pl.col("event")).select("permit_number")
    run = ["who", "day", "field"]
    mine = edits.join(events, on="permit_number", how="semi")
    edited = mine["permit_number"].n_unique()
    if edited < _MOST * events.height:
        return Tried(cause, data, f"does not apply: key fields of {edited} of {events.height} were edited")
    subjects = compared.exposure.filter(compared.is_subject).select("permit_number")
    at_once = edits.join(mine.select(run).unique(), on=run, how="semi").unique("permit_number")
    of_subject = at_once.join(subjects, on="permit_number", how="semi").height
    others = at_once.height - of_subject
    where = "the same people changed the same fields on the same days of"
    if not others:
        return Tried(cause, data, f"{_NO}: {where} no other permit")
    here = compared.exposure.filter(pl.col("office_id") == lead.office).select("permit_number")
    share = here.join(subjects, on="permit_number", how="semi").height / here.height
    expected = share * at_once.height
    numbers = (
        f"{where} {others} permits of others; of these and the subject's own together, the subject's share of the "
        f"office ({share:.1%}) gives {expected:.1f}; {of_subject} were seen"
    )
    return Tried(cause, data, _explained(of_subject, expected, numbers))


def _word(met: int, of: int) -> str:
    return "could explain it" if met >= _NEARLY_ALL * of else "could explain part of it" if met else _NO


def _new_office(compared: _Compared, lead: Lead, office: pl.DataFrame, offices: pl.DataFrame) -> Tried:
    cause, data = "new office", "day on which each office opened"
    opened = office["opened_on"][0] if office.height else None
    if opened is None:
        return Tried(cause, data, "not tried: the register does not say when the office opened")
    age = (lead.window[0] - opened).days
    if age >= _NEW_DAYS:
        return Tried(cause, data, f"does not apply: open since {opened}, {age} days before the first of these permits")
    away = compared.others_where(pl.col("office_id") != lead.office)
    young = away.join(offices.select("office_id", "opened_on"), on="office_id").filter(
        pl.col("issued_on") < pl.col("opened_on") + dt.timedelta(days=_NEW_DAYS)
    )
    same = pl.lit(0).alias("all")
    return Tried(cause, data, _result(compared, young.with_columns(same), ["all"], "in offices as new"))


def _night_desk(compared: _Compared, office: pl.DataFrame) -> Tried:
    cause, data = "night desk", "hours of the office, permits of others at the same hours"
    events = compared.mine.filter(pl.col("event") & pl.col("hour").is_not_null())
    if events.is_empty():
        return Tried(cause, data, "not tried: no time of day is recorded for these permits")
    late = events.filter((pl.col("hour") >= 22) | (pl.col("hour") < 5)).height
    if late < _MOST * events.height:
        return Tried(cause, data, f"does not apply: {late} of {events.height} were issued between 22:00 and 05:00")
    night = office["night"][0] if office.height else None
    said = {True: "is", False: "is not", None: "is not known to be"}[night]
    result = _result(compared, compared.others, ["hour"], "at the same hours")
    return Tried(cause, data, f"{result}; the office {said} open at night")


def _outage(compared: _Compared) -> Tried:
    cause, data = "outage", "days on which others of the office had such permits as well"
    days = compared.others.filter(pl.col("event")).group_by("issued_on").len("n").filter(pl.col("n") >= _FOR_ALL)
    events = compared.mine.filter(pl.col("event"))
    shared = events.join(days, on="issued_on", how="semi").height
    text = f"{shared} of {events.height} fall on days when others of the office had {_FOR_ALL} or more as well"
    return Tried(cause, data, f"{_word(shared, events.height)}: {text}")


_NO = "does not explain it"


def _result(compared: _Compared, pool: pl.DataFrame, by: list[str], where: str) -> str:
    """In words, whether the pool's share of events, group by group, gives as many as the subject has."""
    month = pl.col("issued_on").dt.month().alias("month")
    everything = pl.lit(0).alias("all")
    mine = compared.mine.with_columns(month, everything)
    groups = (
        pool.with_columns(month, everything).group_by(by).agg(pl.len().alias("n"), pl.col("event").sum().alias("k"))
    )
    met = mine.join(groups.filter(pl.col("n") >= _FEW), on=by)
    if met.height < _MOST * mine.height:
        return f"cannot tell: {met.height} of these {mine.height} permits have enough of others {where}"
    expected = float((met["k"] / met["n"]).sum())
    observed = int(met["event"].sum())
    if observed < _MOST * compared.observed:
        return f"cannot tell: {observed} of the {compared.observed} {compared.event} have enough of others {where}"
    known = groups.join(met.select(by).unique(), on=by)
    basis = f"{where} others had {known['k'].sum()} {compared.event} of {known['n'].sum()}"
    numbers = f"{basis}, which gives {expected:.1f} of these {met.height}; {observed} were seen"
    return _explained(observed, expected, numbers)


def _explained(observed: int, expected: float, numbers: str) -> str:
    """Whether chance gives as many where so many are to be expected."""
    if float(at_least(observed, expected, 0.0)) > _LIKELY:
        return f"could explain it: {numbers}"
    return f"{'could explain part of it' if expected > 0.5 * observed else _NO}: {numbers}"
