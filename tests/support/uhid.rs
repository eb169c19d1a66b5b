//! A headset that the kernel makes from what we say (Documentation/hid/uhid.rst): its buttons, and what is lit on it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use nix::libc::O_NONBLOCK;

use super::{LONG, wait_for};

/// Gone when dropped.
#[derive(Debug)]
pub struct Headset {
    kernel: File,
    /// Where its buttons are read.
    pub path: PathBuf,
}

impl Headset {
    /// An error: this kernel makes no virtual devices.
    pub fn plug_in(name: &str) -> io::Result<Headset> {
        let before = ramal::sound::hid::find();
        let mut kernel = OpenOptions::new().read(true).write(true).custom_flags(O_NONBLOCK).open("/dev/uhid")?;
        let mut create = vec![0; CREATE_SIZE];
        create[0] = CREATE2;
        create[4..4 + name.len()].copy_from_slice(name.as_bytes());
        create[260..262].copy_from_slice(&(DESCRIPTOR.len() as u16).to_le_bytes());
        create[262] = USB;
        create[280..280 + DESCRIPTOR.len()].copy_from_slice(DESCRIPTOR);
        kernel.write_all(&create)?;
        let is_new = || ramal::sound::hid::find().into_iter().find(|path| !before.contains(path) && path.exists());
        let path = wait_for(LONG, "the virtual headset", is_new);
        Ok(Headset { kernel, path })
    }

    /// Its hook switch is now so.
    pub fn hook(&mut self, off: bool) {
        self.report(&[1, u8::from(off) << 1]);
    }

    /// Waits until it was told to light exactly these: bits for off-hook, ring, mute.
    pub fn wait_lit(&mut self, lamps: u8) {
        wait_for(LONG, &format!("lamps {lamps:03b}"), || {
            let mut event = [0; EVENT_SIZE];
            let length = self.kernel.read(&mut event).unwrap_or(0);
            // The report lies behind the event's number; how long it is stands behind its 4,096 bytes.
            (length > 6 && event[0] == OUTPUT && event[4..6] == [2, lamps]).then_some(())
        });
    }

    fn report(&mut self, report: &[u8]) {
        let mut input = vec![INPUT2, 0, 0, 0, report.len() as u8, 0];
        input.extend(report);
        self.kernel.write_all(&input).expect("the kernel takes reports of a device that it made");
    }
}

/// Report 1: hook switch as its second bit, then mute, flash, redial. Report 2: off-hook, ring, mute.
const DESCRIPTOR: &[u8] = &[
    0x05, 0x0b, 0x09, 0x05, 0xa1, 0x01, 0x85, 0x01, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x09, 0x20, 0x81,
    0x23, 0x09, 0x20, 0x81, 0x22, 0x95, 0x03, 0x09, 0x2f, 0x09, 0x21, 0x09, 0x24, 0x81, 0x06, 0x95, 0x03, 0x81, 0x01,
    0x05, 0x08, 0x85, 0x02, 0x95, 0x03, 0x09, 0x17, 0x09, 0x18, 0x09, 0x09, 0x91, 0x22, 0x95, 0x05, 0x91, 0x01, 0xc0,
];
/// UHID_OUTPUT, UHID_CREATE2, UHID_INPUT2 of linux/uhid.h, and the sizes of their events.
const OUTPUT: u8 = 6;
const CREATE2: u8 = 11;
const INPUT2: u8 = 12;
const CREATE_SIZE: usize = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4_096;
const EVENT_SIZE: usize = 4 + 4_380;
/// BUS_USB of linux/input.h.
const USB: u8 = 3;
