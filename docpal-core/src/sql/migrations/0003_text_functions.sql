-- What formulas compute with texts, in SQL. Positions count code points. Each function is total; a text over the
-- limit of 102,400 bytes is not made: in its place stands one that is just too long, which is how callers see it.

-- What counts as a space: the White_Space of Unicode.
CREATE FUNCTION docpal.spaces() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT E'\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'
$$;

CREATE FUNCTION docpal.too_long() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT repeat('x', 102401)
$$;

CREATE FUNCTION docpal.left(t text, count numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(t, greatest(docpal.whole(count), 0))
$$;

CREATE FUNCTION docpal.right(t text, count numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT right(t, greatest(docpal.whole(count), 0))
$$;

CREATE FUNCTION docpal.mid(t text, start numeric, count numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT substr(t, greatest(docpal.whole(start), 1), greatest(docpal.whole(count), 0))
$$;

-- REPLACE: `count` characters from `start` on give way to `new`.
CREATE FUNCTION docpal.replace(t text, start numeric, count numeric, new text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(t, greatest(docpal.whole(start), 1) - 1) || coalesce(new, '')
        || substr(t, greatest(docpal.whole(start), 1) + greatest(docpal.whole(count), 0))
$$;

-- FIND: the position of `needle` in `t` from `start` on; 0 when it is not there.
CREATE FUNCTION docpal.find(needle text, t text, start numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    skipped int := greatest(docpal.whole(coalesce(start, 1)), 1) - 1;
    found int;
BEGIN
    IF start = 'NaN' THEN
        RETURN 'NaN';
    ELSIF skipped = 0 THEN
        RETURN strpos(coalesce(t, ''), coalesce(needle, ''));
    ELSIF skipped > char_length(coalesce(t, '')) THEN
        RETURN 0;
    END IF;
    found := strpos(substr(t, skipped + 1), coalesce(needle, ''));
    RETURN CASE WHEN found > 0 THEN found + skipped ELSE 0 END;
END
$$;

-- Every character as one lower-case character, so that positions stay: without the sigma at the end of words, and
-- with the one letter whose lower case is two characters as it is.
CREATE FUNCTION docpal.folded(t text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF octet_length(t) = char_length(t) THEN
        RETURN lower(t COLLATE "C");
    END IF;
    RETURN (
        SELECT string_agg(lower(translate(piece, 'Σ', 'σ') COLLATE docpal.unicode), 'İ' ORDER BY n)
        FROM unnest(string_to_array(t, 'İ')) WITH ORDINALITY AS pieces (piece, n)
    );
END
$$;

CREATE FUNCTION docpal.search(needle text, t text, start numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT nullif(docpal.find(docpal.folded(needle), docpal.folded(t), start), 0)
$$;

CREATE FUNCTION docpal.rept(t text, count numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    times int := greatest(docpal.whole(count), 0);
BEGIN
    IF t = '' THEN
        RETURN ''; -- repeat() would count to the end
    ELSIF octet_length(t)::numeric * times > 102400 THEN
        RETURN docpal.too_long();
    END IF;
    RETURN repeat(t, times);
END
$$;

-- PAD_LEFT and PAD_RIGHT; longer texts stay.
CREATE FUNCTION docpal.pad(t text, length numeric, fill text, before boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    target int := docpal.whole(length);
    missing int := target - char_length(t);
BEGIN
    IF t IS NULL OR missing <= 0 OR coalesce(fill, '') = '' THEN
        RETURN t;
    ELSIF missing > 102400 THEN
        RETURN docpal.too_long();
    END IF;
    RETURN CASE WHEN before THEN lpad(t, target, fill) ELSE rpad(t, target, fill) END;
END
$$;

-- SUBSTITUTE: every occurrence, or the one of an index.
CREATE FUNCTION docpal.substitute(t text, old text, new text, index numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    nth int := docpal.whole(index);
    parts text[];
    times numeric;
BEGIN
    IF t IS NULL OR coalesce(old, '') = '' THEN
        RETURN t;
    ELSIF index IS NULL THEN
        times := (octet_length(t) - octet_length(replace(t, old, ''))) / octet_length(old);
        IF octet_length(t) + times * (octet_length(coalesce(new, '')) - octet_length(old)) > 102400 THEN
            RETURN docpal.too_long();
        END IF;
        RETURN replace(t, old, coalesce(new, ''));
    END IF;
    parts := string_to_array(t, old);
    IF nth < 1 OR nth >= cardinality(parts) THEN
        RETURN t;
    END IF;
    RETURN array_to_string(parts[:nth], old) || coalesce(new, '') || array_to_string(parts[nth + 1:], old);
END
$$;

-- SPLIT_PART; an index below 0 counts from the end.
CREATE FUNCTION docpal.split_part(t text, separator text, index numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    nth int := docpal.whole(index);
BEGIN
    IF t IS NULL OR nth = 0 THEN
        RETURN NULL;
    ELSIF coalesce(separator, '') = '' THEN
        RETURN CASE WHEN abs(nth) = 1 THEN t ELSE '' END;
    END IF;
    RETURN split_part(t, separator, nth);
END
$$;

CREATE FUNCTION docpal.encode_url(t text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF t !~ '[^A-Za-z0-9_.!~*''()-]' THEN
        RETURN t;
    ELSIF octet_length(t) > 102400 THEN
        RETURN docpal.too_long();
    END IF;
    RETURN (
        SELECT string_agg(
            CASE WHEN c ~ '[A-Za-z0-9_.!~*''()-]' THEN c
                ELSE upper(regexp_replace(encode(convert_to(c, 'UTF8'), 'hex'), '(..)', '%\1', 'g')) END,
            '' ORDER BY n)
        FROM regexp_split_to_table(t, '') WITH ORDINALITY AS chars (c, n)
    );
END
$$;
