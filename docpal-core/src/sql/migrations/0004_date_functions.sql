-- What formulas compute with dates, in SQL. Days and instants lie in the years 1 to 9999; `infinity` stands for one
-- that has no value, as NaN does among numbers. Each function is total: it checks the range before it computes.

-- The part of a wall-clock time as a number.
CREATE FUNCTION docpal.part(field text, at timestamp) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN at = 'infinity' THEN 'NaN' ELSE floor(date_part(field, at)::numeric) END
$$;

CREATE FUNCTION docpal.in_calendar(at timestamp) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN at >= '0001-01-01' AND at < '10000-01-01' THEN at WHEN at IS NOT NULL THEN 'infinity' END
$$;

-- The instant at which a zone's wall clock shows `at`.
CREATE FUNCTION docpal.instant(at timestamp, zone text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN docpal.in_calendar(at AT TIME ZONE zone AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
END
$$;

-- A day from its parts.
CREATE FUNCTION docpal.date(year numeric, month numeric, day numeric) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    y int := docpal.whole(year);
    m int := docpal.whole(month);
    d int := docpal.whole(day);
BEGIN
    IF year = 'NaN' OR month = 'NaN' OR day = 'NaN' THEN
        RETURN 'infinity';
    ELSIF year IS NULL OR month IS NULL OR day IS NULL THEN
        RETURN NULL;
    ELSIF y NOT BETWEEN 1 AND 9999 OR m NOT BETWEEN 1 AND 12 OR d NOT BETWEEN 1 AND 31 THEN
        RETURN 'infinity';
    ELSIF d > 28 AND d > date_part('day', make_date(y, m, 1) + interval '1 month -1 day') THEN
        RETURN 'infinity';
    END IF;
    RETURN make_date(y, m, d);
END
$$;

-- A wall clock moved by months, days or milliseconds, of which `count` are `size` each; the end of a month is not
-- passed.
CREATE FUNCTION docpal.shifted(at timestamp, count numeric, size int, field text) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total numeric := trunc(count) * size;
    micros numeric;
BEGIN
    IF at = 'infinity' OR count = 'NaN' THEN
        RETURN 'infinity';
    ELSIF at IS NULL OR count IS NULL THEN
        RETURN NULL;
    ELSIF field = 'month' THEN
        IF date_part('year', at)::int * 12 + date_part('month', at)::int - 1 + total NOT BETWEEN 12 AND 119999 THEN
            RETURN 'infinity';
        END IF;
        RETURN docpal.in_calendar(at + make_interval(months => total::int));
    ELSIF field = 'day' THEN
        IF abs(total) > 3700000 OR at::date - date '0001-01-01' + total NOT BETWEEN 0 AND 3652058 THEN
            RETURN 'infinity';
        END IF;
        RETURN at + make_interval(days => total::int);
    END IF;
    micros := (extract(epoch FROM at) * 1000 + total) * 1000;
    -- The first microsecond of the year 1 and the first of the year 10000.
    IF micros < -62135596800000000 OR micros >= 253402300800000000 THEN
        RETURN 'infinity';
    END IF;
    RETURN timestamp '1970-01-01' + make_interval(
        days => div(micros, 86400000000)::int, secs => (mod(micros, 86400000000) / 1000000)::double precision);
END
$$;

CREATE FUNCTION docpal.date_add(day date, count numeric, size int, field text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT docpal.shifted(day, count, size, field)::date
$$;

-- An instant moved: by days and longer units the wall clock of the zone stays, by shorter ones the time is exact.
CREATE FUNCTION docpal.instant_add(at timestamptz, count numeric, size int, field text, zone text)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF field = 'ms' THEN
        RETURN docpal.shifted(at AT TIME ZONE 'UTC', count, size, field) AT TIME ZONE 'UTC';
    END IF;
    RETURN docpal.instant(docpal.shifted(at AT TIME ZONE zone, count, size, field), zone);
END
$$;

-- The first moment of the unit around a wall-clock time; weeks start on the ISO day `week_start`.
CREATE FUNCTION docpal.start_of(at timestamp, unit text, week_start int) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF unit <> 'week' OR at = 'infinity' THEN
        RETURN date_trunc(unit, at);
    END IF;
    RETURN date_trunc('day', at) - make_interval(days => (date_part('isodow', at)::int + 7 - week_start) % 7);
END
$$;

-- The last millisecond of the unit around a wall-clock time.
CREATE FUNCTION docpal.end_of(at timestamp, unit text, week_start int, size int, field text) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT docpal.shifted(docpal.start_of(at, unit, week_start), 1, size, field) - interval '1 millisecond'
$$;

CREATE FUNCTION docpal.eomonth(at timestamp, months numeric) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (docpal.shifted(
        docpal.shifted(date_trunc('month', at), coalesce(months, 0), 1, 'month'), 1, 1, 'month'
    ) - interval '1 day')::date
$$;

-- 0 for the ISO day `week_start` to 6.
CREATE FUNCTION docpal.weekday(day date, week_start int) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN day = 'infinity' THEN 'NaN'
        ELSE ((date_part('isodow', day)::int + 7 - week_start) % 7)::numeric END
$$;

-- The week of the year: week 1 holds 1 January.
CREATE FUNCTION docpal.weeknum(day date, week_start int) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF day = 'infinity' THEN
        RETURN 'NaN';
    END IF;
    RETURN (date_part('doy', day)::int - 1
        + docpal.weekday(date_trunc('year', day::timestamp)::date, week_start)::int) / 7 + 1;
END
$$;

-- Whole units from `start` to `finish` by the wall clock, toward zero; an end of month counts as reached.
CREATE FUNCTION docpal.distance(finish timestamp, start timestamp, size bigint, field text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    low timestamp := least(finish, start);
    high timestamp := greatest(finish, start);
    months int;
BEGIN
    IF finish = 'infinity' OR start = 'infinity' THEN
        RETURN 'NaN';
    ELSIF finish IS NULL OR start IS NULL THEN
        RETURN NULL;
    ELSIF field <> 'month' THEN
        -- Cut to milliseconds first, then to the unit.
        RETURN div(trunc((extract(epoch FROM finish) - extract(epoch FROM start)) * 1000), size);
    END IF;
    months := (date_part('year', high) - date_part('year', low))::int * 12
        + (date_part('month', high) - date_part('month', low))::int;
    IF low + make_interval(months => months) > high THEN
        months := months - 1;
    END IF;
    RETURN div(CASE WHEN finish < start THEN 0 - months ELSE months END, size);
END
$$;

-- Working days before a day, counted from a Monday long ago.
CREATE FUNCTION docpal.workdays_before(day date) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (day - date '0001-01-01') / 7 * 5 + least((day - date '0001-01-01') % 7, 5)
$$;

CREATE FUNCTION docpal.workday_diff(start date, finish date, holidays date[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    first date := least(start, finish);
    last date := greatest(start, finish);
    free int;
BEGIN
    IF start = 'infinity' OR finish = 'infinity' OR 'infinity' = ANY (holidays) THEN
        RETURN 'NaN';
    ELSIF start IS NULL OR finish IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT count(DISTINCT h) INTO free FROM unnest(holidays) AS u (h)
    WHERE h BETWEEN first AND last AND date_part('isodow', h) <= 5;
    free := docpal.workdays_before(last + 1) - docpal.workdays_before(first) - free;
    RETURN CASE WHEN finish < start THEN 0 - free ELSE free END;
END
$$;

-- WORKDAY: whole weeks at once, single days for the rest and for the holidays among them.
CREATE FUNCTION docpal.workday(start date, count numeric, holidays date[]) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    todo int := docpal.whole(count);
    step int := sign(todo);
    day date := start;
    free date[];
    weeks int;
BEGIN
    IF start = 'infinity' OR count = 'NaN' OR 'infinity' = ANY (holidays) THEN
        RETURN 'infinity';
    ELSIF start IS NULL OR count IS NULL OR todo = 0 THEN
        RETURN start;
    END IF;
    SELECT coalesce(array_agg(DISTINCT h), '{}') INTO free FROM unnest(holidays) AS u (h)
    WHERE date_part('isodow', h) <= 5;
    todo := abs(todo);
    weeks := (todo - 1) / 5;
    IF weeks > 521722 OR start - date '0001-01-01' + step * weeks * 7 NOT BETWEEN 0 AND 3652058 THEN
        RETURN 'infinity';
    END IF;
    day := start + step * weeks * 7;
    todo := todo - weeks * 5 + (
        SELECT count(*) FROM unnest(free) AS u (h)
        WHERE CASE WHEN step > 0 THEN h > start AND h <= day ELSE h >= day AND h < start END
    )::int;
    WHILE todo > 0 LOOP
        day := day + step;
        IF day NOT BETWEEN date '0001-01-01' AND date '9999-12-31' THEN
            RETURN 'infinity';
        END IF;
        IF date_part('isodow', day) <= 5 AND day <> ALL (free) THEN
            todo := todo - 1;
        END IF;
    END LOOP;
    RETURN day;
END
$$;

-- 1st, 2nd, 3rd, 4th.
CREATE FUNCTION docpal.ordinal(n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT n || CASE
        WHEN n % 100 BETWEEN 11 AND 13 THEN 'th'
        WHEN n % 10 = 1 THEN 'st' WHEN n % 10 = 2 THEN 'nd' WHEN n % 10 = 3 THEN 'rd' ELSE 'th' END
$$;

-- How far a zone's wall clock is from UTC: +01:00.
CREATE FUNCTION docpal.utc_offset(at timestamptz, zone text, separator text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    seconds int;
BEGIN
    IF at IS NULL OR at = 'infinity' THEN
        RETURN NULL;
    END IF;
    seconds := extract(epoch FROM (at AT TIME ZONE zone) - (at AT TIME ZONE 'UTC'));
    RETURN CASE WHEN seconds < 0 THEN '-' ELSE '+' END || lpad((abs(seconds) / 3600)::text, 2, '0')
        || separator || lpad((abs(seconds) / 60 % 60)::text, 2, '0');
END
$$;

-- FROMNOW and TONOW: the way from `start` to `finish` in words.
CREATE FUNCTION docpal.relative(finish timestamptz, start timestamptz) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    seconds bigint;
    words text;
BEGIN
    IF finish IS NULL OR start IS NULL OR finish = 'infinity' OR start = 'infinity' THEN
        RETURN NULL;
    END IF;
    seconds := trunc(abs(extract(epoch FROM finish) - extract(epoch FROM start)));
    words := CASE
        WHEN seconds < 45 THEN 'a few seconds'
        WHEN (seconds + 30) / 60 <= 1 THEN 'a minute'
        WHEN (seconds + 30) / 60 < 45 THEN (seconds + 30) / 60 || ' minutes'
        WHEN (seconds + 1800) / 3600 <= 1 THEN 'an hour'
        WHEN (seconds + 1800) / 3600 < 22 THEN (seconds + 1800) / 3600 || ' hours'
        WHEN (seconds + 43200) / 86400 <= 1 THEN 'a day'
        WHEN (seconds + 43200) / 86400 < 26 THEN (seconds + 43200) / 86400 || ' days'
        WHEN (seconds + 1314873) / 2629746 <= 1 THEN 'a month'
        WHEN (seconds + 1314873) / 2629746 < 11 THEN (seconds + 1314873) / 2629746 || ' months'
        WHEN (seconds + 15778476) / 31556952 <= 1 THEN 'a year'
        ELSE (seconds + 15778476) / 31556952 || ' years' END;
    RETURN CASE WHEN finish > start THEN 'in ' || words ELSE words || ' ago' END;
END
$$;

-- Whole units since 1970, of which a second has `per`.
CREATE FUNCTION docpal.epoch(at timestamptz, per int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT floor(extract(epoch FROM at) * per)::text
$$;
