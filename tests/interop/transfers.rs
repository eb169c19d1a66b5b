//! Transfers (VZ-07) through an Asterisk, which takes REFER upon itself, and directly with phones in every role.

use engine::id::CallId;
use engine::news::{CallState, HangupKind, TransferState};

use crate::support::peers::{Asterisk, Options, Phones};
use crate::support::softphone::{Setup, says};
use crate::support::{LONG, Softphone, sound, wait_for, when};

/// Four extensions of ours at one Asterisk.
fn at_asterisk() -> (Asterisk, Softphone) {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { extensions: 1001..=1004, ..Setup::default() });
    ramal.wait_registered(1001..=1004);
    (asterisk, ramal)
}

fn no_channels(asterisk: &Asterisk) {
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

/// 1001 calls 1002, which answers: both ends are ours.
fn talking(ramal: &Softphone) -> (CallId, CallId) {
    let call = ramal.dial(1001, "1002");
    let other = ramal.wait_ring(1002).call;
    ramal.wish("answer", other);
    ramal.wait_state(call, CallState::Answered);
    // Asterisk transfers only who is bridged already, a moment after its 200.
    ramal.wait_hears(1002, says(1001));
    (call, other)
}

#[test]
fn vz_07_a_blind_transfer_through_asterisk_connects_the_other_two() {
    let (asterisk, ramal) = at_asterisk();
    let (call, other) = talking(&ramal);
    ramal.transfer(call, "1003");
    let third = ramal.wait_ring(1003).call;
    ramal.wish("answer", third);
    assert_eq!(ramal.wait_end(call).kind, HangupKind::Transferred);
    ramal.wait_hears(1002, says(1003));
    ramal.wait_hears(1003, says(1002));
    ramal.wish("hangup", other);
    ramal.wait_end(third);
    no_channels(&asterisk);
}

#[test]
fn vz_07_an_attended_transfer_through_asterisk_connects_the_other_two() {
    let (asterisk, ramal) = at_asterisk();
    let (call, other) = talking(&ramal);
    let consult = ramal.consult(call, "1003");
    let third = ramal.wait_ring(1003).call;
    ramal.wish("answer", third);
    ramal.wait_hears(1001, says(1003));
    assert!(ramal.call(call).held);
    ramal.wish("swap", call);
    ramal.wait_hears(1001, says(1002));
    ramal.wish("complete", consult);
    assert_eq!(ramal.wait_end(call).kind, HangupKind::Transferred);
    assert_eq!(ramal.wait_end(consult).kind, HangupKind::Transferred);
    ramal.wait_hears(1002, says(1003));
    ramal.wait_hears(1003, says(1002));
    assert_eq!(ramal.call(consult).protocolo, ramal.call(call).protocolo);
    ramal.wish("hangup", other);
    ramal.wait_end(third);
    no_channels(&asterisk);
}

#[test]
fn vz_07_who_is_consulted_and_does_not_answer_gives_the_caller_back() {
    let (asterisk, ramal) = at_asterisk();
    let (call, other) = talking(&ramal);
    for (number, kind) in [("610", HangupKind::Busy), ("613", HangupKind::NumberUnknown)] {
        let consult = ramal.consult(call, number);
        assert_eq!(ramal.wait_end(consult).kind, kind);
        ramal.wait_call(call, "to be resumed", |call| !call.held && call.state == CallState::Answered);
    }
    let rings = ramal.consult(call, "612");
    ramal.wait_state(rings, CallState::Ringing);
    ramal.wish("back", rings);
    ramal.wait_call(call, "to be resumed", |call| !call.held);
    ramal.wait_hears(1002, says(1001));
    ramal.wish("hangup", call);
    ramal.wait_end(other);
    no_channels(&asterisk);
}

#[test]
fn vz_07_by_bridging_a_target_that_is_busy_absent_or_unknown_brings_the_caller_back() {
    let asterisk = Asterisk::start(Options::default());
    let setup = Setup { profile: "refer = false\nring_timeout = \"3s\"", extensions: 1001..=1004, ..Setup::default() };
    let ramal = Softphone::start(asterisk.sip(), &setup);
    ramal.wait_registered(1001..=1004);
    let (call, other) = talking(&ramal);
    for (number, kind) in [("610", HangupKind::Busy), ("612", HangupKind::NoAnswer), ("613", HangupKind::NumberUnknown)]
    {
        ramal.transfer(call, number);
        assert_eq!(failed(&ramal, call), kind);
        assert_eq!(ramal.call(call).state, CallState::Answered);
        ramal.wait_hears(1002, says(1001));
    }
    ramal.transfer(call, "1003");
    ramal.wish("answer", ramal.wait_ring(1003).call);
    ramal.wait_call(call, "to be joined", |call| call.bridged_with.is_some());
    ramal.wait_hears(1002, says(1003));
    ramal.wait_hears(1003, says(1002));
    ramal.wish("hangup", other);
    ramal.wait_end(call);
    no_channels(&asterisk);
}

/// Waits for a transfer's failure.
fn failed(ramal: &Softphone, call: CallId) -> HangupKind {
    wait_for(LONG, "the transfer to fail", || match ramal.call(call).transfer?.state {
        TransferState::Failed { kind, .. } => Some(kind),
        TransferState::Trying | TransferState::Ringing | TransferState::Done => None,
    })
}

/// Phones that nobody registers, and a softphone of ours with a trunk to them.
fn among_phones() -> (Phones, Softphone) {
    let phones = Phones::start(&[(2001, 1_100, "auto"), (2002, 1_300, "auto"), (2010, 500, "486"), (2013, 500, "404")]);
    let pbx = Asterisk::start(Options::default());
    let more = format!(
        "[registrar.phones]\nhost = \"{}\"\nprobe = false\n\
         [trunk.2000]\nregistrar = \"phones\"\nuser = \"2000\"\ndevice = \"1010\"\nmax_calls = 4\n",
        phones.sip()
    );
    let ramal = Softphone::start(pbx.sip(), &Setup { extensions: 1001..=1001, more: &more, ..Setup::default() });
    (phones, ramal)
}

const OURS: u32 = 1_010;

/// Lets a phone talk until it has heard a second of this, and hangs up its call.
fn has_heard(phones: &mut Phones, phone: u32, call: usize, hertz: f64) {
    let wav = phones.heard(phone, call);
    wait_for(LONG, &format!("{phone} to have heard {hertz} Hz"), || {
        // Half a second and more: the head of the file is written.
        when(wav.metadata().is_ok_and(|wav| wav.len() > 8_000))?;
        when(sound::seconds_of_tone(&sound::grown(&wav), hertz) > 1.0)
    });
    phones.obey(&format!("hangup {call}"));
    phones.wait(&format!("call {call} {phone} DISCONN"));
}

#[test]
fn vz_07_we_send_a_phone_to_another_one_and_back_comes_who_is_not_taken() {
    let (mut phones, ramal) = among_phones();
    let call = ramal.dial(2000, "2001");
    ramal.wait_state(call, CallState::Answered);
    for (number, kind) in [("2010", HangupKind::Busy), ("2013", HangupKind::NumberUnknown)] {
        ramal.transfer(call, number);
        assert_eq!(failed(&ramal, call), kind);
        ramal.wait_hears(OURS, 1_100.0);
    }
    ramal.transfer(call, "2002");
    assert_eq!(ramal.wait_end(call).kind, HangupKind::Transferred);
    phones.wait("referred 0 <sip:2002@");
    let taken = phones.wait_newest("2001 CONFIRMED");
    has_heard(&mut phones, 2001, taken, 1_300.0);
}

#[test]
fn vz_07_we_ask_a_phone_first_and_give_it_the_caller() {
    let (mut phones, ramal) = among_phones();
    let call = ramal.dial(2000, "2001");
    ramal.wait_state(call, CallState::Answered);
    let consult = ramal.consult(call, "2002");
    ramal.wait_state(consult, CallState::Answered);
    ramal.wait_hears(OURS, 1_300.0);
    ramal.wish("complete", call);
    assert_eq!(ramal.wait_end(call).kind, HangupKind::Transferred);
    assert_eq!(ramal.wait_end(consult).kind, HangupKind::Transferred);
    phones.wait("replaced 1");
    let taken = phones.wait_newest("2001 CONFIRMED");
    has_heard(&mut phones, 2001, taken, 1_300.0);
}

#[test]
fn vz_07_a_phone_sends_us_to_another_one_blindly() {
    let (mut phones, ramal) = among_phones();
    phones.obey(&format!("call 2001 sip:2000@{}", ramal.sip()));
    let call = ramal.wait_ring(2000).call;
    ramal.wish("answer", call);
    ramal.wait_hears(OURS, 1_100.0);
    phones.obey(&format!("transfer 0 {}", phones.uri(2010)));
    phones.wait("transfer 0 486");
    ramal.wait_call(call, "to be ours again", |call| call.state == CallState::Answered && !call.held);
    phones.obey(&format!("transfer 0 {}", phones.uri(2002)));
    phones.wait("transfer 0 200");
    assert_eq!(ramal.wait_end(call).kind, HangupKind::Transferred);
    ramal.wait_hears(OURS, 1_300.0);
    assert_eq!(ramal.calls()[0].protocolo, ramal.call(call).protocolo);
}

#[test]
fn vz_07_a_phone_gives_us_its_place_in_another_call() {
    let (mut phones, ramal) = among_phones();
    phones.obey(&format!("call 2001 sip:2000@{}", ramal.sip()));
    let call = ramal.wait_ring(2000).call;
    ramal.wish("answer", call);
    phones.obey(&format!("call 2001 {}", phones.uri(2002)));
    phones.wait("call 1 2001 CONFIRMED");
    phones.obey("replace 0 1");
    phones.wait("transfer 0 200");
    assert_eq!(ramal.wait_end(call).kind, HangupKind::Transferred);
    ramal.wait_hears(OURS, 1_300.0);
}

#[test]
fn vz_07_a_phone_takes_the_place_of_another_one_in_our_call() {
    let (mut phones, ramal) = among_phones();
    phones.obey(&format!("call 2001 sip:2000@{}", ramal.sip()));
    let before = ramal.wait_ring(2000);
    ramal.wish("answer", before.call);
    ramal.wait_hears(OURS, 1_100.0);
    phones.obey(&format!("call 2001 {}", phones.uri(2002)));
    phones.wait("call 1 2001 CONFIRMED");
    phones.obey("replace 1 0");
    let after = ramal.wait_call(before.call, "to be with 2002", |call| call.number == "2002");
    assert_eq!((after.state, &after.protocolo), (CallState::Answered, &before.protocolo));
    ramal.wait_hears(OURS, 1_300.0);
    phones.wait("call 0 2001 DISCONN");
    assert_eq!(ramal.calls().len(), 1);
}
