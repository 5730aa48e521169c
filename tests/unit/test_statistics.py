"""The statistics of the models, in the SQL that dbt makes of them, give what the reference calculations give."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import duckdb
import pytest
import quantiles
from scipy.stats import binom, t
from statistics_sql import compiled

SHARED = Path(os.environ.get("YARDSTICK_SHARED", "../shared"))
LEVELS = {95: "95_0", 99.8: "99_8"}
SIDES = ("lower", "upper")
NEAR = 1e-9


def limits(expression: str, levels: dict[float, str] = LEVELS) -> str:
    """Select items for both limits at each level; ``expression`` has places for ``{side}`` and ``{level}``."""
    pairs = itertools.product(SIDES, levels.items())
    return ", ".join(f"{expression.format(side=side, level=level)} as {side}{name}" for side, (level, name) in pairs)


QUERIES = {
    "proportion": f"""
        select case_id, 100.0 * x / nullif(n, 0) as value,
            {limits("100 * {{{{ wilson_limit('(x / n)', 'n', '{side}', {level}) }}}}", LEVELS | {90: "90"})}
        from given""",
    "rate": f"""
        select case_id, multiplier * x / nullif(n, 0) as value,
            {limits("multiplier * {{{{ events_limit('x', '{side}', {level}) }}}} / nullif(n, 0)")}
        from given""",
    "mean": f"""
        with summed as (
            select "group" as case_id, sum(cast(value as decimal(18, 9))) as total, count(value) as number,
                sum(cast(value as decimal(18, 9)) * cast(value as decimal(18, 9))) as squares
            from given group by 1
        ),
        deviated as (
            select *, cast(total as double) / number as value,
                {{{{ standard_deviation('total', 'squares', 'number', places=9) }}}} as stdev
            from summed
        )
        select case_id, value, stdev,
            {", ".join(
                f"value {sign} {{{{ mean_margin('stdev', 'number', {level}) }}}} as {side}{name}"
                for (side, sign), (level, name) in itertools.product(zip(SIDES, "-+", strict=True), LEVELS.items())
            )}
        from deviated""",
    "standardised": f"""
        with weighted as (
            select area as case_id, coalesce(x, 0) as x, n,
                100000.0 * stdpop / sum(stdpop) over (partition by area) as weight
            from given
        ),
        summed as (
            select case_id, sum(x) as events, sum(n) as people, {{{{ standardised_rate('weight', 'x', 'n') }}}} as rate,
                {{{{ standardised_variance('weight', 'x', 'n') }}}} as variance
            from weighted group by 1
        )
        select case_id, case when events >= 10 then 100000 * rate end as value, events, people,
            {limits("100000 * {{{{ standardised_limit('rate', 'variance', 'events', '{side}', {level}) }}}}")}
        from summed""",
    "t": """
        select degrees, {{ t_quantile('degrees', 95) }} as q95, {{ t_quantile('degrees', 99.8) }} as q998
        from range(0, 3000) as r(degrees)""",
    "percentile": """
        with histogram as (
            select name, share, measured_value, count(*) as records from given group by all
        )
        select * from ({{ percentile_of('histogram', ['name', 'share'], 'histogram.share') }}) order by name, share""",
    "wilson": "select {{ wilson_limit('p', 'n', 'lower') }} as lower, {{ wilson_limit('p', 'n', 'upper') }} as upper from given",
    "events": "select {{ events_limit('x', 'lower') }} as lower, {{ events_limit('x', 'upper') }} as upper from given",
    "deviation": "select {{ standard_deviation('total', 'squares', 'number') }} as stdev from given",
    "dobson": "select {{ standardised_rate('weight', 'x', 'n') }} as rate, sum(n) as people from given",
}  # fmt: skip


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return compiled(QUERIES, tmp_path_factory.mktemp("state"))


def answers(query: str, given: str) -> list[dict[str, object]]:
    """The rows of a compiled query over ``given``, a query too."""
    with duckdb.connect() as connection:
        connection.execute(f"create table given as {given}")
        rows = connection.execute(query)
        names = [column[0] for column in rows.description or []]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def vectors(pattern: str) -> list[Path]:
    """The reference files of one kind, whatever the letter of their set; skips where there is no shared folder."""
    found = sorted((SHARED / "vectors").glob(pattern))
    if not found:
        pytest.skip(f"no {pattern} below {SHARED / 'vectors'}; YARDSTICK_SHARED names the shared folder")
    return found


def differences(query: str, given: Path, expected: Path, key: str, named: dict[str, str], types: str) -> list[object]:
    """Cells in which a query over one file departs from another file; ``named`` maps its columns to the query's."""
    rows = {
        row["case_id"]: row for row in answers(query, f"select * from read_csv('{given}', nullstr=['', 'NA'], types={types})")
    }
    wrong: list[object] = []
    compared = 0
    for line in (
        duckdb.sql(f"select * from read_csv('{expected}', nullstr=['', 'NA'], types={{'{key}': 'varchar'}})").pl().to_dicts()
    ):
        row = rows.pop(line[key])
        for theirs, ours in named.items():
            want, got = line[theirs], row[ours]
            compared += 1
            if (want is None) != (got is None) or (want is not None and got != pytest.approx(want, rel=NEAR, abs=NEAR)):
                wrong.append((line[key], theirs, want, got))
    assert not rows
    assert compared
    return wrong


def columns(levels: dict[float, str] = LEVELS) -> dict[str, str]:
    return {"value": "value"} | {f"{side}{name}cl": f"{side}{name}" for side in SIDES for name in levels.values()}


def test_proportions_by_wilson(sql: dict[str, str]) -> None:
    for path in vectors("ci_proportion_*.csv"):
        named = columns() | {"lower90": "lower90", "upper90": "upper90"}
        types = "{'case_id': 'varchar', 'x': 'double', 'n': 'double'}"
        assert differences(sql["proportion"], path, path, "case_id", named, types) == []


def test_rates_by_byar_and_exactly_below_ten_events(sql: dict[str, str]) -> None:
    for path in vectors("ci_rate_*.csv"):
        types = "{'case_id': 'varchar', 'x': 'double', 'n': 'double', 'multiplier': 'double'}"
        assert differences(sql["rate"], path, path, "case_id", columns(), types) == []


def test_means_by_t(sql: dict[str, str]) -> None:
    for path in vectors("ci_mean_*_input.csv"):
        expected = path.with_name(path.name.replace("_input", "_expected"))
        types = "{'group': 'varchar', 'value': 'varchar'}"
        assert differences(sql["mean"], path, expected, "group", columns() | {"stdev": "stdev"}, types) == []


def test_standardised_rates_by_dobson(sql: dict[str, str]) -> None:
    for path in vectors("dsr_*_input.csv"):
        expected = path.with_name(path.name.replace("_input", "_expected"))
        named = columns() | {"total_count": "events", "total_pop": "people"}
        types = "{'area': 'varchar', 'x': 'double', 'n': 'double', 'stdpop': 'double'}"
        assert differences(sql["standardised"], path, expected, "area", named, types) == []


def test_a_wrong_limit_is_found(sql: dict[str, str]) -> None:
    path = vectors("ci_proportion_*.csv")[0]
    types = "{'case_id': 'varchar', 'x': 'double', 'n': 'double'}"
    assert differences(sql["proportion"].replace("1.959963984540054", "1.95996398"), path, path, "case_id", columns(), types)


def test_quantiles_are_those_that_are_generated() -> None:
    """To the last digits: another version of the library may differ in the very last."""
    committed, made = (
        text.replace(",", " ").split() for text in (quantiles.TARGET.read_text(encoding="utf-8"), quantiles.content())
    )
    assert len(committed) == len(made)
    for ours, theirs in zip(committed, made, strict=True):
        if ours != theirs:
            assert float(ours.strip("[]")) == pytest.approx(float(theirs.strip("[]")), rel=1e-13)


def test_t_quantiles_are_exact_for_any_degrees_of_freedom(sql: dict[str, str]) -> None:
    rows = answers(sql["t"], "select 1")
    assert rows[0] == {"degrees": 0, "q95": None, "q998": None}
    for level, name in ((95, "q95"), (99.8, "q998")):
        degrees = [row["degrees"] for row in rows[1:]]
        assert [row[name] for row in rows[1:]] == pytest.approx(t.isf((100 - level) / 200, degrees), rel=1e-10)


def test_a_proportion_of_nothing_or_above_one_has_no_limits(sql: dict[str, str]) -> None:
    rows = answers(sql["wilson"], "select * from (values (0.5, 0.0), (null, null), (1.2, 40.0), (-0.1, 40.0)) as v(p, n)")
    assert rows == [{"lower": None, "upper": None}] * 4


def test_few_events_that_are_not_whole_have_no_limits(sql: dict[str, str]) -> None:
    rows = answers(sql["events"], "select * from (values (2.5::double), (null), (-3)) as v(x)")
    assert rows == [{"lower": None, "upper": None}] * 3


def test_deviations_from_a_large_mean_are_not_lost(sql: dict[str, str]) -> None:
    values = "(values (900000000.1), (900000000.2), (900000000.3)) as v(x)"
    squares = "sum(x::decimal(19, 6) * x::decimal(19, 6)) as squares"
    given = f"select sum(x::decimal(18, 6)) as total, {squares}, count(*) as number from {values}"
    assert answers(sql["deviation"], given)[0]["stdev"] == pytest.approx(0.1, rel=1e-12)
    assert answers(sql["deviation"], given.replace(".2", ".1").replace(".3", ".1"))[0]["stdev"] == 0
    assert answers(
        sql["deviation"], "select 5.0::decimal(18, 6) as total, 25.0::decimal(36, 12) as squares, 1::bigint as number"
    ) == [{"stdev": None}]


def test_a_standardised_rate_needs_the_residents_of_every_age_group(sql: dict[str, str]) -> None:
    complete = "select * from (values (60000.0, 3.0, 100.0), (40000.0, 6.0, 50.0)) as v(weight, x, n)"
    assert answers(sql["dobson"], complete)[0]["rate"] == pytest.approx(0.6 * 0.03 + 0.4 * 0.12)
    for gap in ("null", "0.0"):
        assert answers(sql["dobson"], complete.replace("50.0", gap))[0]["rate"] is None


def test_percentiles_and_their_limits_are_values_at_ranks(sql: dict[str, str]) -> None:
    """The values 1 to n are their own ranks; the interval of a median holds it in 95 of 100 samples, or a little less."""
    given = " union all ".join(
        f"select 'n{n:03}' as name, {share}::double as share, value as measured_value from range(1, {n + 1}) as r(value)"
        for n in (1, 5, 6, 10, 101) for share in (50, 90)
    )  # fmt: skip
    found = {(row["name"], row["share"]): row for row in answers(sql["percentile"], given)}
    for n in (1, 5, 6, 10, 101):
        for share in (50, 90):
            assert found[f"n{n:03}", share]["percentile_value"] == pytest.approx(1 + (n - 1) * share / 100)
    ranks = {key: (row["percentile_lower_95"], row["percentile_upper_95"]) for key, row in found.items()}
    assert ranks["n001", 50] == ranks["n005", 50] == ranks["n010", 90] == (None, None)
    assert ranks["n006", 50] == (1, 6)
    assert ranks["n010", 50] == (2, 9)
    assert ranks["n101", 50] == (41, 61)
    assert ranks["n101", 90] == (85, 98)
    for (name, share), (lower, upper) in ranks.items():
        if lower is not None:
            n = int(name[1:])
            assert binom.cdf(upper - 1, n, share / 100) - binom.cdf(lower - 1, n, share / 100) > 0.94
