//! Reading: resolve, plan, secure, lower, fetch, finish.

use std::sync::Arc;

use docpal_core::sql::{Connection, Row, Transaction, errors, exec};
use docpal_core::{RecordId, Result, TableSnapshot};

use super::write::require_read;
use super::{Records, record_not_found};
use crate::access::Access;
use crate::lower::select::Layout;
use crate::lower::{Compiled, CompiledExport, cursor, lower, lower_export, lower_summary};
use crate::page::Page;
use crate::plan::plan;
use crate::predicate::{Comparison, Predicate};
use crate::resolve::{ResolvedView, resolve};
use crate::secure::{SecuredPlan, secure};
use crate::spec::{Count, PageSpec, ViewSpec};
use crate::summary::Summary;
use docpal_core::operators::Operand;
use docpal_core::target::{System, Target};

impl Records<'_> {
    pub(super) async fn list_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        spec: &ViewSpec,
    ) -> Result<Page> {
        let access = self.access(snapshot);
        list(conn, &access, spec, self.docpal.cursor_key()).await
    }

    pub(super) async fn summary_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        spec: &ViewSpec,
    ) -> Result<Summary> {
        let access = self.access(snapshot);
        require_read(&access)?;
        let secured = secure(plan(resolve(spec, &access)?), &access)?;
        let compiled = lower_summary(&secured)?;
        let (rows, cut) = exec::fetch_within(conn, compiled.statement.clone(), PAGE_BYTES).await?;
        Ok(Summary::new(&secured.plan, &compiled.layout, &rows, cut))
    }

    pub(super) async fn get_with(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<TableSnapshot>,
        id: RecordId,
    ) -> Result<Page> {
        let access = self.access(snapshot);
        let mut view = resolve_visible(&access)?;
        view.filter = is_record(id)?;
        view.limit = 1;
        let secured = secure(plan(view), &access)?;
        let compiled = lower(&secured, self.docpal.cursor_key())?;
        let rows = exec::fetch_all(conn, compiled.page.clone()).await?;
        if rows.is_empty() {
            return Err(record_not_found());
        }
        Ok(Page::new(&secured.plan, &compiled.layout, rows, access.now()))
    }
}

/// Every field the actor sees, no filter. `table_not_found` when there is nothing to see.
pub(super) fn resolve_visible(access: &Access) -> Result<ResolvedView> {
    require_read(access)?;
    resolve(&ViewSpec::new(), access)
}

fn is_record(id: RecordId) -> Result<Predicate> {
    let operator = System::Id.family().operators.first();
    let operator = operator.ok_or_else(|| docpal_core::Error::internal("no operator on ids"))?;
    Ok(Predicate::Test(Comparison {
        target: Target::System(System::Id),
        computed: false,
        operator,
        operand: Operand::Ids(vec![id.uuid()]),
        case_sensitive: false,
    }))
}

async fn list(conn: &mut Connection, access: &Access, spec: &ViewSpec, cursor_key: &[u8]) -> Result<Page> {
    require_read(access)?;
    let secured = secure(plan(resolve(spec, access)?), access)?;
    let compiled = lower(&secured, cursor_key)?;
    // Before the page, which may leave the rest of its records unread.
    let total = match &compiled.count {
        None => None,
        Some(count) => Some(exec::fetch_optional(conn, count.clone()).await?.and_then(|row| row.int(0))),
    };
    let page = fetch(conn, access, &secured, &compiled, cursor_key).await?;
    Ok(match total {
        None => page,
        Some(total) => page.with_total(total),
    })
}

/// A page ends when its records have about so many bytes, and says where the next one begins.
const PAGE_BYTES: usize = 16 << 20;

async fn fetch(
    conn: &mut Connection,
    access: &Access,
    secured: &SecuredPlan,
    compiled: &Compiled,
    cursor_key: &[u8],
) -> Result<Page> {
    let (mut rows, cut) = exec::fetch_within(conn, compiled.page.clone(), PAGE_BYTES).await?;
    let limit = usize::try_from(secured.plan.view.limit).unwrap_or(usize::MAX);
    let more = cut || rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more => cursor::encode(last, &compiled.keys, 0, cursor_key, &compiled.binding),
        _ => None,
    };
    Ok(Page::new(&secured.plan, &compiled.layout, rows, access.now()).with_next(next))
}

/// So many records of an export are read at a time, and fewer when they are large.
const EXPORT_PAGE: u32 = 1_000;
/// About so many bytes of them are in memory at once.
const EXPORT_BYTES: usize = 4 << 20;

/// An export under way: page by page from one cursor on one snapshot of the data.
pub struct Export {
    tx: Transaction,
    secured: SecuredPlan,
    layout: Layout,
    /// How many records to read next.
    next: u32,
    /// Is there nothing behind the last page?
    done: bool,
}

impl Export {
    pub(super) async fn start(records: &Records<'_>, spec: &ViewSpec) -> Result<Self> {
        match Self::begin(records, spec).await {
            // What the snapshot of the data shows of the schema, statements need not meet any more; the next one shows it.
            Err(error) if errors::schema_moved(&error) => {
                Self::begin(records, spec).await.map_err(errors::or_table_changed)
            }
            begun => begun,
        }
    }

    async fn begin(records: &Records<'_>, spec: &ViewSpec) -> Result<Self> {
        let mut tx = records.docpal.begin_snapshot().await?;
        let snapshot = records.snapshot_in(&mut tx).await?;
        let access = records.access(&snapshot);
        require_read(&access)?;
        let spec = ViewSpec { page: PageSpec::default(), count: Count::None, ..spec.clone() };
        let secured = secure(plan(resolve(&spec, &access)?), &access)?;
        let CompiledExport { statement, layout } = lower_export(&secured)?;
        exec::open_cursor(&mut tx, statement).await?;
        Ok(Self { tx, secured, layout, next: EXPORT_PAGE / 10, done: false })
    }

    /// The next page; `None` after the last. The first page comes even when it is empty, for its columns.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn next(&mut self) -> Result<Option<Page>> {
        if self.done {
            return Ok(None);
        }
        let rows = exec::fetch_cursor(&mut self.tx, self.next).await?;
        self.done = rows.len() < usize::try_from(self.next).unwrap_or(usize::MAX);
        let bytes: usize = rows.iter().map(Row::size).sum();
        let fitting = EXPORT_BYTES / (bytes / rows.len().max(1)).max(1);
        self.next = u32::try_from(fitting).unwrap_or(EXPORT_PAGE).clamp(1, EXPORT_PAGE);
        Ok(Some(Page::new(&self.secured.plan, &self.layout, rows, self.secured.moment.now)))
    }
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").field("done", &self.done).finish_non_exhaustive()
    }
}
