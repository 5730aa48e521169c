"""One figure received ready-made: a national statistic, a partner's return, another authority's result.

Latest version of a record is told by source, ``indicator_id``, ``area_code``, ``period_type`` and ``period_start``.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

from schemas._period_type import PERIOD_TYPES

KEY = ("indicator_id", "area_code", "period_type", "period_start")
DATED_BY = ("period_end",)
NOTED_BY = {"value": "value_note"}
EARLIEST = date(1801, 1, 1)


class Record(pa.DataFrameModel):
    """A row an indicator, area and period. A missing value has a note that says why; it is never 0."""

    indicator_id: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The indicator it is a figure of")
    area_code: str = pa.Field(description="GSS code of the area")
    area_name: str = pa.Field(nullable=True, description="Name of the area")
    period_type: str = pa.Field(isin=PERIOD_TYPES, description="Kind of period")
    period_start: pl.Date = pa.Field(ge=EARLIEST, description="First day of the period")
    period_end: pl.Date = pa.Field(ge=EARLIEST, description="Last day of the period")
    value: float = pa.Field(nullable=True, description="The figure, in the indicator's unit")
    numerator: float = pa.Field(nullable=True, description="What was counted, where it was given")
    denominator: float = pa.Field(nullable=True, description="Out of how many, where it was given")
    value_note: str = pa.Field(
        nullable=True,
        isin=["x", "z", "u", "c"],
        description="x not available, z not applicable, u unreliable, c confidential",
    )
    comparator_group: str = pa.Field(nullable=True, description="The group of authorities it is compared within")

    @pa.dataframe_check(error="value_without_note", statistics={"reads": ["value", "value_note"]})
    def value_or_note(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A figure that is not there says why: x, z or c."""
        noted = pl.col("value_note").is_in(["x", "z", "c"]).fill_null(False)
        return data.lazyframe.select(pl.col("value").is_null() == noted)

    @pa.dataframe_check(error="period_ends_before_start", statistics={"reads": ["period_start", "period_end"]})
    def period_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A period cannot end before it starts."""
        return data.lazyframe.select((pl.col("period_end") >= pl.col("period_start")).fill_null(True))

    class Config:
        strict = True
