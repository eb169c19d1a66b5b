//! Reading an INVITE of 1 kB as a transaction layer needs it, beside the crate `rsip`: the message, then Via, From, To,
//! Call-ID, CSeq and Contact as typed values. `rsip` cuts a message first and reads a field when asked; so do we.

use std::hint::black_box;

use bytes::Bytes;
use engine::sip::message::Message;
use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};

use crate::report::{Goal, Row};
use crate::{Effort, cpu};

/// As Asterisk writes it, with SDP; 1 kB.
const INVITE: &str = "INVITE sip:1001@192.0.2.10:5070 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.20:5060;rport;branch=z9hG4bKPj3c0a8d0e-5f1c-4b62-9d5e-6a4f0b1c2d3e
From: \"Maria Souza\" <sip:551140001000@192.0.2.20>;tag=8f2c1b7e-3d4a-4c59-a1b2-0c9d8e7f6a5b
To: <sip:1001@192.0.2.10>
Contact: <sip:asterisk@192.0.2.20:5060>
Call-ID: 5b1f7c9e-2a3d-4e8f-9b0c-1d2e3f4a5b6c
CSeq: 20345 INVITE
Allow: OPTIONS, REGISTER, SUBSCRIBE, NOTIFY, PUBLISH, INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER
Supported: 100rel, timer, replaces, norefersub, histinfo
Session-Expires: 1800
Min-SE: 90
P-Asserted-Identity: \"Maria Souza\" <sip:551140001000@192.0.2.20>
Max-Forwards: 70
User-Agent: Asterisk PBX 22.5.0
Content-Type: application/sdp
Content-Length:   265

v=0
o=- 1289574102 1289574102 IN IP4 192.0.2.20
s=Asterisk
c=IN IP4 192.0.2.20
t=0 0
m=audio 14738 RTP/AVP 8 0 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=maxptime:140
a=sendrecv
a=rtcp:14739
";

pub fn rows(effort: Effort) -> Vec<Row> {
    let wire = INVITE.replace('\n', "\r\n").into_bytes();
    let bytes = Bytes::from(wire.clone());
    let mut read = || cpu::of_turn(effort.turns, || drop(black_box(ours(black_box(&bytes)))));
    let mut rsip_read = || cpu::of_turn(effort.turns, || drop(black_box(theirs(black_box(&wire)))));
    let mut fields = || cpu::of_turn(effort.turns, || our_fields(black_box(&bytes)));
    let mut rsip_fields = || cpu::of_turn(effort.turns, || their_fields(black_box(&wire)));
    let [ours, theirs, ours_typed, theirs_typed] =
        cpu::rounds(effort.rounds, [&mut read, &mut rsip_read, &mut fields, &mut rsip_fields]);
    let row = |what: &str, ours, theirs, goal| Row {
        what: format!("INVITE of {} bytes: {what}", wire.len()),
        unit: "ns",
        ours,
        beside: Some(("rsip", theirs)),
        goal,
    };
    vec![
        row("message and six fields", ours_typed, theirs_typed, Goal::Ratio(0.2)),
        row("message alone", ours, theirs, Goal::None),
    ]
}

fn ours(bytes: &Bytes) -> Message {
    Message::parse(bytes).unwrap()
}

fn theirs(wire: &[u8]) -> rsip::SipMessage {
    rsip::SipMessage::try_from(wire).unwrap()
}

fn our_fields(bytes: &Bytes) {
    let message = ours(bytes);
    black_box(message.top_via().unwrap());
    black_box(message.from().unwrap());
    black_box(message.to().unwrap());
    black_box(message.call_id().unwrap());
    black_box(message.cseq().unwrap());
    black_box(message.contacts().unwrap());
}

fn their_fields(wire: &[u8]) {
    let message = theirs(wire);
    black_box(message.via_header().unwrap().typed().unwrap());
    black_box(message.from_header().unwrap().typed().unwrap());
    black_box(message.to_header().unwrap().typed().unwrap());
    black_box(message.call_id_header().unwrap().value());
    black_box(message.cseq_header().unwrap().typed().unwrap());
    black_box(message.contact_header().unwrap().typed().unwrap());
}
