select
    table_name,
    'small number' as reason,
    cells_withheld,
    cells,
    {{ as_figure('100.0 * cells_withheld / nullif(cells, 0)') }} as percentage_withheld
from {{ source('reference', 'withheld_cell') }}
