"""Holder numbers that are one person's, by the Fellegi-Sunter model (splink on DuckDB, in memory).

Import it only when linkage was asked for: it needs the optional packages. Compared are names, birth date, passport
number, telephone and address; agreement on a rare value weighs more than on a common one (Winkler 2000). Nationality,
sex and birthplace are no input. Nothing is fetched, nothing is written to disk: DuckDB's extensions, files and network
are off.

A pair is linked at a probability of PROBABILITY, and only where the given names agree but for spelling or the passport
number does: people of one household agree on nearly everything else, which the model, taking columns for independent,
counts several times.
"""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import SplinkException

#: Probability from which two records are taken for one person.
PROBABILITY = 0.99
#: Share of holders thought to have a second number, before anything is compared (own assumption; says how much evidence
#: a link needs).
SECOND = 0.01
#: Pairs from which chance agreement is estimated.
_PAIRS = 2_000_000
COMPARED = ("surname", "given_names", "birth_date", "passport_number", "phone", "address")
#: Off: what could fetch, read or write anything outside this process.
_CLOSED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
}


def linked_holders(records: pl.DataFrame, seed: int, memory: str = "4GB", threads: int = 2) -> pl.DataFrame:
    """Which of some holders are one person.

    Args:
        records: `holder` (text, not null) and the columns of COMPARED (`birth_date`: Date; the others text; may be
            null), each distinct record once; several records of one holder are that holder's.
        seed: of the pairs from which chance agreement is estimated; the same seed gives the same identities.
        memory: limit of DuckDB's, beyond which it gives up.
        threads: of DuckDB.

    Returns:
        `holder` and `identity`, each holder once: holders of one identity are one person. It is the first of them.

    Raises:
        MemoryError: beyond the limit.
    """
    holders = records["holder"].unique().sort()
    if holders.len() < 2:
        return pl.DataFrame({"holder": holders, "identity": holders}, {"holder": pl.String(), "identity": pl.String()})
    numbered = records.sort("holder", *COMPARED, nulls_last=True).with_row_index("unique_id")
    try:
        pairs = _pairs(_spelled(numbered), holders.len(), seed, memory, threads)
    except (duckdb.OutOfMemoryException, SplinkException) as error:
        # Splink wraps what the engine raises; its text is the statement.
        if isinstance(error, SplinkException) and not isinstance(error.__context__, duckdb.OutOfMemoryException):
            raise
        raise MemoryError("linkage needs more memory") from None
    place = holders.to_frame("holder").with_row_index("place")
    of_record = numbered.join(place, on="holder")["unique_id", "place"].sort("unique_id")["place"].to_numpy()
    left, right = (of_record[pairs[name].to_numpy()] for name in ("unique_id_l", "unique_id_r"))
    edges = coo_array((np.ones(len(left), bool), (left, right)), shape=(holders.len(), holders.len()))
    _, component = connected_components(edges, directed=False)
    return (
        place.select("holder", pl.Series("component", component))
        .with_columns(pl.col("holder").min().over("component").alias("identity"))
        .select("holder", "identity")
    )


def _spelled(records: pl.DataFrame) -> pl.DataFrame:
    """Texts in capitals without accents, so that a way of writing is no difference; empty is not recorded."""
    text = [name for name in COMPARED if name != "birth_date"]
    plain = pl.col(text).str.to_uppercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.strip_chars()
    return records.drop("holder").with_columns(plain.replace("", None))


def _pairs(records: pl.DataFrame, holders: int, seed: int, memory: str, threads: int) -> pl.DataFrame:
    """`unique_id_l`, `unique_id_r` of records that are one person's."""
    with duckdb.connect(":memory:", config=dict(_CLOSED)) as connection:
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute(f"SET threads = {threads:d}")
        api = DuckDBAPI(connection)
        connection.register("records", records.to_arrow())
        linker = Linker(api.register("records"), _model(holders), log_level=None)
        linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS, seed=seed)
        scored = linker.inference.predict(threshold_match_probability=PROBABILITY, warning_mode="never")
        alike = "gamma_given_names > 0 OR gamma_passport_number > 0"
        found = connection.sql(f"SELECT unique_id_l, unique_id_r FROM {scored.physical_name} WHERE {alike}")
        return pl.DataFrame(pl.from_arrow(found.to_arrow_table()))


def _model(holders: int) -> SettingsCreator:
    """How two records of one person agree and differ; chance agreement is estimated from the data."""
    exchanged = (
        "day(birth_date_l) = month(birth_date_r) AND month(birth_date_l) = day(birth_date_r)"
        " AND year(birth_date_l) = year(birth_date_r)"
    )
    two_of_three = (
        "(day(birth_date_l) = day(birth_date_r))::int + (month(birth_date_l) = month(birth_date_r))::int"
        " + (year(birth_date_l) = year(birth_date_r))::int = 2"
    )
    birth = cl.CustomComparison(
        output_column_name="birth_date",
        comparison_levels=[
            cll.NullLevel("birth_date"),
            cll.ExactMatchLevel("birth_date"),
            cll.CustomLevel(f"({exchanged}) OR ({two_of_three})", "day and month exchanged, or one part differs"),
            cll.ElseLevel(),
        ],
    )
    name = [0.80, 0.12, 0.05, 0.03]
    return SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=min(0.1, 2 * SECOND / holders),
        comparisons=[
            # Of records of one person under two numbers (own assumption): exact, close spelling, distant, else.
            cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(
                term_frequency_adjustments=True, m_probabilities=name
            ),
            cl.JaroWinklerAtThresholds("given_names", [0.92, 0.8]).configure(
                term_frequency_adjustments=True, m_probabilities=name
            ),
            birth.configure(m_probabilities=[0.90, 0.07, 0.03]),
            cl.LevenshteinAtThresholds("passport_number", 1).configure(m_probabilities=[0.60, 0.05, 0.35]),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True, m_probabilities=[0.4, 0.6]),
            cl.ExactMatch("address").configure(term_frequency_adjustments=True, m_probabilities=[0.4, 0.6]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("birth_date", "substr(surname, 1, 1)"),
            block_on("birth_date", "substr(given_names, 1, 1)"),
            block_on("surname", "given_names"),
            block_on("passport_number"),
            block_on("phone", "given_names"),
        ],
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=False,
        additional_columns_to_retain=[],
    )
