{{ latest_version(
    'target',
    key=['indicator_id', 'period_type', 'period_start'],
    fields=[
        'indicator_id', 'period_type', 'period_start', 'period_end', 'target', 'tolerance', 'agreed_by',
        'agreed_on', 'reason'
    ]
) }}
