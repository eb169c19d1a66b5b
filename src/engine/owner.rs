//! Who a SIP transaction of ours belongs to: how its answer finds its way back.

use crate::id::{CallId, CommandId, LegId, MessageId};
use crate::registration;
use crate::subscription::SubscriptionId;

/// Whoever asked [`crate::sip::ua::Ua`] to send.
#[derive(Clone, PartialEq, Debug)]
pub enum Owner {
    Registration(registration::Request),
    Call(CallId),
    Subscription(SubscriptionId),
    Message(MessageId),
    /// A dialog that the last run left open.
    Rescue(LegId),
    /// The command that tries a connection.
    Trial(CommandId),
    /// Something was ended that nobody here knows any more.
    Nobody,
}
