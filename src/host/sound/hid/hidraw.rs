//! Linux's raw access to human interface devices: `/dev/hidrawN`, and in sysfs what they are.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::libc::O_NONBLOCK;

use super::{Buttons, Lamps, Phone, Press};

/// An open device with a hook switch.
#[derive(Debug)]
pub struct Hidraw {
    file: File,
    phone: Phone,
}

/// Every device with a hook switch that is plugged in, whether it may be opened or not (a udev rule with `uaccess` lets the
/// person at the screen).
pub fn find() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(CLASS) else { return Vec::new() };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let phones = names.filter(|name| descriptor(Path::new(name)).is_ok_and(|bytes| Phone::new(&bytes).is_some()));
    phones.map(|name| Path::new("/dev").join(name)).collect()
}

impl Hidraw {
    /// # Errors
    /// It is not there, may not be opened, or has no hook switch.
    pub fn open(path: &Path) -> io::Result<Hidraw> {
        let name = path.file_name().ok_or(ErrorKind::NotFound)?;
        let phone = Phone::new(&descriptor(Path::new(name))?).ok_or(ErrorKind::Unsupported)?;
        let file = OpenOptions::new().read(true).write(true).custom_flags(O_NONBLOCK).open(path)?;
        Ok(Hidraw { file, phone })
    }
}

impl Buttons for Hidraw {
    fn poll(&mut self) -> io::Result<Vec<Press>> {
        let (mut presses, mut report) = (Vec::new(), [0; LONGEST]);
        for _ in 0..MOST_REPORTS {
            match self.file.read(&mut report) {
                Ok(length) => presses.extend(self.phone.read(report.get(..length).unwrap_or_default())),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(presses)
    }

    fn light(&mut self, lamps: Lamps) -> io::Result<()> {
        self.phone.light(lamps).iter().try_for_each(|report| self.file.write_all(report))
    }
}

fn descriptor(name: &Path) -> io::Result<Vec<u8>> {
    fs::read(Path::new(CLASS).join(name).join("device/report_descriptor"))
}

const CLASS: &str = "/sys/class/hidraw";
/// Longer than any telephone's.
const LONGEST: usize = 1_024;
/// Of one poll: a device that floods takes no more of our time.
const MOST_REPORTS: usize = 64;
