//! Who is not of the PBX gets nothing (SP-09); who is, gets an answer to everything.

use engine::border::Input;
use engine::sip::header::Name;
use engine::sip::message::Message;

use crate::far::{invite, outside, sdp};
use crate::world::World;

#[test]
fn SP_09_strangers_get_not_one_byte() {
    let mut world = World::new();
    let messages = [
        invite("s1", Some(&sdp("sendrecv"))).to_bytes(),
        outside("OPTIONS", "s2").to_bytes(),
        outside("BYE", "s3").to_bytes(),
        Message::response(&invite("s4", None), 200).to_bytes(),
        bytes::Bytes::from_static(b"INVITE nonsense\r\n\r\n"),
    ];
    let seen = world.shell.news.len();
    for remote in ["192.0.2.9:5060", "10.0.0.2:5061"] {
        let flow = world.shell.flow_to(remote.parse().unwrap());
        for message in &messages {
            world.shell.handle(Input::Received(flow, message), world.now);
        }
    }
    assert!(world.shell.sent.is_empty());
    assert_eq!(world.shell.news.len(), seen, "and make no noise");
    assert_eq!(world.calls(), []);
    assert_eq!(world.shell.engine.snapshot().totals.strangers, 10);
    world.over();
}

#[test]
fn requests_outside_a_dialog_are_answered_by_their_method() {
    let mut world = World::new();
    let expected = [
        ("OPTIONS", 200),
        ("BYE", 481),
        ("NOTIFY", 481),
        ("UPDATE", 481),
        ("REGISTER", 405),
        ("SUBSCRIBE", 405),
        ("FROBNICATE", 501),
    ];
    for (method, status) in expected {
        world.deliver(&outside(method, method));
        let answer = world.got(status);
        assert!(answer.to().unwrap().tag().is_some(), "{method}");
        assert_eq!(answer.header(&Name::Allow).is_some(), matches!(status, 200 | 405 | 501), "{method}");
    }
    world.quiet();
    world.over();
}

#[test]
fn requests_inside_a_dialog_that_is_not_here_get_481() {
    let mut world = World::new();
    for method in ["INVITE", "BYE", "UPDATE", "INFO"] {
        let mut request = outside(method, &format!("no {method}").replace(' ', ""));
        request.set(Name::To, "<sip:20@10.0.0.2>;tag=none");
        world.deliver(&request);
        world.got(481);
    }
    world.over();
}
