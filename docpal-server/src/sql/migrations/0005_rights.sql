-- What an answer tells of, and a digest of what its actor might do there: it is given again only while that is the same.
-- Of answers from before it is not known; they are not given again.
ALTER TABLE docpal_server.answers
    ADD COLUMN app_id uuid,
    ADD COLUMN table_id uuid,
    ADD COLUMN rights bytea;
