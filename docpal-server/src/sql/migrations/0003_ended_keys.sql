-- Keys that have ended are deleted 90 days later, but for those whose secret somebody chose: these stay, so that the same
-- secret is never taken again. Of the keys from before nobody knows which they are.
ALTER TABLE docpal_server.api_keys ADD COLUMN chosen boolean NOT NULL DEFAULT true;
