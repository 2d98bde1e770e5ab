-- What is the server's, and nothing that docpal-core knows of.
CREATE SCHEMA IF NOT EXISTS docpal_server;

CREATE TABLE docpal_server.migrations (
    version int PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE docpal_server.api_keys (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    user_id uuid NOT NULL,
    -- Made for this key or one before it: nobody else is this user.
    service_user boolean NOT NULL DEFAULT false,
    role text NOT NULL,
    name text NOT NULL,
    -- Shown in lists so that people can tell keys apart; far too short to guess the rest.
    prefix text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    last_used_at timestamptz,
    expires_at timestamptz,
    -- Revoked keys are kept, so that the same secret is never taken again.
    revoked_at timestamptz
);

CREATE INDEX api_keys_company ON docpal_server.api_keys (company_id, created_at, id);

-- Keys used to be among the tables of docpal-core. They move: two tables of keys would be one in which a revoked key
-- still works. A server of before ends with an error then, instead of finding no keys and making an owner's.
DO $$
BEGIN
    IF to_regclass('docpal.api_keys') IS NOT NULL THEN
        LOCK TABLE docpal.api_keys IN ACCESS EXCLUSIVE MODE;
        INSERT INTO docpal_server.api_keys
            (id, company_id, user_id, role, name, prefix, digest, created_at, last_used_at)
        SELECT id, company_id, user_id, role, name, prefix, digest, created_at, last_used_at
        FROM docpal.api_keys;
        DROP TABLE docpal.api_keys;
    END IF;
END
$$;
