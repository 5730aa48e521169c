{{ latest_version(
    'adoption',
    key=['indicator_id'],
    fields=[
        'indicator_id', 'owner', 'portfolio_holder', 'level', 'priority_id', 'rationale',
        'comparator_group', 'no_change_band', 'companions', 'partners', 'adopted_on'
    ]
) }}
