-- DocPal's metadata. User tables live in one schema per company; queries never join the two.
CREATE SCHEMA IF NOT EXISTS docpal;

CREATE TABLE docpal.migrations (
    version int PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Signs cursors, so that nobody can make one that starts where they may not look.
CREATE TABLE docpal.secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);
INSERT INTO docpal.secrets (name, value)
VALUES ('cursor', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE docpal.companies (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    schema_name text NOT NULL UNIQUE,
    -- Grows with every change of a rule that applies to more than one table.
    policy_version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE docpal.roles (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX roles_name ON docpal.roles (company_id, lower(name));

CREATE TABLE docpal.apps (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    name text NOT NULL,
    icon text,
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid
);
CREATE UNIQUE INDEX apps_name ON docpal.apps (company_id, lower(name));

CREATE TABLE docpal.tables (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    app_id uuid NOT NULL REFERENCES docpal.apps ON DELETE CASCADE,
    name text NOT NULL,
    description text,
    icon text,
    -- Grows with every change of the table, its fields or its own rules.
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid
);
CREATE UNIQUE INDEX tables_name ON docpal.tables (app_id, lower(name));
CREATE INDEX tables_company ON docpal.tables (company_id);

CREATE TABLE docpal.fields (
    id uuid PRIMARY KEY,
    table_id uuid NOT NULL REFERENCES docpal.tables ON DELETE CASCADE,
    company_id uuid NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    -- json, not jsonb: the text as DocPal wrote it, key order and number spelling included.
    options json NOT NULL,
    required boolean NOT NULL,
    is_unique boolean NOT NULL,
    default_value json,
    description text,
    -- Which storage column is live; grows with every change of type.
    generation int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX fields_name ON docpal.fields (table_id, lower(name));
CREATE INDEX fields_company ON docpal.fields (company_id);

CREATE TABLE docpal.rules (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    -- What the rule covers: one table, one app, or (both null) the whole company.
    app_id uuid REFERENCES docpal.apps ON DELETE CASCADE,
    table_id uuid REFERENCES docpal.tables ON DELETE CASCADE,
    -- Whom: everyone, a role (owner, admin, member or a custom role's id) or a user.
    subject_kind text NOT NULL CHECK (subject_kind IN ('everyone', 'role', 'user')),
    subject text NOT NULL,
    action text NOT NULL CHECK (action IN ('read', 'create', 'update', 'delete', 'manage')),
    effect text NOT NULL CHECK (effect IN ('allow', 'deny')),
    condition json,
    field_ids uuid[],
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    CHECK (app_id IS NULL OR table_id IS NULL)
);
CREATE INDEX rules_company ON docpal.rules (company_id);

CREATE TABLE docpal.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    app_id uuid,
    table_id uuid,
    record_ids uuid[],
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_company ON docpal.audit_log (company_id, id DESC);

CREATE TABLE docpal.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    table_id uuid,
    event text NOT NULL,
    record_ids uuid[],
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE docpal.api_keys (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    user_id uuid NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    -- Shown in lists so that people can tell keys apart; far too short to guess the rest.
    prefix text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
);

-- For people: case and accents only break ties, and "item 9" sorts before "item 10". A PostgreSQL built
-- without ICU sorts by code point instead.
DO $$
BEGIN
    CREATE COLLATION docpal.natural_text (provider = icu, locale = 'und-u-kn-true');
    -- Full Unicode case mapping, as formulas do it.
    CREATE COLLATION docpal.unicode (provider = icu, locale = 'und');
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    CREATE COLLATION docpal.natural_text FROM "C";
    CREATE COLLATION docpal.unicode FROM "default";
END
$$;
