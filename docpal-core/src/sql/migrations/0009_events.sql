-- The event log: what readers can trust. docs/decisions/0007-event-log.md says why it is built so.

-- Where a change came from, and the run of an automation that made it.
ALTER TABLE docpal.audit_log
    ADD COLUMN session text,
    ADD COLUMN origin text,
    ADD COLUMN run_id uuid;

-- What waits for its position. Written in the transaction of the change; ids say the order of one record's changes,
-- not of all changes: a transaction that is still open may hold a lower one. Nothing has read the old table.
DROP TABLE docpal.outbox;
CREATE TABLE docpal.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audit_id bigint NOT NULL,
    company_id uuid NOT NULL,
    app_id uuid,
    table_id uuid,
    event text NOT NULL,
    record_ids uuid[],
    -- Fields whose value differs, of an update; null means the whole record.
    changed uuid[],
    actor text NOT NULL,
    run_id uuid,
    -- The runs that led to this change, the first one first.
    chain uuid[],
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Changes of tables, fields and rules: few, and every node looks for them each second.
CREATE INDEX outbox_schema ON docpal.outbox (id) WHERE event NOT LIKE 'record.%';

-- The last position given. Who holds the row's lock gives positions; so they have no gap.
CREATE TABLE docpal.event_clock (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    pos bigint NOT NULL DEFAULT 0,
    -- The first position that is still kept.
    oldest bigint NOT NULL DEFAULT 1,
    -- When the last position was given. Never goes back, so that days are ranges of positions.
    at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);
INSERT INTO docpal.event_clock DEFAULT VALUES;

CREATE TABLE docpal.events (
    pos bigint NOT NULL,
    at timestamptz NOT NULL,
    audit_id bigint NOT NULL,
    company_id uuid NOT NULL,
    app_id uuid,
    table_id uuid,
    event text NOT NULL,
    record_ids uuid[],
    changed uuid[],
    actor text NOT NULL,
    run_id uuid,
    chain uuid[],
    created_at timestamptz NOT NULL,
    PRIMARY KEY (pos, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_schema ON docpal.events (pos) WHERE event NOT LIKE 'record.%';

-- How far somebody has read. The row is locked while they read.
CREATE TABLE docpal.event_readers (
    name text PRIMARY KEY,
    pos bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Makes the partition of a day (in UTC) unless it is there. Attached, not created in place: that would wait for
-- every transaction that reads events.
CREATE FUNCTION docpal.event_day(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part text := 'events_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass('docpal.' || part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE docpal.%I (LIKE docpal.events INCLUDING ALL)', part);
    EXECUTE format('ALTER TABLE docpal.events ATTACH PARTITION docpal.%I FOR VALUES FROM (%L) TO (%L)',
        part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
END
$$;

-- Gives the n first rows of the outbox their positions and says how many; null while somebody else does so.
CREATE FUNCTION docpal.sequence_events(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    clock docpal.event_clock;
    stamp timestamptz;
    moved int;
BEGIN
    IF NOT EXISTS (SELECT FROM docpal.outbox) THEN
        RETURN 0;
    END IF;
    -- A caller that stops inside a transaction of its own loses the lock after this.
    PERFORM set_config('idle_in_transaction_session_timeout', '5s', true);
    SELECT * INTO clock FROM docpal.event_clock FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    stamp := greatest(clock_timestamp(), clock.at);
    PERFORM docpal.event_day((stamp AT TIME ZONE 'UTC')::date);
    WITH taken AS (
        DELETE FROM docpal.outbox
        WHERE ctid = ANY (ARRAY (SELECT ctid FROM docpal.outbox ORDER BY id LIMIT n))
        RETURNING *
    ), put AS (
        INSERT INTO docpal.events (pos, at, audit_id, company_id, app_id, table_id, event, record_ids, changed, actor,
            run_id, chain, created_at)
        SELECT clock.pos + row_number() OVER (ORDER BY id), stamp, audit_id, company_id, app_id, table_id, event,
            record_ids, changed, actor, run_id, chain, created_at
        FROM taken
        RETURNING 1
    )
    SELECT count(*) INTO moved FROM put;
    UPDATE docpal.event_clock SET pos = clock.pos + moved, at = stamp;
    RETURN moved;
END
$$;

-- Drops the days that ended longer ago than `keep`, and says how many. A day that somebody reads just now stays until
-- the next time: waiting for them would make all others wait.
CREATE FUNCTION docpal.retain_events(keep interval) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    part record;
    last bigint;
    dropped int := 0;
BEGIN
    PERFORM FROM docpal.event_clock FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    FOR part IN
        SELECT c.relname AS name, to_date(substr(c.relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'docpal.events'::regclass ORDER BY c.relname
    LOOP
        EXIT WHEN ((part.day + 1)::timestamp AT TIME ZONE 'UTC') > clock_timestamp() - keep;
        BEGIN
            PERFORM set_config('lock_timeout', '200ms', true);
            EXECUTE format('LOCK TABLE ONLY docpal.events, docpal.%I IN ACCESS EXCLUSIVE MODE', part.name);
            EXECUTE format('SELECT max(pos) FROM docpal.%I', part.name) INTO last;
            EXECUTE format('DROP TABLE docpal.%I', part.name);
        EXCEPTION WHEN lock_not_available THEN
            EXIT;
        END;
        UPDATE docpal.event_clock SET oldest = greatest(oldest, last + 1);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- The ids that are not null: the changed fields of a record.
CREATE FUNCTION docpal.changed(VARIADIC ids uuid[]) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ids, NULL)
$$;
