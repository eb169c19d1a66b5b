//! Dialogs outlive a crash: what is stored of them while a call lives (SP-14). [`super::rescues`] is what follows.

use crate::border::Flow;
use crate::config::Target;
use crate::id::{CallId, TransactionId};
use crate::records::{DialogRow, Record, Rescue};
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::session::Remains;

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

impl Calls {
    /// Stores what a crash now would have to undo, when it has changed.
    pub(super) fn sync_rescue(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let (stored, flow, rescue) = match call.session.remains() {
            Remains::Invite(invite) if call.rescue != Stored::Invite(invite) => match cancel_of(invite, cx) {
                Some((cancel, flow)) => {
                    let (call_id, local_tag) = (call.session.key().0.to_owned(), call.session.key().1.to_owned());
                    (Stored::Invite(invite), flow, Rescue::Cancel { cancel: cancel.to_bytes(), call_id, local_tag })
                }
                None => return,
            },
            Remains::Ringing(response, flow) if call.rescue != Stored::Ringing => {
                (Stored::Ringing, flow, Rescue::Respond { response: response.to_bytes(), to: flow.remote })
            }
            Remains::Dialog(dialog, flow) => match call.rescue {
                Stored::Dialog { below } if dialog.local_cseq < below => return,
                Stored::Nothing | Stored::Invite(_) | Stored::Ringing | Stored::Dialog { .. } | Stored::Ended => {
                    let below = (dialog.local_cseq / CSEQ_BLOCK + 1) * CSEQ_BLOCK;
                    (
                        Stored::Dialog { below },
                        flow,
                        Rescue::Bye { dialog: Box::new(dialog.clone()), cseq_block: below },
                    )
                }
            },
            Remains::Nothing if !matches!(call.rescue, Stored::Nothing | Stored::Ended) => {
                call.rescue = Stored::Ended;
                return self.orders.push_back(Order::Store(Record::DialogEnded { leg: call.leg }));
            }
            Remains::Invite(_) | Remains::Ringing(..) | Remains::Nothing => return,
        };
        call.rescue = stored;
        let target = Target { transport: flow.transport, address: flow.remote };
        let row = DialogRow { leg: call.leg, call: id, account: call.account.name.clone(), target, rescue };
        self.orders.push_back(Order::Store(Record::Dialog(row)));
    }
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
