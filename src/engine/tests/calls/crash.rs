//! The daemon dies and starts anew from what it stored (SP-14).

use engine::call::Command as Wish;
use engine::news::HangupKind;
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp, invite, same, sdp};
use crate::world::World;

#[test]
fn SP_14_an_answered_call_gets_a_BYE_above_every_number_used() {
    let mut world = World::new();
    let (call, far) = world.up();
    let mut world = world.crash();
    let bye = world.get(Method::Bye);
    assert!(far.dialog.matches_request(&bye) && bye.cseq().unwrap().0 > 1_000);
    assert_eq!(world.shell.store.ended[&call].kind, HangupKind::Crashed);
    world.deliver(&far.answer_to(&bye, 200));
    assert!(world.shell.store.dialogs.is_empty());
    world.over();
    world.quiet();
}

#[test]
fn SP_14_a_call_they_made_gets_its_BYE_too_and_a_challenge_its_answer() {
    let mut world = World::new();
    let (_, far) = world.taken("in1");
    let mut world = world.crash();
    let bye = world.get(Method::Bye);
    assert!(far.dialog.matches_request(&bye));
    let challenge = "Digest realm=\"asterisk\", nonce=\"n1\", qop=\"auth\", algorithm=MD5";
    world.deliver(&far.answer_to(&bye, 401).with(engine::sip::header::Name::WwwAuthenticate, challenge));
    let again = world.get(Method::Bye);
    assert!(again.cseq().unwrap().0 > bye.cseq().unwrap().0);
    world.deliver(&far.answer_to(&again, 481));
    world.over();
    world.quiet();
}

#[test]
fn SP_14_a_dialling_is_cancelled_with_the_branch_of_its_INVITE() {
    let mut world = World::new();
    let (_, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    world.deliver(&far.answer(180));
    let mut world = world.crash();
    let cancel = world.get(Method::Cancel);
    assert_eq!(cancel.top_via().unwrap(), invite.top_via().unwrap());
    assert_eq!(cancel.cseq().unwrap().0, invite.cseq().unwrap().0);
    world.deliver(&Message::response(&cancel, 200));
    let mut no = far.answer(487);
    world.inbox.clear();
    world.deliver(&no);
    let ack = world.get(Method::Ack);
    assert_eq!(ack.top_via().unwrap(), invite.top_via().unwrap());
    assert_eq!(ack.to().unwrap().tag(), Some("b1"));
    no.body = bytes::Bytes::new();
    assert!(world.shell.store.dialogs.is_empty());
    world.over();
    world.quiet();
}

#[test]
fn SP_14_a_late_2xx_to_a_dialling_of_the_last_run_gets_ACK_and_one_BYE() {
    let mut world = World::new();
    let (_, invite) = world.dial("3000");
    let far = Far::called(&invite, "b1");
    let mut world = world.crash();
    world.get(Method::Cancel);
    world.inbox.clear();
    for _ in 0..2 {
        world.deliver(&far.answer(200).with_sdp("sendrecv"));
        world.get(Method::Ack);
    }
    let bye = world.get(Method::Bye);
    assert!(far.dialog.matches_request(&bye));
    world.deliver(&far.answer_to(&bye, 200));
    assert!(world.shell.store.dialogs.is_empty());
    world.over();
    world.quiet();
}

#[test]
fn SP_14_a_ringing_call_gets_its_final_answer_until_the_ACK() {
    let mut world = World::new();
    let offer = invite("in1", Some(&sdp("sendrecv")));
    let (_, ringing) = world.rung_by(&offer);
    let mut world = world.crash();
    let no = world.got(480);
    assert_eq!(no.to().unwrap().tag(), ringing.to().unwrap().tag());
    assert_eq!(no.top_via().unwrap(), ringing.top_via().unwrap());
    world.inbox.clear();
    world.deliver(&same(&offer, Method::Ack, &no));
    assert!(world.shell.store.dialogs.is_empty());
    world.over();
    world.quiet();
}

#[test]
fn SP_14_a_peer_that_is_gone_is_given_up() {
    let mut world = World::new();
    world.up();
    world.dial("3001");
    let mut world = world.crash();
    world.over();
}

#[test]
fn keys_outlive_a_crash_and_no_Protocolo_is_given_twice() {
    let mut world = World::new();
    let dial =
        engine::border::What::Call(Wish::Dial { route: Some("20".into()), number: "3000".to_owned(), caller_id: None });
    let now = world.now;
    let first = world.shell.command(dial.clone(), Some("k"), now).unwrap();
    let mut world = world.crash();
    let now = world.now;
    assert_eq!(world.shell.command(dial, Some("k"), now).unwrap(), first);
    world.pass(crate::world::seconds(3));
    let (call, _) = world.dial("3001");
    let engine::border::Reply::Dialled { protocolo, .. } = first else { panic!("dialled") };
    let next = world.call(call).protocolo;
    assert!(next > protocolo, "{next} after {protocolo}");
}
