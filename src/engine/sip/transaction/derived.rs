//! The requests and answers that transactions write themselves: ACK to a failure, CANCEL, To tags.

use crate::random::Random;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};

/// The ACK to a 300–699 `response` to our INVITE (RFC 3261 §17.1.1.3): its Via, its route, the To of the response.
pub(super) fn ack(invite: &Message, response: &Message) -> Option<Message> {
    let mut ack = same_request(invite, Method::Ack)?;
    ack.set(Name::To, response.header(&Name::To)?);
    Some(ack)
}

/// The CANCEL of our INVITE (RFC 3261 §9.1), with a Reason when there is one to give (RFC 3326).
pub(super) fn cancel(invite: &Message, reason: Option<String>) -> Option<Message> {
    let mut cancel = same_request(invite, Method::Cancel)?;
    if let Some(reason) = reason {
        cancel.push(Name::Reason, reason);
    }
    Some(cancel)
}

/// Gives an answer of ours a To tag when its request had none (RFC 3261 §8.2.6.2).
pub(super) fn tag_to(answer: &mut Message, tag: Option<&str>, random: &mut Random) {
    let Ok(mut to) = answer.to() else { return };
    if to.tag().is_some() {
        return;
    }
    match tag {
        Some(tag) => to.params.set("tag", Some(tag)),
        None => to.params.set("tag", Some(&random.token(32))),
    }
    answer.set(Name::To, to.to_string());
}

fn same_request(invite: &Message, method: Method) -> Option<Message> {
    let (number, _) = invite.cseq().ok()?;
    let mut request = Message::request(method.clone(), invite.uri()?.clone());
    let via = invite.values(&Name::Via).into_iter().next()?.into_owned();
    request.push(Name::Via, via);
    request.push(Name::MaxForwards, "70");
    for name in [Name::Route, Name::From, Name::To, Name::CallId] {
        request.headers.extend(invite.headers.iter().filter(|(other, _)| *other == name).cloned());
    }
    request.push(Name::CSeq, format!("{number} {method}"));
    Some(request)
}
