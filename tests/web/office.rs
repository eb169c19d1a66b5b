//! A daemon that serves the desktop, with an administrator and as many people as a test needs.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::exchange;
use crate::support::{Browser, Daemon, Folder, Host, LONG, wait_for};

pub const PASSWORD: &str = "correct horse";

/// A running daemon; killed when dropped.
#[derive(Debug)]
pub struct Office {
    // Dropped in this order: the daemon ends before its folder goes.
    pub daemon: Daemon,
    pub folder: Folder,
    pub host: Host,
}

impl Office {
    /// Nobody is there yet. `web`: more keys of `[web]`; `rest`: more sections.
    pub fn empty(name: &str, web: &str, rest: &str) -> Office {
        let (folder, host) = (Folder::new(name), Host::claim());
        let ip = host.address();
        let pbx = exchange::answer(ip);
        let toml = format!(
            "[daemon]\ndata_dir = \"data\"\n[[listen]]\naddress = \"{ip}:5060\"\n[media]\nips = [\"{ip}\"]\n\
             [web]\nlisten = [\"{ip}:8080\"]\n{web}\n[registrar.pbx]\nhost = \"{pbx}\"\n\
             [extension.2107]\nsecret = \"x\"\n[extension.2108]\nsecret = \"x\"\n\
             [trunk.carrier]\nregistrar = \"pbx\"\n{rest}\n"
        );
        let daemon = Daemon::start(&toml, folder.path());
        Office { daemon, folder, host }
    }

    /// With an administrator, `ana`, who is signed in.
    pub fn new(name: &str) -> (Office, Browser) {
        Office::with(name, "", "")
    }

    pub fn with(name: &str, web: &str, rest: &str) -> (Office, Browser) {
        let office = Office::empty(name, web, rest);
        let ana = office.set_up();
        (office, ana)
    }

    /// Behind a PBX, with an administrator. `pbx`: the keys of its section; `rest`: more sections.
    pub fn behind(folder: Folder, pbx: &str, rest: &str) -> (Office, Browser) {
        let host = Host::claim();
        let ip = host.address();
        let toml = format!(
            "[daemon]\ndata_dir = \"data\"\n[[listen]]\naddress = \"{ip}:5060\"\n[media]\nips = [\"{ip}\"]\n\
             [web]\nlisten = [\"{ip}:8080\"]\n[registrar.pbx]\n{pbx}\n[device.null]\ntype = \"null\"\n{rest}\n"
        );
        let daemon = Daemon::start(&toml, folder.path());
        let office = Office { daemon, folder, host };
        let ana = office.set_up();
        (office, ana)
    }

    fn set_up(&self) -> Browser {
        let (mut ana, token) = (self.browser(), self.link());
        let setup = json!({ "token": token, "name": "Ana", "login": "ana", "password": PASSWORD });
        let answer = ana.post("/setup", &setup);
        assert_eq!(answer.status, 204, "{answer:?}");
        ana.keep(&answer);
        ana
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host.address(), 8080)
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.address())
    }

    /// The token of the link that the daemon printed last.
    pub fn link(&self) -> String {
        wait_for(LONG, "the set-up link", || {
            let log = self.daemon.log();
            let token = log.rsplit_once("/#/setup/")?.1;
            Some(token.split_whitespace().next()?.to_owned()).filter(|token| token.len() == 64)
        })
    }

    /// Somebody new, who is signed in; and their id. `fields`: others than usual.
    pub fn hire(&self, administrator: &Browser, login: &str, fields: Value) -> (Browser, String) {
        let mut user = json!({ "login": login, "name": login, "perfil": "1", "password": PASSWORD });
        for (name, value) in fields.as_object().into_iter().flatten() {
            user[name] = value.clone();
        }
        let answer = administrator.post("/users", &user);
        assert_eq!(answer.status, 201, "{answer:?}");
        let mut browser = self.browser();
        assert_eq!(browser.sign_in(login, PASSWORD).status, 200);
        (browser, answer.json()["user"].as_str().unwrap().to_owned())
    }
}
