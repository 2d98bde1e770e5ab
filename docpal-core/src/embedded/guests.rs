//! Who holds a lock on a file, where the system tells.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;

/// The processes that hold a lock on this file; none where the system has no list of locks.
pub(super) fn of(file: &File) -> Vec<u32> {
    let Ok(found) = file.metadata() else { return Vec::new() };
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let mut holders = holders(&locks, found.dev(), found.ino());
    holders.sort_unstable();
    holders.dedup();
    holders
}

/// Lines as `1: FLOCK  ADVISORY  READ 1409 fe:00:12904824 0 EOF`; those who wait have `->` behind the number.
fn holders(locks: &str, device: u64, inode: u64) -> Vec<u32> {
    let place = format!("{:02x}:{:02x}:{inode}", rustix::fs::major(device), rustix::fs::minor(device));
    let holder = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let is_held = words.next()? == "FLOCK";
        let pid = words.nth(2)?.parse().ok()?;
        (is_held && words.next()? == place).then_some(pid)
    };
    locks.lines().filter_map(holder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_found_by_the_file_and_those_who_wait_are_none() {
        let locks = "1: FLOCK  ADVISORY  READ 14 fe:00:129 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 15 fe:00:129 0 EOF\n\
                     2: FLOCK  ADVISORY  READ 16 fe:01:129 0 EOF\n3: POSIX  ADVISORY  READ 17 fe:00:129 0 EOF\n\
                     4: FLOCK  ADVISORY  READ 18 fe:00:129 0 EOF\nbroken\n";
        assert_eq!(holders(locks, rustix::fs::makedev(0xfe, 0), 129), [14, 18]);
        assert_eq!(holders("", 1, 1), Vec::<u32>::new());
    }
}
