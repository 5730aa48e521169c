{{ latest_version(
    'commentary',
    key=['indicator_id', 'period_type', 'period_start'],
    fields=[
        'indicator_id', 'period_type', 'period_start', 'commentary', 'author_role', 'publish'
    ]
) }}
