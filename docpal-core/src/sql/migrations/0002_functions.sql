-- What formulas compute, in SQL. Each function is total: it returns for every input, NaN for a number
-- that has no value (overflow, division by zero), because an error would tell about rows one may not see.

-- The number rule: at most 28 significant digits, at most 28 after the point, half away from zero.
CREATE FUNCTION docpal.num(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    a numeric;
    whole int;
    rounded numeric;
BEGIN
    IF x IS NULL OR x = 'NaN' THEN
        RETURN x;
    END IF;
    a := abs(x);
    -- The common case: short enough whatever its digits are.
    IF a < 1e14 AND scale(x) <= 14 THEN
        RETURN x;
    END IF;
    IF a >= 1e28 THEN
        RETURN 'NaN';
    END IF;
    whole := CASE WHEN a < 1 THEN 0 ELSE length(trunc(a)::text) END;
    rounded := round(x, 28 - whole);
    IF abs(rounded) >= 1e28 THEN
        RETURN 'NaN';
    END IF;
    RETURN rounded;
END
$$;

CREATE FUNCTION docpal.div(a numeric, b numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF b IS NULL OR b = 0 THEN
        RETURN 'NaN';
    END IF;
    -- round(a, 60) gives the dividend 60 digits after the point, and the quotient as many: enough to
    -- tell on which side of a tie a quotient of two 28-digit numbers lies.
    RETURN docpal.num(round(a, 60) / b);
END
$$;

-- ROUND(x, digits): half away from zero, digits cut toward zero and held within -28..28.
CREATE FUNCTION docpal.round(x numeric, digits numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF x IS NULL OR x = 'NaN' THEN
        RETURN x;
    END IF;
    IF digits = 'NaN' THEN
        RETURN 'NaN';
    END IF;
    RETURN docpal.num(round(x, least(greatest(trunc(coalesce(digits, 0)), -28), 28)::int));
END
$$;

-- A number as formulas show it: no exponent, no trailing zeros.
CREATE FUNCTION docpal.num_text(x numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT trim_scale(x)::text
$$;

-- The domain of an e-mail address, or of a web address, in lower case; null when there is none.
CREATE FUNCTION docpal.domain(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(CASE
        WHEN address ~ '^[A-Za-z][A-Za-z0-9+.-]*://'
            THEN substring(address FROM '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)')
        WHEN address LIKE '%@%' THEN substring(address FROM '@([^@]+)$')
    END)
$$;

-- Orders a multiple select: by the positions of its options, as a text that sorts by code point.
CREATE FUNCTION docpal.select_rank(options text[], chosen text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(lpad(coalesce(array_position(options, c), 9999)::text, 4, '0'), '.' ORDER BY n)
    FROM unnest(chosen) WITH ORDINALITY AS u (c, n)
$$;
