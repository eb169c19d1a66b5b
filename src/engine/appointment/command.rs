//! What people wish of appointments. `version` is the one that was on the screen.

use serde::{Deserialize, Serialize};

use super::terms::Draft;
use crate::id::AppointmentId;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    Create(Box<Draft>),
    Edit { appointment: AppointmentId, version: u32, draft: Box<Draft> },
    Cancel { appointment: AppointmentId, version: u32 },
}

impl Command {
    /// The one it is about, where there is one already.
    pub fn appointment(&self) -> Option<AppointmentId> {
        match self {
            Command::Create(_) => None,
            Command::Edit { appointment, .. } | Command::Cancel { appointment, .. } => Some(*appointment),
        }
    }
}
