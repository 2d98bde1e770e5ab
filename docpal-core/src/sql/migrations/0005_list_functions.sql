-- What formulas compute with lists, in SQL: arrays of one dimension that count from 1. Each function is total.
-- Lists of texts come with the collation "C" where their order matters.

-- The names of the chosen options of a select; an id without an option is shown as it is.
CREATE FUNCTION docpal.names(chosen text[], ids text[], names text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    shown text[] := '{}';
    id text;
BEGIN
    IF chosen IS NULL THEN
        RETURN NULL;
    END IF;
    FOREACH id IN ARRAY chosen LOOP
        IF id IS NOT NULL THEN
            shown := array_append(shown, coalesce(names[array_position(ids, id)], id));
        END IF;
    END LOOP;
    RETURN shown;
END
$$;

-- The values of a list in their text form; null stays null.
CREATE FUNCTION docpal.texts(list numeric[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN list IS NOT NULL THEN ARRAY(
        SELECT docpal.num_text(x) FROM unnest(list) WITH ORDINALITY AS u (x, n) ORDER BY n) END
$$;

CREATE FUNCTION docpal.texts(list boolean[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN list IS NOT NULL THEN ARRAY(
        SELECT x::text FROM unnest(list) WITH ORDINALITY AS u (x, n) ORDER BY n) END
$$;

CREATE FUNCTION docpal.texts(list date[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN list IS NOT NULL THEN ARRAY(
        SELECT to_char(x::timestamp, 'YYYY-MM-DD') FROM unnest(list) WITH ORDINALITY AS u (x, n) ORDER BY n) END
$$;

CREATE FUNCTION docpal.texts(list timestamptz[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN list IS NOT NULL THEN ARRAY(
        SELECT to_char(x AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        FROM unnest(list) WITH ORDINALITY AS u (x, n) ORDER BY n) END
$$;

-- ARRAYJOIN: blanks are skipped. A text over the limit is not made.
CREATE FUNCTION docpal.joined(list text[], separator text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    filled text[] := array_remove(array_remove(list, NULL), '');
    -- Without separators it is no longer than the list is; with them it could be longer than any text may be.
    bytes numeric := octet_length(array_to_string(filled, ''));
BEGIN
    IF bytes + (cardinality(filled) - 1)::numeric * octet_length(coalesce(separator, '')) > 102400 THEN
        RETURN docpal.too_long();
    END IF;
    RETURN array_to_string(filled, coalesce(separator, ''));
END
$$;

-- AT; an index below 0 counts from the end.
CREATE FUNCTION docpal.item(list anyarray, index numeric) RETURNS anyelement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    nth int := docpal.whole(index);
BEGIN
    RETURN list[CASE WHEN nth < 0 THEN cardinality(list) + 1 + nth ELSE nth END];
END
$$;

-- ARRAYSLICE, with both ends; below 0 they count from the end.
CREATE FUNCTION docpal.slice(list anyarray, start numeric, finish numeric) RETURNS anyarray
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    count int := coalesce(cardinality(list), 0);
    first int := docpal.whole(coalesce(start, 1));
    last int := docpal.whole(coalesce(finish, -1));
BEGIN
    first := CASE WHEN first < 0 THEN count + 1 + first ELSE first END;
    last := CASE WHEN last < 0 THEN count + 1 + last ELSE last END;
    RETURN list[greatest(first, 1):last];
END
$$;

-- ARRAYSORT: nulls stand at the end in both orders.
CREATE FUNCTION docpal.sorted(list anyarray, direction text) RETURNS anyarray
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF lower(btrim(direction, docpal.spaces()) COLLATE "C") = 'desc' THEN
        RETURN ARRAY(SELECT x FROM unnest(list) AS u (x) ORDER BY x DESC NULLS LAST);
    END IF;
    RETURN ARRAY(SELECT x FROM unnest(list) AS u (x) ORDER BY x NULLS LAST);
END
$$;

-- ARRAYUNIQUE: values are the same when their texts are.
CREATE FUNCTION docpal.different(list anyarray, texts text[]) RETURNS anyarray
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(
        SELECT x FROM (
            SELECT DISTINCT ON (coalesce(t, '')) x, n
            FROM unnest(list, texts) WITH ORDINALITY AS u (x, t, n)
            ORDER BY coalesce(t, ''), n
        ) AS firsts
        ORDER BY n);
END
$$;

-- SUM, by the number rule after each number.
CREATE FUNCTION docpal.sum(VARIADIC xs numeric[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    sum numeric := 0;
    x numeric;
BEGIN
    FOREACH x IN ARRAY coalesce(xs, '{}') LOOP
        IF x IS NOT NULL THEN
            sum := docpal.num(sum + x);
        END IF;
    END LOOP;
    RETURN sum;
END
$$;

-- The greatest and the smallest number of a list.
CREATE FUNCTION docpal.most(list numeric[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT max(x) FROM unnest(list) AS u (x)
$$;

CREATE FUNCTION docpal.least(list numeric[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT min(x) FROM unnest(list) AS u (x)
$$;

-- The days of instants in a zone.
CREATE FUNCTION docpal.days(list timestamptz[], zone text) RETURNS date[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(SELECT (x AT TIME ZONE zone)::date FROM unnest(list) AS u (x));
END
$$;
