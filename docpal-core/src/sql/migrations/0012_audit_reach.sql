-- Entries by what they are about, those of records apart: so that a reader who may not see a table never walks over what
-- happened in it.
CREATE INDEX audit_log_about
    ON docpal.audit_log (coalesce(table_id, app_id, company_id), starts_with(action, 'record.'), id);
