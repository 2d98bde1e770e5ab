//! A fair share of the pool: a company has at most so many requests under way at the same time, so that one tenant's
//! flood leaves connections for the others. Its other requests wait, and are told to come back when that takes long.

use std::sync::Arc;
use std::time::Duration;

use docpal_core::{CompanyId, Docpal};
use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::error::ApiError;

/// The longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many companies are remembered, for so long after their last request.
const COMPANIES: u64 = 10_000;
const REMEMBERED: Duration = Duration::from_secs(600);

/// The shares of all companies.
#[derive(Clone, Debug)]
pub(crate) struct Shares {
    each: usize,
    companies: Cache<CompanyId, Arc<Semaphore>>,
}

/// A turn; it ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Shares {
    /// Three quarters of the pool for each company.
    pub(crate) fn of(docpal: &Docpal) -> Self {
        let pool = usize::try_from(docpal.pool().options().get_max_connections()).unwrap_or(usize::MAX);
        Self::new((pool / 4 * 3 + pool % 4 * 3 / 4).clamp(1, Semaphore::MAX_PERMITS))
    }

    fn new(each: usize) -> Self {
        Self { each, companies: Cache::builder().max_capacity(COMPANIES).time_to_idle(REMEMBERED).build() }
    }

    /// Waits for a turn of `company`.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) async fn take(&self, company: CompanyId) -> Result<Share, ApiError> {
        let turns = self.companies.get_with(company, || Arc::new(Semaphore::new(self.each)));
        match tokio::time::timeout(PATIENCE, turns.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Share { _permit: Arc::new(permit) }),
            _ => Err(ApiError::too_many(
                "too_many_requests",
                "your company has too many requests under way; try again",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Finding A28
    #[tokio::test]
    async fn a_company_that_has_its_share_waits_and_others_do_not() {
        let shares = Shares::new(2);
        let (flood, other) = (CompanyId::new(), CompanyId::new());
        let first = shares.take(flood).await.unwrap();
        let _second = shares.take(flood).await.unwrap();
        let third = shares.take(flood);
        tokio::pin!(third);
        tokio::select! {
            biased;
            taken = &mut third => panic!("a third turn: {taken:?}"),
            taken = shares.take(other) => drop(taken.unwrap()),
        }
        drop(first.clone());
        drop(first);
        third.await.unwrap();
    }
}
