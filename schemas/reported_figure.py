"""One figure received ready-made: a national statistic, a partner's return, another authority's result.

A figure comes as it is counted with, or as a scorecard stated it: then it names its ``edition`` (the publication whose table it
stands in), its place there, and what the cells say word by word; it may say no number, no known area and no readable period, and
its ``value_reason`` tells why there is no number. Latest version of a record is told by source and ``KEY``, or that place.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

from schemas._period_type import PERIOD_TYPES
from schemas._plain_words import words_alone
from schemas._stated import MOVES, PARTIES, REASONS, STATUSES, UNIT_KINDS

KEY = ("indicator_id", "area_code", "period_type", "period_start")
KEY_WHERE = {"edition": ("edition", "file_row", "heading")}
NEEDED_UNLESS = {"edition": ("area_code", "period_type", "period_start", "period_end")}
DATED_BY = ("period_end",)
NOTED_BY = {"value": "value_note"}
EARLIEST = date(1801, 1, 1)
PERIOD = ("period_type", "period_start", "period_end")
PLACE = ("file_row", "heading", "stated_name")
WRITTEN = (
    *("area_name", "comparator_group", "edition", "heading", "report", "stated_name", "stated_unit", "stated_value"),
    *("stated_scope", "stated_period", "stated_target", "stated_status", "stated_progress", "stated_direction"),
)


class Record(pa.DataFrameModel):
    """A row an indicator, area and period. A missing value has a note that says why; it is never 0."""

    indicator_id: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The indicator it is a figure of")
    area_code: str = pa.Field(nullable=True, description="GSS code of the area")
    area_name: str = pa.Field(nullable=True, description="Name of the area")
    period_type: str = pa.Field(nullable=True, isin=PERIOD_TYPES, description="Kind of period")
    period_start: pl.Date = pa.Field(nullable=True, ge=EARLIEST, description="First day of the period")
    period_end: pl.Date = pa.Field(nullable=True, ge=EARLIEST, description="Last day of the period")
    value: float = pa.Field(nullable=True, description="The figure, in the indicator's unit")
    numerator: float = pa.Field(nullable=True, description="What was counted, where it was given")
    denominator: float = pa.Field(nullable=True, description="Out of how many, where it was given")
    value_note: str = pa.Field(
        nullable=True,
        isin=["x", "z", "u", "c"],
        description="x not available, z not applicable, u unreliable, c confidential",
    )
    comparator_group: str = pa.Field(nullable=True, description="The group of authorities it is compared within")
    edition: str = pa.Field(nullable=True, description="The publication whose table states it, such as 2019/20 end of year")
    edition_end: pl.Date = pa.Field(nullable=True, description="The last day of what that publication reports on")
    file_row: int = pa.Field(nullable=True, ge=1, description="The row of that table, the first below the headings being 1")
    heading: str = pa.Field(nullable=True, description="The heading of the column that it stands in")
    report: str = pa.Field(nullable=True, description="The report that the heading names")
    report_start: pl.Date = pa.Field(nullable=True, description="The first day of what that report is about")
    report_end: pl.Date = pa.Field(nullable=True, description="The last day of what that report is about")
    party: str = pa.Field(nullable=True, isin=PARTIES, description="Whose figure the heading says it is")
    heading_area_code: str = pa.Field(nullable=True, description="GSS code of the area that the heading names")
    stated_name: str = pa.Field(nullable=True, description="The indicator's name as it was written")
    stated_unit: str = pa.Field(nullable=True, description="Its unit as it was written")
    unit_kind: str = pa.Field(nullable=True, isin=UNIT_KINDS, description="What kind of unit that is")
    stated_value: str = pa.Field(nullable=True, description="The figure as it was written")
    value_reason: str = pa.Field(nullable=True, isin=list(REASONS), description="Why it gives no number")
    value_unit: str = pa.Field(nullable=True, isin=UNIT_KINDS, description="What kind of unit the cell names itself")
    stated_scope: str = pa.Field(nullable=True, description="Whose figure it is, as it was written")
    stated_period: str = pa.Field(nullable=True, description="Of when it is, as it was written")
    stated_target: str = pa.Field(nullable=True, description="The target as it was written")
    target_unit: str = pa.Field(nullable=True, isin=UNIT_KINDS, description="What kind of unit the target names itself")
    target_at_least: float = pa.Field(nullable=True, description="The least that meets the target, as far as its words tell")
    target_at_most: float = pa.Field(nullable=True, description="The most that meets it")
    target_level: float = pa.Field(nullable=True, description="The level it names, where only the polarity tells what meets it")
    target_is_strict: bool = pa.Field(nullable=True, description="Whether a figure on the bound misses it")
    stated_status: str = pa.Field(nullable=True, description="Whether the target was met, as it was written")
    status: str = pa.Field(nullable=True, isin=STATUSES, description="What those words mean")
    stated_progress: str = pa.Field(nullable=True, description="How it moved, as it was written")
    progress: str = pa.Field(nullable=True, isin=MOVES, description="What those words mean")
    stated_direction: str = pa.Field(nullable=True, description="How it moved, where it was written a second time")
    direction: str = pa.Field(nullable=True, isin=MOVES, description="What those words mean")
    polarity: str = pa.Field(nullable=True, isin=["higher", "lower"], description="Which figures are said to be better")

    plain_words = words_alone(*WRITTEN)

    @pa.dataframe_check(error="value_without_note", statistics={"reads": ["value", "value_note", "value_reason"]})
    def value_or_note(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A figure that is not there says why: x, z or c, or the reason why a cell gives no number."""
        noted = pl.col("value_note").is_in(["x", "z", "c"]).fill_null(False) | pl.col("value_reason").is_not_null()
        return data.lazyframe.select(pl.col("value").is_null() == noted)

    @pa.dataframe_check(error="period_ends_before_start", statistics={"reads": ["period_start", "period_end"]})
    def period_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A period cannot end before it starts."""
        return data.lazyframe.select((pl.col("period_end") >= pl.col("period_start")).fill_null(True))

    @pa.dataframe_check(error="figure_without_area", statistics={"reads": ["area_code", "edition"]})
    def area_or_edition(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Only a figure of a scorecard may be of an area that has no code."""
        return data.lazyframe.select(pl.col("area_code").is_not_null() | pl.col("edition").is_not_null())

    @pa.dataframe_check(error="figure_without_period", statistics={"reads": [*PERIOD, "edition"]})
    def period_or_edition(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Only a figure of a scorecard may be of a period that cannot be read; it is then of none at all."""
        told = pl.all_horizontal(pl.col(name).is_not_null() for name in PERIOD)
        untold = pl.all_horizontal(pl.col(name).is_null() for name in PERIOD)
        return data.lazyframe.select(told | (untold & pl.col("edition").is_not_null()))

    @pa.dataframe_check(error="edition_without_place", statistics={"reads": ["edition", "edition_end", *PLACE]})
    def edition_is_whole(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A figure of a scorecard says which, and where in it it stands."""
        told = pl.all_horizontal(pl.col(name).is_not_null() for name in ("edition_end", *PLACE))
        return data.lazyframe.select(told | pl.col("edition").is_null())

    class Config:
        strict = True
