//! Dialogs outlive a crash: what is stored of them while a call lives (SP-14). [`super::rescues`] is what follows.

use crate::border::Flow;
use crate::config::{AccountName, Target};
use crate::id::{CallId, LegId, TransactionId};
use crate::records::{DialogRow, Record, Rescue};
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::session::{Remains, Session};

use super::{Calls, Context, Order};

/// What was last stored of a call's dialog.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Stored {
    #[default]
    Nothing,
    /// CANCEL for this transaction.
    Invite(TransactionId),
    Ringing,
    /// The dialog, safe up to this CSeq.
    Dialog {
        below: u32,
    },
    Ended,
}

impl Stored {
    /// A dialog is in the store.
    pub fn is_open(self) -> bool {
        match self {
            Stored::Nothing | Stored::Ended => false,
            Stored::Invite(_) | Stored::Ringing | Stored::Dialog { .. } => true,
        }
    }
}

impl Calls {
    /// Stores what a crash now would have to undo, when it has changed.
    pub(super) fn sync_rescue(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let at = (call.leg, id, &call.account.name);
        let record = next_rescue(&call.session, &mut call.rescue, at, cx);
        self.orders.extend(record.map(Order::Store));
    }
}

/// What is to be stored of a session's dialog after `stored`; `None` when that still holds.
pub(super) fn next_rescue(
    session: &Session,
    stored: &mut Stored,
    (leg, call, account): (LegId, CallId, &AccountName),
    cx: &Context<'_>,
) -> Option<Record> {
    let (next, flow, rescue) = match session.remains() {
        Remains::Invite(invite) if *stored != Stored::Invite(invite) => {
            let (cancel, flow) = cancel_of(invite, cx)?;
            let (call_id, local_tag) = (session.key().0.to_owned(), session.key().1.to_owned());
            (Stored::Invite(invite), flow, Rescue::Cancel { cancel: cancel.to_bytes(), call_id, local_tag })
        }
        Remains::Ringing(response, flow) if *stored != Stored::Ringing => {
            (Stored::Ringing, flow, Rescue::Respond { response: response.to_bytes(), to: flow.remote })
        }
        Remains::Dialog(dialog, flow) => match *stored {
            Stored::Dialog { below } if dialog.local_cseq < below => return None,
            Stored::Nothing | Stored::Invite(_) | Stored::Ringing | Stored::Dialog { .. } | Stored::Ended => {
                let below = (dialog.local_cseq / CSEQ_BLOCK + 1) * CSEQ_BLOCK;
                (Stored::Dialog { below }, flow, Rescue::Bye { dialog: Box::new(dialog.clone()), cseq_block: below })
            }
        },
        Remains::Nothing if stored.is_open() => {
            *stored = Stored::Ended;
            return Some(Record::DialogEnded { leg });
        }
        Remains::Invite(_) | Remains::Ringing(..) | Remains::Nothing => return None,
    };
    *stored = next;
    let target = Target { transport: flow.transport, address: flow.remote };
    Some(Record::Dialog(DialogRow { leg, call, account: account.clone(), target, rescue }))
}

/// The CANCEL for an INVITE as it went out: same Request-URI, Via, Route, To, From, Call-ID and CSeq number (RFC 3261 §9.1).
fn cancel_of(invite: TransactionId, cx: &Context<'_>) -> Option<(Message, Flow)> {
    let (request, flow) = cx.ua.sent_request(invite)?;
    let mut cancel = Message::request(Method::Cancel, request.uri()?.clone());
    cancel.push(Name::Via, request.top_via().ok()?.to_string());
    for name in [Name::Route, Name::To, Name::From, Name::CallId] {
        for value in request.values(&name) {
            cancel.push(name.clone(), value.into_owned());
        }
    }
    let (cseq, _) = request.cseq().ok()?;
    cancel.push(Name::CSeq, format!("{cseq} CANCEL"));
    cancel.push(Name::MaxForwards, "70");
    Some((cancel, flow))
}

/// CSeq numbers are stored in blocks, so that a BYE after a crash is above all that were used.
const CSEQ_BLOCK: u32 = 1_000;
