"""One complaint, compliment or enquiry, or one finding of an ombudsman.

Latest version of a record is told by source and ``case_id``.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

KEY = ("case_id",)
DATED_BY = ("received_on", "closed_on")
EARLIEST = date(1950, 1, 1)


class Record(pa.DataFrameModel):
    """A row a case."""

    case_id: str = pa.Field(description="The case's own number in the system it comes from")
    kind: str = pa.Field(isin=["complaint", "compliment", "enquiry"], description="What was received")
    service: str = pa.Field(
        nullable=True,
        str_matches=r"^[a-z][a-z0-9_]*$",
        description="The service concerned, as a snake_case word",
    )
    theme: str = pa.Field(nullable=True, str_matches=r"^[a-z][a-z0-9_]*$", description="What it is about, as a snake_case word")
    stage: str = pa.Field(nullable=True, isin=["stage_1", "stage_2", "ombudsman"], description="How far the complaint has gone")
    outcome: str = pa.Field(
        nullable=True,
        isin=["upheld", "partly_upheld", "not_upheld", "resolved", "withdrawn", "outside_jurisdiction"],
        description="What was decided",
    )
    received_on: pl.Date = pa.Field(nullable=True, ge=EARLIEST, description="Day it was received")
    due_on: pl.Date = pa.Field(nullable=True, ge=EARLIEST, description="Day by which an answer is due")
    closed_on: pl.Date = pa.Field(nullable=True, ge=EARLIEST, description="Day it was answered or decided")
    area_code: str = pa.Field(nullable=True, description="GSS code of the ward")

    @pa.dataframe_check(error="no_date", statistics={"reads": ["received_on", "closed_on"]})
    def dated(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A case with neither a day received nor a day closed belongs to no period."""
        return data.lazyframe.select(pl.col("received_on").is_not_null() | pl.col("closed_on").is_not_null())

    @pa.dataframe_check(error="closed_before_received", statistics={"reads": ["received_on", "closed_on"]})
    def closed_not_before_received(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A case cannot be answered before it was received."""
        return data.lazyframe.select((pl.col("closed_on") >= pl.col("received_on")).fill_null(True))

    class Config:
        strict = True
