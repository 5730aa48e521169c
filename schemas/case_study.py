"""One case study: how a piece of the council's work went for somebody, with the consent to publish it.

Latest version of a record is told by source and ``case_study_id``.
"""

import pandera.polars as pa
import polars as pl

from schemas._consent import Consented
from schemas._plain_words import words_alone

KEY = ("case_study_id",)
DATED_BY = ()


class Record(Consented):
    """A row a case study. It leaves the council only where it is marked ``publish`` and consent is given and has not ended.

    Where nobody could be recognised in it, consent is not needed.
    """

    case_study_id: str = pa.Field(description="The case study's short id")
    title: str = pa.Field(description="What it tells of, in a few words")
    story: str = pa.Field(nullable=True, description="The text; may be emptied once consent is refused or withdrawn")
    outcome: str = pa.Field(nullable=True, description="What came of it, in a sentence")
    author_role: str = pa.Field(nullable=True, description="The role of the author; never a name")
    written_on: pl.Date = pa.Field(nullable=True, description="Day it was written")
    indicator_id: str = pa.Field(nullable=True, description="The indicator it is about, where it is one")
    priority_id: str = pa.Field(nullable=True, description="The priority of the council plan it is about")
    consent: str = pa.Field(
        isin=["given", "not_needed", "refused", "withdrawn"],
        description="given, refused, withdrawn, or not_needed where nobody could be recognised in it",
    )

    plain_words = words_alone("case_study_id", "title", "story", "outcome", "author_role")

    @pa.dataframe_check(error="no_words", statistics={"reads": ["story", "consent"]})
    def has_words(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A case study that may be published has a text."""
        is_told = ~pl.col("consent").is_in(["given", "not_needed"]) | pl.col("story").is_not_null()
        return data.lazyframe.select(is_told)

    class Config:
        strict = True
