"""Words that officers write for publication. Not a record type: a rule that several contracts share.

Whoever shows such words shows them as they stand, so they may hold nothing that a page or a document would take for its own:
tags, character references such as ``&lt;``, links of Markdown.
"""

from typing import Any

import pandera.polars as pa
import polars as pl

MARKUP = r"<[A-Za-z/!?]|&(?:#\w+|lt|gt|amp|quot|apos|nbsp);|\]\(|(?i:javascript\s*:)"


RULE = "no_markup(words alone: no tag, link or character reference)"


def words_alone(*fields: str) -> Any:
    """The check of a contract that these fields hold words alone."""

    def check(_: type[pa.DataFrameModel], data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~pl.col(data.key).str.contains(MARKUP))

    return pa.check(*fields, error=RULE)(check)
