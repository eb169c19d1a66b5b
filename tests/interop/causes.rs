//! Each way a call can fail has a cause of its own, as Asterisk tells it.

use engine::news::{HangupCause, HangupKind, Party};

use crate::support::Softphone;
use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::Setup;

#[test]
fn vz_08_a_call_ends_with_the_cause_that_asterisk_gave() {
    let asterisk = Asterisk::start(Options::default());
    let setup = Setup { extensions: 1001..=1008, profile: "ring_timeout = \"3s\"", ..Setup::default() };
    let ramal = Softphone::start(asterisk.sip(), &setup);
    ramal.wait_registered(1001..=1008);
    let cases = [
        ("610", HangupKind::Busy, Party::Peer, 17),
        ("611", HangupKind::Congestion, Party::Network, 34),
        ("612", HangupKind::NoAnswer, Party::Us, 19), // it rings for longer than we let it
        ("613", HangupKind::NumberUnknown, Party::Peer, 1),
        ("614", HangupKind::Rejected, Party::Peer, 21),
        ("615", HangupKind::Normal, Party::Peer, 16),
        ("616", HangupKind::NoAnswer, Party::Us, 19), // 100 Trying and nothing more
    ];
    let calls = cases.map(|(number, ..)| ramal.dial(391 + number.parse::<u32>().unwrap(), number));
    for (call, (number, kind, by, q850)) in calls.into_iter().zip(cases) {
        let HangupCause { kind: was, by: was_by, q850: was_q850, .. } = ramal.wait_end(call);
        assert_eq!((was, was_by, was_q850), (kind, by, q850), "{number}");
        assert_eq!(ramal.call(call).answered.is_some(), number == "615", "{number}");
    }
}
