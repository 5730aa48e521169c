"""Rating, direction, place among others and comparison by interval, by the SQL that the models use, against reference values.

Vector files are found by pattern in the folder `vectors` of the shared folder, so that further sets of the same form are run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from statistics_sql import compiled

SHARED = Path(os.environ.get("YARDSTICK_SHARED", "../shared"))
VECTORS = SHARED / "vectors"
NEEDS_VECTORS = pytest.mark.skipif(
    not VECTORS.is_dir(), reason=f"YARDSTICK_SHARED names no folder with vectors: {VECTORS} is not there"
)
PRECISION = 1e-9

BOUNDS = "case when polarity = 'high' then target end", "case when polarity = 'low' then target end"
QUERIES = {
    "rag": f"""
        select case_id,
            {{{{ rag('value', 'at_least', 'at_most', 'false', 'tolerance', "replace(tolerance_type, 'pct', 'relative')") }}}},
            {{{{ direction_of_travel('value', 'previous', 'polarity', 'no_change_band') }}}}
        from (select *, {BOUNDS[0]} as at_least, {BOUNDS[1]} as at_most from vector) order by case_id
    """,
    "peers": """
        with peer as (
            select case_id, value, polarity, 4 as least_peers,
                cast(unnest(coalesce(string_split(cast(peer_values as varchar), ' '), [null])) as double) as peer_value
            from vector
        ),
        position as ({{ peer_position('peer', ['case_id', 'value', 'polarity']) }})
        select case_id, peers, peer_median, peer_rank, peer_quartile, {{ is_worse('value', 'peer_median', 'polarity') }}
        from position order by case_id
    """,
    "quantile": """
        select vector.*, case nquantiles
            {%- for parts in range(2, 101) %} when {{ parts }} then {{ quantile_of_rank('place', 'number', parts) }}
            {%- endfor %} end as found
        from (
            select *, count(value) over (partition by "group", nquantiles, invert) as number,
                case when value is not null then rank() over (
                    partition by "group", nquantiles, invert order by case when invert then -value else value end nulls last
                ) end as place
            from vector
        ) as vector
    """,
    "overlap": """
        select case_id,
            {{ compared_by_interval('lower95', 'upper95', 'bench_value', 'bench_value', 'good') }},
            {{ compared_by_interval('lower998', 'upper998', 'bench_value', 'bench_value', 'good') }},
            {{ compared_by_interval('lower95', 'upper95', 'bench_lower95', 'bench_upper95', 'good') }}
        from (select *, replace(polarity, '_is_good', '') as good from vector) order by case_id
    """,
    "control": """
        select case_id, {{ compared_by_interval(
            'x / n', 'x / n',
            wilson_limit('(bench_x / bench_n)', 'n', 'lower'), wilson_limit('(bench_x / bench_n)', 'n', 'upper'), 'good'
        ) }}, {{ compared_by_interval(
            'x / n', 'x / n',
            wilson_limit('(bench_x / bench_n)', 'n', 'lower', 99.8), wilson_limit('(bench_x / bench_n)', 'n', 'upper', 99.8),
            'good'
        ) }}
        from (select *, replace(polarity, '_is_good', '') as good from vector) order by case_id
    """,
    "edges": """
        select {{ rag('value', 'at_least', 'at_most', 'is_strict', 'tolerance', "'absolute'") }} as rag
        from (values
            (5, 3, 5, false, 0), (5, 3, 5, true, 0), (5.5, 3, 5, false, 1), (2.9, 3, 5, false, null), (5, null, 5, true, 1),
            (3, 3, null, true, 0), (null, 3, 5, false, 0), (4, null, null, false, 1), (-5, null, -6, false, 1)
        ) as edge (value, at_least, at_most, is_strict, tolerance)
    """,
    "halfway": """
        select {{ is_worse('value', 'peer_median', "'high'") }}, {{ is_worse('value', 'peer_median', "'low'") }}
        from (select 1.4 as value, percentile_cont(0.5) within group (order by peer) as peer_median
            from (values (0.1::double), (2.7)) as peers (peer))
    """,
    "words": """
        select {{ figure_text('value', 'decimals', 'unit') }}, {{ date_text("date '2025-03-12'") }}, {{ ordinal_text('place') }},
            {{ difference_text('value / 100', 'decimals') }}
        from (values (41.649, 1, 'percent', 1), (12, 0, 'days', 12), (0.12345, 9, 'tonnes', 22), (3.5, 2, 'pounds', 113),
            (0, 1, 'percent', 4)
        ) as figure (value, decimals, unit, place)
    """,
}


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return compiled(QUERIES, tmp_path_factory.mktemp("dbt"))


def vectors(pattern: str) -> list[Path]:
    found = sorted(VECTORS.glob(pattern))
    assert found, f"no {pattern} in {VECTORS}"
    return found


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"create view vector as select * from read_csv('{path}', nullstr = ['', 'NA'])")
        return connection.execute(query).fetchall()


def rows(path: Path, *columns: str) -> Iterator[tuple[object, ...]]:
    yield from asked(path, f"select {', '.join(columns)} from vector order by case_id")


@NEEDS_VECTORS
def test_ratings_and_directions_are_those_of_the_vectors(sql: dict[str, str]) -> None:
    ours = {"improving": "improved", "worsening": "got worse", "no_change": "stayed the same", "not_available": "cannot say"}
    for path in vectors("rag_*.csv"):
        found = asked(path, sql["rag"])
        expected = [(case, rag, ours[str(direction)]) for case, rag, direction in rows(path, "case_id", "rag", "direction")]
        assert found == expected


@NEEDS_VECTORS
def test_places_among_peers_are_those_of_the_vectors(sql: dict[str, str]) -> None:
    columns = ("case_id", "peer_n", "peer_median", "rank_best_is_1", "quartile_best_is_1", "worse_than_peer_median")
    flags = ("case_id", "rag", "green_but_worse_than_peers")
    for path in vectors("rag_*.csv"):
        found = asked(path, sql["peers"])
        for (case, *numbers, worse), expected in zip(found, rows(path, *columns), strict=True):
            assert (case, *numbers) == pytest.approx(expected[:-1], abs=PRECISION), case
            assert worse == (expected[-1] if expected[-1] is None else bool(expected[-1])), case
        is_worse = {case: worse for case, *_, worse in found}
        for case, rag, flag in rows(path, *flags):
            if flag is not None:
                assert (rag == "green" and bool(is_worse[case])) == bool(flag), case


@NEEDS_VECTORS
def test_quantiles_and_ranks_with_ties_are_those_of_the_vectors(sql: dict[str, str]) -> None:
    for path in vectors("quantile_rank_*.csv"):
        query = f"""
            select "group", area, nquantiles, invert, quantile, found, number, n_valid, place,
                case when invert then rank_min_desc else rank_min_asc end as expected_place
            from ({sql["quantile"]})
        """
        checked = asked(path, query)
        assert checked
        for *key, quantile, found, number, n_valid, place, expected_place in checked:
            assert (found, number, place) == (quantile, n_valid, expected_place), key


@NEEDS_VECTORS
def test_comparisons_by_interval_are_those_of_the_vectors(sql: dict[str, str]) -> None:
    furthest = {"better": "best", "worse": "worst", "higher": "highest", "lower": "lowest"}
    for path in vectors("compare_*.csv"):
        columns = ("case_id", "single_overlap_95", "single_overlap_95_998", "double_overlap_95")
        for found, expected in zip(asked(path, sql["overlap"]), rows(path, *columns), strict=True):
            case, at_95, at_998, double = found
            both = furthest[str(at_95)] if at_998 == at_95 and at_95 in furthest else at_95
            assert (case, at_95, both, double) == expected


@NEEDS_VECTORS
def test_comparisons_with_control_limits_are_those_of_the_vectors(sql: dict[str, str]) -> None:
    for path in vectors("compare_to_benchmark_*.csv"):
        assert asked(path, sql["control"]) == list(rows(path, "case_id", "spc_proportion_95", "spc_proportion_998"))


def test_bounds_are_met_on_them_or_only_within_them(sql: dict[str, str]) -> None:
    found = [rag for (rag,) in duckdb.sql(sql["edges"]).fetchall()]
    assert found == ["green", "red", "amber", "red", "amber", "red", "no_data", "no_target", "amber"]


def test_a_value_half_way_between_its_peers_is_not_worse_than_their_median(sql: dict[str, str]) -> None:
    """The median of these two, as a binary number, misses the last digit of 1.4."""
    assert duckdb.sql(sql["halfway"]).fetchall() == [(False, False)]


def test_figures_days_and_places_are_put_in_words(sql: dict[str, str]) -> None:
    day = "12 March 2025"
    assert duckdb.sql(sql["words"]).fetchall() == [
        ("41.6%", day, "1st", "0.4"), ("12 days", day, "12th", "less than 1"), ("0.1235 tonnes", day, "22nd", "0.0012"),
        ("3.50 pounds", day, "113th", "0.04"), ("0.0%", day, "4th", "0.0"),
    ]  # fmt: skip
