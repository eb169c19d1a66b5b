//! Messages read, asked, written: RFC 3261 §7, §18, §19, §20.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail as the test may")]

use bytes::Bytes;
use engine::random::Random;
use engine::sip::header::{Name, Via, unquote};
use engine::sip::message::{Message, Method, Start, reason_phrase};
use engine::sip::uri::{Host, NameAddr, Uri};

fn parse(text: &str) -> Message {
    Message::parse(&Bytes::from(text.replace('\n', "\r\n"))).unwrap()
}

const INVITE: &str = "INVITE sip:2000@pbx.example;transport=tcp SIP/2.0\n\
    Via: SIP/2.0/TCP [2001:db8::7]:5062;branch=z9hG4bK1;rport;received=2001:db8::9, SIP/2.0/UDP inner.example;branch=z9hG4bK0\n\
    Record-Route: <sip:edge2.example;lr>, <sip:edge1.example;lr>\nRecord-Route: <sip:core.example;lr>\n\
    From: \"Silva, Jo\u{e3}o\" <sip:+5511999990000@pbx.example;user=phone>;tag=a\nTo: <sip:2000@pbx.example>\n\
    Call-ID: c1\nCSeq: 1 INVITE\nContact: <sip:1000@[2001:db8::7]:5062>;expires=60, <sip:b@h>\nSupported: timer, 100rel\nTimestamp: 54\n\n";

#[test]
fn fields_are_found_by_name_and_lists_are_split_outside_quotes_and_brackets() {
    let message = parse(INVITE);
    let routes = message.record_routes().unwrap();
    assert_eq!(
        routes.iter().map(|route| route.uri.host.to_string()).collect::<Vec<_>>(),
        ["edge2.example", "edge1.example", "core.example"]
    );
    assert_eq!(message.from().unwrap().display.as_deref(), Some("Silva, João"));
    assert_eq!(message.contacts().unwrap()[0].params.get("EXPIRES"), Some("60"));
    assert!(message.lists(&Name::Supported, "100REL") && !message.lists(&Name::Supported, "100"));
    assert_eq!(message.number(&Name::Expires), None);
    assert_eq!(message.header(&Name::from("x-none")), None);
}

#[test]
fn ipv6_stands_in_brackets_where_it_is_read_and_written() {
    let message = parse(INVITE);
    let via = message.top_via().unwrap();
    assert_eq!((&via.host, via.port), (&Host::Ip("2001:db8::7".parse().unwrap()), Some(5062)));
    assert_eq!(via.params.get("received"), Some("2001:db8::9"));
    assert_eq!(via.to_string(), "SIP/2.0/TCP [2001:db8::7]:5062;branch=z9hG4bK1;rport;received=2001:db8::9");
    assert_eq!(message.contacts().unwrap()[0].to_string(), "<sip:1000@[2001:db8::7]:5062>;expires=60");
    assert_eq!("sip:[::1]".parse::<Uri>().unwrap().to_string(), "sip:[::1]");
    for damaged in
        ["sip:[::1", "sip:::1", "sip:[::1]x", "sip:[::1]::5060", "sip:a@[1.2.3.4]", "sip:h:", "sip:h:65536", "sip:h:+1"]
    {
        assert!(damaged.parse::<Uri>().is_err(), "{damaged}");
    }
}

#[test]
fn latin_1_is_read_as_text_and_kept_as_bytes() {
    let bytes =
        Bytes::from_static(b"OPTIONS sip:h SIP/2.0\r\nFrom: \"Jo\xe3o\" <sip:a@b>;tag=1\r\nX: \xff, y\r\n\r\n\xfe");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.from().unwrap().display.as_deref(), Some("João"));
    assert_eq!(message.values(&Name::from("x")), ["ÿ, y"]);
    let written = message.to_bytes();
    assert!(written.windows(5).any(|five| five == b"\"Jo\xe3o") && written.ends_with(b"\r\n\r\n\xfe"));
}

#[test]
fn a_response_repeats_what_rfc_3261_section_8_2_6_2_asks_for() {
    let request = parse(INVITE);
    let names = |status| {
        Message::response(&request, status).headers.into_iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(486), ["Via", "From", "To", "Call-ID", "CSeq"]);
    assert_eq!(names(180), ["Via", "Record-Route", "Record-Route", "From", "To", "Call-ID", "CSeq"]);
    assert!(names(100).contains(&"Timestamp".to_owned()));
    let written = Message::response(&request, 486).to_bytes();
    assert!(written.starts_with(b"SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/TCP [2001:db8::7]:5062;"));
    assert!(written.ends_with(b"Content-Length: 0\r\n\r\n"));
    assert_eq!(Message::response(&request, 200).method(), Some(Method::Invite));
}

#[test]
fn a_refused_request_gets_a_400_with_the_reason_where_one_can_be_sent() {
    let refused = |text: &str| {
        let bytes = Bytes::from(text.replace('\n', "\r\n"));
        let error = Message::parse(&bytes).and_then(|message| message.validate()).unwrap_err();
        Message::bad_request(&bytes, &error)
    };
    let overlarge = INVITE.replace("CSeq: 1 ", "CSeq: 99999999999 ");
    let answer = refused(&overlarge).unwrap();
    assert_eq!(answer.start, Start::Response { status: 400, reason: "CSeq: the number is not below 2^31".into() });
    assert_eq!(answer.header(&Name::CSeq).as_deref(), Some("99999999999 INVITE"));
    assert!(refused(&INVITE.replace("Timestamp: 54", "no colon here")).is_some());
    assert_eq!(refused(&INVITE.replace("Call-ID: c1\n", "")), None, "nobody could match the answer");
    assert_eq!(refused(&overlarge.replace("INVITE", "ACK")), None, "an ACK is never answered");
    assert_eq!(
        refused(&overlarge.replace("INVITE sip:2000@pbx.example;transport=tcp SIP/2.0", "SIP/2.0 200 OK")),
        None
    );
}

#[test]
fn no_value_of_ours_ends_its_line() {
    let mut message = Message::request(Method::Options, "sip:h".parse().unwrap());
    message.push(Name::from("Subject"), "hello\r\nVia: SIP/2.0/UDP evil.example");
    message.start = Start::Response { status: 200, reason: "OK\r\nX: 1".into() };
    let read = Message::parse(&message.to_bytes()).unwrap();
    assert_eq!((read.headers.len(), read.header(&Name::Via)), (1, None));
}

#[test]
fn a_lone_cr_or_lf_in_a_head_is_refused() {
    for bytes in [
        &b"OPTIONS sip:h SIP/2.0\nX: 1\n\n"[..],
        b"OPTIONS sip:h SIP/2.0\r\nX: a\rb\r\n\r\n",
        b"OPTIONS sip:h SIP/2.0\r\nX: a\nb\r\n\r\n",
        b"\r\n\r\n",
        b"",
    ] {
        assert!(Message::parse(&Bytes::from_static(bytes)).is_err());
    }
    assert!(
        Message::parse(&Bytes::from_static(b"\r\n\r\nOPTIONS sip:h SIP/2.0\r\n\r\n")).is_ok(),
        "empty lines before it are overlooked"
    );
}

#[test]
fn sdp_is_found_alone_and_within_multipart() {
    let mut message = parse(INVITE);
    assert_eq!(message.sdp(), None);
    message.set_body("Application/SDP;charset=utf-8", "v=0\r\n");
    assert_eq!(message.sdp().as_deref(), Some(&b"v=0\r\n"[..]));
    let inner = "--in\r\n\r\nplain\r\n--in\r\nContent-ID: <1>\r\nc: application/sdp\r\n\r\nv=0\r\ns=-\r\n\r\n--in--";
    let outer = format!(
        "preamble\r\n--out er \r\nContent-Type: text/plain\r\n\r\n--outside\r\n--out er\r\nContent-Type: multipart/alternative;\r\n boundary=in\r\n\r\n{inner}\r\n--out er--\r\nv=1"
    );
    message.set_body("multipart/mixed; boundary=\"out er\"", outer);
    assert_eq!(message.sdp().as_deref(), Some(&b"v=0\r\ns=-\r\n"[..]));
    message.set_body("multipart/mixed; boundary=x", "--x\r\nContent-Type: application/sdp\r\n\r\nno end of the part");
    assert_eq!(message.sdp(), None);
}

#[test]
fn multipart_in_multipart_without_end_is_given_up() {
    let mut message = parse(INVITE);
    message.set_body("multipart/mixed;boundary=x", "--x\r\nc: multipart/mixed;boundary=x\r\n\r\n".repeat(1500));
    assert_eq!(message.sdp(), None);
}

#[test]
fn addresses_keep_display_names_with_escapes_and_give_bare_parameters_to_the_field() {
    let address: NameAddr = r#""Ana \"Bia\" \\ Lima"<sip:ana@h;lr>;tag=1;note="a;b""#.parse().unwrap();
    assert_eq!(address.display.as_deref(), Some(r#"Ana "Bia" \ Lima"#));
    assert_eq!(address.to_string(), r#""Ana \"Bia\" \\ Lima" <sip:ana@h;lr>;tag=1;note="a;b""#);
    assert_eq!(unquote(address.params.get("note").unwrap()), "a;b");
    let bare: NameAddr = "tel:+55-11-3000;phone-context=x".parse().unwrap();
    assert!(bare.params.has("phone-context") && bare.uri.params.0.is_empty());
    assert_eq!("\"\" <sip:a@b>".parse::<NameAddr>().unwrap().display, None);
    for damaged in [
        "",
        "<sip:a@b",
        "\"x\" sip:a@b",
        "<sip:a@b>tag=1",
        "<sip:a@b>;tag=\"1",
        "<sip:a@b>;=1",
        "x\"y\" <sip:a@b>",
        "<<sip:a@b>>",
        "<sip:a@b>;a=<b>",
    ] {
        assert!(damaged.parse::<NameAddr>().is_err(), "{damaged}");
    }
}

#[test]
fn uris_are_the_same_as_rfc_3261_section_19_1_4_says() {
    let same = |one: &str, two: &str| {
        let (one, two) = (one.parse::<Uri>().unwrap(), two.parse::<Uri>().unwrap());
        assert_eq!(one.same_as(&two), two.same_as(&one));
        one.same_as(&two)
    };
    assert!(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"));
    assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
    assert!(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"));
    assert!(same(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
    ));
    assert!(same("sip:a@h?subject=x&priority=urgent", "sip:a@h?priority=urgent&Subject=x"));
    assert!(same("tel:+55-11-3000;phone-context=a;b=1", "TEL:+55113000;B=1;phone-context=A"));
    assert!(!same("sip:ALICE@a.com", "sip:alice@a.com"));
    assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
    assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
    assert!(!same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
    assert!(!same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
    assert!(!same("sip:a%3Bb@h", "sip:a;b@h"), "reserved letters differ from their escapes");
    assert!(!same("sip:a@h", "sips:a@h") && !same("tel:1;x=1", "tel:1"));
}

#[test]
fn sip_uris_with_an_unescaped_hash_or_star_are_read() {
    let uri: Uri = "sip:*72%2311#@pbx".parse().unwrap();
    assert_eq!(uri.user_text().as_deref(), Some("*72#11#"));
    for damaged in [
        "",
        "sip:",
        "sip:@h",
        "sip:a@b@c",
        "sip:a b@c",
        "1sip:a@b",
        "nothing",
        "sip:a@b;;c",
        "tel:",
        "tel:abc x",
        "sip:ã.example",
    ] {
        assert!(damaged.parse::<Uri>().is_err(), "{damaged}");
    }
}

#[test]
fn names_compare_without_case_and_are_written_long() {
    assert_eq!(Name::from("x-Ramal"), Name::from("X-RAMAL"));
    assert_eq!(Name::from("WWW-authenticate"), Name::WwwAuthenticate);
    assert_ne!(Name::from("Vias"), Name::Via);
    for (compact, long) in [
        ("v", "Via"),
        ("F", "From"),
        ("t", "To"),
        ("i", "Call-ID"),
        ("m", "Contact"),
        ("r", "Refer-To"),
        ("x", "Session-Expires"),
        ("s", "Subject"),
    ] {
        assert_eq!(Name::from(compact).to_string(), long);
    }
}

#[test]
fn every_status_has_a_reason() {
    assert_eq!(
        (reason_phrase(183), reason_phrase(404), reason_phrase(499), reason_phrase(603)),
        ("Session Progress", "Not Found", "Bad Request", "Decline")
    );
    assert!((100..700).all(|status| !reason_phrase(status).is_empty()));
}

#[test]
fn what_is_written_is_read_back_the_same() {
    for seed in 0..2000_u64 {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let message = any_message(&mut Random::new(bytes));
        let written = message.to_bytes();
        assert_eq!(Message::parse(&written).as_ref(), Ok(&message), "seed {seed}: {}", written.escape_ascii());
    }
}

#[test]
fn no_damaged_byte_makes_the_reader_panic() {
    let mut random = Random::new([7; 32]);
    for _ in 0..20_000 {
        let mut bytes = INVITE.replace('\n', "\r\n").into_bytes();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len() as u32) as usize;
            match random.below(3) {
                0 => bytes[at] = b"\r\n :;,<>\"\\@=%[]\0\xff"[random.below(17) as usize],
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(8)),
            }
        }
        if let Ok(message) = Message::parse(&Bytes::from(bytes)) {
            let _ = (message.validate(), message.record_routes(), message.sdp());
            let again = Message::parse(&message.to_bytes());
            assert_eq!(again.as_ref(), Ok(&message));
        }
    }
}

fn any_message(random: &mut Random) -> Message {
    let mut message = Message::request(Method::from(pick(random, &["INVITE", "BYE", "x-Odd.method"])), any_uri(random));
    if random.below(3) == 0 {
        message.start = Start::Response { status: 100 + random.below(600) as u16, reason: any_text(random) };
    }
    for _ in 0..random.below(12) {
        let value = match random.below(4) {
            0 => any_via(random).to_string(),
            1 | 2 => any_address(random).to_string(),
            _ => any_text(random),
        };
        message.push(Name::from(pick(random, &["Via", "From", "t", "Contact", "X-Ramal", "Route", "s"])), value);
    }
    message.body = (0..random.below(40)).map(|_| random.u32() as u8).collect();
    message
}

fn any_uri(random: &mut Random) -> Uri {
    let user = [None, Some("maria"), Some("a;b?c=%40"), Some("+5511"), Some("*72#")][random.below(5) as usize];
    let mut uri = Uri::sip(user, pick(random, &["192.0.2.1", "[2001:db8::1]", "pbx_1.example"]).parse().unwrap());
    uri.password = user.and(any_option(random)).map(str::to_owned);
    uri.port = any_option(random).map(|_| random.u32() as u16);
    if random.below(2) == 0 {
        uri.params.set("lr", any_option(random));
    }
    uri.headers = any_option(random).map(|value| format!("Subject={value}"));
    assert_eq!(uri.to_string().parse(), Ok(uri.clone()));
    uri
}

fn any_address(random: &mut Random) -> NameAddr {
    let mut address = NameAddr::new(any_uri(random));
    address.display = Some(any_text(random)).filter(|display| !display.is_empty());
    if random.below(2) == 0 {
        address.params.set("tag", Some(&random.token(32)));
    }
    assert_eq!(address.to_string().parse(), Ok(address.clone()));
    address
}

fn any_via(random: &mut Random) -> Via {
    let Uri { host, port, .. } = any_uri(random);
    let mut via =
        Via { transport: pick(random, &["UDP", "TCP", "odd"]).into(), host, port, params: Default::default() };
    via.params.set("rport", any_option(random));
    assert_eq!(via.to_string().parse(), Ok(via.clone()));
    via
}

/// Trimmed, as every value on the wire is.
fn any_text(random: &mut Random) -> String {
    let letters = ["a", " ", "\"", "\\", ",", ";", "<", ">", "ã", "%41", "\t", ":", "\0", "大"];
    let text: String = (0..random.below(8)).map(|_| pick(random, &letters)).collect();
    text.trim().to_owned()
}

fn any_option(random: &mut Random) -> Option<&'static str> {
    (random.below(2) == 0).then(|| pick(random, &["1", "on", "x%20y"]))
}

fn pick(random: &mut Random, from: &[&'static str]) -> &'static str {
    from[random.below(from.len() as u32) as usize]
}
