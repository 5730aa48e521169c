"""One request or case of a service: a repair, a planning application, a missed bin.

Latest version of a record is told by source and ``request_id``.
"""

from datetime import datetime

import pandera.polars as pa
import polars as pl

KEY = ("request_id",)
DATED_BY = ("opened_at", "closed_at")
EARLIEST = datetime(1950, 1, 1)


class Record(pa.DataFrameModel):
    """A row a request. Times are local times of the council."""

    request_id: str = pa.Field(description="The request's own number in the system it comes from")
    service: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The service, as a snake_case word")
    category: str = pa.Field(nullable=True, description="Kind of request within the service")
    opened_at: pl.Datetime = pa.Field(nullable=True, ge=EARLIEST, description="When the request was made, where it is told")
    due_at: pl.Datetime = pa.Field(nullable=True, ge=EARLIEST, description="When it should be finished")
    closed_at: pl.Datetime = pa.Field(nullable=True, ge=EARLIEST, description="When it was finished")
    outcome: str = pa.Field(nullable=True, description="How it ended")
    area_code: str = pa.Field(nullable=True, description="GSS code of the ward")
    channel: str = pa.Field(
        nullable=True,
        isin=[
            "phone",
            "web",
            "app",
            "email",
            "in_person",
            "post",
            "social_media",
            "staff",
            "system",
            "other",
        ],
        description="How the request reached the council",
    )
    priority: str = pa.Field(nullable=True, description="Priority given by the service")
    score: float = pa.Field(
        nullable=True,
        description="The result judged in points, more being better: the condition of a home on letting",
    )

    @pa.dataframe_check(error="closed_before_opened", statistics={"reads": ["opened_at", "closed_at"]})
    def closed_not_before_opened(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A request cannot be finished before it was made."""
        return data.lazyframe.select((pl.col("closed_at") >= pl.col("opened_at")).fill_null(True))

    @pa.dataframe_check(error="no_date", statistics={"reads": ["opened_at", "closed_at"]})
    def dated(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A request has a day: that on which it was made, or at least that on which it was finished."""
        return data.lazyframe.select(pl.col("opened_at").is_not_null() | pl.col("closed_at").is_not_null())

    class Config:
        strict = True
