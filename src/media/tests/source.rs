//! Who may send: the RTP source rule (SP-09), behind NAT too.

mod support;

use media::rtp::Packet;
use media::source::SourceRule;
use support::{address, ms, packet};

const SDP: u16 = 4_000;
const TRUE_SOURCE: u16 = 61_234;
const SPOOFER: u16 = 666;

fn admit(rule: &mut SourceRule, at: u64, port: u16, sequence: u16) -> bool {
    let packet: Packet<'_> = packet(u32::from(port), sequence, 0);
    rule.admit(ms(at), address(port), &packet)
}

#[test]
fn without_nat_only_the_address_of_sdp_counts() {
    let mut rule = SourceRule::new(address(SDP), false, ms(0));
    for sequence in 0..10 {
        assert!(!admit(&mut rule, 20, SPOOFER, sequence));
    }
    assert!(admit(&mut rule, 20, SDP, 0));
    assert_eq!((rule.wrong(), rule.target()), (10, address(SDP)));
}

#[test]
fn behind_nat_four_in_sequence_teach_the_address_and_lock_it() {
    let mut rule = SourceRule::new(address(SDP), true, ms(0));
    assert_eq!(rule.target(), address(SDP));
    for sequence in [65_534, 65_535, 0] {
        assert!(!admit(&mut rule, 100, TRUE_SOURCE, sequence));
    }
    assert!(admit(&mut rule, 160, TRUE_SOURCE, 1));
    assert_eq!((rule.target(), rule.learnt()), (address(TRUE_SOURCE), Some(address(TRUE_SOURCE))));
    for sequence in 0..100 {
        assert!(!admit(&mut rule, 200, SPOOFER, sequence), "locked");
    }
    assert!(!admit(&mut rule, 200, SDP, 0), "one address, not two");
    assert_eq!(rule.target(), address(TRUE_SOURCE));
}

#[test]
fn a_spoofer_in_between_neither_wins_nor_hinders() {
    let mut rule = SourceRule::new(address(SDP), true, ms(0));
    for sequence in 0..4 {
        // It sends in no sequence.
        assert!(!admit(&mut rule, 50, SPOOFER, sequence * 7));
        assert_eq!(admit(&mut rule, 50, TRUE_SOURCE, sequence), sequence == 3);
    }
    assert_eq!(rule.learnt(), Some(address(TRUE_SOURCE)));
}

#[test]
fn two_seconds_after_the_answer_nothing_is_learnt_any_more() {
    let mut rule = SourceRule::new(address(SDP), true, ms(0));
    for sequence in 0..10 {
        assert!(!admit(&mut rule, 2_001, TRUE_SOURCE, sequence));
    }
    assert_eq!(rule.target(), address(SDP));
    assert!(admit(&mut rule, 2_100, SDP, 0));
}
