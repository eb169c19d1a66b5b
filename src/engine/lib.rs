//! Decides everything about signalling and calls; touches nothing.
//!
//! How to drive it:
//!
//! 1. Make an [`Engine`] with a seed from the operating system.
//! 2. Hand in the configuration, the lent port blocks and what the store remembers.
//! 3. For everything that happens, call [`Engine::handle`] with the [`border::Input`] and the present [`time::Now`].
//! 4. Then call [`Engine::poll_output`] until it gives `None`, and do what each output says.
//! 5. Sleep until [`Engine::poll_timeout`] or the next input, whichever is first; a due timeout is `Input::Timeout`.
//!
//! Same inputs, same outputs: there is no clock, thread, socket, hash order or ambient randomness in here.

pub mod access;
pub mod agent;
pub mod alert;
pub mod appointment;
pub mod assign;
pub mod border;
pub mod call;
pub mod callback;
pub mod campaign;
pub mod case;
pub mod config;
pub mod fold;
pub mod gate;
pub mod id;
pub mod judgement;
pub mod leg;
pub mod messages;
pub mod news;
pub mod number;
pub mod outbox;
pub mod owner;
pub mod pacing;
pub mod protocolo;
pub mod random;
pub mod records;
pub mod registration;
pub mod rules;
pub mod sdp;
pub mod sip;
pub mod staff;
pub mod subscription;
pub mod time;
pub mod trial;

mod answers;
mod engine;
mod watch;

pub use engine::Engine;
