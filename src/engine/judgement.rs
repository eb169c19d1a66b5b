//! The gate's answer, as rooms keep and show it that dial by themselves.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// May it be dialled now?
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judgement {
    Allowed {
        /// Of the rules that decided.
        version: u64,
    },
    Denied(Denial),
}

/// The gate's no.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Denial {
    pub rule: String,
    /// A sentence for a person; holds no number.
    pub fact: String,
    /// When it may be dialled, where time alone helps.
    pub next: Option<DateTime<Utc>>,
    /// Of the rules that decided.
    pub version: u64,
}
