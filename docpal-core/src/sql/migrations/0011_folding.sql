-- One folding of texts, for whatever ignores case: filters, unique fields, SEARCH. Both sides of a comparison go through
-- it, so that no two operators disagree. It also replaces a regular expression made of what users look for.

-- A text without its case, character by character, wherever in a word they stand: as `docpal_formula::fold`. A plain
-- expression, which the planner writes into the query; ASCII, which is most of what there is, without ICU.
CREATE OR REPLACE FUNCTION docpal.folded(t text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN octet_length(t) = char_length(t) THEN lower(t COLLATE "C")
        ELSE lower(translate(t, 'Σςİ', 'σσi') COLLATE docpal.unicode) COLLATE "C"
    END
$$;

-- The same for each text of a list. Its cost is set so high that no plan is kept which would compute it for each row:
-- a plan made for the values computes it once, and looks the result up in a hash table.
CREATE FUNCTION docpal.folded_all(list text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 AS $$
    SELECT ARRAY(SELECT docpal.folded(t) FROM unnest(list) WITH ORDINALITY AS u (t, n) ORDER BY n)
$$;

-- A text with the character U+0001 on both sides of each of its words: letters, digits, underscores and the accents
-- that are characters of their own.
CREATE FUNCTION docpal.words(t text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        translate(t, E'\x01', ' ') COLLATE docpal.unicode, '[[:alnum:]_\u0300-\u036F]+', E'\x01\\&\x01', 'g'
    ) COLLATE "C"
$$;

-- Does `word` stand in `t`, without going on as a longer word at either side? Mostly the first place tells: one
-- character of the text and one of the word are looked at together at each end. Only where it goes on there, all words
-- are marked.
CREATE FUNCTION docpal.has_word(t text, word text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    at int := strpos(t, word);
    goes_on CONSTANT text := '^[[:alnum:]_\u0300-\u036F]{2}';
BEGIN
    IF at = 0 OR word = '' THEN
        RETURN false;
    ELSIF (at = 1 OR substr(t, at - 1, 2) COLLATE docpal.unicode !~ goes_on)
        AND substr(t, at + length(word) - 1, 2) COLLATE docpal.unicode !~ goes_on THEN
        RETURN true;
    END IF;
    RETURN strpos(docpal.words(t), docpal.words(word)) > 0;
END
$$;

-- The domain of an e-mail address, or of a web address, folded; null when there is none.
CREATE OR REPLACE FUNCTION docpal.domain(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT docpal.folded(CASE
        WHEN address ~ '^[A-Za-z][A-Za-z0-9+.-]*://'
            THEN substring(address FROM '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)')
        WHEN address LIKE '%@%' THEN substring(address FROM '@([^@]+)$')
    END)
$$;

-- Fields that are unique ignoring case follow the new folding. Where a table holds two values that are now the same,
-- its index stays as it was: no value is lost, and no start fails.
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN
        SELECT n.nspname, c.relname, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indexrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname LIKE 'docpal\_%' AND c.relname LIKE 'du\_%' AND pg_get_indexdef(i.indexrelid) LIKE '%md5(lower(%'
    LOOP
        BEGIN
            EXECUTE format('DROP INDEX %I.%I', old.nspname, old.relname);
            EXECUTE replace(old.definition, 'md5(lower(', 'md5(docpal.folded(');
        EXCEPTION WHEN unique_violation THEN
            NULL; -- The block's changes are undone: the old index is still there.
        END;
    END LOOP;
END
$$;
