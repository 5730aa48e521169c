{{ latest_version(
    'population',
    key=['area_code', 'year', 'age_group', 'sex'],
    fields=[
        'area_code', 'year', 'age_group', 'sex', 'population'
    ]
) }}
