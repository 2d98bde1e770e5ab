-- The mark of a call that works in a transaction of the host: made with the savepoint of the call and gone with it. A call
-- that is dropped on the way leaves its mark, and then the transaction cannot be committed.

-- No row is ever here, so that a mark refers to nothing.
CREATE TABLE docpal.nothing (
    marked boolean PRIMARY KEY CHECK (false)
);

-- Unlogged: no mark is ever committed, so there is nothing to recover, and publications of all tables leave it out, which
-- would let no mark be deleted without a key. Without an index: a mark is found by its place, which reads no other call's and locks
-- nothing that a serializable transaction could be in the way of.
CREATE UNLOGGED TABLE docpal.unfinished (
    marked boolean NOT NULL DEFAULT true
        CONSTRAINT call_was_dropped REFERENCES docpal.nothing DEFERRABLE INITIALLY DEFERRED
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
