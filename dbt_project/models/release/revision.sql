with this_release as (
    select
        this_release.version,
        this_release.deliveries_sha256 <> previous_release.deliveries_sha256 as data_changed,
        this_release.code_sha256 <> previous_release.code_sha256 as code_changed,
        this_release.as_of <> previous_release.as_of as date_changed
    from {{ source('reference', 'this_release') }} as this_release
    left join {{ source('previous', 'release') }} as previous_release
        on this_release.previous_version = previous_release.version
),

-- What the release says of its deliveries tells whether the council put cells of them right, or purged records.
changed_delivery as (
    select
        coalesce(max(case when field = 'rows_corrected' then 1 end), 0) = 1 as is_corrected,
        coalesce(max(case when field = 'purged_on' then 1 end), 0) = 1 as is_purged
    from {{ source('reference', 'change') }}
    where table_name = 'source_snapshot'
)

select
    release_version,
    dataset,
    table_name,
    record_key,
    field,
    old_value,
    new_value,
    cause
from {{ source('previous', 'revision') }}
union all
select
    this_release.version as release_version,
    change.dataset,
    change.table_name,
    change.record_key,
    change.field,
    change.old_value,
    change.new_value,
    case
        when this_release.data_changed and this_release.code_changed then 'data and code both changed'
        when this_release.data_changed then 'later or corrected data'
        when this_release.code_changed then 'method or code change'
        when changed_delivery.is_corrected then 'cells put right by the council'
        when changed_delivery.is_purged then 'records purged'
        when this_release.date_changed then 'a later as-of date'
        else 'not known'
    end as cause
from {{ source('reference', 'change') }} as change
cross join this_release
cross join changed_delivery
