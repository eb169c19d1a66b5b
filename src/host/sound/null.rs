//! The device of nobody: silence in, silence out.

use media::{Frame, SILENCE};

use super::Device;

/// Says nothing, hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct NullDevice;

impl Device for NullDevice {
    fn capture(&mut self) -> Frame {
        SILENCE
    }

    fn play(&mut self, _: &Frame) {}

    fn poll_failure(&mut self) -> Option<String> {
        None
    }
}
