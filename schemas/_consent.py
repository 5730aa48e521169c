"""Consent to publish somebody's own words or story. Not a record type: fields and rules that several contracts share.

A record whose consent is refused or withdrawn is taken in though it is marked for publication, and is not published: were it set
aside, the version before it would stay in use.
"""

import pandera.polars as pa
import polars as pl

MEANS = ["in_writing", "online", "recorded", "spoken"]


class Consented(pa.DataFrameModel):
    """The fields that record consent, and whether the record is marked for publication."""

    consent: str = pa.Field(isin=["given", "refused", "withdrawn"], description="given, refused or withdrawn")
    consent_means: str = pa.Field(
        nullable=True, isin=MEANS, description="How it was given: in_writing, online, recorded or spoken"
    )
    consented_on: pl.Date = pa.Field(nullable=True, description="Day it was given")
    consent_until: pl.Date = pa.Field(nullable=True, description="Last day on which it holds; empty where it has no end")
    publish: bool = pa.Field(
        nullable=True,
        description="Whether it is marked for publication, which it is not when empty; published only while consent holds",
    )

    @pa.dataframe_check(error="consent_not_recorded", statistics={"reads": ["consent", "consent_means", "consented_on"]})
    def is_recorded(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Consent that is given says by what means and when."""
        recorded = pl.col("consent_means").is_not_null() & pl.col("consented_on").is_not_null()
        return data.lazyframe.select((pl.col("consent") != "given") | recorded)

    @pa.dataframe_check(error="consent_ends_before_it_is_given", statistics={"reads": ["consented_on", "consent_until"]})
    def in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Consent cannot end before it is given."""
        return data.lazyframe.select((pl.col("consent_until") >= pl.col("consented_on")).fill_null(True))
