{{ latest_version(
    'reported_figure',
    key=['source', 'indicator_id', 'area_code', 'period_type', 'period_start', 'edition', 'file_row', 'heading'],
    fields=[
        'indicator_id', 'area_code', 'area_name', 'period_type', 'period_start', 'period_end', 'value',
        'numerator', 'denominator', 'value_note', 'comparator_group', 'edition', 'edition_end', 'file_row', 'heading',
        'report', 'report_start', 'report_end', 'party', 'heading_area_code', 'stated_name', 'stated_unit', 'unit_kind',
        'stated_value', 'value_reason', 'value_unit', 'stated_scope', 'stated_period', 'stated_target', 'target_unit',
        'target_at_least', 'target_at_most', 'target_level', 'target_is_strict', 'stated_status', 'status', 'stated_progress', 'progress', 'stated_direction', 'direction', 'polarity'
    ]
) }}
