//! The far end of one dialog, played by the story: it says what it is told to, right or wrong.

use engine::sip::dialog::Dialog;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::uri::NameAddr;

/// One end of a dialog with us.
#[derive(Clone)]
pub struct Far {
    pub dialog: Dialog,
    /// The INVITE that began it.
    pub invite: Message,
}

impl Far {
    /// Called by us, answering with this tag.
    pub fn called(invite: &Message, tag: &str) -> Far {
        Far { dialog: Dialog::uas(invite, tag, contact()).unwrap(), invite: invite.clone() }
    }

    /// Calling us; `answer` is what we said to it.
    pub fn calling(invite: &Message, answer: &Message) -> Far {
        Far { dialog: Dialog::uac(invite, answer).unwrap(), invite: invite.clone() }
    }

    /// An answer to our INVITE.
    pub fn answer(&self, status: u16) -> Message {
        self.answer_to(&self.invite.clone(), status)
    }

    /// An answer to any request of ours inside the dialog.
    pub fn answer_to(&self, request: &Message, status: u16) -> Message {
        let mut response = Message::response(request, status);
        response.set(Name::To, self.dialog.local.to_string());
        response.set(Name::Contact, contact().to_string());
        response
    }

    /// A request inside the dialog, complete but for its body.
    pub fn request(&mut self, method: Method) -> Message {
        let mut request = self.dialog.request(method);
        stamp(&mut request);
        request
    }

    /// How the call goes that we asked for (RFC 3515 §2.4.5).
    pub fn notify(&mut self, state: &str, status: u16) -> Message {
        let mut notify = self.request(Method::Notify);
        notify.push(Name::Event, "refer");
        notify.push(Name::SubscriptionState, state);
        notify.set_body("message/sipfrag;version=2.0", format!("SIP/2.0 {status} Whatever\r\n"));
        notify
    }

    /// The ACK to a 2xx.
    pub fn ack(&self, ok: &Message) -> Message {
        let mut ack = self.dialog.ack(ok.cseq().unwrap().0);
        stamp(&mut ack);
        ack
    }
}

/// A call from 11 98888-7777 to our account 20, with this offer.
pub fn invite(call_id: &str, sdp: Option<&str>) -> Message {
    invite_to("20", call_id, sdp)
}

/// The same, to another of ours.
pub fn invite_to(user: &str, call_id: &str, sdp: Option<&str>) -> Message {
    let mut invite = Message::request(Method::Invite, format!("sip:{user}@10.0.0.1:5070").parse().unwrap());
    stamp(&mut invite);
    invite.push(Name::From, "\"Maria\" <sip:11988887777@10.0.0.2>;tag=far");
    invite.push(Name::To, format!("<sip:{user}@10.0.0.2>"));
    invite.push(Name::CallId, call_id);
    invite.push(Name::CSeq, "1 INVITE");
    invite.push(Name::Contact, contact().to_string());
    invite.push(Name::MaxForwards, "70");
    if let Some(sdp) = sdp {
        invite.set_body("application/sdp", sdp.to_owned());
    }
    invite
}

/// The CANCEL, or the ACK to a refusal, of an INVITE of theirs.
pub fn same(invite: &Message, method: Method, to: &Message) -> Message {
    let mut request = Message::request(method.clone(), invite.uri().unwrap().clone());
    for name in [Name::Via, Name::From, Name::CallId] {
        request.push(name.clone(), invite.header(&name).unwrap());
    }
    request.push(Name::To, to.header(&Name::To).unwrap());
    request.push(Name::CSeq, format!("{} {method}", invite.cseq().unwrap().0));
    request
}

/// Any request outside a dialog.
pub fn outside(method: &str, call_id: &str) -> Message {
    let mut request = invite(call_id, None);
    let method = Method::from(method);
    request.set(Name::CSeq, format!("1 {method}"));
    request.start = engine::sip::message::Start::Request { method, uri: request.uri().unwrap().clone() };
    request
}

/// A description at 10.0.0.2 with both codecs, digits, and this direction.
pub fn sdp(direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 30000 RTP/AVP 8 0 101\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    )
}

pub trait WithSdp {
    /// The same message with a description of this direction.
    fn with_sdp(self, direction: &str) -> Message;
    fn with(self, name: Name, value: &str) -> Message;
}

impl WithSdp for Message {
    fn with_sdp(mut self, direction: &str) -> Message {
        self.set_body("application/sdp", sdp(direction));
        self
    }

    fn with(mut self, name: Name, value: &str) -> Message {
        self.push(name, value);
        self
    }
}

fn contact() -> NameAddr {
    "<sip:far@10.0.0.2:5060>".parse().unwrap()
}

/// A Via of its own for each request.
fn stamp(message: &mut Message) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static BRANCHES: AtomicU64 = AtomicU64::new(0);
    let number = BRANCHES.fetch_add(1, Ordering::Relaxed);
    message.push_front(Name::Via, format!("SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKfar{number};rport"));
}
