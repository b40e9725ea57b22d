"""Holidays and weekends of countries: by the law of a policy pack where one is at hand, and by package `holidays`."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable, Iterator

import holidays
import polars as pl

from pipeline.reference.policy import Policies, PolicyPack, Rule

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COLUMNS = {
    "country": pl.String,
    "date": pl.Date,
    "holiday": pl.String,
    "holiday_source": pl.String,
    "weekend": pl.String,
    "weekend_source": pl.String,
    "weekdays_known": pl.Boolean,
}
#: In which the package names holidays, where it can.
_LANGUAGE = "en_US"


def days_off(countries: Iterable[str | None], dates: pl.Series, policies: Policies) -> pl.DataFrame:
    """For each country and day what makes it a day off.

    Args:
        countries: ISO 3166-1 alpha-3 codes or issuer codes; one that neither packs nor package know has no rows.
        dates: days asked for.
        policies: the law of some states; it goes before the package, which adds holidays that it does not list.

    Returns:
        `country`, `date`; `holiday` (its name or the article) and `weekend`, null where it is none, each with its
        source, `law`, `holidays` or `weekend`; `weekdays_known`: whether the country's weekend is known that day.
    """
    days = pl.DataFrame({"date": dates.unique().sort()}, schema={"date": pl.Date})
    packs = {pack.state: pack for pack in policies.packs}
    listed = holidays.list_supported_countries(include_aliases=True)
    found = [
        _country(name, days, packs.get(name), _package(name, days) if name in listed else None)
        for name in countries
        if name is not None and (name in packs or name in listed) and days.height
    ]
    return pl.concat([pl.DataFrame(schema=_COLUMNS), *found])


def _package(name: str, days: pl.DataFrame) -> holidays.HolidayBase:
    first, last = days["date"].min(), days["date"].max()
    assert isinstance(first, dt.date) and isinstance(last, dt.date)
    languages = getattr(holidays, name).supported_languages
    language = _LANGUAGE if _LANGUAGE in languages else None
    with warnings.catch_warnings():
        # Of years for which it knows no holidays: such a day counts as none.
        warnings.simplefilter("ignore", UserWarning)
        return holidays.country_holidays(name, years=range(first.year, last.year + 1), language=language)


def _country(
    name: str, days: pl.DataFrame, pack: PolicyPack | None, package: holidays.HolidayBase | None
) -> pl.DataFrame:
    date = pl.col("date")
    holiday, weekend = pl.lit(None, pl.String), pl.lit(None, pl.String)
    by_law_off, by_law_weekend, law_knows = pl.lit(False), pl.lit(False), pl.lit(False)
    for rule, holds in _provisions(pack, "public-holiday"):
        holiday = pl.when(holds).then(pl.lit(rule.citation)).otherwise(holiday)
        by_law_off = by_law_off | holds
    for rule, holds in _provisions(pack, "weekend"):
        weekend = pl.when(holds).then(pl.lit(rule.citation)).otherwise(weekend)
        by_law_weekend = by_law_weekend | holds
        law_knows = law_knows | _in_force(rule)
    if package is not None:
        names = dict(package.items())
        listed = date.replace_strict(names, default=None, return_dtype=pl.String)
        holiday = pl.coalesce(holiday, listed) if names else holiday
        weekly = date.dt.weekday().is_in([day + 1 for day in package.weekend])
        weekend = pl.when(law_knows).then(weekend).when(weekly).then(pl.lit("weekend"))
    return days.select(
        pl.lit(name).alias("country"),
        date,
        holiday.alias("holiday"),
        pl.when(by_law_off).then(pl.lit("law")).otherwise(pl.lit("holidays")).alias("holiday_source"),
        weekend.alias("weekend"),
        pl.when(by_law_weekend).then(pl.lit("law")).otherwise(pl.lit("weekend")).alias("weekend_source"),
        (law_knows | pl.lit(package is not None)).alias("weekdays_known"),
    )


def _provisions(pack: PolicyPack | None, topic: str) -> Iterator[tuple[Rule, pl.Expr]]:
    """Each provision on a topic, and on which days it makes a day off."""
    date = pl.col("date")
    for rule in pack.rules if pack is not None else ():
        if rule.topic == topic:
            subject = rule.subject.lower()
            if subject in _WEEKDAYS:
                yield rule, _in_force(rule) & (date.dt.weekday() == _WEEKDAYS.index(subject) + 1)
            else:
                yield rule, _in_force(rule) & (date.dt.strftime("%m-%d") == subject)


def _in_force(rule: Rule) -> pl.Expr:
    return pl.col("date").is_between(rule.valid_from, rule.valid_to or dt.date.max)
