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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::phone::HEADSET;
    use super::*;

    /// A device made by the kernel from what we say (Documentation/hid/uhid.rst); gone when dropped.
    struct Virtual(File);

    impl Virtual {
        fn create(name: &str) -> io::Result<Virtual> {
            let mut file = OpenOptions::new().read(true).write(true).open("/dev/uhid")?;
            let mut create = vec![0; 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4_096];
            create[0] = 11; // UHID_CREATE2
            create[4..4 + name.len()].copy_from_slice(name.as_bytes());
            create[260..262].copy_from_slice(&(HEADSET.len() as u16).to_le_bytes());
            create[262] = 3; // USB
            create[280..280 + HEADSET.len()].copy_from_slice(HEADSET);
            file.write_all(&create)?;
            Ok(Virtual(file))
        }

        fn report(&mut self, report: &[u8]) {
            let mut input = vec![12, 0, 0, 0, report.len() as u8, 0]; // UHID_INPUT2
            input.extend(report);
            self.0.write_all(&input).unwrap();
        }
    }

    #[test]
    fn sp_05_buttons_of_a_virtual_headset_reach_us() {
        let before = find();
        let mut headset = match Virtual::create("Ramal's test headset") {
            Ok(headset) => headset,
            Err(why) => return println!("NOT TESTED HERE: the kernel makes no virtual devices: /dev/uhid: {why}"),
        };
        let wait = |what: &str, mut ready: Box<dyn FnMut() -> Option<PathBuf> + '_>| {
            let deadline = Instant::now() + Duration::from_secs(10);
            loop {
                if let Some(found) = ready() {
                    return found;
                }
                assert!(Instant::now() < deadline, "no {what}");
                std::thread::yield_now();
            }
        };
        let is_new = || find().into_iter().find(|path| !before.contains(path) && Hidraw::open(path).is_ok());
        let path = wait("virtual device", Box::new(is_new));
        let mut buttons = Hidraw::open(&path).unwrap();
        headset.report(&[1, 0b10]);
        let hook = || (buttons.poll().unwrap() == [Press::Hook(true)]).then(PathBuf::new);
        wait("press of the hook switch", Box::new(hook));
        buttons.light(Lamps { ring: true, ..Lamps::default() }).unwrap();
    }
}
