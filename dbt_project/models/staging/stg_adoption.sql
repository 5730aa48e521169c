{{ latest_version(
    'adoption',
    key=['indicator_id'],
    fields=[
        'indicator_id', 'owner', 'portfolio_holder', 'level', 'priority_id', 'rationale',
        'comparator_group', 'companions', 'partners', 'sustainable_development_goals', 'collection_burden',
        'adopted_on', 'no_change_band'
    ]
) }}
