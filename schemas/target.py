"""One target of one indicator for one period, with who agreed it and why.

Latest version of a record is told by source, ``indicator_id``, ``period_type`` and ``period_start``.
"""

import pandera.polars as pa
import polars as pl

from schemas._period_type import PERIOD_TYPES

KEY = ("indicator_id", "period_type", "period_start")
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row an indicator and period, for the whole council."""

    indicator_id: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The indicator's id")
    period_type: str = pa.Field(isin=PERIOD_TYPES, description="Kind of period")
    period_start: pl.Date = pa.Field(description="First day of the period")
    period_end: pl.Date = pa.Field(description="Last day of the period")
    target: float = pa.Field(description="Level to be reached, in the indicator's unit")
    tolerance: float = pa.Field(nullable=True, ge=0, description="How far off still counts as just off target")
    agreed_by: str = pa.Field(nullable=True, description="Who agreed it")
    agreed_on: pl.Date = pa.Field(nullable=True, description="Day it was agreed")
    reason: str = pa.Field(nullable=True, description="Why this level")

    @pa.dataframe_check(error="period_ends_before_start", statistics={"reads": ["period_start", "period_end"]})
    def period_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A period cannot end before it starts."""
        return data.lazyframe.select((pl.col("period_end") >= pl.col("period_start")).fill_null(True))

    class Config:
        strict = True
