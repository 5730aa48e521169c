"""Fingerprints: equal for what is written differently, different for what means something different."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.fingerprint import NORMALISER, compiled_sql, fingerprint, normal_form, pretty, same_method

COUNT = {"measure": "count", "multiplier": 1.0, "weighted": False}

EQUAL = {
    "comments and spacing": (
        "select a, b from t where a > 1",
        "-- shares\nselect a,   b\nfrom t /* all of it */\nwhere a>1 -- positive\n",
    ),
    "case of words and names": ("select a from t where b = 'X'", "SELECT A FROM T WHERE B = 'X'"),
    "quoted names": ("select a from t", 'select "a" from "t"'),
    "name of a table's alias": (
        "select r.a from requests r join areas w on r.c = w.c",
        "select x.a from requests as x join areas as y on x.c = y.c",
    ),
    "a table's own name as its alias": ("select t.a from t", "select u.a from t u"),
    "name of a common table expression": (
        "with base as (select a from t) select a from base",
        "with jobs as (select a from t) select a from jobs",
    ),
    "columns by the name of a common table expression": (
        "with base as (select a from t) select base.a from base",
        "with jobs as (select a from t) select jobs.a from jobs",
    ),
    "order of common table expressions": (
        "with p as (select 1 as a), q as (select 2 as b) select * from p, q",
        "with q as (select 2 as b), p as (select 1 as a) select * from p, q",
    ),
    "order of operands of AND": ("select a from t where a > 1 and b < 2", "select a from t where b < 2 and a > 1"),
    "order of operands of OR": ("select a from t where a = 1 or b = 2", "select a from t where b = 2 or a = 1"),
    "grouping of a chain of AND": (
        "select a from t where (a = 1 and b = 2) and c = 3",
        "select a from t where a = 1 and (b = 2 and c = 3)",
    ),
    "parentheses around comparisons": (
        "select a from t where a > 1 and b < 2",
        "select a from t where ((a > 1) and (b < (2)))",
    ),
    "parentheses in arithmetic": ("select a + b * c as d from t", "select (a + (b * c)) as d from t"),
    "two ways to write a cast": ("select a::integer as b from t", "select cast(a as integer) as b from t"),
    "two ways to write unequal": ("select a from t where a <> 1", "select a from t where a != 1"),
    "order of sorting said or not": ("select a from t order by a", "select a from t order by a asc"),
    "alias of a sub-query": (
        "select s.a from (select a from t) s",
        "select q.a from (select a from t) as q",
    ),
    "alias in a correlated sub-query": (
        "select r.a from t r where exists (select 1 from u x where x.k = r.k)",
        "select m.a from t m where exists (select 1 from u y where y.k = m.k)",
    ),
    "inner join said or not": ("select k from t join u using (k)", "select k from t inner join u using (k)"),
    "outer join said or not": ("select k from t left join u using (k)", "select k from t left outer join u using (k)"),
    "names of inner aliases": (
        "with b as (select r.a from t r) select b.a from b",
        "with c as (select q.a from t q) select c.a from c",
    ),
    "a trailing semicolon": ("select a from t", "select a from t;"),
}

DIFFERENT = {
    "another column": ("select a from t", "select b from t"),
    "another table": ("select a from t", "select a from u"),
    "another schema": ("select a from p.t", "select a from q.t"),
    "another constant": ("select a from t where b = 1", "select a from t where b = 2"),
    "case within a text": ("select a from t where b = 'Late'", "select a from t where b = 'late'"),
    "spaces within a text": ("select a from t where b = 'no date'", "select a from t where b = 'no  date'"),
    "a text that looks like a comment": ("select '--x' as a", "select '--y' as a"),
    "at or before": ("select a from t where b <= c", "select a from t where b < c"),
    "AND for OR": ("select a from t where b and c", "select a from t where b or c"),
    "AND before OR": ("select a from t where a or b and c", "select a from t where (a or b) and c"),
    "what NOT covers": ("select a from t where not a and b", "select a from t where not (a and b)"),
    "a condition less": ("select a from t where b = 1 and c = 2", "select a from t where b = 1"),
    "what is multiplied": ("select a + b * c as d from t", "select (a + b) * c as d from t"),
    "what is subtracted": ("select a - b - c as d from t", "select a - (b - c) as d from t"),
    "order of a division": ("select a / b as c from t", "select b / a as c from t"),
    "whole division": ("select a / b as c from t", "select a // b as c from t"),
    "rows of both sides": (
        "select k from t full join u using (k)",
        "select k from t join u using (k)",
    ),
    "kind of join": ("select a from t join u using (k)", "select a from t left join u using (k)"),
    "side of a join": ("select a from t left join u on t.k = u.k", "select a from u left join t on t.k = u.k"),
    "which table a column is of": (
        "select x.a from t x join u y on x.k = y.k",
        "select y.a from t x join u y on x.k = y.k",
    ),
    "which alias stands for which table": (
        "select x.a from t x join u y on x.k = y.k",
        "select x.a from u x join t y on x.k = y.k",
    ),
    "duplicates": ("select a from t union select a from u", "select a from t union all select a from u"),
    "distinct rows": ("select a from t", "select distinct a from t"),
    "distinct values counted": ("select count(a) as n from t", "select count(distinct a) as n from t"),
    "another function": ("select min(a) as n from t", "select max(a) as n from t"),
    "a filter of an aggregate": (
        "select count(*) filter (where a) as n from t",
        "select count(*) filter (where b) as n from t",
    ),
    "a failed cast": ("select cast(a as int) as b from t", "select try_cast(a as int) as b from t"),
    "width of a type": ("select cast(a as decimal(9, 2)) as b from t", "select cast(a as decimal(9, 1)) as b from t"),
    "unit of an interval": ("select a + interval 1 day as b from t", "select a + interval 1 month as b from t"),
    "part of a date": ("select date_trunc('month', a) as b from t", "select date_trunc('quarter', a) as b from t"),
    "missing values": ("select coalesce(a, 0) as b from t", "select a as b from t"),
    "NULL compared": ("select a from t where a = b", "select a from t where a is not distinct from b"),
    "name of an output column": ("select a as numerator from t", "select a as denominator from t"),
    "order of output columns": ("select a, b from t", "select b, a from t"),
    "direction of sorting": ("select a from t order by b limit 1", "select a from t order by b desc limit 1"),
    "place of NULLs": (
        "select a from t order by b nulls first limit 1",
        "select a from t order by b nulls last limit 1",
    ),
    "window of a function": (
        "select row_number() over (partition by a order by b) as n from t",
        "select row_number() over (partition by c order by b) as n from t",
    ),
    "frame of a window": (
        "select sum(a) over (order by b rows 1 preceding) as n from t",
        "select sum(a) over (order by b rows 2 preceding) as n from t",
    ),
    "a common table expression's content": (
        "with b as (select a from t where c) select a from b",
        "with b as (select a from t) select a from b",
    ),
    "which common table expression": (
        "with p as (select 1 as a), q as (select 2 as a) select a from p",
        "with p as (select 1 as a), q as (select 2 as a) select a from q",
    ),
    "a table hidden by a common table expression": (
        "with t as (select a from u) select a from t",
        "with s as (select a from u) select a from t",
    ),
    "depth of an alias": (
        "select (select max(x.a) from u x where x.k = y.k) as m from t y",
        "select (select max(x.a) from u x where x.k = x.k) as m from t y",
    ),
    "an inner alias that hides an outer one": (
        "select (select max(a.v) from unnest(a.l) as a(v)) as m from t a",
        "select (select max(b.v) from unnest(b.l) as a(v)) as m from t b",
    ),
    "branch of a case": (
        "select case when a then 1 else 0 end as n from t",
        "select case when a then 0 else 1 end as n from t",
    ),
    "between what": ("select a from t where a between 1 and 2", "select a from t where a between 1 and 3"),
    "among what": ("select a from t where a in (1, 2)", "select a from t where a in (1, 3)"),
    "a pattern's case": ("select a from t where a like 'x%'", "select a from t where a ilike 'x%'"),
    "rows of a pivot": (
        "select * from t pivot (sum(a) for b in ('x'))",
        "select * from t pivot (sum(a) for b in ('y'))",
    ),
}


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL.keys())
def test_a_calculation_written_differently_keeps_its_fingerprint(pair: tuple[str, str]) -> None:
    assert fingerprint(pair[0], COUNT) == fingerprint(pair[1], COUNT)


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_another_calculation_has_another_fingerprint(pair: tuple[str, str]) -> None:
    assert fingerprint(pair[0], COUNT) != fingerprint(pair[1], COUNT)


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_each_pair_is_read_as_a_tree_and_not_as_text(pair: tuple[str, str]) -> None:
    if "pivot" not in pair[0]:
        assert normal_form(pair[0])[0] != "text"
        assert normal_form(pair[1])[0] != "text"


def test_the_common_shapes_of_a_changed_threshold_are_all_seen() -> None:
    """Every constant of a query matters, wherever it stands."""
    query = (
        "with done as (select k, case when days <= {0} then {1} else {2} end as ok from t where days between {3} and {4})"
        " select sum(ok) * {5} / nullif(count(*), {6}) as v from done where k in ({7}, {8}) having count(*) > {9}"
    )
    found = {fingerprint(query.format(*range(10, 20)), COUNT)}
    for place in range(10):
        numbers = list(range(10, 20))
        numbers[place] = 99
        found.add(fingerprint(query.format(*numbers), COUNT))
    assert len(found) == 11


def test_equal_pairs_give_equal_results() -> None:
    """The pairs called equal are so for DuckDB too, not only for the normal form."""
    with duckdb.connect() as connection:
        columns = "(values (1, 2, 3, 7), (2, 1, 3, 7), (3, 5, 1, 8), (null, 2, 3, 9)) as v(a, b, c, k)"
        for table in ("t", "u", "requests", "areas"):
            connection.execute(f"create table {table} as select * from {columns}")
        for name, (left, right) in EQUAL.items():
            if "'X'" in left:
                continue
            answers = [sorted(connection.sql(sql.rstrip(";")).fetchall(), key=repr) for sql in (left, right)]
            assert answers[0] == answers[1], name


def test_every_setting_of_the_calculation_is_part_of_it() -> None:
    changed = [COUNT | {"measure": "sum"}, COUNT | {"multiplier": 1000.0}, COUNT | {"weighted": True}]
    assert len({fingerprint("select 1", settings) for settings in [COUNT, *changed]}) == 4


def test_a_fingerprint_names_the_normaliser_that_made_it() -> None:
    assert fingerprint("select 1", COUNT).split(":")[0] == NORMALISER


def test_text_that_cannot_be_read_is_compared_as_text() -> None:
    assert normal_form("select from where (") == ["text", "select from where ("]
    assert normal_form("select 1; select 2")[0] == "text"
    assert normal_form("vacuum full everything")[0] == "text"
    assert fingerprint("select from where (", COUNT) != fingerprint("select from  where (", COUNT)


def test_a_method_published_under_another_normaliser_is_compared_by_its_published_sql() -> None:
    now = fingerprint("select a from t", COUNT)
    before = "0-1.0:" + now.split(":")[1] + ":" + "0" * 64
    assert same_method(before, "SELECT a\nFROM t", now, COUNT)
    assert not same_method(before, "select b from t", now, COUNT)
    assert not same_method("0-1.0:" + "0" * 16 + ":" + "0" * 64, "select a from t", now, COUNT)


def test_compiled_sql_names_models_plainly() -> None:
    manifest = {
        "nodes": {
            "model.p.stg_job": {"name": "stg_job", "version": None, "relation_name": '"house"."main"."stg_job"'},
            "model.p.stg_job_more": {
                "name": "stg_job_more", "version": None, "relation_name": '"house"."main"."stg_job_more"'
            },
            "model.p.late_jobs.v1": {
                "name": "late_jobs", "version": 1, "relation_name": None,
                "compiled_code": '-- late ones\r\nselect * from "house"."main"."stg_job", "house"."main"."stg_job_more"\n',
            },
            "model.p.late_jobs.v2": {"name": "late_jobs", "version": 2, "relation_name": None},
        }
    }  # fmt: skip
    assert compiled_sql(manifest, "late_jobs", 1) == "-- late ones\nselect * from stg_job, stg_job_more\n"
    with pytest.raises(LookupError, match="dbt has not compiled late_jobs version 2"):
        compiled_sql(manifest, "late_jobs", 2)


def test_pretty_lays_out_what_it_can_read_and_keeps_the_rest() -> None:
    assert pretty("select a from t where b") == "SELECT\n  a\nFROM t\nWHERE\n  b"
    assert pretty("select from (") == "select from ("
    assert pretty("") == ""
