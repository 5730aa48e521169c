"""One milestone of an action: what is to be reached on the way, and by when.

Latest version of a record is told by source, ``action_id`` and ``milestone_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._plain_words import words_alone
from schemas._progress import PROGRESS

KEY = ("action_id", "milestone_id")
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row a milestone. It leaves the council where it and its action are marked ``publish``."""

    action_id: str = pa.Field(description="The action it is a step of")
    milestone_id: str = pa.Field(description="The milestone's short id within the action")
    title: str = pa.Field(description="What is to be reached, in a few words")
    owner: str = pa.Field(nullable=True, description="The role that answers for it, where it is not the action's; never a name")
    due_on: pl.Date = pa.Field(nullable=True, description="Day by which it is to be reached")
    status: str = pa.Field(isin=PROGRESS, description="not_started, on_track, at_risk, late, done or stopped")
    completed_on: pl.Date = pa.Field(nullable=True, description="Day it was reached")
    publish: bool = pa.Field(nullable=True, description="Whether it is marked for publication, which it is not when empty")

    plain_words = words_alone("milestone_id", "title", "owner")

    @pa.dataframe_check(error="done_without_day", statistics={"reads": ["status", "completed_on"]})
    def done_has_day(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A milestone that is reached says when, and no other does."""
        return data.lazyframe.select((pl.col("status") == "done") == pl.col("completed_on").is_not_null())

    class Config:
        strict = True
