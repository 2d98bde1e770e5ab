-- Who made a key, who made the key that made it, and so on, but for whom it acts for: what rules deny one of these, they
-- deny the key. It is written with the key, as keys that have ended are deleted.
ALTER TABLE docpal_server.api_keys ADD COLUMN makers uuid[] NOT NULL DEFAULT '{}';

-- Of the keys from before: which key of a service user made another one is not known, so all of their makers count.
WITH RECURSIVE chain (id, company_id, maker) AS (
    SELECT id, company_id, created_by FROM docpal_server.api_keys WHERE created_by IS NOT NULL
    UNION
    SELECT chain.id, chain.company_id, before.created_by
    FROM chain
    JOIN docpal_server.api_keys before
      ON before.company_id = chain.company_id AND before.user_id = chain.maker AND before.service_user
    WHERE before.created_by IS NOT NULL
),
made AS (
    SELECT key.id, array_agg(chain.maker ORDER BY chain.maker) AS makers
    FROM docpal_server.api_keys key JOIN chain ON chain.id = key.id AND chain.maker <> key.user_id
    GROUP BY key.id
)
UPDATE docpal_server.api_keys key SET makers = made.makers FROM made WHERE made.id = key.id;
