{{ latest_version(
    'priority',
    key=['priority_id'],
    fields=[
        'priority_id', 'title', 'description'
    ]
) }}
