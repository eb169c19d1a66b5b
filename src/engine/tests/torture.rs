//! One message for each case of RFC 4475, of the project's own writing and named after the RFC's cases.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail as the test may")]

use bytes::Bytes;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method, ParseError};
use engine::sip::uri::{Scheme, Transport};

fn read(text: &str) -> Result<Message, ParseError> {
    read_bytes(text.replace('\n', "\r\n").into_bytes())
}

fn read_bytes(bytes: Vec<u8>) -> Result<Message, ParseError> {
    let message = Message::parse(&Bytes::from(bytes))?;
    message.validate()?;
    Ok(message)
}

/// A sound OPTIONS whose lines `changes` replace (those of the same name) or extend; after an empty line, what follows the head.
fn options(changes: &str) -> Result<Message, ParseError> {
    request("OPTIONS sip:maria@ramal.example SIP/2.0", "OPTIONS", changes)
}

fn request(start: &str, method: &str, changes: &str) -> Result<Message, ParseError> {
    let mut lines: Vec<String> = [
        "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKtorture",
        "Max-Forwards: 70",
        "From: <sip:joao@ramal.example>;tag=j1",
        "To: <sip:maria@ramal.example>",
        "Call-ID: torture-1@192.0.2.7",
        &format!("CSeq: 17 {method}"),
        "Content-Length: 0",
    ]
    .map(str::to_owned)
    .into();
    let (changes, body) = changes.split_once("\n\n").unwrap_or((changes, ""));
    for change in changes.lines() {
        let name = change.split_inclusive(':').next().unwrap_or(change);
        lines.retain(|line| !line.starts_with(name));
    }
    read(&format!("{start}\n{}\n{changes}\n\n{body}", lines.join("\n")))
}

fn part(result: Result<Message, ParseError>) -> &'static str {
    result.expect_err("must be refused").part
}

/// 3.1.1: sound, however odd.
mod sound {
    use super::*;

    #[test]
    fn wsinv_white_space_folding_and_compact_names_everywhere() {
        let message = read(concat!(
            "INVITE sip:fila@pbx.example;unheard SIP/2.0\n",
            "tO :\n sip:fila@pbx.example ;   tag    = 77n\n",
            "f   : \"J \\\\\\\"\"    <sip:j@example.com>\n  ;\n  tag = 98\n",
            "mAx-FoRwArDs: 0068\ni: ws.1@192.0.2.1\nl   : 3\ncseq: 0009\n  INVITE\n",
            "Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390\ns :\n",
            "Novelty:   new value\n\tcontinued\nEmptyLooking: ;;,,;;,;\nRoute:\n <sip:edge.example;lr;a=b;c>\n",
            "v:  SIP  / 2.0  / TCP     spindle.example   ;\n  branch  =   z9hG4bK9  ,\n SIP/2.0/ UDP  192.168.255.111   ; branch=\n z9hG4bK3\n",
            "m:\"Quoted \\\"\\\"\" <sip:j@example.com> ; new =\n      v ;\n  second ; q = 0.33\n\nabc",
        ))
        .unwrap();
        assert_eq!(message.to().unwrap().tag(), Some("77n"));
        let from = message.from().unwrap();
        assert_eq!((from.display.as_deref(), from.tag()), (Some(r#"J \""#), Some("98")));
        assert_eq!(message.cseq().unwrap(), (9, Method::Invite));
        assert_eq!(message.number(&Name::MaxForwards), Some(68));
        assert_eq!(message.top_via().unwrap().branch(), Some("390"));
        let vias = message.values(&Name::Via);
        assert_eq!(vias.len(), 3);
        assert_eq!(message.header(&Name::from("subject")).as_deref(), Some(""));
        assert_eq!(message.header(&Name::from("novelty")).as_deref(), Some("new value continued"));
        assert_eq!(message.header(&Name::from("EMPTYLOOKING")).as_deref(), Some(";;,,;;,;"));
        let contact = &message.contacts().unwrap()[0];
        assert_eq!((contact.display.as_deref(), contact.params.get("q")), (Some(r#"Quoted """#), Some("0.33")));
        assert_eq!(&*message.body, b"abc");
    }

    #[test]
    fn intmeth_every_letter_a_token_may_hold() {
        let method = "!Odd-Method09_*+`.%indeed'~";
        let start =
            format!("{method} sip:1_odd.URI~(be!)&isn't+it$/mad?,/;;*:&has=1,weird!*pas$wo~d.(no)@example.com SIP/2.0");
        let changes = "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\n\
            To: \"BEL:\\\u{7} NUL:\\\0 DEL:\\\u{7f}\" <sip:1_odd.URI~(be!)&isn't+it$/mad?,/;;*@example.com>\n\
            From: token1~` token2'+_ token3*%!.- <sip:plain@example.com>;param''~+*_!.-%=\"пример\";tag=_t~1'+`*%!-.\n\
            Call-ID: word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\nMax-Forwards: 255\next-!.%*+_`'~:大";
        let message = request(&start, method, changes).unwrap();
        let uri = message.uri().unwrap();
        assert_eq!(uri.user.as_deref(), Some("1_odd.URI~(be!)&isn't+it$/mad?,/;;*"));
        assert_eq!(uri.password.as_deref(), Some("&has=1,weird!*pas$wo~d.(no)"));
        assert_eq!(message.method(), Some(Method::Other(method.into())));
        assert_eq!(message.to().unwrap().display.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
        assert_eq!(message.from().unwrap().tag(), Some("_t~1'+`*%!-."));
        assert_eq!(message.header(&Name::from("ext-!.%*+_`'~")).as_deref(), Some("大"));
    }

    #[test]
    fn esc01_escapes_in_users_and_parameters_stay_and_are_undone_on_demand() {
        let changes = "To: sip:%6Dari%61@ramal.example\nFrom: <sip:dois%20nomes@example.net>;tag=9\nContact:\n  <sip:cal%6Cer@example.net;%6C%72;n%61me=v%61lue%25%34%31>";
        let message =
            request("OPTIONS sip:sips%3Amaria%40example.com@example.net SIP/2.0", "OPTIONS", changes).unwrap();
        assert_eq!(message.uri().unwrap().user_text().as_deref(), Some("sips:maria@example.com"));
        assert_eq!(message.uri().unwrap().host.to_string(), "example.net");
        assert_eq!(message.from().unwrap().uri.user_text().as_deref(), Some("dois nomes"));
        let same = "sip:maria@ramal.example".parse().unwrap();
        assert!(message.to().unwrap().uri.same_as(&same));
        assert_eq!(message.contacts().unwrap()[0].uri.params.get("n%61me"), Some("v%61lue%25%34%31"));
    }

    #[test]
    fn escnull_an_escaped_null_is_a_letter_like_others() {
        let changes =
            "To: sip:nulo-%00-nulo@example.com\nContact: <sip:%00@h.example>\nContact: <sip:%00%00@h.example>";
        let message = request("REGISTER sip:example.com SIP/2.0", "REGISTER", changes).unwrap();
        let contacts = message.contacts().unwrap();
        assert!(!contacts[0].uri.same_as(&contacts[1].uri));
        assert_eq!(contacts[1].uri.user_text().as_deref(), Some("\0\0"));
    }

    #[test]
    fn esc02_a_percent_sign_in_a_method_or_name_is_no_escape() {
        let changes = "To: \"%Z%45\" <sip:r@example.com>\nContact: <sip:a1@h1.example>\nC%6Fntact: <sip:a2@h2.example>\nContact: <sip:a3@h3.example>";
        let message = request("RE%47IST%45R sip:registrar.example SIP/2.0", "RE%47IST%45R", changes).unwrap();
        assert_ne!(message.method(), Some(Method::Register));
        assert_eq!(message.to().unwrap().display.as_deref(), Some("%Z%45"));
        assert_eq!(message.contacts().unwrap().len(), 2);
    }

    #[test]
    fn lwsdisp_no_space_between_name_and_bracket() {
        let message = options("From: joao<sip:joao@example.com>;tag=323").unwrap();
        assert_eq!(message.from().unwrap().display.as_deref(), Some("joao"));
    }

    #[test]
    fn longreq_long_values_everywhere() {
        let long = "muito-longo-".repeat(300);
        let message = options(&format!("To: \"{long}\" <sip:{long}@example.com;p={long}>\nF{long}x: {long}")).unwrap();
        assert_eq!(message.to().unwrap().display.as_deref(), Some(long.as_str()));
        assert_eq!(message.header(&Name::from(format!("f{long}x").as_str())).as_deref(), Some(long.as_str()));
        assert_eq!(part(options(&format!("X: {}", "long".repeat(16 * 1024)))), "message");
        assert_eq!(part(options(&"X: 1\n".repeat(257))), "header");
        assert_eq!(part(options(&format!("X: 1\nv: {}", "SIP/2.0/UDP hop.example,".repeat(70)))), "Via");
    }

    #[test]
    fn dblreq_what_follows_content_length_is_cut() {
        let message = options("X: 1\n\nINVITE sip:other@example.com SIP/2.0\nl: 5").unwrap();
        assert_eq!((message.method(), message.body.len()), (Some(Method::Options), 0));
    }

    #[test]
    fn semiuri_parameters_in_the_user_part_belong_to_the_user() {
        let message = request("OPTIONS sip:maria;par=u%40example.net@example.com SIP/2.0", "OPTIONS", "X: 1").unwrap();
        assert_eq!(message.uri().unwrap().user_text().as_deref(), Some("maria;par=u@example.net"));
        assert!(message.uri().unwrap().params.0.is_empty());
    }

    #[test]
    fn transports_known_and_unknown() {
        let vias = "Via: SIP/2.0/UDP t1.example;branch=z9hG4bK1\nVia: SIP/2.0/SCTP t2.example;branch=z9hG4bK2\nVia: SIP/2.0/UNHEARD t3.example;branch=z9hG4bK3";
        let message = options(vias).unwrap();
        assert_eq!(message.top_via().unwrap().transport, Transport::Udp.as_str());
        assert_eq!(message.values(&Name::Via).len(), 3);
    }

    #[test]
    fn mpart01_a_multipart_body_keeps_its_bytes() {
        let body = b"--limite\r\nContent-Type: text/plain\r\n\r\nOla\r\n--limite\r\nContent-Type: application/octet-stream\r\n\r\n\x30\x82\x00\xff\r\n\x0d\r\n--limite--\r\n";
        let mut bytes =
            b"MESSAGE sip:k@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKm;rport\r\n\
            To: <sip:k@example.org>\r\nFrom: <sip:f@example.com>;tag=2f\r\nCall-ID: 3d@Zm..\r\nCSeq: 1 MESSAGE\r\n\
            Content-Type: multipart/mixed;boundary=limite\r\n\r\n"
                .to_vec();
        bytes.extend_from_slice(body);
        let message = read_bytes(bytes).unwrap();
        assert_eq!(&*message.body, body);
        assert_eq!(message.sdp(), None);
    }

    #[test]
    fn unreason_any_text_as_a_reason() {
        let reason = "= 2**3 * 5**2 não пример";
        let message = read(&format!("SIP/2.0 200 {reason}\n{RESPONSE}")).unwrap();
        let engine::sip::message::Start::Response { reason: read, .. } = message.start else { panic!("a response") };
        assert_eq!(read, reason);
    }

    #[test]
    fn noreason_none_as_a_reason() {
        assert_eq!(read(&format!("SIP/2.0 100 \n{RESPONSE}")).unwrap().status(), Some(100));
        assert_eq!(read(&format!("SIP/2.0 100\n{RESPONSE}")).unwrap().status(), Some(100), "without the space too");
    }
}

const RESPONSE: &str = "Via: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK2\nCall-ID: r.1\nCSeq: 35 INVITE\n\
    From: <sip:a@example.com>;tag=39\nTo: <sip:b@example.edu>;tag=90\nContent-Length: 0\n\n";

/// 3.1.2: malformed, and refused.
mod malformed {
    use super::*;

    #[test]
    fn badinv01_separators_with_nothing_between() {
        assert_eq!(part(options("Via: SIP/2.0/UDP 192.0.2.15;;,;,,")), "Via");
        assert_eq!(part(options("Contact: \"Jo\" <sip:jo@example.org>;;;;")), "Contact");
    }

    #[test]
    fn clerr_content_length_larger_than_the_message() {
        assert_eq!(part(options("Content-Length: 9999")), "body");
        assert_eq!(part(options("Content-Length: 18446744073709551615")), "Content-Length");
        assert_eq!(part(options("Content-Length: 99999999999999999999999")), "Content-Length");
    }

    #[test]
    fn ncl_negative_content_length() {
        for length in ["-999", "+1", "0x10", "1 2", "", "1,1"] {
            assert_eq!(part(options(&format!("Content-Length: {length}"))), "Content-Length", "{length}");
        }
    }

    #[test]
    fn scalar02_overlarge_numbers_in_a_request() {
        assert_eq!(part(options("CSeq: 36893488147419103232 OPTIONS")), "CSeq");
        assert_eq!(part(options("CSeq: 2147483648 OPTIONS")), "CSeq");
        assert_eq!(part(options("Max-Forwards: 300")), "Max-Forwards");
        let message = options(&format!("CSeq: 2147483647 OPTIONS\nExpires: 1{}", "0".repeat(100))).unwrap();
        assert_eq!(message.number(&Name::Expires), None);
    }

    #[test]
    fn scalarlg_overlarge_numbers_in_a_response() {
        let response = format!("SIP/2.0 503 Busy\n{RESPONSE}").replace("35", "9292394834772304023312");
        assert_eq!(part(read(&response)), "CSeq");
    }

    #[test]
    fn quotbal_a_quote_without_end() {
        assert_eq!(part(options("To: \"Mr. J. User <sip:j.user@example.com>")), "To");
    }

    #[test]
    fn ltgtruri_brackets_around_the_request_uri() {
        assert_eq!(part(request("OPTIONS <sip:user@example.com> SIP/2.0", "OPTIONS", "X: 1")), "start line");
    }

    #[test]
    fn lwsruri_white_space_in_the_request_uri() {
        assert_eq!(part(request("OPTIONS sip:user@example.com; lr SIP/2.0", "OPTIONS", "X: 1")), "start line");
    }

    #[test]
    fn lwsstart_several_spaces_between_the_parts() {
        assert_eq!(part(request("OPTIONS  sip:user@example.com  SIP/2.0", "OPTIONS", "X: 1")), "start line");
    }

    #[test]
    fn trws_spaces_at_the_end_of_the_request_line() {
        assert_eq!(part(request("OPTIONS sip:user@example.com SIP/2.0  ", "OPTIONS", "X: 1")), "start line");
    }

    #[test]
    fn escruri_headers_in_the_request_uri() {
        assert_eq!(
            part(request("OPTIONS sip:user@example.com?Route=%3Csip:a.example%3E SIP/2.0", "OPTIONS", "X: 1")),
            "start line"
        );
    }

    #[test]
    fn baddate_a_zone_other_than_gmt() {
        assert_eq!(part(options("Date: Fri, 01 Jan 2010 16:00:00 EST")), "Date");
        assert!(options("Date: Fri, 01 Jan 2010 16:00:00 GMT").is_ok());
    }

    #[test]
    fn regbadct_headers_in_a_contact_without_brackets() {
        assert_eq!(part(options("Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E")), "Contact");
    }

    #[test]
    fn badaspec_spaces_within_the_brackets() {
        assert_eq!(part(options("To: \"Watson, Thomas\" < sip:t.watson@example.org >")), "To");
    }

    #[test]
    fn baddn_a_comma_in_a_display_name_without_quotes() {
        assert_eq!(part(options("From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43")), "From");
    }

    #[test]
    fn badvers_another_version_is_answered_505() {
        let error = request("OPTIONS sip:t@example.org SIP/7.0", "OPTIONS", "X: 1").unwrap_err();
        assert_eq!(error.part, "version");
        let bytes = format!("OPTIONS sip:t@example.org SIP/7.0\n{RESPONSE}").replace('\n', "\r\n");
        assert_eq!(Message::bad_request(&bytes.into(), &error).unwrap().status(), Some(505));
    }

    #[test]
    fn mismatch01_and_mismatch02_another_method_in_cseq() {
        assert_eq!(part(options("CSeq: 8 INVITE")), "CSeq");
        assert_eq!(part(request("NEWMETHOD sip:user@example.com SIP/2.0", "OTHERMETHOD", "X: 1")), "CSeq");
        assert_eq!(part(options("CSeq: 8 options")), "CSeq");
    }

    #[test]
    fn bigcode_a_status_of_more_than_three_digits() {
        for status in ["4294967301", "4294967496", "99", "700", "000", "+10", "2 0", "٣٠٠"] {
            assert_eq!(part(read(&format!("SIP/2.0 {status} better not break\n{RESPONSE}"))), "start line", "{status}");
        }
    }
}

/// 3.2 to 3.4: read here; what they ask for is decided further up.
mod application {
    use super::*;

    #[test]
    fn badbranch_a_cookie_with_nothing_behind_it() {
        let message = options("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK").unwrap();
        assert_eq!(message.top_via().unwrap().branch(), Some("z9hG4bK"));
    }

    #[test]
    fn insuf_mandatory_fields_missing() {
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            let text = format!("OPTIONS sip:t@example.org SIP/2.0\n{}", RESPONSE.replace("INVITE", "OPTIONS"));
            let without: String =
                text.split_inclusive('\n').filter(|line| !line.starts_with(&format!("{name}:"))).collect();
            assert!(read(&text).is_ok());
            let error = read(&without).unwrap_err();
            assert_eq!((error.part, error.why.as_str()), (name, "is missing"));
        }
    }

    #[test]
    fn unkscm_and_novelsc_request_uris_of_other_schemes_are_kept_whole() {
        for uri in ["unheardof:opaque(stuff)", "soap.beep://192.0.2.103:3002"] {
            let message = request(&format!("OPTIONS {uri} SIP/2.0"), "OPTIONS", "X: 1").unwrap();
            assert!(matches!(message.uri().unwrap().scheme, Scheme::Other(_)));
            assert_eq!(message.uri().unwrap().to_string(), uri);
        }
    }

    #[test]
    fn unksm2_other_schemes_in_addresses() {
        let message =
            options("To: isbn:2983792873\nFrom: <http://www.example.com>;tag=32\nContact: <name:Joao_Silva>").unwrap();
        assert_eq!(message.from().unwrap().tag(), Some("32"));
        assert_eq!(message.contacts().unwrap()[0].uri.to_string(), "name:Joao_Silva");
    }

    #[test]
    fn bext01_required_extensions_are_listed() {
        let message =
            options("Require: nothingSupportsThis, nothingSupportsThisEither\nProxy-Require: noProxiesSupportThis")
                .unwrap();
        assert!(message.lists(&Name::Require, "NOTHINGsupportsthiseither"));
        assert!(!message.lists(&Name::Require, "nothing"));
        assert!(message.lists(&Name::ProxyRequire, "noProxiesSupportThis"));
    }

    #[test]
    fn invut_an_unknown_body_is_kept() {
        let message = options("Content-Type: application/unheard\nContent-Length: 7\n\n<audio>").unwrap();
        assert_eq!((&*message.body, message.sdp()), (&b"<audio>"[..], None));
    }

    #[test]
    fn regaut01_credentials_of_an_unknown_scheme() {
        let message = options("Authorization: NoOneKnowsThisScheme opaque-data=here").unwrap();
        let value = message.header(&Name::Authorization).unwrap();
        assert!(value.parse::<engine::sip::digest::Response>().is_err());
    }

    #[test]
    fn multi01_single_fields_twice() {
        for again in [
            "CSeq: 59 OPTIONS\nCSeq: 5 OPTIONS",
            "Call-ID: a\nCall-ID: b",
            "To: sip:a@b\nt: sip:a@b",
            "Max-Forwards: 7\nMax-Forwards: 5",
        ] {
            assert_eq!(part(options(again)), again.split(':').next().unwrap());
        }
        assert_eq!(part(options("From: sip:a@b;tag=1\nFrom: sip:c@d;tag=2")), "From");
    }

    #[test]
    fn mcl01_content_length_twice() {
        assert_eq!(part(options("Content-Length: 0\nl: 0")), "Content-Length");
    }

    #[test]
    fn bcast_a_second_via_with_the_broadcast_address() {
        let response = format!("SIP/2.0 200 OK\n{RESPONSE}")
            .replace("Call-ID", "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1\nCall-ID");
        assert_eq!(read(&response).unwrap().values(&Name::Via).len(), 2);
    }

    #[test]
    fn zeromf_a_max_forwards_of_zero() {
        assert_eq!(options("Max-Forwards: 0").unwrap().number(&Name::MaxForwards), Some(0));
    }

    #[test]
    fn cparam01_and_cparam02_parameters_of_the_contact_and_of_its_uri() {
        let outside =
            options("Contact: sip:+551130001000@gw1.example.net;unheard").unwrap().contacts().unwrap().remove(0);
        let inside =
            options("Contact: <sip:+551130001000@gw1.example.net;unheard>").unwrap().contacts().unwrap().remove(0);
        assert!(outside.params.has("unheard") && !outside.uri.params.has("unheard"));
        assert!(!inside.params.has("unheard") && inside.uri.params.has("unheard"));
    }

    #[test]
    fn regescrt_headers_in_a_contact_with_brackets() {
        let message = options("m: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\nContact: <sip:a@b>").unwrap();
        assert_eq!(message.contacts().unwrap()[0].uri.headers.as_deref(), Some("Route=%3Csip:sip.example.com%3E"));
    }

    #[test]
    fn sdp01_an_accept_that_we_cannot_serve() {
        let message = options("Accept: text/nobodyKnowsThis;level=1").unwrap();
        assert!(
            message.lists(&Name::Accept, "text/nobodyknowsthis") && !message.lists(&Name::Accept, "application/sdp")
        );
    }

    #[test]
    fn inv2543_no_tag_no_cookie_no_max_forwards_no_content_length() {
        let message = read(concat!(
            "INVITE sip:b@example.com SIP/2.0\nVia: SIP/2.0/UDP gw.example.com\nFrom: <sip:+551130001000@a.example;user=phone>\n",
            "Record-Route: <sip:b@example.com;maddr=ss1.example.com>\nTo: sip:+551130002000@b.example;user=phone\n",
            "Call-ID: inv.1@a.example\nCSeq: 56 INVITE\nContent-Type: application/sdp\n\nv=0\n",
        ))
        .unwrap();
        assert_eq!((message.from().unwrap().tag(), message.top_via().unwrap().branch()), (None, None));
        assert!(message.to().unwrap().params.has("user"));
        assert_eq!(message.sdp().as_deref(), Some(&b"v=0\r\n"[..]));
    }
}
