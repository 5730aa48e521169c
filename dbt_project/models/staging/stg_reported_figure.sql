{{ latest_version(
    'reported_figure',
    key=['indicator_id', 'area_code', 'period_type', 'period_start'],
    fields=[
        'indicator_id', 'area_code', 'area_name', 'period_type', 'period_start', 'period_end', 'value',
        'numerator', 'denominator', 'value_note', 'comparator_group'
    ]
) }}
