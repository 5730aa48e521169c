with numbered_statement as (
    select
        statement.source,
        statement.edition,
        statement.file_row,
        statement.heading,
        statement.edition_end,
        statement.report,
        statement.party,
        statement.indicator_id,
        statement.area_code,
        statement.stated_scope,
        statement.period_type,
        statement.period_start,
        statement.period_end,
        statement.stated_period,
        statement.stated_value,
        statement.value,
        statement.fact_area,
        statement.fact_period,
        statement.fact_value,
        row_number() over (
            partition by
                statement.indicator_id,
                statement.fact_area,
                statement.fact_period
            order by
                statement.edition_end,
                statement.source,
                coalesce(statement.report_end, statement.edition_end),
                statement.report,
                statement.file_row,
                statement.heading
        ) as statement_number
    from {{ ref('statement') }} as statement
    where statement.is_fact
)

-- what a statement is held against: the one of the same report in an earlier edition, or else whichever came before
select
    numbered_statement.*,
    coalesce(
        lag(numbered_statement.statement_number) over (
            partition by
                numbered_statement.indicator_id,
                numbered_statement.fact_area,
                numbered_statement.fact_period,
                numbered_statement.report,
                numbered_statement.party
            order by numbered_statement.statement_number
        ),
        numbered_statement.statement_number - 1
    ) as earlier_number
from numbered_statement
