"""The words of what a scorecard states. Not a record type: lists that the contract and what reads cells share."""

REASONS = {
    "not_stated": "there is no figure: the cell is empty, or says that there is none",
    "bound": "a bound alone, such as <5 or 95+",
    "range": "two bounds, such as 580-630",
    "two_figures": "two numbers that are not one, such as 425/736 or 23 out of 35",
    "with_words": "a number with words or signs that change what it is, such as 3358 excluding mental health or 12.5*",
    "period": "a period where the figure should be, such as 2018/19",
    "grade": "a grade or rating, such as Merit +",
    "error": "an error of a spreadsheet, such as #REF!",
    "words": "words that are none of these",
}
"""Why a cell gives no number."""
UNIT_KINDS = ["rate", "grade", "percent", "money", "score", "time", "quantity", "count"]
PARTIES = ["own", "comparator", "nation"]
"""Whose figure a heading says it is: the council's own, that of those it is compared with, the nation's."""
STATUSES = ["met", "missed", "no_target", "not_applicable"]
MOVES = ["better", "same", "worse", "cannot_say", "not_applicable"]
"""How a figure moved, and whether a target was met, as a publisher states it."""
