{{ latest_version(
    'action',
    key=['action_id'],
    fields=[
        'action_id', 'title', 'indicator_id', 'priority_id', 'owner', 'due_on', 'status', 'completed_on', 'progress',
        'publish'
    ]
) }}
