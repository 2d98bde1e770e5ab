//! The functions that compiled queries may call, one line each.

macro_rules! functions {
    ($($name:ident = $sql:literal, $doc:literal;)+) => {
        /// A function of PostgreSQL, or of DocPal's own schema, that compiled queries may call.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum PgFn {
            $(#[doc = $doc] $name,)+
        }

        impl PgFn {
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => $sql,)+ }
            }
        }
    };
}

functions! {
    Abs = "abs", "`abs(numeric)`";
    ArrayAgg = "array_agg", "`array_agg(any)`";
    ArrayAppend = "array_append", "`array_append(anyarray, anyelement)`";
    ArrayCat = "array_cat", "`array_cat(anyarray, anyarray)`";
    ArrayPosition = "array_position", "`array_position(anyarray, anyelement)`";
    ArrayRemove = "array_remove", "`array_remove(anyarray, anyelement)`";
    ArrayReplace = "array_replace", "`array_replace(anyarray, anyelement, anyelement)`";
    Btrim = "btrim", "`btrim(text, text)`";
    Cardinality = "cardinality", "`cardinality(anyarray)`";
    CharLength = "char_length", "`char_length(text)`";
    Coalesce = "coalesce", "`coalesce(..)`";
    Concat = "concat", "`concat(..)`, which reads null as empty";
    Count = "count", "`count(..)`";
    DateTrunc = "date_trunc", "`date_trunc(text, timestamp)`";
    Floor = "floor", "`floor(numeric)`";
    Greatest = "greatest", "`greatest(..)`";
    Grouping = "grouping", "`grouping(..)`: which of these a row of groups leaves out, as bits";
    JsonbAgg = "jsonb_agg", "`jsonb_agg(any)`";
    JsonbBuildObject = "jsonb_build_object", "`jsonb_build_object(..)`";
    Left = "left", "`left(text, int)`";
    Lower = "lower", "`lower(text)`";
    Lpad = "lpad", "`lpad(text, int, text)`";
    Md5 = "md5", "`md5(text)`";
    Max = "max", "`max(..)`";
    Min = "min", "`min(..)`";
    Now = "now", "`now()`";
    NullIf = "nullif", "`nullif(a, b)`";
    OctetLength = "octet_length", "`octet_length(text)`";
    PercentileDisc = "percentile_disc", "`percentile_disc(float8)`";
    Reverse = "reverse", "`reverse(text)`";
    Right = "right", "`right(text, int)`";
    Rollup = "rollup", "`rollup(..)`: groups by all of these, by all but the last, and so on";
    Round = "round", "`round(numeric, int)`";
    RowNumber = "row_number", "`row_number()`, with a window";
    Scale = "scale", "`scale(numeric)`";
    Sign = "sign", "`sign(numeric)`";
    SplitPart = "split_part", "`split_part(text, text, int)`";
    StartsWith = "starts_with", "`starts_with(text, text)`";
    Place = "docpal.place", "`docpal.place(text, part)`, as `strpos` in bounded steps";
    Substring = "substring", "`substring(text, text)`: the first match of a regular expression, or its first group";
    SumAll = "sum", "`sum(numeric)`, over the rows of a group";
    ToChar = "to_char", "`to_char(timestamp, text)`";
    ToJsonb = "to_jsonb", "`to_jsonb(anyelement)`";
    Trunc = "trunc", "`trunc(numeric)`";
    Upper = "upper", "`upper(text)`";
    Average = "docpal.average", "`docpal.average(numeric..)`";
    Changed = "docpal.changed", "`docpal.changed(uuid..)`: those that are not null, in an array";
    DateAdd = "docpal.date_add", "`docpal.date_add(date, count, size, field)`";
    DateOf = "docpal.date", "`docpal.date(year, month, day)`";
    Days = "docpal.days", "`docpal.days(timestamptz[], zone)`: the days of instants";
    Different = "docpal.different", "`docpal.different(list, texts)`: each value once";
    Distance = "docpal.distance", "`docpal.distance(finish, start, size, field)`";
    Div = "docpal.div", "`docpal.div(numeric, numeric)`: division by the number rule";
    Domain = "docpal.domain", "`docpal.domain(text)`: the domain of an e-mail or web address, folded";
    EncodeUrl = "docpal.encode_url", "`docpal.encode_url(text)`";
    EndOf = "docpal.end_of", "`docpal.end_of(timestamp, unit, week start, size, field)`";
    Eomonth = "docpal.eomonth", "`docpal.eomonth(timestamp, months)`";
    Epoch = "docpal.epoch", "`docpal.epoch(timestamptz, per second)`: whole units since 1970 as text";
    Exp = "docpal.exp", "`docpal.exp(numeric)`";
    Find = "docpal.find", "`docpal.find(needle, text, start)`";
    Folded = "docpal.folded", "`docpal.folded(text)`: a text without its case";
    FoldedAll = "docpal.folded_all", "`docpal.folded_all(text[])`: texts without their case";
    FormulaLeft = "docpal.left", "`docpal.left(text, count)`";
    FormulaLog = "docpal.log", "`docpal.log(numeric, base)`";
    FormulaRight = "docpal.right", "`docpal.right(text, count)`";
    FormulaRound = "docpal.round", "`docpal.round(numeric, digits)`";
    HasWord = "docpal.has_word", "`docpal.has_word(text, word)`: does the word stand in the text?";
    InCalendar = "docpal.in_calendar", "`docpal.in_calendar(timestamp)`: infinity outside the years 1 to 9999";
    Instant = "docpal.instant", "`docpal.instant(timestamp, zone)`";
    InstantAdd = "docpal.instant_add", "`docpal.instant_add(timestamptz, count, size, field, zone)`";
    Item = "docpal.item", "`docpal.item(list, index)`";
    Joined = "docpal.joined", "`docpal.joined(text[], separator)`";
    Least = "docpal.least", "`docpal.least(numeric[])`";
    Ln = "docpal.ln", "`docpal.ln(numeric)`";
    Median = "docpal.median", "`docpal.median(numeric..)`";
    Mid = "docpal.mid", "`docpal.mid(text, start, count)`";
    Mod = "docpal.mod", "`docpal.mod(numeric, numeric)`: the remainder with the sign of the divisor";
    Most = "docpal.most", "`docpal.most(numeric[])`";
    Multiple = "docpal.multiple", "`docpal.multiple(numeric, step, up)`";
    Names = "docpal.names", "`docpal.names(chosen, ids, names)`: the names of a multiple select";
    Num = "docpal.num", "`docpal.num(numeric)`: the number rule of formulas";
    NumText = "docpal.num_text", "`docpal.num_text(numeric)`: a number as formulas show it";
    NumberFormat = "docpal.number_format", "`docpal.number_format(numeric, prefix, suffix, percent, grouped, digits..)`";
    Ordinal = "docpal.ordinal", "`docpal.ordinal(int)`: 1st, 2nd";
    Pad = "docpal.pad", "`docpal.pad(text, length, fill, before)`";
    Parity = "docpal.parity", "`docpal.parity(numeric, rest)`";
    Part = "docpal.part", "`docpal.part(field, timestamp)`: a part of a wall-clock time";
    Power = "docpal.power", "`docpal.power(base, exponent)`";
    Product = "docpal.product", "`docpal.product(numeric..)`";
    Proper = "docpal.proper", "`docpal.proper(text, pattern)`: words that begin in upper case";
    ReadIso = "docpal.read_iso", "`docpal.read_iso(text, zone)`: the instant a text says in ISO 8601";
    ReadMoment = "docpal.read_moment", "`docpal.read_moment(text, parts, texts, zone)`: the instant a text says by a format";
    RegexReplace = "docpal.regex_replace", "`docpal.regex_replace(text, pattern, replacement, bytes, flags)`";
    Relative = "docpal.relative", "`docpal.relative(finish, start)`: a distance in words";
    Rept = "docpal.rept", "`docpal.rept(text, count)`";
    ReplaceAt = "docpal.replace", "`docpal.replace(text, start, count, new)`";
    RoundDown = "docpal.round_down", "`docpal.round_down(numeric, digits)`";
    RoundUp = "docpal.round_up", "`docpal.round_up(numeric, digits)`";
    Search = "docpal.search", "`docpal.search(needle, text, start)`";
    SelectRank = "docpal.select_rank", "`docpal.select_rank(text[], text[])`: a multiple select by the order of its options";
    Slice = "docpal.slice", "`docpal.slice(list, start, finish)`";
    Sorted = "docpal.sorted", "`docpal.sorted(list, direction)`";
    Spaces = "docpal.spaces", "`docpal.spaces()`: what counts as a space";
    SplitAt = "docpal.split_part", "`docpal.split_part(text, separator, index)`";
    Sqrt = "docpal.sqrt", "`docpal.sqrt(numeric)`";
    StartOf = "docpal.start_of", "`docpal.start_of(timestamp, unit, week start)`";
    Substitute = "docpal.substitute", "`docpal.substitute(text, old, new, index)`";
    SumByRule = "docpal.sum", "`docpal.sum(numeric..)`";
    Texts = "docpal.texts", "`docpal.texts(list)`: the values of a list in their text form";
    UtcOffset = "docpal.utc_offset", "`docpal.utc_offset(timestamptz, zone, separator)`";
    ValueOf = "docpal.value", "`docpal.value(text)`: the number a text says";
    Variance = "docpal.variance", "`docpal.variance(less, numeric..)`";
    Weekday = "docpal.weekday", "`docpal.weekday(date, week start)`";
    Weeknum = "docpal.weeknum", "`docpal.weeknum(date, week start)`";
    Whole = "docpal.whole", "`docpal.whole(numeric)`: a count, cut and clamped to int";
    Workday = "docpal.workday", "`docpal.workday(date, count, holidays)`";
    WorkdayDiff = "docpal.workday_diff", "`docpal.workday_diff(start, finish, holidays)`";
}
