//! The records of the demo: the same ones every time.

use chrono::{Days, NaiveDate};
use docpal_core::{Json, RecordDraft};
use rust_decimal::Decimal;

use super::schema::{CATEGORIES, COUNTRIES, STATUSES};

const CUSTOMERS: usize = 60;
const ORDERS: usize = 220;

const PLACES: &[&str] = &[
    "Harbour",
    "Station",
    "Old Mill",
    "Corner",
    "Riverside",
    "Market",
    "Garden",
    "Lighthouse",
    "Castle",
    "Bridge",
    "Theatre",
    "Museum",
    "Library",
    "Orchard",
    "Canal",
];
const KINDS: &[&str] = &["Café", "Bakery", "Hotel", "Deli"];
const PRODUCTS: &[(&str, usize, i64)] = &[
    ("Ethiopia Sidamo, 1 kg", 0, 2450),
    ("Colombia Huila, 1 kg", 0, 2190),
    ("Brazil Santos, 1 kg", 0, 1690),
    ("Kenya AA, 1 kg", 0, 2790),
    ("House espresso, 1 kg", 0, 1850),
    ("Decaf, 1 kg", 0, 1990),
    ("Ethiopia Sidamo, ground 250 g", 1, 790),
    ("Brazil Santos, ground 250 g", 1, 590),
    ("House espresso, ground 250 g", 1, 640),
    ("Filter blend, ground 500 g", 1, 1050),
    ("Espresso capsules, 50", 2, 1450),
    ("Lungo capsules, 50", 2, 1450),
    ("Decaf capsules, 50", 2, 1520),
    ("Darjeeling, 250 g", 3, 1380),
    ("Earl Grey, 250 g", 3, 1120),
    ("Rooibos, 500 g", 3, 980),
    ("Peppermint, 200 g", 3, 760),
    ("Hand grinder", 4, 8900),
    ("Espresso machine, two groups", 4, 389_000),
    ("Pour-over set", 4, 4200),
    ("Milk jug", 4, 1890),
    ("Paper filters, 1,000", 4, 2350),
];
const NOTES: &[&str] =
    &["", "", "", "Deliver before 8 a.m.", "Call first: the yard is locked.", "Leave with the neighbour."];

/// A small generator of repeatable numbers (multiplier and increment of Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        let at = self.roll(from.len());
        from.get(at).copied().unwrap_or_default()
    }
}

/// Names and days that several tables share.
pub(super) struct Data {
    customers: Vec<String>,
    first_day: NaiveDate,
}

impl Data {
    pub(super) fn new() -> Self {
        let name = |index: usize| {
            let place = PLACES.get(index % PLACES.len()).copied().unwrap_or_default();
            let kind = KINDS.get(index / PLACES.len() % KINDS.len()).copied().unwrap_or_default();
            format!("{place} {kind}")
        };
        let first_day = NaiveDate::from_ymd_opt(2025, 1, 2).unwrap_or_default();
        Self { customers: (0..CUSTOMERS).map(name).collect(), first_day }
    }

    fn day(&self, after: usize) -> NaiveDate {
        let days = Days::new(after as u64);
        self.first_day.checked_add_days(days).unwrap_or(self.first_day)
    }

    pub(super) fn customers(&self) -> Vec<RecordDraft> {
        let mut dice = Dice(1);
        let customer = |name: &String| {
            let address = name.to_lowercase().replace(' ', ".").replace('é', "e");
            RecordDraft::new()
                .set("name", name.as_str())
                .set("country", dice.pick(COUNTRIES))
                .set("email", format!("orders@{address}.example"))
                .set("since", NaiveDate::from_yo_opt(2012 + i32::try_from(dice.roll(13)).unwrap_or(0), 100))
                .set("credit_limit", Json::from(i64::try_from(dice.roll(20) + 1).unwrap_or(1) * 500))
                .set("newsletter", dice.roll(3) > 0)
        };
        self.customers.iter().map(customer).collect()
    }

    pub(super) fn products(&self) -> Vec<RecordDraft> {
        let mut dice = Dice(2);
        let product = |(name, category, cents): &(&str, usize, i64)| {
            let share = i64::try_from(45 + dice.roll(30)).unwrap_or(50);
            RecordDraft::new()
                .set("name", *name)
                .set("category", CATEGORIES.get(*category).copied().unwrap_or_default())
                .set("unit_price", Decimal::new(*cents, 2))
                .set("cost", Decimal::new(*cents * share / 100, 2))
                .set("in_stock", i64::try_from(dice.roll(200)).unwrap_or(0))
        };
        PRODUCTS.iter().map(product).collect()
    }

    pub(super) fn orders(&self) -> Vec<RecordDraft> {
        let mut dice = Dice(3);
        let order = |index: usize| {
            let ordered = index * 2 / 3;
            let status = STATUSES.get(if index + 12 > ORDERS { 0 } else { 1 + dice.roll(3) }).copied();
            let status = status.unwrap_or_default();
            let sent = matches!(status, "Shipped" | "Paid").then(|| self.day(ordered + 1 + dice.roll(9)));
            let customer = dice.roll(CUSTOMERS);
            let note = dice.pick(NOTES);
            RecordDraft::new()
                .set("number", number(index))
                .set("customer", self.customers.get(customer).map(String::as_str))
                .set("status", status)
                .set("ordered_on", self.day(ordered))
                .set("shipped_on", sent)
                .set("note", (!note.is_empty()).then_some(note))
        };
        (0..ORDERS).map(order).collect()
    }

    pub(super) fn lines(&self) -> Vec<RecordDraft> {
        let mut dice = Dice(4);
        let mut lines = Vec::new();
        for index in 0..ORDERS {
            for _ in 0..=dice.roll(4) {
                let at = dice.roll(PRODUCTS.len());
                let Some((name, category, cents)) = PRODUCTS.get(at) else { continue };
                let most = if *category == 4 { 3 } else { 40 };
                lines.push(
                    RecordDraft::new()
                        .set("order", number(index))
                        .set("product", *name)
                        .set("unit_price", Decimal::new(*cents, 2))
                        .set("quantity", i64::try_from(1 + dice.roll(most)).unwrap_or(1))
                        .set("discount", Decimal::new(i64::try_from(dice.roll(4) * 5).unwrap_or(0), 2)),
                );
            }
        }
        lines
    }
}

/// The number of an order.
fn number(index: usize) -> i64 {
    10_001 + i64::try_from(index).unwrap_or(0)
}
