"""One action that the council has agreed: what is to be done, by whom and by when, and how far it has got.

Latest version of a record is told by source and ``action_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._plain_words import words_alone
from schemas._progress import PROGRESS

KEY = ("action_id",)
DATED_BY = ()


class Record(pa.DataFrameModel):
    """A row an action. Only one marked ``publish`` leaves the council."""

    action_id: str = pa.Field(description="The action's short id")
    title: str = pa.Field(description="What is to be done, in a few words")
    indicator_id: str = pa.Field(nullable=True, description="The indicator it is to move, where it is one")
    priority_id: str = pa.Field(nullable=True, description="The priority of the council plan it serves")
    owner: str = pa.Field(description="The role that answers for it; never a name")
    due_on: pl.Date = pa.Field(nullable=True, description="Day by which it is to be done")
    status: str = pa.Field(isin=PROGRESS, description="not_started, on_track, at_risk, late, done or stopped")
    completed_on: pl.Date = pa.Field(nullable=True, description="Day it was done")
    progress: str = pa.Field(nullable=True, description="How far it has got, in plain English")
    publish: bool = pa.Field(nullable=True, description="Whether it is marked for publication, which it is not when empty")

    plain_words = words_alone("action_id", "title", "owner", "progress")

    @pa.dataframe_check(error="done_without_day", statistics={"reads": ["status", "completed_on"]})
    def done_has_day(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """An action that is done says when, and no other does."""
        return data.lazyframe.select((pl.col("status") == "done") == pl.col("completed_on").is_not_null())

    class Config:
        strict = True
