{{ latest_version(
    'finance',
    key=['source', 'service', 'period_start'],
    fields=[
        'service', 'period_start', 'period_end', 'budget', 'actual', 'forecast'
    ]
) }}
