{#- What is published only as long as somebody consents to it. -#}

{#-
    Whether a record may be published on a day: its consent is given by then and has not ended, or is not needed. Refused and
    withdrawn consent is none, whatever the record is marked.
-#}
{% macro has_consent(record, day) -%}
(
        {{ record }}.consent = 'not_needed'
        or {{ record }}.consent = 'given'
        and {{ record }}.consented_on <= {{ day }}
        and coalesce({{ record }}.consent_until >= {{ day }}, true)
    )
{%- endmacro %}
