//! Any bytes are a message or an error, and a message read is written and read back the same.

use bytes::Bytes;
use engine::sip::header::Name;
use engine::sip::message::Message;

pub fn check(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    let message = match Message::parse(&bytes) {
        Ok(message) => message,
        Err(error) => return drop(Message::bad_request(&bytes, &error)),
    };
    if let Err(error) = message.validate() {
        let answer = Message::bad_request(&bytes, &error).map(|answer| Message::parse(&answer.to_bytes()));
        assert!(answer.is_none_or(|answer| answer.is_ok()));
    }
    let _ = (
        message.sdp(),
        message.record_routes(),
        message.number(&Name::Expires),
        message.lists(&Name::Supported, "timer"),
    );
    // Only bodies near the limit grow over it when names are written long.
    let written = message.to_bytes();
    if written.len() <= engine::sip::message::MAX_MESSAGE {
        assert_eq!(Message::parse(&written), Ok(message.clone()));
    }
    if let Ok(via) = message.top_via() {
        assert_eq!(via.to_string().parse(), Ok(via));
    }
    for address in [message.from(), message.to()].into_iter().flatten() {
        assert_eq!(address.to_string().parse(), Ok(address.clone()));
        assert!(address.uri.same_as(&address.uri));
        let _ = address.uri.user_text();
    }
}
