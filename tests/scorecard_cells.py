"""Cells of three real scorecards as a person read them in the files: what stands there, and what it is to become.

One line a cell: file (by its first year), row (the first below the headings is 1), heading, the cell, then the number or the
reason why it is none, the code of the area, the first and the last day of its period (empty where they cannot be read), and
target, target status and progress that the file states with it.
"""

from __future__ import annotations

from typing import NamedTuple


class Cell(NamedTuple):
    """One cell with what it says."""

    file: str
    row: int
    heading: str
    text: str
    means: str
    area: str
    start: str = ""
    end: str = ""
    target: str = ""
    status: str = ""
    progress: str = ""


CITY, ENGLAND, REGION = "E08000026", "E92000001", "E12000005"

_2016 = {
    "15": "2015/16 end of year indicator value",
    "16": "2016/17 end of year indicator value",
    "16h": "2016/17 half year indicator value",
    "16c": "2016/17 end of year indicator comparator indicator value",
    "16hc": "2016/17 half year indicator comparator indicator value",
    "16n": "2016/17 end of year indicator national indicator value",
}
_2019 = {
    "15": "2015/16 end of year indicator value",
    "16": "2016/17 end of year indicator value",
    "16h": "2016/17 half year indicator value",
    "16hc": "2016/17 half year indicator comparator indicator value",
    "16n": "2016/17 end of year indicator national indicator value",
    "17": "2017/18 end of year indicator value",
    "17h": "2017/18 half year indicator value",
    "17n": "2017/18 end of year indicator national indicator value",
    "18": "2018-19 end of year indicator value",
    "18c": "2018-19 end of year comparator indicator value",
    "18n": "2018-19 end of year national indicator value",
    "19": "2019-20 end of year indicator value",
    "19c": "2019-20 end of year comparator indicator value",
}
_2022 = {
    "15": "2015/16 end of year metric value",
    "16n": "2016/17 end of year metric national metric value",
    "17n": "2017/18 end of year metric national metric value",
    "18c": "2018-19 end of year comparator metric value",
    "19": "2019-20 end of year metric value",
    "20": "2020-21 end of year metric value",
    "21": "2021-22 end of year metric value",
    "21c": "2021-22 end of year comparator metric value",
    "21n": "2021-22 end of year national metric value",
    "22": "2022-23 end of year metric value",
    "22c": "2022-23 end of year comparator metric value",
}
_READ = {
    "2016": [
        (1, "16", "22165.00", "22165", CITY, "2015-01-01", "2015-12-31", "N/A", "No Target Set", "WORSE"),
        (1, "16c", "20826.00", "20826", REGION, "2015-01-01", "2015-12-31"),
        (3, "16", "97.80", "97.8", CITY, "2016-04-01", "2017-03-31", "£297.5m", "Off-target", "BETTER"),
        (3, "16c", "97.40", "97.4", "", "2016-04-01", "2017-03-31"),
        (5, "16", "-1.10", "-1.1", CITY, "2016-04-01", "2017-03-31", "N/A", "No Target Set", "WORSE"),
        (5, "16n", "-2.60", "-2.6", "", "2016-04-01", "2017-03-31"),
        (6, "15", "8217000.00", "8217000", CITY, "2013-01-01", "2013-12-31"),
        (6, "16", "7973000.00", "7973000", CITY, "2015-01-01", "2015-12-31", "N/A", "No Target Set", "WORSE"),
        (7, "16h", "66.30", "66.3", CITY, "2015-07-01", "2016-06-30"),
        (12, "16n", "1.90", "1.9", "K02000001", "2017-03-01", "2017-03-31"),
        (15, "16c", "5.60", "5.6", "E08000031", "2017-04-01", "2017-04-30"),
        (19, "16c", "35.23", "35.23", "E47000007", "2015-03-31", "2015-03-31"),
        (24, "16", "36.00", "36", CITY, "", "", "38", "Off-target", "EQUALS"),
        (26, "16", "29.90", "29.9", CITY, "2016-04-01", "2017-03-31", "50 by 2020", "Off-target", "WORSE"),
        (33, "15", "New Indicator", "not_stated", ""),
        (35, "16", "-0.05", "-0.05", CITY, "2016-01-01", "2016-12-31", "0+", "Off-target", "WORSE"),
        (54, "16hc", "29.00", "29", ""),
        (60, "15", "NA", "not_stated", CITY, "2015-04-01", "2016-03-31"),
        (60, "16", "49.40", "49.4", CITY, "2016-07-01", "2016-09-30", "N/A", "No Target Set", "NA"),
        (61, "15", "61.30", "61.3", CITY, "2012-01-01", "2014-12-31"),
        (91, "16", "2220.00", "2220", "", "2016-04-01", "2017-03-31", "1000", "On-target", "NA"),
        (94, "15", "300.0m", "300000000", CITY, "2015-04-01", "2016-03-31"),
        (94, "16", "300.70", "300.7", CITY, "2016-04-01", "2017-03-31", "297.5", "Off-target", "EQUALS"),
        (162, "16", "Distinction", "grade", CITY, "2016-01-01", "2016-12-31", "", "", "NA"),
        (184, "16n", "Grade C", "grade", ENGLAND, "2016-01-01", "2016-12-31"),
        (185, "15", "<5", "bound", CITY, "2015-04-01", "2016-03-31"),
        (200, "15", "3631.00", "3631", CITY),
        (200, "16", "3430.00", "3430", CITY, "2017-03-31", "2017-03-31", ">3400 and <3800", "On-target", "NA"),
    ],
    "2019": [
        (1, "19", "25972", "25972", CITY, "2018-01-01", "2018-12-31", "", "No Target Set", "EQUALS"),
        (1, "19c", "23964", "23964", REGION, "2018-01-01", "2018-12-31"),
        (3, "15", "300.0m", "300", CITY, "2015-04-01", "2016-03-31"),
        (3, "19", "319", "319", CITY, "2019-04-01", "2020-03-31"),
        (4, "18", "98.2", "98.2", CITY),
        (4, "19", "98", "98", CITY, "2019-04-01", "2020-03-31", "", "On-target", "BETTER"),
        (9, "16h", "66", "66", CITY, "2015-07-01", "2016-06-30"),
        (10, "19", "5.3", "5.3", CITY, "2018-01-01", "2018-12-31", "", "No Target Set", "WORSE"),
        (11, "15", "8.2", "8.2", CITY),
        (14, "15", "30", "30", CITY, "2015-01-01", "2015-12-31"),
        (28, "19", "6955", "6955", CITY, "2019-04-01", "2020-03-31", "", "Off-target", "WORSE"),
        (34, "18", "76.5", "76.5", CITY, "2018-02-01", "2019-01-31"),
        (35, "18", "28,056", "28056", CITY, "2018-02-01", "2019-01-31"),
        (35, "16hc", "2018/19", "period", ""),
        (36, "17", "425/736", "two_figures", CITY, "2017-04-01", "2018-03-31"),
        (36, "19", "530/817", "two_figures", CITY, "2019-04-01", "2020-03-31", "", "Target not applicable", "CANT SAY"),
        (43, "19", "0.01", "0.01", CITY, "2020-03-01", "2020-03-31", "", "On-target", "BETTER"),
        (43, "18n", "0.03", "0.03", ENGLAND, "2016-04-01", "2017-03-31"),
        (51, "16", "C-", "grade", CITY, "2016-01-01", "2016-12-31"),
        (57, "18c", "46.1", "46.1", REGION, "2015-01-01", "2017-12-31"),
        (62, "17n", "101.5", "101.5", ENGLAND),
        (85, "16h", "3358 excluding mental health", "with_words", CITY, "2016-04-01", "2016-09-30"),
        (89, "17", "14833", "14833", CITY, "2017-04-01", "2018-03-31"),
        (93, "18", "84", "84", CITY),
        (94, "17h", "<5", "bound", CITY, "2017-09-01", "2017-09-30"),
        (100, "16h", "0", "0", CITY),
        (101, "16n", "53", "53", "", "2016-01-01", "2016-12-31"),
        (140, "18", "-1.1", "-1.1", CITY, "2018-01-01", "2018-12-31"),
        (190, "19", "1354", "1354", CITY, "2019-04-01", "2020-03-31"),
    ],
    "2022": [
        (1, "22", "32314", "32314", CITY, "2021-01-01", "2021-12-31", "To increase", "No Target Set", "BETTER"),
        (2, "20", "-63", "-63", CITY, "2020-04-01", "2021-03-31"),
        (3, "22", "11050000", "11050000", CITY, "2022-01-01", "2022-12-31", "To increase", "No Target Set", "BETTER"),
        (7, "22", "91.6", "91.6", CITY, "2020-04-01", "2021-03-31", "Above or equal to national average", "Off-Target", "WORSE"),
        (8, "22c", "76.5", "76.5", "", "2021-01-01", "2021-12-31"),
        (9, "21", "32 (184 with Kick Start)", "with_words", CITY, "2021-04-01", "2022-03-31"),
        (9, "22", "56", "56", CITY, "2022-04-01", "2023-03-31", "66", "Off-Target", "BETTER"),
        (13, "21c", "131.4", "131.4", "E08000031", "2021-04-01", "2022-03-31"),
        (14, "22c", "200", "200", "", "2021-10-01", "2022-09-30"),
        (14, "21n", "154", "154", ENGLAND),
        (17, "22c", "92.6", "92.6", "", "2020-03-01", "2020-03-01"),
        (24, "22", "90.3", "90.3", CITY, "2023-03-01", "2023-03-01", "<90.9", "No Target Set", "BETTER"),
        (36, "22", "6840", "6840", CITY, "2022-04-01", "2023-03-31", "To reduce by 5%", "On Target", "BETTER"),
        (38, "22", "", "not_stated", "", "", "", "To increase", "No Target Set", "N/A"),
        (40, "22", "B", "grade", CITY, "2022-04-01", "2023-03-31", "A", "Off-Target", "EQUALS"),
        (61, "20", "6921314", "6921314", CITY),
        (62, "22", "32", "32", CITY, "2022-07-01", "2022-07-31", "To increase", "No Target Set", "BETTER"),
        (67, "21", "Balanced budget 2022/23 - future years show a deficit", "words", CITY, "2022-02-01", "2022-02-28"),
        (69, "22", "6.7m Overspent", "with_words", CITY, "2022-04-01", "2023-03-31", "To improve", "No Target Set", "WORSE"),
        (75, "15", "26913", "26913", CITY, "2015-01-01", "2015-12-31"),
        (111, "19", "0.48", "0.48", CITY, "2018-04-01", "2019-03-31"),
        (153, "21c", "56", "56", "", "2016-01-01", "2016-12-31"),
        (153, "16n", "64", "64", "", "2017-01-01", "2017-12-31"),
        (216, "18c", "6.7", "6.7", REGION, "2019-04-01", "2020-03-31"),
        (216, "17n", "8.5", "8.5", ENGLAND, "2018-04-01", "2019-03-31"),
        (217, "15", "<5", "bound", CITY, "2015-04-01", "2016-03-31"),
        (229, "22", "6662", "6662", CITY, "2022-04-01", "2023-03-31"),
    ],
}
_HEADINGS = {"2016": _2016, "2019": _2019, "2022": _2022}
CELLS = [Cell(file, row, _HEADINGS[file][short], *rest) for file, lines in _READ.items() for row, short, *rest in lines]  # type: ignore[arg-type]
