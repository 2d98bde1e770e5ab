-- Answers of writes that were sent with an `Idempotency-Key`, so that a retry gets the same one.
CREATE TABLE docpal_server.answers (
    company_id uuid NOT NULL REFERENCES docpal.companies ON DELETE CASCADE,
    actor text NOT NULL,
    key text NOT NULL,
    -- Of method, path and body: a key stands for one request.
    request bytea NOT NULL,
    status smallint NOT NULL,
    content_type text,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, actor, key)
);

-- For deleting those that are too old.
CREATE INDEX answers_created ON docpal_server.answers (created_at);
