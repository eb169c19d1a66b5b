//! How the machine is: room on the disk, and whether the kernel's clock follows another (VZ-17). Looked at four times a minute; what is worth
//! an alert is for the engine to say.

use std::path::Path;

use engine::alert::Health;

/// What can be measured now; blocks for a system call or two.
pub fn measure(folder: &Path) -> Health {
    Health { free_mb: free_mb(folder), clock_synchronised: clock_synchronised() }
}

fn free_mb(folder: &Path) -> Option<u64> {
    let space = nix::sys::statvfs::statvfs(folder).ok()?;
    Some(space.blocks_available().saturating_mul(space.fragment_size()) / 1_000_000)
}

/// What NTP or whoever disciplines the clock has told the kernel: adjtimex(2).
#[expect(
    unsafe_code,
    reason = "no safe crate has adjtimex; it reads into a value of ours that is whole before and after"
)]
fn clock_synchronised() -> Option<bool> {
    // SAFETY: all zero bytes are a valid timex, and modes = 0 asks for a look only.
    let state = unsafe {
        let mut asked: libc::timex = std::mem::zeroed();
        libc::adjtimex(&mut asked)
    };
    match state {
        -1 => None,
        state => Some(state != libc::TIME_ERROR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_disk_and_a_missing_folder_has_none() {
        assert!(measure(Path::new("/")).free_mb.is_some());
        assert_eq!(measure(Path::new("/nowhere/at/all")).free_mb, None);
    }
}
