//! What goes wrong: power, clocks, disks.

use chrono::TimeDelta;

use crate::world::{Event, Relief, World};

impl World {
    pub fn trouble(&mut self) {
        match self.random.below(9) {
            0..=3 => {
                // At the next thing that is done, or some things later.
                let most = [3, 10, 60][self.random.below(3) as usize];
                let left = self.random.below(most);
                self.say(|| format!("the power will fail after {left} outputs"));
                self.shell.fuse = Some(left);
            }
            4 => self.clock_jumps(),
            5 => {
                self.say(|| "the disk fails".to_owned());
                self.shell.store_fails = true;
                let span = 1_000 + self.random.below(600_000);
                self.put(span, Event::Relief(Relief::Disk));
            }
            6 => self.disk_is_silent(),
            _ => {
                self.say(|| "the disk is slow".to_owned());
                self.shell.store_is_slow = true;
                let span = 500 + self.random.below(20_000);
                self.put(span, Event::Relief(Relief::SlowDisk));
            }
        }
    }

    pub fn disk_is_silent(&mut self) {
        self.say(|| "the disk does not say what is written".to_owned());
        self.shell.store_is_silent = true;
        let span = 500 + self.random.below(20_000);
        self.put(span, Event::Relief(Relief::SilentDisk));
    }

    fn clock_jumps(&mut self) {
        let span = [1, 100, 310, 3_600, 86_400, 30_000_000, 315_000_000][self.random.below(7) as usize];
        let span = TimeDelta::seconds(i64::from(1 + self.random.below(span)));
        let span = if self.random.below(2) == 0 { span } else { -span };
        self.say(|| format!("the clock jumps by {span}"));
        (self.now.civil, self.skew) = (self.now.civil + span, self.skew + span);
        self.judge.clock_jumped(self.now);
        let until = 1_000 + self.random.below(1_200_000);
        self.put(until, Event::Relief(Relief::Clock));
    }

    pub fn relieve(&mut self, relief: Relief) {
        self.say(|| format!("{relief:?} is well again"));
        let now = self.now;
        match relief {
            Relief::Clock => self.clock_is_right(),
            Relief::Disk => {
                self.shell.store_fails = false;
                self.judge.disk_works(now);
            }
            Relief::SilentDisk => {
                self.shell.store_is_silent = false;
                while self.shell.store_says_more(now) {
                    self.collect();
                }
                self.judge.disk_works(now);
            }
            Relief::SlowDisk => {
                self.shell.store_wakes(now);
                self.judge.disk_works(now);
            }
        }
        self.collect();
    }
}
