{{ latest_version(
    'quote',
    key=['quote_id'],
    fields=[
        'quote_id', 'quote', 'said_by', 'said_on', 'indicator_id', 'priority_id', 'consent', 'consent_means',
        'consented_on', 'consent_until', 'publish'
    ]
) }}
