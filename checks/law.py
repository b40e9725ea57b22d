"""The law as columns: the provision in force for each row, by its subject and day."""

from __future__ import annotations

import polars as pl

from checks.declaration import NotApplicable
from checks.rows import RowContext


def law_of(frame: pl.LazyFrame, context: RowContext, topic: str, subject: pl.Expr | str, day: pl.Expr) -> pl.LazyFrame:
    """The frame with `law_value` (in the topic's unit) and `law_citation`, null where no provision is in force.

    Args:
        frame: any rows.
        context: has the policy pack.
        topic: one of `pipeline.reference.policy.TOPICS`.
        subject: what the provision rules on; where there is none for it, the one for "*" holds.
        day: date at which the provision must be in force, of the issue as a rule.

    Raises:
        NotApplicable: without a policy pack of the state, or where the pack says nothing of the topic.
    """
    if context.law is None:
        raise NotApplicable("no policy pack for this state")
    rules = [rule for rule in context.law.rules if rule.topic == topic]
    if not rules:
        raise NotApplicable(f"the policy pack says nothing of {topic}")
    wanted = pl.lit(subject) if isinstance(subject, str) else subject
    value: pl.Expr = pl.lit(None, pl.Float64)
    citation: pl.Expr = pl.lit(None, pl.String)
    # The last `when` wins, so that a subject's own provision goes before the one for all.
    for rule in sorted(rules, key=lambda rule: rule.subject != "*"):
        holds = day >= pl.lit(rule.valid_from)
        if rule.valid_to is not None:
            holds &= day <= pl.lit(rule.valid_to)
        if rule.subject != "*":
            holds &= wanted == pl.lit(rule.subject)
        value = pl.when(holds).then(pl.lit(rule.value)).otherwise(value)
        citation = pl.when(holds).then(pl.lit(rule.citation)).otherwise(citation)
    return frame.with_columns(value.alias("law_value"), citation.alias("law_citation"))
