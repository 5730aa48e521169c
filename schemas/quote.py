"""What one person said of the council's work, in their own words, with the consent to publish it.

Latest version of a record is told by source and ``quote_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._consent import Consented
from schemas._plain_words import words_alone

KEY = ("quote_id",)
DATED_BY = ()


class Record(Consented):
    """A row a quote. It leaves the council only where it is marked ``publish`` and consent is given and has not ended."""

    quote_id: str = pa.Field(description="The quote's short id")
    quote: str = pa.Field(nullable=True, description="The words; may be emptied once consent is refused or withdrawn")
    said_by: str = pa.Field(nullable=True, description="What kind of person said it, such as a tenant in Abbey; never a name")
    said_on: pl.Date = pa.Field(nullable=True, description="Day it was said")
    indicator_id: str = pa.Field(nullable=True, description="The indicator it is about, where it is one")
    priority_id: str = pa.Field(nullable=True, description="The priority of the council plan it is about")

    plain_words = words_alone("quote_id", "quote", "said_by")

    @pa.dataframe_check(error="no_words", statistics={"reads": ["quote", "consent"]})
    def has_words(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A quote that may be published has words."""
        return data.lazyframe.select((pl.col("consent") != "given") | pl.col("quote").is_not_null())

    class Config:
        strict = True
