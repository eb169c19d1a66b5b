//! Relayed streams: whatever the source does, the far end sees one.

mod support;

use media::outgoing::Outgoing;
use media::rtp::Packet;
use media::time::Clock;
use support::{ms, packet};

fn relay(out: &mut Outgoing, at: u64, packet: &Packet<'static>) -> (u16, u32, bool) {
    let sent = out.relay(ms(at), packet, 0).expect("it has a place");
    assert_eq!((sent.ssrc, sent.payload_type, sent.payload), (99, 0, packet.payload));
    (sent.sequence, sent.timestamp, sent.marker)
}

#[test]
fn gaps_and_order_are_kept_so_that_the_far_end_sees_loss_as_it_was() {
    let mut out = Outgoing::new(99, Clock::SPEECH, ms(0));
    let (first, clock, marker) = relay(&mut out, 0, &packet(1, 65_534, 0));
    assert!(marker);
    // 65,535 is lost; 1 overtakes 0.
    assert_eq!(relay(&mut out, 60, &packet(1, 1, 480)), (first.wrapping_add(3), clock.wrapping_add(480), false));
    assert_eq!(relay(&mut out, 61, &packet(1, 0, 320)), (first.wrapping_add(2), clock.wrapping_add(320), false));
    assert_eq!(relay(&mut out, 80, &packet(1, 2, 640)), (first.wrapping_add(4), clock.wrapping_add(640), false));
}

#[test]
fn a_new_ssrc_goes_on_where_the_old_one_was() {
    let mut out = Outgoing::new(99, Clock::SPEECH, ms(0));
    let (first, clock, _) = relay(&mut out, 0, &packet(1, 100, 5_000));
    let next = relay(&mut out, 20, &packet(2, 40_000, 3_000_000_000));
    assert_eq!(next, (first.wrapping_add(1), clock.wrapping_add(160), true));
    assert!(out.relay(ms(21), &packet(2, 39_999, 2_999_999_840), 0).is_none(), "older than what was mapped");
}

#[test]
fn a_hold_of_100_s_moves_the_clock_by_100_s_whether_the_source_ran_its_own_or_not() {
    for source_clock in [5_160, 5_160 + 800_000] {
        let mut out = Outgoing::new(99, Clock::SPEECH, ms(0));
        let (first, clock, _) = relay(&mut out, 0, &packet(1, 100, 5_000));
        let (sequence, timestamp, marker) = relay(&mut out, 100_020, &packet(1, 101, source_clock));
        assert_eq!((sequence, timestamp), (first.wrapping_add(1), clock.wrapping_add(800_160)));
        assert_eq!(marker, source_clock == 5_160, "only a leap begins a new spurt");
    }
}

#[test]
fn our_own_sound_and_relayed_packets_take_turns_in_one_numbering() {
    let mut out = Outgoing::new(99, Clock::SPEECH, ms(0));
    let (clock, fresh) = out.advance(ms(0), 20);
    assert!(fresh);
    let first = out.packet(clock, true, 0, &[]).sequence;
    let relayed = relay(&mut out, 20, &packet(1, 7, 1_000_000));
    assert_eq!(relayed, (first.wrapping_add(1), clock.wrapping_add(160), true));
    let (after, fresh) = out.advance(ms(40), 20);
    assert_eq!((after, fresh), (clock.wrapping_add(320), true));
    assert_eq!(out.packet(after, false, 0, &[]).sequence, first.wrapping_add(2));
    assert_eq!(out.advance(ms(61), 20), (clock.wrapping_add(480), false), "a late tick is no leap");
}

#[test]
fn a_press_of_a_telephone_event_keeps_its_one_timestamp() {
    let mut out = Outgoing::new(99, Clock::SPEECH, ms(0));
    let (_, clock, _) = relay(&mut out, 0, &packet(1, 1, 8_000));
    for tick in 1..40u16 {
        let (_, timestamp, _) = relay(&mut out, u64::from(tick) * 20, &packet(1, 1 + tick, 8_160));
        assert_eq!(timestamp, clock.wrapping_add(160));
    }
}
