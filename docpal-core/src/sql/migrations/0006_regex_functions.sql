-- What formulas find and change by patterns, in SQL. Patterns come spelled out in ranges of code points.

-- REGEX_REPLACE: `bytes` is what each match adds at least. A text over the limit is not made, however many matches
-- there are.
CREATE FUNCTION docpal.regex_replace(t text, pattern text, replacement text, bytes bigint, flags text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF bytes * (SELECT count(*) FROM regexp_matches(t, pattern, flags)) > 102400 THEN
        RETURN docpal.too_long();
    END IF;
    RETURN regexp_replace(t, pattern, replacement, flags);
END
$$;

-- PROPER: what follows a character of a word is in lower case, everything else in upper case, one by one.
CREATE FUNCTION docpal.proper(t text, of_words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t IS NOT NULL THEN coalesce(string_agg(
        CASE WHEN before ~ of_words THEN lower(c COLLATE docpal.unicode) ELSE upper(c COLLATE docpal.unicode) END,
        '' ORDER BY n), '') END
    FROM (
        SELECT c, n, lag(c) OVER (ORDER BY n) AS before
        FROM string_to_table(t, NULL) WITH ORDINALITY AS u (c, n)
    ) AS characters
$$;
