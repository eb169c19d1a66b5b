//! Packets and samples: no sockets, no devices, no clock.
//!
//! How to drive it: make a [`leg::RtpLeg`] and hand it the whole wanted state with
//! [`leg::RtpLeg::handle_order`]; give it every datagram with `handle_packet` and `handle_rtcp`; pass what
//! `handle_packet` gives back to the legs that relay it; once per 20 ms call `listen` where somebody needs
//! samples, then `tick`, then `poll_event` until `None`. Time is always an argument.

pub mod codec;
pub mod detect;
pub mod dtmf;
pub mod feed;
pub mod frame;
pub mod leg;
pub mod mix;
pub mod oneway;
pub mod order;
pub mod outgoing;
pub mod playout;
pub mod quality;
pub mod reception;
pub mod record;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod sound;
pub mod source;
pub mod time;
pub mod tone;

pub use frame::{Frame, Rate, SILENCE, TICK_MS};
