//! A story in a real browser, told by a script of `web/shots`; what happens outside the browser, the test does.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Killed with us.
pub struct Script(Child);

impl Script {
    /// Node with Debian's Chromium and the page's own packages; None, said aloud, where one is missing.
    pub fn start(name: &str, link: &str, environment: &[(&str, String)]) -> Option<Script> {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
        let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
        let wanted = [PathBuf::from(&chromium), web.join("node_modules/puppeteer-core")];
        if let Some(missing) = wanted.iter().find(|path| !path.exists()) {
            eprintln!("NOT SEEN IN A BROWSER: {} is not there; run tests/interop/install", missing.display());
            return None;
        }
        // The kernel ends it with us, even when we are killed.
        let mut node = Command::new("setpriv");
        node.args(["--pdeathsig", "KILL", "--", "node"]).arg(format!("shots/{name}.mjs")).current_dir(web);
        node.env("RAMAL_LINK", link)
            .env("CHROMIUM", chromium)
            .envs(environment.iter().map(|(key, value)| (key, value)));
        Some(Script(node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node of tests/interop/install")))
    }

    /// Until its end, which must be a good one; `act` does what it wishes.
    pub fn play(mut self, mut act: impl FnMut(&str), explain: impl FnOnce() -> String) {
        let (mut tell, said) = (self.0.stdin.take().unwrap(), BufReader::new(self.0.stdout.take().unwrap()));
        for line in said.lines().map_while(Result::ok) {
            match line.strip_prefix("> ") {
                Some(wish) => {
                    act(wish);
                    writeln!(tell, "done").expect("the script listens");
                }
                None => println!("{line}"),
            }
        }
        let ended = self.0.wait().expect("a child of ours");
        assert!(ended.success(), "{ended}; the daemon said:\n{}", explain());
    }
}
