"""What officers write beside the workbook: milestones as CSV, case studies and quotes with their consent as YAML.

Belongs here: a row of each kind that is published and of each that is not. Does not belong here: the workbook.
"""

from datetime import date

from demo.files import Delivery, csv_bytes, received_at

MILESTONES = (
    ("A1", "1", "Two joiners engaged", "01/06/2026", "Done", "28/05/2026", "Yes"),
    ("A1", "2", "Fewer than 50 jobs waiting", "01/12/2026", "On track", "", "Yes"),
    ("A2", "1", "Of an action that is not marked", "01/12/2026", "On track", "", "Yes"),
)

STORIES = """# Case studies and quotes, with the consent to publish them. A name that has no value here is ~ in the first.
case_studies:
  - id: C1
    title: A roof in the storm
    indicator: repairs_in_time
    priority: ~
    story: |
      The roof went on the Saturday.

      We had a cover over it by noon.
    outcome: ~
    author: Head of Housing
    written: 2026-05-20
    publish: yes
    consent: not needed
    consent_by: ~
    consent_on: ~
    consent_until: ~
quotes:
  - {id: Q1, quote: "=They came when they said.", who: A tenant in Abbey, said: 2026-05-01, indicator: repairs_in_time,
     priority: homes, publish: yes, consent: given, consent_by: in writing, consent_on: 2026-05-01, consent_until: 2027-05-01}
  - {id: Q2, quote: Consent to this has lapsed., publish: yes,
     consent: given, consent_by: spoken, consent_on: 2025-05-01, consent_until: 2026-05-01}
  - {id: Q3, quote: Consent to this was withdrawn., publish: yes, consent: withdrawn}
  - {id: Q4, quote: This is not marked., publish: no, consent: given, consent_by: online, consent_on: 2026-05-01}
"""


def deliveries() -> list[Delivery]:
    """One file of each kind, in the spring of 2026."""
    header = ("Action", "Milestone", "To be reached", "Due", "Status", "Reached on", "Publish?")
    day = date(2026, 6, 2)
    return [
        Delivery("officers/milestones_2026.csv", received_at(day, 10), csv_bytes(header, MILESTONES, "utf-8")),
        Delivery("officers/stories_2026.yml", received_at(day, 11), STORIES.encode()),
    ]
