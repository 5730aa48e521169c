"""Any number of indicators for the benchmark, written as a council's own would be: two files each, shares of its records.

They are published for the whole council and for every ward, by month.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.records import SERVICES

SQL = """select
    delivery,
    area_code,
    {{{{ on_day('closed_at') }}}},
    case when {{{{ days_between('opened_at', 'closed_at') }}}} <= {days} then 1 else 0 end as numerator,
    1 as denominator
from {{{{ ref('stg_service_request') }}}}
where
    service = '{service}'
    and closed_at is not null
"""
YML = """version: 2

models:
  - name: {name}
    description: Of the requests closed in the period, the share closed within {days} days.
    latest_version: 1
    config:
      meta:
        title: Closed within {days} days, {service}
        unit: percent
        measure: percentage
        decimals: 1
        polarity: high
        theme: quality
        perspective: process
        results_chain: output
        service: {service}
        council_periods: [month]
        ward_periods: [month]
        limitations: It is made for the benchmark.
        about_people: false
    versions:
      - v: 1
        config:
          meta: {{change: First version., reason: To be measured., valid_from: 2021-04-01, approved_by: Nobody}}

unit_tests:
  - name: {name}_worked_example
    description: Closed on the day it was opened is within any number of days.
    model: {name}
    given:
      - input: ref('stg_service_request')
        rows:
          - {{request_id: R1, service: {service}, opened_at: 2025-06-02 08:00, closed_at: 2025-06-02 16:00}}
    expect:
      rows:
        - {{period_start: 2025-06-02, numerator: 1, denominator: 1}}
"""


def write_indicators(folder: Path, count: int) -> list[str]:
    """Write ``count`` indicators below ``folder``, which holds nothing else then; return their ids."""
    shutil.rmtree(folder, ignore_errors=True)
    names = []
    for number in range(count):
        service, days = SERVICES[number % len(SERVICES)], number // len(SERVICES)
        name = f"{service}_within_{days}_days"
        place = folder / service
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}_v1.sql").write_text(SQL.format(service=service, days=days), encoding="utf-8")
        (place / f"{name}.yml").write_text(YML.format(name=name, service=service, days=days), encoding="utf-8")
        names.append(name)
    return names
