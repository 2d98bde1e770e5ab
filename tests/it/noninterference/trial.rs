//! One actor in one world: two copies, a secret in the second, and the same requests to both.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::build::Base;
use super::dice::Dice;
use super::model::{Model, Who};
use super::requests::{Asking, Catalogue, further, request};
use super::secret::{Secret, secrets};
use super::served::{Answer, Request, Served};
use super::sight::everything;

/// The routes of the server's own document, as `get /api/apps`.
#[derive(Debug)]
pub(super) struct Routes(pub(super) Vec<String>);

pub(super) struct Trial<'t> {
    pub(super) base: &'t Base,
    pub(super) seed: u64,
    pub(super) actor: usize,
    pub(super) requests: usize,
    pub(super) routes: &'t Routes,
}

/// How many requests were compared, and how many would rightly have shown something.
#[derive(Default)]
pub(super) struct Done {
    pub(super) sent: usize,
    pub(super) skipped: usize,
    /// How often each route gave each status.
    pub(super) statuses: BTreeMap<(String, u16), usize>,
}

/// A request that two worlds answer differently, though its sender sees no difference between them.
#[derive(Clone)]
pub(super) struct Difference {
    pub(super) secrets: Vec<Secret>,
    pub(super) request: Request,
    pub(super) answers: [Answer; 2],
}

/// Two servers on copies of the world, the second with a secret.
pub(super) struct Pair {
    one: Served,
    two: Served,
    changed: Model,
    since: DateTime<Utc>,
    /// Where the counters of both stand.
    place: AtomicI64,
}

/// Routes that are left out: `/metrics` counts the requests of everybody, by route and status, also those with which
/// the worlds were made and compared.
const LEFT_OUT: [&str; 1] = ["/metrics"];

impl Routes {
    pub(super) fn of_the_server() -> Self {
        let document: Value = serde_json::from_str(&docpal_server::openapi()).expect("a document");
        let mut routes = Vec::new();
        let paths = document["paths"].as_object().expect("paths").iter();
        for (path, item) in paths.filter(|(path, _)| !LEFT_OUT.contains(&path.as_str())) {
            let methods = item.as_object().expect("operations").keys();
            routes.extend(methods.map(|method| format!("{method} {path}")));
        }
        Self(routes)
    }
}

impl Trial<'_> {
    pub(super) fn who(&self) -> &Who {
        &self.base.model.actors[self.actor]
    }

    fn dice(&self) -> Dice {
        Dice::new(self.seed.wrapping_mul(31).wrapping_add(u64::try_from(self.actor).unwrap()))
    }

    pub(super) async fn run(&self) -> Result<Done, Difference> {
        let mut dice = self.dice();
        let secrets = secrets(&self.base.model, self.who(), &mut dice);
        let pair = Pair::new(self, &secrets).await;
        let catalogue = Catalogue(pair.one.get(&self.base.model.owner_key, "/api/field-types").await);
        let (mut done, mut pages, mut fresh) = (Done::default(), Vec::new(), 50_000);
        for _ in 0..self.requests {
            let route = self.route(&mut dice);
            let mut asking = Asking {
                one: &self.base.model,
                two: &pair.changed,
                who: self.who(),
                catalogue: &catalogue,
                dice: &mut dice,
                further: &pages,
                fresh: &mut fresh,
            };
            let Some(request) = request(route, &mut asking) else {
                done.skipped += 1;
                continue;
            };
            let answer = pair.compare(self, &request).await.map_err(|answers| Difference {
                secrets: secrets.clone(),
                request: request.clone(),
                answers,
            })?;
            done.sent += 1;
            *done.statuses.entry((route.to_owned(), answer.status)).or_default() += 1;
            pages.extend((request.is_kept() && answer.status < 300).then(|| request.clone()));
            pages.extend(cursor(&answer).map(|cursor| further(&request, &cursor)));
        }
        Ok(done)
    }

    /// Reads of records come most often, routes that know nothing of anybody's data least.
    fn route(&self, dice: &mut Dice) -> &str {
        let route = dice.pick(&self.routes.0);
        let kept = match route.as_str() {
            route if self.who().manages() && !is_for_managers(route) => 0,
            "get /api/audit/logs" | "post /api/permissions" if self.who().manages() => 100,
            "post /api/tables/{table_id}/query" | "post /api/tables/{table_id}/summary" => 100,
            "get /api/tables/{table_id}/records" | "get /api/tables/{table_id}/records/export" => 80,
            route if route.contains("{table_id}/") => 35,
            route if route.contains("{table_id}") || route.contains("app") => 20,
            route if route.contains("formula/c") || route.contains("perm") || route.contains("audit") => 20,
            _ => 3,
        };
        if dice.chance(kept) { route } else { self.route(dice) }
    }

    pub(super) fn routes_without_generator(&self) -> Vec<&str> {
        let (mut dice, mut fresh) = (self.dice(), 50_000);
        let model = &self.base.model;
        let catalogue = Catalogue(serde_json::json!({"data": []}));
        let mut has_one = |route: &&String| {
            (0..20).any(|_| {
                let mut asking = Asking {
                    one: model,
                    two: model,
                    who: self.who(),
                    catalogue: &catalogue,
                    dice: &mut dice,
                    further: &[],
                    fresh: &mut fresh,
                };
                request(route, &mut asking).is_some()
            })
        };
        self.routes.0.iter().filter(|route| !has_one(route)).map(String::as_str).collect()
    }
}

/// Managers change no apps, tables or rules: what they see would change with them.
fn is_for_managers(route: &str) -> bool {
    let harmless = ["get ", "post /api/formula", "post /api/permissions"];
    route.contains("{table_id}/") || harmless.iter().any(|start| route.starts_with(start))
}

/// The cursor of a page, if there are more.
fn cursor(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    body["next_cursor"].as_str().map(str::to_owned)
}

impl Pair {
    pub(super) async fn new(trial: &Trial<'_>, secrets: &[Secret]) -> Self {
        let base = trial.base;
        let mut copies = Vec::new();
        for _ in 0..2 {
            copies.push(Served::on(base.db.copy().await.expect("a copy of the world")).await);
        }
        let (two, one) = (copies.pop().expect("two"), copies.pop().expect("two"));
        let (mut changed, mut dice) = (base.model.clone(), Dice::new(trial.seed));
        // Above the numbers that the secrets hold.
        changed.fresh += 10_000;
        for secret in secrets {
            secret.perform(&two, &mut changed, &mut dice).await;
        }
        assert_eq!(
            everything(&changed, trial.who()),
            everything(&base.model, trial.who()),
            "the secret shows: the interpreter and DocPal read a value differently"
        );
        // What changed behind the server's back is seen by one that starts afterwards.
        let two = Served::on(two.db).await;
        let pair = Self { one, two, changed, since: Utc::now(), place: AtomicI64::new(0) };
        for (served, model) in [(&pair.one, &base.model), (&pair.two, &pair.changed)] {
            keep(served, model).await;
        }
        pair.level().await;
        pair
    }

    /// Brings the counters of both copies to the same place.
    async fn level(&self) {
        let place = 100_000 + self.place.fetch_add(1_000, Ordering::Relaxed);
        for served in [&self.one, &self.two] {
            let level = sqlx::query("SELECT ni.level($1)").bind(place);
            level.execute(served.db.pool()).await.expect("counters");
        }
    }

    /// Others use the second world only: what is cached for them, and what is kept for them, is nobody else's.
    async fn warm(&self, who: &Who, request: &Request) {
        let is_even = (request.path.len() + request.to_string().len()).is_multiple_of(2);
        if request.reads() {
            self.two.send(if is_even { &who.colleague } else { &who.second }, request).await;
        } else if request.is_kept() && !who.manages() {
            self.two.send(&who.second, request).await;
            undo(&self.two, &self.changed).await;
            self.level().await;
        }
    }

    /// Do these changes together show nothing, as far as the model can tell?
    pub(super) fn is_secret(trial: &Trial<'_>, secrets: &[Secret]) -> bool {
        let mut changed = trial.base.model.clone();
        secrets.iter().for_each(|secret| secret.imagine(&mut changed));
        everything(&changed, trial.who()) == everything(&trial.base.model, trial.who())
    }

    /// The answer of both worlds, or both answers when they differ.
    pub(super) async fn compare(&self, trial: &Trial<'_>, request: &Request) -> Result<Answer, [Answer; 2]> {
        let (key, model) = (&trial.who().key, &trial.base.model);
        self.warm(trial.who(), request).await;
        let (one, two) = tokio::join!(self.one.send(key, request), self.two.send(key, request));
        if request.method != "GET" && (one.status < 300 || two.status < 300) {
            tokio::join!(undo(&self.one, model), undo(&self.two, &self.changed));
        }
        let text = serde_json::to_string(&request.path).unwrap_or_default() + &request.to_string();
        let known = |id: &str| text.contains(id) || is_known(model, id) || is_known(&self.changed, id);
        let answers = [one.comparable(&known, self.since), two.comparable(&known, self.since)];
        if answers[0] == answers[1] { Ok(one) } else { Err(answers) }
    }
}

fn is_known(model: &Model, id: &str) -> bool {
    let table = |table: &super::model::Table| {
        table.id == id
            || table.fields.iter().any(|field| field.id == id)
            || table.records.iter().any(|record| record.id == id || record.created_by == id)
    };
    model.tables.iter().any(table)
        || model.apps.iter().any(|app| app.id == id)
        || model.rules.iter().any(|rule| rule.id == id)
        || model.actors.iter().any(|who| who.user == id || who.role == id)
}

/// Keeps the records for [`undo`].
async fn keep(served: &Served, model: &Model) {
    for table in &model.tables {
        let keep = sqlx::query("SELECT ni.keep($1, $2)").bind(&table.physical.0).bind(&table.physical.1);
        keep.execute(served.db.pool()).await.expect("a copy of the records");
    }
}

async fn undo(served: &Served, model: &Model) {
    for table in &model.tables {
        let undo = sqlx::query("SELECT ni.undo($1, $2)").bind(&table.physical.0).bind(&table.physical.1);
        undo.execute(served.db.pool()).await.expect("the records as they were");
    }
}
