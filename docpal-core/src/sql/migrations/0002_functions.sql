-- What formulas compute with numbers, in SQL. Each function is total: it returns for every input, NaN for a
-- number that has no value (overflow, division by zero), because an error would tell about rows one may not see.
-- NaN goes in and NaN comes out. None catches an exception: each checks first, and is safe in parallel plans.

-- The number rule: at most 28 significant digits, at most 28 after the point, half away from zero.
CREATE FUNCTION docpal.num(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    a numeric := abs(x);
    whole int;
BEGIN
    -- The common case: short enough whatever its digits are.
    IF x IS NULL OR x = 'NaN' OR (a < 1e14 AND scale(x) <= 14) THEN
        RETURN x;
    END IF;
    IF a >= 1e28 THEN
        RETURN 'NaN';
    END IF;
    whole := CASE WHEN a < 1 THEN 0 ELSE length(trunc(a)::text) END;
    a := round(x, 28 - whole);
    RETURN CASE WHEN abs(a) >= 1e28 THEN 'NaN' ELSE a END;
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

-- The remainder with the sign of the divisor.
CREATE FUNCTION docpal.mod(a numeric, b numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    rest numeric;
BEGIN
    IF a = 'NaN' OR b = 'NaN' THEN
        RETURN 'NaN';
    ELSIF a IS NULL THEN
        RETURN NULL;
    ELSIF b IS NULL OR b = 0 THEN
        RETURN 'NaN';
    END IF;
    rest := mod(a, b);
    RETURN docpal.num(CASE WHEN sign(rest) * sign(b) < 0 THEN rest + b ELSE rest END);
END
$$;

-- 10 to the power of a place near the point, exactly; power() would round it to 16 digits.
CREATE FUNCTION docpal.ten(place int) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('1e' || place)::numeric
$$;

-- A count of digits, or a position: cut toward zero and kept far inside the range of int; null is 0.
CREATE FUNCTION docpal.whole(n numeric) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(greatest(trunc(coalesce(n, 0)), -1000000000), 1000000000)::int
$$;

-- ROUND, ROUNDUP and ROUNDDOWN: half away from zero, away from zero, toward zero; within -28..28 digits.
CREATE FUNCTION docpal.round(x numeric, digits numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF digits = 'NaN' THEN
        RETURN 'NaN';
    END IF;
    RETURN docpal.num(round(x, least(greatest(docpal.whole(digits), -28), 28)));
END
$$;

CREATE FUNCTION docpal.round_down(x numeric, digits numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF digits = 'NaN' THEN
        RETURN 'NaN';
    END IF;
    RETURN docpal.num(trunc(x, least(greatest(docpal.whole(digits), -28), 28)));
END
$$;

CREATE FUNCTION docpal.round_up(x numeric, digits numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    places int := least(greatest(docpal.whole(digits), -28), 28);
    cut numeric := trunc(x, places);
BEGIN
    IF digits = 'NaN' THEN
        RETURN 'NaN';
    ELSIF cut = x THEN
        RETURN docpal.num(cut);
    END IF;
    RETURN docpal.num(cut + sign(x) * docpal.ten(0 - places));
END
$$;

-- CEILING and FLOOR: the multiple of `step`, 1 when it is null, that is not below, or not above, `x`.
CREATE FUNCTION docpal.multiple(x numeric, step numeric, up boolean) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    size numeric := abs(coalesce(step, 1));
    rest numeric;
    below numeric;
BEGIN
    IF x = 'NaN' OR size = 'NaN' THEN
        RETURN 'NaN';
    ELSIF x IS NULL THEN
        RETURN NULL;
    ELSIF size = 0 THEN
        RETURN 'NaN';
    END IF;
    rest := docpal.mod(x, size);
    below := round(docpal.div(docpal.num(x - rest), size), 0);
    RETURN docpal.num(docpal.num(below + CASE WHEN up AND rest <> 0 THEN 1 ELSE 0 END) * size);
END
$$;

-- EVEN and ODD: the next whole number away from zero that leaves `rest` when divided by 2.
CREATE FUNCTION docpal.parity(x numeric, rest int) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    whole numeric := docpal.num(sign(x) * ceil(abs(x)));
BEGIN
    IF docpal.mod(whole, 2) = rest THEN
        RETURN whole;
    END IF;
    RETURN docpal.num(whole + CASE WHEN x < 0 THEN -1 ELSE 1 END);
END
$$;

CREATE FUNCTION docpal.product(VARIADIC xs numeric[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    product numeric;
    x numeric;
BEGIN
    FOREACH x IN ARRAY xs LOOP
        IF x IS NOT NULL THEN
            product := CASE WHEN product IS NULL THEN x ELSE docpal.num(product * x) END;
        END IF;
    END LOOP;
    RETURN product;
END
$$;

CREATE FUNCTION docpal.average(VARIADIC xs numeric[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    sum numeric := 0;
    count int := 0;
    x numeric;
BEGIN
    FOREACH x IN ARRAY xs LOOP
        IF x IS NOT NULL THEN
            sum := docpal.num(sum + x);
            count := count + 1;
        END IF;
    END LOOP;
    RETURN CASE WHEN count > 0 THEN docpal.div(sum, count) END;
END
$$;

CREATE FUNCTION docpal.median(VARIADIC xs numeric[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    sorted numeric[];
    middle int;
BEGIN
    SELECT array_agg(x ORDER BY x) INTO sorted FROM unnest(xs) AS u (x) WHERE x IS NOT NULL;
    IF sorted IS NULL OR 'NaN' = ANY (sorted) THEN
        RETURN sorted[cardinality(sorted)];
    END IF;
    middle := cardinality(sorted) / 2;
    IF cardinality(sorted) % 2 = 1 THEN
        RETURN sorted[middle + 1];
    END IF;
    RETURN docpal.div(docpal.num(sorted[middle] + sorted[middle + 1]), 2);
END
$$;

-- (n * sum of squares - square of the sum) / (n * (n - less)); null when the divisor is zero.
CREATE FUNCTION docpal.variance(less int, VARIADIC xs numeric[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    count int := 0;
    sum numeric := 0;
    squares numeric := 0;
    x numeric;
BEGIN
    FOREACH x IN ARRAY xs LOOP
        IF x IS NOT NULL THEN
            count := count + 1;
            sum := docpal.num(sum + x);
            squares := docpal.num(squares + docpal.num(x * x));
        END IF;
    END LOOP;
    IF sum = 'NaN' OR squares = 'NaN' THEN
        RETURN 'NaN';
    ELSIF count <= less THEN
        RETURN NULL;
    END IF;
    x := docpal.num(docpal.num(count * squares) - docpal.num(sum * sum));
    x := docpal.div(x, count::numeric * (count - less));
    -- Rounding can leave a little less than nothing.
    RETURN CASE WHEN x < 0 THEN 0 ELSE x END;
END
$$;

-- Results without a finite decimal form: cut to 30 digits after the point, then rounded to 15 significant digits,
-- and to 28 after the point at most.
CREATE FUNCTION docpal.significant(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    shifted numeric := trunc(abs(x) * 1e30);
BEGIN
    RETURN docpal.num(sign(x) * round(shifted, 0 - greatest(length(shifted::text) - 15, 2)) * 1e-30);
END
$$;

CREATE FUNCTION docpal.sqrt(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF x < 0 OR x = 'NaN' THEN
        RETURN 'NaN';
    END IF;
    RETURN docpal.significant(sqrt(round(x, 60)));
END
$$;

CREATE FUNCTION docpal.exp(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF x > 70 THEN -- NaN is above all numbers
        RETURN 'NaN';
    ELSIF x < -70 THEN
        RETURN 0;
    END IF;
    RETURN docpal.significant(exp(round(x, 60)));
END
$$;

CREATE FUNCTION docpal.ln(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF x <= 0 OR x = 'NaN' THEN
        RETURN 'NaN';
    END IF;
    RETURN docpal.significant(ln(round(x, 60)));
END
$$;

-- LOG: to the base 10 when none is given.
CREATE FUNCTION docpal.log(x numeric, base numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    b numeric := coalesce(base, 10);
BEGIN
    IF x = 'NaN' OR b = 'NaN' THEN
        RETURN 'NaN';
    ELSIF x IS NULL THEN
        RETURN NULL;
    ELSIF x <= 0 OR b <= 0 OR b = 1 THEN
        RETURN 'NaN';
    END IF;
    RETURN docpal.significant(ln(round(x, 60)) / ln(round(b, 60)));
END
$$;

-- POWER. To a whole exponent: exact by squaring with 57 digits kept, rounded once. To another: by e and ln.
CREATE FUNCTION docpal.power(base numeric, exponent numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    e numeric := coalesce(exponent, 0);
    n numeric := abs(e);
    -- `square` and `result` are digits * 10 ^ place.
    square numeric := abs(base);
    square_place int := 0;
    result numeric := 1;
    place int := 0;
    cut int;
BEGIN
    IF base = 'NaN' OR e = 'NaN' THEN
        RETURN 'NaN';
    ELSIF base IS NULL THEN
        RETURN NULL;
    ELSIF e = 0 THEN
        RETURN 1;
    ELSIF base = 0 THEN
        RETURN CASE WHEN e < 0 THEN numeric 'NaN' ELSE 0 END;
    ELSIF e <> trunc(e) THEN
        IF base < 0 THEN
            RETURN 'NaN';
        END IF;
        RETURN docpal.exp(e * ln(round(base, 60)));
    END IF;
    square := trim_scale(square);
    square_place := 0 - scale(square);
    square := trunc(square * docpal.ten(scale(square)));
    cut := length(square::text) - length(rtrim(square::text, '0'));
    square := trunc(square / docpal.ten(cut));
    square_place := square_place + cut;
    LOOP
        IF mod(n, 2) = 1 THEN
            result := result * square;
            cut := greatest(length(result::text) - 57, 0);
            result := div(result, docpal.ten(cut));
            place := place + square_place + cut;
        END IF;
        n := div(n, 2);
        EXIT WHEN n = 0 OR abs(length(result::text) + place) > 1000000;
        square := square * square;
        cut := greatest(length(square::text) - 57, 0);
        square := div(square, docpal.ten(cut));
        square_place := square_place * 2 + cut;
        IF abs(length(square::text) + square_place) > 1000000 THEN
            result := square;
            place := square_place;
            EXIT;
        END IF;
    END LOOP;
    IF e < 0 THEN
        cut := length(result::text) + 57;
        result := div(docpal.ten(cut), result);
        place := 0 - place - cut;
    END IF;
    IF length(result::text) + place > 30 THEN
        RETURN 'NaN';
    ELSIF place < -200 THEN
        RETURN 0;
    END IF;
    result := docpal.num(result * docpal.ten(place));
    RETURN CASE WHEN base < 0 AND mod(e, 2) <> 0 THEN 0 - result ELSE result END;
END
$$;

-- A number as formulas show it: no exponent, no trailing zeros.
CREATE FUNCTION docpal.num_text(x numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT trim_scale(x)::text
$$;

-- VALUE: digits with a point, a sign, a percent sign; spaces, commas and currency signs are skipped.
CREATE FUNCTION docpal.value(t text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    plain text := translate(t, docpal.spaces() || '$€£¥,', '');
    body text := regexp_replace(plain, '^[+-]|%$', '', 'g');
    whole text := ltrim(split_part(body, '.', 1), '0');
    fraction text := left(split_part(body, '.', 2), 40);
    x numeric;
BEGIN
    IF t = '' THEN
        RETURN NULL;
    ELSIF plain !~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)%?$' OR length(whole) > 40 THEN
        RETURN 'NaN';
    END IF;
    x := ('0' || whole || '.' || fraction || '0')::numeric;
    IF right(plain, 1) = '%' THEN
        x := x * 0.01;
    END IF;
    RETURN docpal.num(CASE WHEN left(plain, 1) = '-' THEN 0 - x ELSE x END);
END
$$;

-- TEXT: a number by a format that was taken apart; null when hundredths overflow.
CREATE FUNCTION docpal.number_format(
    x numeric, prefix text, suffix text, percent boolean, grouped boolean,
    least_whole int, least_fraction int, most_fraction int
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    shown numeric := round(docpal.num(CASE WHEN percent THEN x * 100 ELSE x END), least(most_fraction, 28));
    digits text := trim_scale(abs(shown))::text;
    whole text := ltrim(split_part(digits, '.', 1), '0');
    fraction text := split_part(digits, '.', 2);
BEGIN
    IF shown = 'NaN' THEN
        RETURN NULL;
    END IF;
    whole := lpad(whole, greatest(least_whole, length(whole)), '0');
    IF grouped THEN
        whole := reverse(regexp_replace(reverse(whole), '([0-9]{3})(?=[0-9])', '\1,', 'g'));
    END IF;
    fraction := rpad(fraction, greatest(least_fraction, length(fraction)), '0');
    RETURN CASE WHEN shown < 0 THEN '-' ELSE '' END || prefix || whole
        || CASE WHEN fraction = '' THEN '' ELSE '.' END || fraction || suffix;
END
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
