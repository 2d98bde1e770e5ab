-- How formulas read dates from texts, in SQL. Each function is total: what a text does not say is `infinity`.

-- The minutes of an offset: Z, +01:00 or +0100.
CREATE FUNCTION docpal.offset_minutes(t text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t IN ('Z', 'z') THEN 0
        ELSE (left(t, 1) || '1')::int * (substr(t, 2, 2)::int * 60 + right(t, 2)::int) END
$$;

-- The instant of a day and a time by how many minutes its clock is ahead of UTC or, if that is not
-- said, by the wall clock of the zone.
CREATE FUNCTION docpal.moment(
    day date, hour int, minute int, second int, micros int, ahead int, zone text
) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    at timestamp;
BEGIN
    IF day IS NULL OR day = 'infinity' OR hour > 23 OR minute > 59 OR second > 59 THEN
        RETURN 'infinity';
    END IF;
    at := day + make_interval(hours => hour, mins => minute, secs => second + micros / 1e6);
    IF ahead IS NULL THEN
        RETURN docpal.instant(at, zone);
    END IF;
    RETURN docpal.in_calendar(at - make_interval(mins => ahead)) AT TIME ZONE 'UTC';
END
$$;

-- DATETIME_PARSE without a format: an ISO date, or date and time, with or without an offset.
CREATE FUNCTION docpal.read_iso(t text, zone text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    trimmed text COLLATE "C" := btrim(t, docpal.spaces());
    day date;
    behind text COLLATE "C";
BEGIN
    IF coalesce(trimmed, '') = '' THEN
        RETURN NULL;
    ELSIF trimmed !~ ('^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?'
        '(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?$') THEN
        RETURN 'infinity';
    END IF;
    day := docpal.date(left(trimmed, 4)::int, substr(trimmed, 6, 2)::int, substr(trimmed, 9, 2)::int);
    IF length(trimmed) = 10 THEN
        RETURN docpal.moment(day, 0, 0, 0, 0, NULL, zone);
    END IF;
    -- Behind the minutes stand the seconds, if any, and the offset.
    behind := substr(trimmed, 17);
    RETURN docpal.moment(
        day, substr(trimmed, 12, 2)::int, substr(trimmed, 15, 2)::int,
        CASE WHEN left(behind, 1) = ':' THEN substr(behind, 2, 2)::int ELSE 0 END,
        coalesce(rpad(substring(behind FROM '[.]([0-9]{1,6})'), 6, '0')::int, 0),
        docpal.offset_minutes(substring(behind FROM '[Zz+-].*')), zone);
END
$$;

-- DATETIME_PARSE by a format: `parts` says what its pieces are, `texts` the expression of what each reads, or the
-- text it is. Each piece reads as much as it can and never gives it back. Only ASCII letters have two cases here, which
-- the collation "C" says; where `texts` come in, it has to be said again.
CREATE FUNCTION docpal.read_moment(t text, parts text[], texts text[], zone text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    rest text COLLATE "C" := btrim(t, docpal.spaces());
    found text COLLATE "C";
    year int;
    month int := 1;
    day int := 1;
    day_of_year int;
    on_day date;
    hour int := 0;
    is_pm boolean;
    minute int := 0;
    second int := 0;
    millis int := 0;
    ahead int;
    since_1970 numeric;
BEGIN
    IF coalesce(rest, '') = '' THEN
        RETURN NULL;
    END IF;
    FOR i IN 1 .. cardinality(parts) LOOP
        IF parts[i] = 'literal' THEN
            IF NOT starts_with(rest COLLATE "C", texts[i]) THEN
                RETURN 'infinity';
            END IF;
            rest := substr(rest, length(texts[i]) + 1);
            CONTINUE;
        ELSIF parts[i] = 'spaces' THEN
            rest := ltrim(rest, docpal.spaces());
            CONTINUE;
        END IF;
        found := substring(rest COLLATE "C" FROM texts[i]);
        IF found IS NULL THEN
            RETURN 'infinity';
        END IF;
        rest := substr(rest, length(found) + 1);
        CASE parts[i]
            WHEN 'year' THEN
                year := found::int;
            WHEN 'short year' THEN
                year := CASE WHEN found::int > 68 THEN 1900 ELSE 2000 END + found::int;
            WHEN 'month' THEN
                month := substring(found FROM '^[0-9]+')::int;
            WHEN 'month name' THEN
                month := array_position(
                    '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}', lower(left(found, 3)));
            WHEN 'day' THEN
                day := substring(found FROM '^[0-9]+')::int;
            WHEN 'day of year' THEN
                day_of_year := substring(found FROM '^[0-9]+')::int;
            WHEN 'weekday' THEN
                -- It is read, and says nothing.
            WHEN 'hour' THEN
                hour := found::int;
            WHEN 'half' THEN
                is_pm := left(found, 1) IN ('P', 'p');
            WHEN 'minute' THEN
                minute := found::int;
            WHEN 'second' THEN
                second := found::int;
            WHEN 'fraction' THEN
                millis := rpad(found, 3, '0')::int;
            WHEN 'offset' THEN
                ahead := docpal.offset_minutes(found);
            WHEN 'seconds since 1970', 'milliseconds since 1970' THEN
                -- No longer than a whole number of 64 bits, which is what memory counts with.
                IF length(ltrim(found, '-0')) > 19 THEN
                    RETURN 'infinity';
                END IF;
                since_1970 := (CASE WHEN left(found, 1) = '-' THEN '-0' ELSE '0' END || ltrim(found, '-0'))::numeric;
                IF parts[i] = 'seconds since 1970' THEN
                    since_1970 := since_1970 * 1000;
                END IF;
                IF since_1970 NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
                    RETURN 'infinity';
                END IF;
            ELSE
                RETURN 'infinity';
        END CASE;
    END LOOP;
    IF rest <> '' THEN
        RETURN 'infinity';
    ELSIF since_1970 IS NOT NULL THEN
        RETURN docpal.shifted(timestamp '1970-01-01', since_1970, 1, 'ms') AT TIME ZONE 'UTC';
    ELSIF day_of_year IS NULL THEN
        on_day := docpal.date(year, month, day);
    ELSIF day_of_year > 0 THEN
        on_day := docpal.date(year, 1, 1) + day_of_year - 1;
        IF date_part('year', on_day) <> year THEN
            RETURN 'infinity';
        END IF;
    END IF;
    IF is_pm AND hour BETWEEN 1 AND 11 THEN
        hour := hour + 12;
    ELSIF hour = 12 AND NOT is_pm OR hour = 24 AND is_pm IS NULL THEN
        hour := 0;
    END IF;
    RETURN docpal.moment(on_day, hour, minute, second, millis * 1000, ahead, zone);
END
$$;
