-- The entry of a record's deletion, by the record: what it held at its end decides who may see what it held before.
CREATE INDEX audit_log_deletions ON docpal.audit_log USING gin (record_ids) WHERE action = 'record.delete';
