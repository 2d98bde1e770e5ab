//! What was changed through this handle, so that nothing older than such a change is served from the cache: not after a
//! commit that only the host knows of, and not while it is still to come.
//!
//! A change names its transaction. While that one is open, what it touches is looked at every time; once it has ended,
//! by commit or rollback, what was looked at before is looked at again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::id::{CompanyId, TableId};

/// A transaction that ended this long ago is forgotten: nothing that was seen before is trusted still, because a handle
/// either knows what the event log said until two seconds ago or trusts what it saw for one.
const REMEMBERED: Duration = Duration::from_secs(60);

/// The changes of one handle.
#[derive(Debug, Default)]
pub(super) struct Changes {
    touched: Mutex<HashMap<Place, Touched>>,
}

/// What a change touches: one table, or every table of the company.
type Place = (CompanyId, Option<TableId>);

#[derive(Debug, Default)]
struct Touched {
    /// The transactions that may not have ended yet, as PostgreSQL numbers them.
    open: Vec<String>,
    /// When the last of the others was found to have ended.
    ended: Option<Instant>,
}

impl Changes {
    /// Transaction `by` changed a table or, without one, what covers every table of the company.
    pub(super) fn add(&self, company: CompanyId, table: Option<TableId>, by: String) {
        let mut touched = self.lock();
        touched.retain(|_, touched| {
            !touched.open.is_empty() || touched.ended.is_some_and(|ended| ended.elapsed() < REMEMBERED)
        });
        let open = &mut touched.entry((company, table)).or_default().open;
        if open.last() != Some(&by) {
            open.push(by);
        }
    }

    /// The transactions that touched a table and may not have ended yet.
    pub(super) fn open(&self, company: CompanyId, table: TableId) -> Vec<String> {
        let touched = self.lock();
        places(company, table)
            .iter()
            .filter_map(|place| touched.get(place))
            .flat_map(|t| t.open.clone())
            .collect()
    }

    /// These transactions have ended: what was seen of the table until now may be older than they are.
    pub(super) fn end(&self, company: CompanyId, table: TableId, ended: &[String]) {
        let mut touched = self.lock();
        for place in places(company, table) {
            if let Some(touched) = touched.get_mut(&place) {
                let before = touched.open.len();
                touched.open.retain(|open| !ended.contains(open));
                if touched.open.len() < before {
                    touched.ended = Some(Instant::now());
                }
            }
        }
    }

    /// Is what was seen of the table at `seen` not older than any change through this handle?
    pub(super) fn none_since(&self, seen: Instant, company: CompanyId, table: TableId) -> bool {
        let touched = self.lock();
        let kept =
            |touched: &Touched| touched.open.is_empty() && touched.ended.is_none_or(|ended| ended < seen);
        places(company, table).iter().filter_map(|place| touched.get(place)).all(kept)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Touched>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where changes stand that touch the table.
fn places(company: CompanyId, table: TableId) -> [Place; 2] {
    [(company, Some(table)), (company, None)]
}
