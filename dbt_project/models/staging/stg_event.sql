{{ latest_version(
    'event',
    key=['event_id'],
    fields=[
        'event_id', 'starts_on', 'ends_on', 'title', 'kind', 'description', 'indicator_id', 'service', 'publish'
    ]
) }}
