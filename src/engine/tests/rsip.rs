//! A second, independent reader: what `rsip` can read too, it must read as we do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail as the test may")]

use bytes::Bytes;
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::uri::Uri;
use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};

/// Without what `rsip` is known not to read: folding, compact names, other methods, Latin-1.
const MESSAGES: [&str; 4] = [
    "INVITE sip:2000@pbx.example:5080;transport=tcp SIP/2.0\n\
     Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1;rport\nMax-Forwards: 70\nFrom: \"Joao\" <sip:joao@ramal.example>;tag=a1\n\
     To: <sip:2000@pbx.example>\nCall-ID: c1@192.0.2.7\nCSeq: 314 INVITE\nContact: <sip:joao@192.0.2.7:5062>\n\
     Content-Type: application/sdp\nContent-Length: 5\n\nv=0\n",
    "REGISTER sip:pbx.example SIP/2.0\nVia: SIP/2.0/TCP h.example;branch=z9hG4bK2\nMax-Forwards: 0\n\
     From: <sip:1000@pbx.example>;tag=b\nTo: <sip:1000@pbx.example>\nCall-ID: r1\nCSeq: 2 REGISTER\n\
     Contact: <sip:1000@192.0.2.9>;expires=60\nExpires: 300\nContent-Length: 0\n\n",
    "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1\nFrom: <sip:joao@ramal.example>;tag=a1\n\
     To: <sip:2000@pbx.example>;tag=t2\nCall-ID: c1@192.0.2.7\nCSeq: 314 INVITE\nContact: <sip:2000@pbx.example>\nContent-Length: 0\n\n",
    "SIP/2.0 486 Busy Here\nVia: SIP/2.0/TLS h.example:5061;branch=z9hG4bK3\nFrom: <sips:a@b.example>;tag=1\n\
     To: <sips:b@b.example>;tag=2\nCall-ID: x\nCSeq: 1 BYE\nContent-Length: 0\n\n",
];

#[test]
fn fields_agree_with_those_of_rsip() {
    for text in MESSAGES {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let ours = Message::parse(&Bytes::from(bytes.clone())).unwrap();
        let theirs = rsip::SipMessage::try_from(bytes).unwrap();
        agree(&ours, &theirs);
        // And what we write, it reads the same.
        agree(&ours, &rsip::SipMessage::try_from(ours.to_bytes().to_vec()).unwrap());
    }
}

fn agree(ours: &Message, theirs: &rsip::SipMessage) {
    match theirs {
        rsip::SipMessage::Request(request) => {
            assert_eq!(ours.method().unwrap().as_str(), request.method.to_string());
            agree_uri(ours.uri().unwrap(), &request.uri);
        }
        rsip::SipMessage::Response(response) => assert_eq!(ours.status(), Some(response.status_code.code())),
    }
    assert_eq!(ours.call_id().unwrap(), theirs.call_id_header().unwrap().value());
    let (cseq, method) = ours.cseq().unwrap();
    let their_cseq = theirs.cseq_header().unwrap().typed().unwrap();
    assert_eq!((cseq, method.as_str()), (their_cseq.seq, &*their_cseq.method.to_string()));
    let (from, their_from) = (ours.from().unwrap(), theirs.from_header().unwrap().typed().unwrap());
    agree_uri(&from.uri, &their_from.uri);
    assert_eq!(from.display, their_from.display_name.clone().map(|name| name.trim_matches('"').to_owned()));
    assert_eq!(from.tag(), their_from.tag().map(|tag| tag.value()));
    let (to, their_to) = (ours.to().unwrap(), theirs.to_header().unwrap().typed().unwrap());
    agree_uri(&to.uri, &their_to.uri);
    assert_eq!(to.tag(), their_to.tag().map(|tag| tag.value()));
    let (via, their_via) = (ours.top_via().unwrap(), theirs.via_header().unwrap().typed().unwrap());
    assert_eq!(via.transport, their_via.transport.to_string());
    assert_eq!(via.branch(), their_via.branch().map(|branch| branch.value()));
    agree_host(&via.host.to_string(), via.port, &their_via.uri.host_with_port);
    if ours.header(&Name::MaxForwards).is_some() {
        assert_eq!(ours.number(&Name::MaxForwards), theirs.max_forwards_header().unwrap().num().ok());
    }
    let body = match theirs {
        rsip::SipMessage::Request(request) => &request.body,
        rsip::SipMessage::Response(response) => &response.body,
    };
    assert_eq!(&*ours.body, &**body);
}

fn agree_uri(ours: &Uri, theirs: &rsip::Uri) {
    assert_eq!(ours.user.as_deref(), theirs.user());
    agree_host(&ours.host.to_string(), ours.port, &theirs.host_with_port);
    assert_eq!(ours.to_string(), theirs.to_string().replace("transport=TCP", "transport=tcp"));
}

fn agree_host(host: &str, port: Option<u16>, theirs: &rsip::HostWithPort) {
    assert_eq!(host, theirs.host.to_string());
    assert_eq!(port, theirs.port.as_ref().map(|port| *port.value()));
}
