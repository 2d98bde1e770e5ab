-- PostgreSQL's search for a text in another costs, at its worst, the product of their lengths: seconds per record for two
-- texts of a user, in which no time-out is heard. What could cost that much is searched byte by byte, in steps that
-- grow with the sum of the lengths and hear time-outs; everything else as before.

-- Could a search for `part` in `t` take longer than some 50 ms?
CREATE FUNCTION docpal.is_dear(t text, part text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT octet_length(part) > 0
       AND (octet_length(t) - octet_length(part))::bigint * octet_length(part) > 50000000
$$;

-- The place of the first `part` in `t`, as strpos(): Knuth, Morris and Pratt.
CREATE FUNCTION docpal.place_in_steps(t text, part text) RETURNS int
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    hay CONSTANT bytea := convert_to(t, 'UTF8');
    needle CONSTANT bytea := convert_to(part, 'UTF8');
    width CONSTANT int := octet_length(needle);
    -- For each length that agrees, the longest shorter one that does, too.
    shorter int[] := array_fill(0, ARRAY[width]);
    agrees int := 0;
    b int;
BEGIN
    FOR i IN 1 .. width - 1 LOOP
        b := get_byte(needle, i);
        WHILE agrees > 0 AND get_byte(needle, agrees) <> b LOOP
            agrees := shorter[agrees];
        END LOOP;
        IF get_byte(needle, agrees) = b THEN
            agrees := agrees + 1;
        END IF;
        shorter[i + 1] := agrees;
    END LOOP;
    agrees := 0;
    FOR i IN 0 .. octet_length(hay) - 1 LOOP
        b := get_byte(hay, i);
        WHILE agrees > 0 AND get_byte(needle, agrees) <> b LOOP
            agrees := shorter[agrees];
        END LOOP;
        IF get_byte(needle, agrees) = b THEN
            agrees := agrees + 1;
        END IF;
        IF agrees = width THEN
            RETURN char_length(convert_from(substr(hay, 1, i + 1 - width), 'UTF8')) + 1;
        END IF;
    END LOOP;
    RETURN 0;
END
$$;

-- As strpos().
CREATE FUNCTION docpal.place(t text, part text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN docpal.is_dear(t, part) THEN docpal.place_in_steps(t, part) ELSE strpos(t, part) END
$$;

-- As string_to_array().
CREATE FUNCTION docpal.split(t text, separator text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    parts text[] := '{}';
    rest text := t;
    at int;
BEGIN
    -- A separator that is dear is long, so there are few parts.
    WHILE docpal.is_dear(rest, separator) LOOP
        at := docpal.place_in_steps(rest, separator);
        IF at = 0 THEN
            RETURN parts || rest;
        END IF;
        parts := parts || left(rest, at - 1);
        rest := substr(rest, at + char_length(separator));
    END LOOP;
    RETURN parts || CASE WHEN rest = '' AND parts <> '{}' THEN ARRAY[''] ELSE string_to_array(rest, separator) END;
END
$$;

CREATE OR REPLACE FUNCTION docpal.find(needle text, t text, start numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    skipped int := greatest(docpal.whole(coalesce(start, 1)), 1) - 1;
    found int;
BEGIN
    IF start = 'NaN' THEN
        RETURN 'NaN';
    ELSIF skipped = 0 THEN
        RETURN docpal.place(coalesce(t, ''), coalesce(needle, ''));
    ELSIF skipped > char_length(coalesce(t, '')) THEN
        RETURN 0;
    END IF;
    found := docpal.place(substr(t, skipped + 1), coalesce(needle, ''));
    RETURN CASE WHEN found > 0 THEN found + skipped ELSE 0 END;
END
$$;

CREATE OR REPLACE FUNCTION docpal.substitute(t text, old text, new text, index numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    nth int := docpal.whole(index);
    parts text[];
    times numeric;
BEGIN
    IF t IS NULL OR coalesce(old, '') = '' THEN
        RETURN t;
    ELSIF index IS NULL AND docpal.is_dear(t, old) THEN
        parts := docpal.split(t, old);
        times := cardinality(parts) - 1;
        IF octet_length(t) + times * (octet_length(coalesce(new, '')) - octet_length(old)) > 102400 THEN
            RETURN docpal.too_long();
        END IF;
        RETURN array_to_string(parts, coalesce(new, ''));
    ELSIF index IS NULL THEN
        times := (octet_length(t) - octet_length(replace(t, old, ''))) / octet_length(old);
        IF octet_length(t) + times * (octet_length(coalesce(new, '')) - octet_length(old)) > 102400 THEN
            RETURN docpal.too_long();
        END IF;
        RETURN replace(t, old, coalesce(new, ''));
    END IF;
    parts := docpal.split(t, old);
    IF nth < 1 OR nth >= cardinality(parts) THEN
        RETURN t;
    END IF;
    RETURN array_to_string(parts[:nth], old) || coalesce(new, '') || array_to_string(parts[nth + 1:], old);
END
$$;

CREATE OR REPLACE FUNCTION docpal.split_part(t text, separator text, index numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    nth int := docpal.whole(index);
    parts text[];
BEGIN
    IF t IS NULL OR nth = 0 THEN
        RETURN NULL;
    ELSIF coalesce(separator, '') = '' THEN
        RETURN CASE WHEN abs(nth) = 1 THEN t ELSE '' END;
    ELSIF docpal.is_dear(t, separator) THEN
        parts := docpal.split(t, separator);
        RETURN coalesce(parts[CASE WHEN nth > 0 THEN nth ELSE cardinality(parts) + 1 + nth END], '');
    END IF;
    RETURN split_part(t, separator, nth);
END
$$;
