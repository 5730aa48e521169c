"""What Exampleshire has decided and what its officers have written: adoption, targets, commentary, events, actions, risks.

Belongs here: those texts and numbers. Does not belong here: how the workbook lays them out (`demo.workbook`).
"""

from datetime import date

PRIORITIES = (
    ("homes", "Safe and decent homes", "Council homes are safe, warm and in good repair, and everybody has one."),
    ("place", "A clean and green place", "Streets are clean, waste is collected when we said, and more of it is used again."),
    ("growth", "Good growth", "Planning decisions are prompt, fair and well explained."),
    ("listening", "A council that listens", "We answer when people write to us, and we learn from what they say."),
    ("money", "Sound money", "We collect what is due and spend it with care."),
    ("people", "A good employer", "Our own people are well, stay, learn and are paid fairly."),
)

# Office: the councillor responsible, and partners.
OFFICES: dict[str, tuple[str, str | None]] = {
    "Head of Housing": ("Cabinet Member for Housing", "Repairs contractor; tenants' panel"),
    "Head of Planning": ("Cabinet Member for Planning", None),
    "Head of Waste": ("Cabinet Member for Environment", "Waste contractor"),
    "Head of Streets": ("Cabinet Member for Environment", None),
    "Head of Revenues and Benefits": ("Cabinet Member for Finance", None),
    "Head of Housing Options": ("Cabinet Member for Housing", "Housing associations; women's refuge"),
    "Head of Customer Services": ("Leader of the Council", None),
    "Monitoring Officer": ("Leader of the Council", None),
    "Director of Finance": ("Cabinet Member for Finance", None),
    "Head of People": ("Deputy Leader of the Council", None),
    "Chief Executive": ("Leader of the Council", "Community safety partnership"),
}

# Indicator, office that answers for it, level, priority, why it is watched, what to read with it.
ADOPTED: tuple[tuple[str, str, str, str, str, str | None], ...] = (
    ("repairs_in_time", "Head of Housing", "Strategic", "homes",
     "Tenants wait too long when repairs run late, and small faults become large ones.", "repairs_days,repairs_no_access"),
    ("repairs_days", "Head of Housing", "Operational", "homes",
     "A share in time can rise while those who wait, wait longer.", "repairs_in_time"),
    ("repairs_no_access", "Head of Housing", "Operational", "homes",
     "A job closed because nobody was in is not a repair, whatever the clock says.", "repairs_in_time"),
    ("repairs_cost", "Head of Housing", "Strategic", "money", "What a repair costs tells whether more work means more money.",
     "repairs_in_time"),
    ("repairs_nine_in_ten", "Head of Housing", "Operational", "homes", "Those who wait longest write to their councillor.",
     "repairs_days"),
    ("repairs_overdue", "Head of Housing", "Operational", "homes", "A job never done lowers no share of jobs done in time.",
     "repairs_in_time"),
    ("repairs_spend", "Head of Housing", "Operational", "money", "What goes in has to be known to judge what comes out.",
     "repairs_cost"),
    ("relet_days", "Head of Housing", "Strategic", "homes", "An empty home helps nobody.", "relet_condition"),
    ("relet_condition", "Head of Housing", "Strategic", "homes",
     "The days between two tenancies are the best time to put a home right.", "relet_days"),
    ("planning_in_time", "Head of Planning", "Strategic", "growth", "Applicants are promised a decision in time.",
     "planning_last_week,planning_days"),
    ("planning_days", "Head of Planning", "Operational", "growth", "A deadline met says little about how long people wait.",
     "planning_in_time"),
    ("planning_last_week", "Head of Planning", "Operational", "growth",
     "Decisions made just before the deadline could often have been made much sooner.", "planning_in_time,planning_refused"),
    ("planning_refused", "Head of Planning", "Operational", "growth",
     "Refusing what ran out of time moves work to appeals and second applications.", "planning_last_week"),
    ("planning_applications", "Head of Planning", "Operational", "growth", "More applications with the same people take longer.",
     "planning_days"),
    ("missed_bins_busiest", "Head of Waste", "Operational", "place", "Crews are planned for the busiest month.",
     "missed_bins_reported"),
    ("missed_bins_reported", "Head of Waste", "Front line", "place", "Shows where collections go wrong, week by week.",
     "missed_bins_in_time"),
    ("missed_bins_in_time", "Head of Waste", "Operational", "place", "A missed bin matters less when it is emptied quickly.",
     "missed_bins_reported"),
    ("missed_bins_rate", "Head of Waste", "Strategic", "place", "Lets wards and councils of different size be compared.",
     "missed_bins_in_time"),
    ("waste_recycled", "Head of Waste", "Strategic", "place", "What is used again need not be burnt or buried.", None),
    ("waste_satisfied", "Head of Waste", "Strategic", "place", "Everybody sees whether the bins are emptied.", "waste_recycled"),
    ("waste_spend", "Director of Finance", "Strategic", "money", "Collecting waste is the dearest thing every household gets.",
     "missed_bins_rate"),
    ("street_problems_in_time", "Head of Streets", "Operational", "place", "A hole in the road grows.", None),
    ("benefits_days", "Head of Revenues and Benefits", "Strategic", "money", "People in need cannot wait for money.", None),
    ("benefits_awarded", "Head of Revenues and Benefits", "Operational", "money",
     "Many claims that fail tell of rules that people do not understand.", "benefits_days"),
    ("homelessness_approaches", "Head of Housing Options", "Strategic", "homes", "Shows how many people stand to lose a home.",
     "homelessness_prevented"),
    ("homelessness_prevented", "Head of Housing Options", "Strategic", "homes", "Keeping a home is better than finding one.",
     "homelessness_approaches"),
    ("council_tax_enquiries_in_time", "Head of Revenues and Benefits", "Operational", "listening",
     "Nobody should wait for an answer about a bill.", "council_tax_online"),
    ("council_tax_online", "Head of Revenues and Benefits", "Operational", "money",
     "Those who can help themselves online leave the telephone free for those who cannot.", "council_tax_enquiries_in_time"),
    ("council_tax_collected", "Director of Finance", "Strategic", "money", "It pays for the services.", None),
    ("spend_against_budget", "Director of Finance", "Strategic", "money", "A budget that does not hold costs next year.", None),
    ("complaints_answered_in_time", "Head of Customer Services", "Strategic", "listening",
     "People who complain deserve an answer when we promised it.", "complaints_rate,ombudsman_upheld"),
    ("complaints_rate", "Head of Customer Services", "Operational", "listening",
     "Neither high nor low is good by itself: it tells how readily people complain.", "complaints_answered_in_time"),
    ("ombudsman_upheld", "Monitoring Officer", "Strategic", "listening", "An independent judgement of how we treat people.",
     "complaints_answered_in_time"),
    ("residents_satisfied", "Chief Executive", "Strategic", "listening", "What residents think of us in the round.", "trust"),
    ("area_satisfied", "Chief Executive", "Strategic", "place", "The place is what residents live with every day.", None),
    ("value_for_money", "Director of Finance", "Strategic", "money", "Residents judge what they get for what they pay.", None),
    ("acts_on_concerns", "Chief Executive", "Strategic", "listening", "Listening counts only when something follows.",
     "young_heard"),
    ("young_heard", "Chief Executive", "Strategic", "listening", "A council that only older people reach is not for everybody.",
     "acts_on_concerns"),
    ("kept_informed", "Chief Executive", "Operational", "listening", "People can only take part in what they know of.", None),
    ("trust", "Chief Executive", "Strategic", "listening", "Nothing that we do together works without it.",
     "residents_satisfied"),
    ("safe_after_dark", "Chief Executive", "Strategic", "place", "Fear keeps people at home.", None),
    ("safe_by_day", "Chief Executive", "Operational", "place", "Those who fear the day as well need other help.",
     "safe_after_dark"),
    ("sickness_days", "Head of People", "Strategic", "people", "People who are well do good work.", None),
    ("staff_turnover", "Head of People", "Strategic", "people", "What people know leaves with them.", "sickness_days"),
    ("gender_pay_gap", "Head of People", "Strategic", "people", "Equal work deserves equal pay.", None),
    ("apprentices", "Head of People", "Operational", "people", "Today's apprentices are tomorrow's officers.", None),
)  # fmt: skip

# Priority: the Sustainable Development Goals that it serves.
GOALS = {"homes": "1, 11", "place": "11, 12", "growth": "11", "listening": "16", "people": "5, 8"}

# Indicator: what it takes to collect, where that is more than to read a system; nobody has said it of one.
BURDEN: dict[str, str | None] = {
    "relet_condition": "High", "residents_satisfied": "Medium", "area_satisfied": "Medium", "value_for_money": "Medium",
    "acts_on_concerns": "Medium", "young_heard": "Medium", "kept_informed": "Medium", "trust": "Medium",
    "safe_after_dark": "Medium", "safe_by_day": "Medium", "gender_pay_gap": "Medium", "street_problems_in_time": None,
}  # fmt: skip

# Indicator, tolerance, who agreed it, why this level, and the targets of 2023/24 to 2026/27. Waste recycled is set where
# Exampleshire reaches it, far below what similar authorities do.
TARGETS: tuple[tuple[str, float, str, str, tuple[float, float, float, float]], ...] = (
    ("repairs_in_time", 2, "Cabinet", "Promised in the tenants' charter", (85, 85, 85, 86)),
    ("relet_days", 3, "Cabinet", "Rent lost on empty homes", (40, 38, 32, 26)),
    ("planning_in_time", 3, "Planning Committee", "Above the government's minimum", (80, 85, 88, 88)),
    ("missed_bins_in_time", 2, "Cabinet", "In the waste contract", (90, 90, 90, 90)),
    ("waste_recycled", 1, "Cabinet", "A little above the year before", (39, 40, 41, 42)),
    ("street_problems_in_time", 3, "Cabinet", "Reached by similar crews elsewhere", (82, 83, 84, 84)),
    ("benefits_days", 2, "Cabinet", "What similar authorities promise", (20, 20, 20, 19)),
    ("homelessness_prevented", 3, "Cabinet", "Prevention comes first in the housing strategy", (50, 52, 53, 54)),
    ("council_tax_enquiries_in_time", 3, "Head of Revenues and Benefits", "Customer promise", (80, 82, 84, 85)),
    ("council_tax_online", 3, "Cabinet", "Digital plan", (42, 46, 50, 55)),
    ("council_tax_collected", 0.3, "Full Council", "Budget assumption", (96.3, 96.5, 96.7, 96.8)),
    ("spend_against_budget", 1, "Full Council", "Spend what was voted and no more", (100, 100, 100, 100)),
    ("complaints_answered_in_time", 3, "Standards Committee", "Complaints code", (80, 82, 85, 88)),
    ("ombudsman_upheld", 5, "Standards Committee", "Rate of similar authorities", (60, 58, 56, 55)),
    ("sickness_days", 5, "Staffing Committee", "Average of similar authorities", (8.8, 8.7, 8.6, 8.5)),
    ("gender_pay_gap", 0.5, "Staffing Committee", "Halve the gap in ten years", (6.8, 6.2, 5.6, 5.0)),
)

EARLIER_TARGETS: dict[str, tuple[float, float]] = {"repairs_in_time": (85, 85), "missed_bins_in_time": (90, 90)}
"""Targets of 2021/22 and 2022/23."""
TOLERANCE_IN_PERCENT = {"sickness_days"}
MINIMUM_AND_STRETCH: dict[str, tuple[float, float]] = {"repairs_in_time": (-8, 5), "benefits_days": (4, -3)}
"""How far from the target the level lies that must be kept, and the one to be reached if all goes well."""
PROFILES: dict[str, tuple[float, ...] | None] = {
    "repairs_in_time": None, "missed_bins_in_time": None, "complaints_answered_in_time": (-6, -4, -2, 0),
}  # fmt: skip
"""Targets that hold all through the year; or how far below its target the year so far may be at the end of each quarter."""

# Indicator, year, level, who agreed it, when, why. The first lets an amber become green; the second came too late to.
CHANGED_TARGETS: tuple[tuple[str, int, float, str, date, str], ...] = (
    ("homelessness_prevented", 2025, 52, "Cabinet", date(2025, 11, 18), "Lowered after the evictions of the summer"),
    ("gender_pay_gap", 2024, 5.9, "Staffing Committee", date(2025, 4, 29), "Brought forward after the year had ended"),
)

# Indicator, tolerance, who agreed it, why, and the targets of 2023/24 to 2026/27 (survey: of the wave in that year).
TARGETS_IN_WORDS: tuple[tuple[str, float | None, str, str, tuple[str, str, str, str]], ...] = (
    ("residents_satisfied", None, "Full Council", "The first aim of the council plan", ("To increase",) * 4),
    ("trust", None, "Full Council", "Trust is slow to win", ("Maintain",) * 4),
    ("apprentices", None, "Staffing Committee", "Others do better", ("Better than statistical neighbours",) * 4),
    ("staff_turnover", 1, "Staffing Committee", "Some movement is healthy", ("between 10 and 13",) * 4),
    ("missed_bins_rate", None, "Cabinet", "In the waste contract", ("Top quartile",) * 4),
    ("homelessness_approaches", None, "Cabinet", "Prevention comes first", ("To reduce by 2%",) * 4),
    ("planning_days", 2, "Planning Committee", "Time for the new triage to work", ("50 by 2027/28",) * 4),
    ("repairs_cost", None, "Cabinet", "Savings plan", ("Better or equal to national average",) * 4),
    ("benefits_awarded", None, "Cabinet", "Not thought through", ("Sustainable", "Sustainable", "None set", "None set")),
    ("waste_satisfied", 1, "Cabinet", "In the waste contract", (">=70%", ">=70%", ">=70%", ">=70%")),
)  # fmt: skip

NO_CHANGE_BANDS: dict[str, float] = {
    "planning_days": 1, "relet_days": 0.5, "residents_satisfied": 1, "trust": 1, "area_satisfied": 1, "missed_bins_in_time": 0.5,
}  # fmt: skip
"""A change no larger than this is no change, in the indicator's unit."""

EVENTS = (
    ("lockdown-2021", date(2021, 4, 1), date(2021, 6, 30), "Restrictions of the pandemic",
     "Emergency repairs only, few homes let, and a wave of claims for benefits: do not compare these months with others.",
     None, None, "Suspension"),
    ("voids-2024", date(2024, 4, 1), None, "New target for empty homes",
     "Homes are to be let faster; nobody set a target for their condition.", "relet_days", "Empty homes", None),
    ("feedback-2025", date(2025, 1, 1), None, "New list of themes in the feedback system",
     "Most complaints of delay have since been marked as follow-up of a request.", None, "Complaints", None),
    ("method-2025", date(2025, 4, 1), None, "Cancelled repairs no longer count",
     "The second version of the method leaves them out; both versions are published.", "repairs_in_time", "Housing repairs",
     None),
    ("contract-2025", date(2025, 9, 1), None, "Repairs contractor changed hands",
     "Two in ten joiners and roofers left in the first weeks.", "repairs_in_time", "Housing repairs", None),
)  # fmt: skip

# The day from which it stands in the workbook, then indicator, kind of period, its first day, text, author, publish?
COMMENTARY = (
    (date(2024, 5, 14), "repairs_in_time", "Financial year", date(2023, 4, 1),
     "In line with the tenants' charter. Most late jobs are damp and mould.", "Head of Housing", "Yes"),
    (date(2025, 5, 13), "relet_days", "Financial year", date(2024, 4, 1),
     "Homes are let sooner than a year ago. We have not yet looked at what was left undone.", "Head of Housing", "Yes"),
    (date(2025, 5, 13), "complaints_answered_in_time", "Financial year", date(2024, 4, 1),
     "Better since two more officers joined the team.", "Head of Customer Services", "Yes"),
    (date(2025, 5, 13), "planning_in_time", "Financial year", date(2024, 4, 1),
     "Well above the minimum, in every quarter.", "Head of Planning", "Yes"),
    (date(2026, 10, 12), "waste_recycled", "Financial year", date(2025, 4, 1),
     "Above target for the third year.", "Head of Waste", "Yes"),
    (date(2026, 10, 12), "repairs_in_time", "Financial year", date(2025, 4, 1),
     "The contractor is short of joiners and roofers. A recovery plan was agreed in May.", "Head of Housing", "Yes"),
    (date(2026, 10, 12), "missed_bins_in_time", "Quarter", date(2026, 4, 1),
     "Within the usual range; one bad month is no trend.", "Head of Waste", "Yes"),
    (date(2026, 10, 12), "residents_satisfied", "Survey wave", date(2025, 9, 27),
     "Lower than in 2021; the change from 2024 alone may be chance.", "Chief Executive", "Yes"),
    (date(2026, 10, 12), "council_tax_collected", "Financial year", date(2025, 4, 1),
     "Draft for the audit committee; not yet cleared.", "Director of Finance", "No"),
)  # fmt: skip

# The day from which it stands in the workbook, then action, title, indicator, priority, owner, due, done, progress.
ACTIONS: tuple[tuple[date, str, str, str | None, str, str, date, date | None, str | None], ...] = (
    (date(2024, 5, 1), "A1", "Answer complaints within 14 days: two more officers", "complaints_answered_in_time", "listening",
     "Head of Customer Services", date(2024, 9, 30), date(2024, 9, 16), "Both in post."),
    (date(2024, 5, 1), "A2", "Let empty homes within five weeks", "relet_days", "homes", "Head of Housing", date(2025, 3, 31),
     date(2025, 3, 28), "Reached; condition to be reviewed."),
    (date(2025, 5, 1), "A3", "Food waste collected from every household", "waste_recycled", "place", "Head of Waste",
     date(2026, 3, 31), None, "Waits for vehicles."),
    (date(2026, 5, 12), "A4", "Recovery plan for repairs", "repairs_in_time", "homes", "Head of Housing", date(2026, 12, 31),
     None, "Four joiners engaged; roofers still wanted."),
    (date(2026, 5, 12), "A5", "Check a sample of jobs closed as no access", "repairs_no_access", "homes", "Head of Housing",
     date(2026, 9, 30), None, "Not begun."),
    (date(2026, 6, 1), "A6", "Decide simple applications in five weeks", "planning_days", "growth", "Head of Planning",
     date(2027, 3, 31), None, "New triage since July."),
)  # fmt: skip

# Risk, title, what could happen, indicator, priority, owner, likelihood, impact, what is done about it.
RISKS: tuple[tuple[str, str, str, str | None, str, str, int, int, str], ...] = (
    ("R1", "Repairs contractor fails", "The contractor gives notice and work stops for weeks.", "repairs_in_time", "homes",
     "Head of Housing", 3, 5, "A second contractor stands ready for emergencies."),
    ("R2", "Homes let in poor condition", "Repairs after letting cost more than was saved.", "relet_condition", "homes",
     "Head of Housing", 4, 3, "Condition is to be reported beside the days."),
    ("R3", "Cost of temporary homes", "More families need a home than can be found.", "homelessness_approaches", "money",
     "Head of Housing Options", 4, 4, "Earlier advice to private tenants."),
    ("R4", "Loss of skilled people", "Planners and engineers leave for better pay.", "staff_turnover", "people", "Head of People",
     3, 3, "Market supplements and apprentices."),
)  # fmt: skip

NOT_FOR_PUBLICATION = {"A5", "R1"}
"""Actions and risks that are not marked for publication; all others are."""
