{{ latest_version(
    'target',
    key=['indicator_id', 'period_type', 'period_start', 'agreed_on'],
    fields=[
        'indicator_id', 'period_type', 'period_start', 'period_end', 'target', 'target_words', 'tolerance',
        'tolerance_type', 'minimum', 'stretch', 'profile', 'agreed_by', 'agreed_on', 'reason'
    ]
) }}
