//! Where a session stands for an INVITE that wants its place (RFC 3891 §3).

use crate::sip::header::Replaces;

use super::{Session, State};

/// What a Replaces that names this session finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Confirmed,
    /// It rings at the far end.
    EarlyOurs,
    /// It rings here: nobody but who called may end that.
    EarlyTheirs,
    Ended,
    /// The tags are not of this session.
    Unknown,
}

impl Standing {
    /// The final answer due to the INVITE that asks for it; `None` where it may be replaced.
    pub fn refusal(self, early_only: bool) -> Option<u16> {
        match self {
            Standing::Confirmed if early_only => Some(486),
            Standing::Confirmed | Standing::EarlyOurs => None,
            Standing::EarlyTheirs | Standing::Unknown => Some(481),
            Standing::Ended => Some(603),
        }
    }
}

impl Session {
    /// Compares all three ids, and says where the dialog stands.
    pub fn standing(&self, replaces: &Replaces) -> Standing {
        let names = |remote_tag| replaces.names(&self.call_id, &self.local_tag, remote_tag);
        match &self.state {
            State::Up(up) if names(up.dialog.remote.tag()) => Standing::Confirmed,
            State::Calling(calling) if !calling.cancelled && calling.forks.keys().any(|tag| names(Some(tag))) => {
                Standing::EarlyOurs
            }
            State::Ringing(ringing) if names(ringing.dialog.remote.tag()) => Standing::EarlyTheirs,
            State::Ending(ending) if names(ending.dialog.remote.tag()) => Standing::Ended,
            State::Calling(_) | State::Ringing(_) | State::Up(_) | State::Ending(_) | State::Over => Standing::Unknown,
        }
    }
}
