//! Offers and answers as peers really write them.

use super::*;
use crate::leg::{OpusWishes, Stream};
use crate::random::Random;

fn ours() -> LocalMedia {
    LocalMedia {
        ip: "192.0.2.1".parse().unwrap(),
        port: 4000,
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        telephone_event: true,
        direction: Direction::SendRecv,
        origin: OriginId { session: 77, version: 3 },
    }
}

/// A description with `c=` at session level and these lines after it.
fn theirs(lines: &[&str]) -> Vec<u8> {
    let head = ["v=0", "o=- 1 1 IN IP4 198.51.100.7", "s=call", "c=IN IP4 198.51.100.7", "t=0 0"];
    head.iter().chain(lines).map(|line| format!("{line}\r\n")).collect::<String>().into_bytes()
}

fn answered(lines: &[&str]) -> (String, Stream) {
    let (bytes, stream) = answer(&ours(), &theirs(lines)).unwrap();
    (String::from_utf8(bytes.to_vec()).unwrap(), stream)
}

fn refusal(lines: &[&str]) -> String {
    let error = answer(&ours(), &theirs(lines)).unwrap_err();
    assert_eq!(error.status(), 488);
    error.to_string()
}

#[test]
fn an_offer_names_everything_we_can_do() {
    assert_eq!(
        String::from_utf8(offer(&ours()).to_vec()).unwrap(),
        "v=0\r\no=- 77 3 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
}

#[test]
fn rfc3264_both_ends_agree_on_offer_and_answer() {
    let peer =
        LocalMedia { ip: "192.0.2.9".parse().unwrap(), port: 5000, codecs: vec![Codec::Pcmu, Codec::Pcma], ..ours() };
    let (bytes, theirs) = answer(&peer, &offer(&ours())).unwrap();
    let agreed = accept(&ours(), &bytes).unwrap();
    assert_eq!((agreed.codec, theirs.codec), (Codec::Pcma, Codec::Pcma), "the offerer's order wins");
    assert_eq!(agreed.remote, "192.0.2.9:5000".parse().unwrap());
    assert_eq!(agreed.remote_rtcp, "192.0.2.9:5001".parse().unwrap());
    assert_eq!((agreed.telephone_event, agreed.telephone_event_in), (Some(101), Some(101)));
    assert!(agreed.may_send && agreed.may_receive && theirs.may_send && theirs.may_receive);
}

#[test]
fn rfc3264_6_an_answer_has_every_stream_of_the_offer_in_its_place() {
    let (text, stream) = answered(&[
        "m=video 6000 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
        "m=audio 7000 RTP/SAVP 0",
        "m=audio 7002 RTP/AVPF 18 0 96",
        "a=rtpmap:96 telephone-event/8000",
        "m=audio 7004 RTP/AVP 8",
    ]);
    let streams: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        streams,
        ["m=video 0 RTP/AVP 96", "m=audio 0 RTP/SAVP 0", "m=audio 4000 RTP/AVPF 0 96", "m=audio 0 RTP/AVP 8"]
    );
    assert_eq!((stream.codec, stream.remote.port(), stream.telephone_event), (Codec::Pcmu, 7002, Some(96)));
}

#[test]
fn a_later_offer_keeps_the_places_of_the_answer_before() {
    let (before, _) = answered(&["m=video 6000 RTP/AVP 96", "m=audio 7002 RTP/AVP 8"]);
    let held = LocalMedia { direction: Direction::SendOnly, origin: ours().origin.next(), ..ours() };
    let text = String::from_utf8(reoffer(&held, before.as_bytes()).unwrap().to_vec()).unwrap();
    assert!(text.contains("o=- 77 4 "));
    assert!(text.contains("m=video 0 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8 0 101\r\n"), "{text}");
    assert!(text.contains("a=sendonly\r\n"));
}

#[test]
fn static_types_need_no_rtpmap_and_moved_ones_are_followed() {
    assert_eq!(answered(&["m=audio 7000 RTP/AVP 8"]).1.codec, Codec::Pcma);
    let (text, stream) = answered(&["m=audio 7000 RTP/AVP 97", "a=rtpmap:97 pcma/8000/1"]);
    assert_eq!((stream.codec, stream.payload_type), (Codec::Pcma, 97));
    assert!(text.contains("a=rtpmap:97 PCMA/8000"));
    let renamed = refusal(&["m=audio 7000 RTP/AVP 8", "a=rtpmap:8 G729/8000"]);
    assert!(renamed.contains("none of the codecs"), "{renamed}");
}

#[test]
fn each_side_sends_digits_at_the_number_the_other_named() {
    let answer = theirs(&["m=audio 7000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000"]);
    let stream = accept(&ours(), &answer).unwrap();
    assert_eq!((stream.telephone_event, stream.telephone_event_in), (Some(96), Some(101)));
    let wideband = theirs(&["m=audio 7000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/48000"]);
    assert_eq!(accept(&ours(), &wideband).unwrap().telephone_event, None, "its clock is not the codec's");
}

/// As [`ours`], with every codec.
fn wide() -> LocalMedia {
    LocalMedia { codecs: Codec::ALL.to_vec(), ..ours() }
}

#[test]
fn rfc7587_7_opus_is_offered_with_two_channels_and_events_of_its_own_clock() {
    let text = String::from_utf8(offer(&wide()).to_vec()).unwrap();
    let stream: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("m=")).collect();
    assert_eq!(
        stream,
        [
            "m=audio 4000 RTP/AVP 8 0 9 111 101 110",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:9 G722/8000",
            "a=rtpmap:111 opus/48000/2",
            "a=fmtp:111 useinbandfec=1",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
            "a=rtpmap:110 telephone-event/48000",
            "a=fmtp:110 0-15",
            "a=ptime:20",
            "a=sendrecv",
        ]
    );
    let alone = LocalMedia { codecs: vec![Codec::Opus], ..ours() };
    assert!(String::from_utf8_lossy(&offer(&alone)).contains("m=audio 4000 RTP/AVP 111 110\r\n"));
}

#[test]
fn sp_04_opus_is_answered_at_the_offerers_numbers_with_events_of_its_clock() {
    let offer = theirs(&[
        "m=audio 7000 RTP/AVP 96 8 101 98",
        "a=rtpmap:96 OPUS/48000/2",
        "a=fmtp:96 maxplaybackrate=16000; maxaveragebitrate=20000;useinbandfec=1",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:98 telephone-event/48000",
    ]);
    let (bytes, stream) = answer(&wide(), &offer).unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains("m=audio 4000 RTP/AVP 96 98\r\na=rtpmap:96 opus/48000/2\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:98 telephone-event/48000\r\n"), "{text}");
    assert_eq!((stream.codec, stream.payload_type, stream.payload_type_in), (Codec::Opus, 96, 96));
    assert_eq!((stream.telephone_event, stream.telephone_event_in), (Some(98), Some(98)));
    assert_eq!(stream.opus, OpusWishes { max_bitrate: Some(20_000), inband_fec: true });
}

#[test]
fn rfc3264_6_1_an_answer_with_numbers_of_its_own_and_several_codecs_is_taken_at_its_first() {
    let answer = theirs(&[
        "m=audio 7000 RTP/AVP 107 9 8 101 100",
        "a=rtpmap:107 opus/48000/2",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:100 telephone-event/48000",
    ]);
    let stream = accept(&wide(), &answer).unwrap();
    assert_eq!((stream.codec, stream.payload_type, stream.payload_type_in), (Codec::Opus, 107, 111));
    assert_eq!((stream.telephone_event, stream.telephone_event_in), (Some(100), Some(110)));
    assert_eq!(stream.opus, OpusWishes::default(), "nothing was wished");
    let narrow = accept(&ours(), &answer).unwrap();
    assert_eq!((narrow.codec, narrow.telephone_event), (Codec::Pcma, Some(101)), "only what we offered");
}

#[test]
fn rfc3551_4_5_2_g722_is_number_9_at_8000() {
    for lines in [&["m=audio 7000 RTP/AVP 9"][..], &["m=audio 7000 RTP/AVP 9", "a=rtpmap:9 G722/8000/1"]] {
        let (bytes, stream) = answer(&wide(), &theirs(lines)).unwrap();
        assert_eq!((stream.codec, stream.payload_type), (Codec::G722, 9));
        assert!(String::from_utf8_lossy(&bytes).contains("a=rtpmap:9 G722/8000\r\n"));
    }
    let clock = answer(&wide(), &theirs(&["m=audio 7000 RTP/AVP 96", "a=rtpmap:96 G722/16000"]));
    assert_eq!(clock.unwrap_err().status(), 488, "another clock is another codec");
}

#[test]
fn sp_04_what_is_no_codec_of_ours_is_refused_with_488() {
    for lines in [
        &["m=audio 7000 RTP/AVP 18 3 4"][..],
        &["m=audio 7000 RTP/AVP 111"],
        &["m=audio 7000 RTP/AVP 96", "a=rtpmap:96 opus/16000/2"],
        &["m=audio 7000 RTP/AVP 96", "a=rtpmap:96 opus/48000/6"],
        &["m=audio 7000 RTP/AVP 97", "a=rtpmap:97 speex/16000"],
    ] {
        assert_eq!(answer(&wide(), &theirs(lines)).unwrap_err().status(), 488, "{lines:?}");
    }
}

#[test]
fn wishes_that_are_no_numbers_are_as_if_they_were_not_there() {
    for fmtp in ["maxaveragebitrate=many", "maxaveragebitrate", ";;=;", "useinbandfec=2;maxaveragebitrate=-1", ""] {
        let fmtp = format!("a=fmtp:96 {fmtp}");
        let (_, stream) =
            answer(&wide(), &theirs(&["m=audio 7000 RTP/AVP 96", "a=rtpmap:96 opus/48000", &fmtp])).unwrap();
        assert_eq!(stream.opus, OpusWishes::default(), "{fmtp}");
    }
}

#[test]
fn hold_is_understood_in_every_way_it_is_said() {
    for (lines, sends, receives, holds) in [
        (&["m=audio 7000 RTP/AVP 8", "a=sendonly"][..], false, true, true),
        (&["a=inactive", "m=audio 7000 RTP/AVP 8"], false, false, true),
        (&["a=inactive", "m=audio 7000 RTP/AVP 8", "a=sendrecv"], true, true, false),
        (&["m=audio 7000 RTP/AVP 8", "a=recvonly"], true, false, false),
        (&["m=audio 7000 RTP/AVP 8", "c=IN IP4 0.0.0.0"], false, true, true),
    ] {
        let (_, stream) = answered(lines);
        assert_eq!((stream.may_send, stream.may_receive), (sends, receives), "{lines:?}");
        assert_eq!(remote_holds(Direction::SendRecv, &stream), holds, "{lines:?}");
    }
}

#[test]
fn an_answer_never_allows_more_than_was_offered_or_wanted() {
    let all = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    for (offered, wanted) in all.into_iter().flat_map(|a| all.map(|b| (a, b))) {
        let peer = LocalMedia { direction: offered, ..ours() };
        let local = LocalMedia { direction: wanted, ..ours() };
        let (bytes, ours) = answer(&local, &offer(&peer)).unwrap();
        let theirs = accept(&peer, &bytes).unwrap();
        assert_eq!((ours.may_send, ours.may_receive), (theirs.may_receive, theirs.may_send));
        assert_eq!(ours.may_send, wanted.may_send() && offered.may_receive());
        assert_eq!(ours.may_receive, wanted.may_receive() && offered.may_send());
    }
}

#[test]
fn the_streams_own_address_and_control_port_win() {
    let (_, stream) = answered(&["m=audio 7000 RTP/AVP 8", "c=IN IP4 203.0.113.5", "a=rtcp:7900 IN IP4 203.0.113.66"]);
    assert_eq!(stream.remote, "203.0.113.5:7000".parse().unwrap());
    assert_eq!(stream.remote_rtcp, "203.0.113.5:7900".parse().unwrap(), "control packets go to no third party");
}

#[test]
fn ipv6_streams_are_for_ipv6_ports() {
    let local = LocalMedia { ip: "2001:db8::1".parse().unwrap(), ..ours() };
    let peer = LocalMedia { ip: "2001:db8::2".parse().unwrap(), ..ours() };
    let (bytes, stream) = answer(&local, &offer(&peer)).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("c=IN IP6 2001:db8::1"));
    assert_eq!(stream.remote, "[2001:db8::2]:4000".parse().unwrap());
    assert!(answer(&ours(), &offer(&peer)).unwrap_err().to_string().contains("cannot be reached"));
}

#[test]
fn packet_time_is_what_the_peer_wants_where_we_can() {
    for (lines, ms) in [
        (&["m=audio 7000 RTP/AVP 8"][..], 20),
        (&["m=audio 7000 RTP/AVP 8", "a=ptime:30"], 30),
        (&["a=ptime:40", "m=audio 7000 RTP/AVP 8"], 40),
        (&["m=audio 7000 RTP/AVP 8", "a=ptime:240"], 20),
        (&["m=audio 7000 RTP/AVP 8", "a=ptime:0", "a=maxptime:10"], 10),
        (&["m=audio 7000 RTP/AVP 8", "a=maxptime:150"], 20),
    ] {
        assert_eq!(answered(lines).1.ptime_ms, ms, "{lines:?}");
    }
}

#[test]
fn a_refusal_says_why_stream_by_stream() {
    assert!(refusal(&[]).contains("no stream"));
    assert!(refusal(&["m=audio 0 RTP/AVP 8"]).contains("port 0"));
    assert!(refusal(&["m=audio 7000 RTP/SAVP 8"]).contains("RTP/SAVP is not plain RTP"));
    assert!(refusal(&["m=audio 7000 RTP/AVP 18"]).contains("PCMA, PCMU"));
    assert!(refusal(&["m=audio 7000 RTP/AVP 8", "c=IN IP4 media.example"]).contains("host names are not resolved"));
    assert!(refusal(&["m=audio 7000 RTP/AVP 8", "c=IN IP4 239.1.2.3/127"]).contains("c="));
    assert!(refusal(&["m=video 7000 RTP/AVP 31", "m=audio 0 RTP/AVP 8"]).contains("video is not audio; the audio"));
}

#[test]
fn quirks_of_real_peers_are_understood() {
    let without_time = b"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=\xe9\nc=IN IP4 198.51.100.7\nm=audio 7000 RTP/AVP 0\n";
    assert_eq!(answer(&ours(), without_time).unwrap().1.codec, Codec::Pcmu);
}

#[test]
fn nasty_input_is_refused_and_never_a_panic() {
    let many_lines = theirs(&["a=x"; 600]);
    let many_streams = theirs(&["m=audio 7000 RTP/AVP 8"; 17]);
    for bytes in [&b""[..], b"v=1\r\n", b"INVITE", &[0xff; 40], &[b'm'; 20_000], &many_lines, &many_streams] {
        assert_eq!(answer(&ours(), bytes).unwrap_err().status(), 400);
    }
    let nasty: [&[&str]; 6] = [
        &["m=audio 65535 RTP/AVP 8", "a=rtcp:0", "a=rtcp:"],
        &["m=audio 7000/99999 RTP/AVP 8"],
        &[
            "m=audio 7000 RTP/AVP 8 8 300 -1 x 18446744073709551616",
            "a=rtpmap",
            "a=rtpmap:",
            "a=rtpmap:8",
            "a=rtpmap:8 /",
        ],
        &["m= 7000 RTP/AVP 8"],
        &["m=audio 7000 RTP/AVP "],
        &["m=audio 7000 RTP/AVP 8", "c=IN IP6 ::", "a=ptime:-1", "a=:"],
    ];
    for lines in nasty {
        fuzz(&theirs(lines));
    }
    let whole = theirs(&["m=audio 7000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000", "a=sendrecv"]);
    (0..whole.len()).for_each(|end| fuzz(&whole[..end]));
}

#[test]
fn damaged_descriptions_are_never_a_panic() {
    let whole = theirs(&[
        "m=video 6000 RTP/AVP 96",
        "m=audio 7000/2 RTP/AVPF 96 8 0 101",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:96 useinbandfec=1; maxaveragebitrate=30000",
        "c=IN IP6 2001:db8::1",
        "a=rtcp:7001",
        "a=rtpmap:101 telephone-event/8000",
        "a=ptime:20",
        "a=sendonly",
    ]);
    let mut random = Random::new([3; 32]);
    for _ in 0..20_000 {
        let mut damaged = whole.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(damaged.len() as u32) as usize;
            let piece = whole.iter().skip(at).take(random.below(30) as usize).copied().collect::<Vec<u8>>();
            match random.below(4) {
                0 => damaged[at] = random.u32() as u8,
                1 => damaged.truncate(at.max(1)),
                2 => drop(damaged.splice(at..at, piece)),
                _ => drop(damaged.splice(at..(at + 3).min(damaged.len()), [])),
            }
            damaged.push(b'\n');
        }
        fuzz(&damaged);
    }
}
