{{ latest_version(
    'risk',
    key=['risk_id'],
    fields=[
        'risk_id', 'title', 'description', 'indicator_id', 'priority_id', 'owner', 'likelihood', 'impact', 'response',
        'reviewed_on', 'status', 'publish'
    ]
) }}
