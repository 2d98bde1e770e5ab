//! What an evaluation knows beside the row.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use regex::Regex;

use crate::error::EvalError;
use crate::limits::Limits;

/// Clock, time zone and limits of one evaluation or of a whole batch.
///
/// The clock stands still: `NOW()` is the same in every row that is evaluated in one context.
#[derive(Debug)]
pub struct Context {
    now: DateTime<Utc>,
    zone: Tz,
    limits: Limits,
    /// The last regular expression made while evaluating: mostly the same for all rows.
    regex: Mutex<Option<(String, Arc<Regex>)>>,
}

impl Context {
    /// A context whose clock shows `now`, in UTC, under the default limits.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { now, zone: Tz::UTC, limits: Limits::default(), regex: Mutex::new(None) }
    }

    /// A context whose clock shows the system's time at this call.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Utc::now())
    }

    /// Reads the parts of instants in `zone`.
    #[must_use]
    pub fn with_zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// Bounds each evaluation by `limits`.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What `NOW()` is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The zone in which the parts of instants are read.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The bounds of an evaluation.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The regular expression for a pattern that is known only now.
    pub(crate) fn regex(
        &self,
        pattern: &str,
        compile: impl FnOnce(&str) -> Result<Regex, EvalError>,
    ) -> Result<Arc<Regex>, EvalError> {
        let mut last = self.regex.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, regex)) = &*last
            && known == pattern
        {
            return Ok(Arc::clone(regex));
        }
        let regex = Arc::new(compile(pattern)?);
        *last = Some((pattern.to_owned(), Arc::clone(&regex)));
        Ok(regex)
    }
}
