//! Packets and samples: no sockets, no devices, no clock.
//!
//! How to drive it: make a [`leg::RtpLeg`] and hand it the whole wanted state with
//! [`leg::RtpLeg::handle_order`]; give it every datagram with `handle_packet` and `handle_rtcp`; pass what
//! `handle_packet` gives back to the legs that relay it; once per 20 ms call `listen` where somebody needs
//! samples, then `tick`, then `poll_event` until `None`. Time is always an argument.

pub mod codec;
pub mod dtmf;
pub mod feed;
pub mod jitter;
pub mod leg;
pub mod order;
pub mod outgoing;
pub mod playout;
pub mod quality;
pub mod reception;
pub mod rtcp;
pub mod rtp;
pub mod sound;
pub mod source;
pub mod time;
pub mod tone;

/// Samples of one tick: 20 ms at 8 kHz.
pub const FRAME: usize = 160;

/// Samples per millisecond; everything here runs at 8 kHz.
pub const PER_MS: u32 = 8;

/// 20 ms of linear sound at 8 kHz.
pub type Frame = [i16; FRAME];

/// No sound.
pub const SILENCE: Frame = [0; FRAME];
