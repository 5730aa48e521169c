{{ latest_version(
    'milestone',
    key=['action_id', 'milestone_id'],
    fields=[
        'action_id', 'milestone_id', 'title', 'owner', 'due_on', 'status', 'completed_on', 'publish'
    ]
) }}
