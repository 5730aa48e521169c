{{ latest_version(
    'case_study',
    key=['case_study_id'],
    fields=[
        'case_study_id', 'title', 'story', 'outcome', 'author_role', 'written_on', 'indicator_id', 'priority_id',
        'consent', 'consent_means', 'consented_on', 'consent_until', 'publish'
    ]
) }}
