"""The law as columns: the provision in force for each row, by its subject and day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from checks.declaration import NotApplicable
from checks.rows import RowContext
from pipeline.reference.policy import Rule


def law_of(
    frame: pl.LazyFrame,
    context: RowContext,
    topic: str,
    subject: pl.Expr | str | Sequence[pl.Expr | str],
    day: pl.Expr,
    *,
    required: bool = True,
) -> pl.LazyFrame:
    """The frame with `law_value` (in the topic's unit) and `law_citation`, null where no provision is in force.

    Args:
        frame: any rows.
        context: has the policy pack.
        topic: one of `pipeline.reference.policy.TOPICS`.
        subject: what the provision rules on; of several the first that has one in force. Where there is none for any
            of them, the one for "*" holds.
        day: date at which the provision must be in force, of the issue as a rule.
        required: whether a pack that says nothing of the topic leaves the check without its ground.

    Raises:
        NotApplicable: without a policy pack of the state, or where the pack says nothing of a required topic.
    """
    if context.law is None:
        raise NotApplicable("no policy pack for this state")
    rules = [rule for rule in context.law.rules if rule.topic == topic]
    if required and not rules:
        raise NotApplicable(f"the policy pack says nothing of {topic}")
    subjects = [subject] if isinstance(subject, (pl.Expr, str)) else list(subject)
    value: pl.Expr = pl.lit(None, pl.Float64)
    citation: pl.Expr = pl.lit(None, pl.String)
    # The last `when` wins, so that a subject's own provision goes before the one for all.
    applied = [(rule, _in_force(rule, day)) for rule in rules if rule.subject == "*"]
    for one in reversed(subjects):
        wanted = pl.lit(one) if isinstance(one, str) else one
        named = (rule for rule in rules if rule.subject != "*")
        applied += [(rule, _in_force(rule, day) & (wanted == pl.lit(rule.subject))) for rule in named]
    for rule, holds in applied:
        value = pl.when(holds).then(pl.lit(rule.value)).otherwise(value)
        citation = pl.when(holds).then(pl.lit(rule.citation)).otherwise(citation)
    return frame.with_columns(value.alias("law_value"), citation.alias("law_citation"))


def _in_force(rule: Rule, day: pl.Expr) -> pl.Expr:
    holds = day >= pl.lit(rule.valid_from)
    return holds if rule.valid_to is None else holds & (day <= pl.lit(rule.valid_to))
