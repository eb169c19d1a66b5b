//! A floor that dials a predictive campaign: agents with an ear of their own each, a trunk, a list of people, and who steers it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::office::Office;
use crate::support::{Browser, Folder, LONG, wait_for};

pub struct Floor {
    pub office: Office,
    pub agents: Vec<Browser>,
    pub ana: Browser,
    pub campaign: String,
    pub list: String,
    pub leads: u32,
}

/// What it is made of.
pub struct Plan<'a> {
    /// Keys of the PBX's section.
    pub pbx: &'a str,
    /// Keys of the trunk's section, but for its registrar.
    pub trunk: &'a str,
    /// More keys of the gate's section, where whoever asks at night is served too, and sections after it.
    pub gate: &'a str,
    /// Each agent's extension, with its password.
    pub agents: Vec<(u32, String)>,
    /// So many, whose numbers begin like this.
    pub leads: (u32, u32),
    /// Others of the campaign than usual.
    pub terms: Value,
    pub lines: u32,
    /// In a second.
    pub starts: u32,
}

impl Floor {
    pub fn new(folder: Folder, plan: &Plan<'_>) -> Floor {
        let extension = |(number, password): &(u32, String)| {
            format!("[extension.{number}]\nsecret = \"{password}\"\ndevice = \"null\"\n")
        };
        let extensions: String = plan.agents.iter().map(extension).collect();
        let rest = format!(
            "[gate]\nhours = \"always\"\n{}\n[trunk.tronco]\nregistrar = \"pbx\"\n{}\n{extensions}",
            plan.gate, plan.trunk
        );
        let (office, ana) = Office::behind(folder, plan.pbx, &rest);
        let hire = |(place, (number, _)): (usize, &(u32, String))| {
            let fields = json!({ "ramal": number.to_string(), "name": name(place) });
            let (agent, _) = office.hire(&ana, &format!("a{number}"), fields);
            assert_eq!(agent.post("/agent/sign-in", &json!({ "device": null })).status, 204);
            agent
        };
        let agents = plan.agents.iter().enumerate().map(hire).collect();
        let (campaign, list) = campaign_of(&ana, plan);
        let floor = Floor { office, agents, ana, campaign, list, leads: plan.leads.0 };
        floor.steer("start");
        floor
    }

    pub fn steer(&self, to: &str) {
        let steered = self.ana.post(&format!("/campaigns/{}/steer", self.campaign), &json!({ "to": to }));
        assert_eq!(steered.status, 204, "{steered:?}");
    }

    pub fn repace(&self, change: &Value) {
        let changed = self.ana.send("PATCH", &format!("/campaigns/{}/pace", self.campaign), Some(change));
        assert_eq!(changed.status, 200, "{changed:?}");
    }

    /// Until every line is registered: what is dialled before has no way out.
    pub fn registered(&self) {
        wait_for(LONG, "the registrations", || {
            let mut page = self.ana.live().ok()?;
            page.say(&json!({ "since": null }));
            let accounts = page.line()?["snapshot"]["accounts"].as_array()?.clone();
            let up = |account: &Value| account["registration"]["state"] == "registered";
            (accounts.len() == self.agents.len() + 1 && accounts.iter().all(up)).then_some(())
        });
    }

    /// Attempts of today by result.
    pub fn results(&self) -> BTreeMap<String, u64> {
        let day = chrono::Utc::now().with_timezone(&chrono_tz::America::Sao_Paulo).date_naive();
        let told = self.ana.get(&format!("/campaigns/{}/results?day={day}", self.campaign)).json();
        let mut all = BTreeMap::new();
        for hour in told["hours"].as_array().unwrap_or(&Vec::new()) {
            for (result, count) in hour["results"].as_object().into_iter().flatten() {
                *all.entry(result.clone()).or_default() += count.as_u64().unwrap_or_default();
            }
        }
        all
    }
}

/// One of 420, the next one unlike the last.
fn name(place: usize) -> String {
    let (first, last) = (FIRST[place % FIRST.len()], LAST[place % LAST.len()]);
    format!("{first} {last}")
}

const FIRST: [&str; 28] = [
    "Luana",
    "Bruno",
    "Aparecida",
    "Caio",
    "Dalva",
    "Edson",
    "Fátima",
    "Gustavo",
    "Helena",
    "Ivan",
    "Joana",
    "Kleber",
    "Lúcia",
    "Mário",
    "Nair",
    "Otávio",
    "Paula",
    "Rita",
    "Sérgio",
    "Tânia",
    "Ulisses",
    "Vera",
    "Wilson",
    "Yara",
    "Zélia",
    "Antônio",
    "Conceição",
    "Davi",
];
const LAST: [&str; 15] = [
    "Andrade",
    "Nogueira",
    "da Silva",
    "Pereira",
    "Moura",
    "Teixeira",
    "dos Santos",
    "Figueiredo",
    "Prado",
    "Barbosa",
    "Lima",
    "Gonçalves",
    "de Oliveira",
    "Ferraz",
    "Souza",
];

/// Each lead is tried once, whatever comes of it.
fn campaign_of(ana: &Browser, plan: &Plan<'_>) -> (String, String) {
    let Plan { lines, starts, leads: (leads, prefix), .. } = plan;
    let made = ana.post("/lead-lists", &json!({ "name": "Clientes", "source": "CRM", "dated": null, "expires": null }));
    let list = made.json()["list"].as_str().unwrap().to_owned();
    let lead = |number: u32| {
        let phone = json!({ "number": format!("{prefix}{number:07}"), "label": "celular" });
        let plan = ["Essencial", "Família", "Empresa"][number as usize % 3];
        json!({ "recipient": name(number as usize + 40), "phones": [phone], "fields": [["Plano", plan]] })
    };
    let all: Vec<Value> = (0..*leads).map(lead).collect();
    for part in all.chunks(500) {
        let add = || ana.post(&format!("/lead-lists/{list}/leads"), &json!({ "leads": part }));
        // Nobody may ask for much at once.
        let added = wait_for(LONG, "leads to be taken", || Some(add()).filter(|answer| answer.status != 429));
        assert_eq!((added.status, added.json()["bad"].clone()), (200, json!([])), "{added:?}");
    }
    let results = [
        "connected",
        "machine",
        "abandoned",
        "busy",
        "no-answer",
        "rejected",
        "congestion",
        "number-unknown",
        "withdrawn",
        "failed",
    ];
    let once: serde_json::Map<String, Value> =
        results.iter().map(|result| ((*result).to_owned(), json!({ "kind": "finish" }))).collect();
    let pace = json!({ "lines": lines, "starts_per_second": starts, "abandoned_permille": 30, "ring_s": 15, "notice": "encerrada",
        "cool_down_hours": 72 });
    let mut fields = json!({ "mode": "predictive", "lists": [list], "routes": [{ "account": "tronco", "weight": 1 }], "pace": pace,
        "retry": { "results": once, "dispositions": {}, "limits": [] } });
    let terms = plan.terms.as_object().into_iter().flatten();
    terms.for_each(|(name, value)| fields[name] = value.clone());
    (campaign(ana, "Renova", fields), list)
}

/// The agents work until `stop`, or until the daemon is gone; meanwhile `what` happens.
pub fn at_work<T>(agents: &[Browser], campaign: &str, what: impl FnOnce(&AtomicBool) -> T) -> T {
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let works: Vec<_> = agents.iter().map(|agent| scope.spawn(move || work(agent, campaign, stop))).collect();
        let came = {
            let _stops = Stops(stop);
            what(stop)
        };
        // Whoever asked something while the daemon was killed has no answer.
        works.into_iter().for_each(|work| drop(work.join()));
        came
    })
}

/// However the story ends, the agents stop: their pages hear of a campaign that runs.
struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An agent: takes part, talks with whoever comes, and closes the record.
fn work(agent: &Browser, campaign: &str, stop: &AtomicBool) {
    let Ok(mut page) = agent.live() else { return };
    page.say(&json!({ "since": null }));
    let joined = agent.post(&format!("/campaigns/{campaign}/join"), &json!({}));
    assert_eq!(joined.status, 204, "{joined:?}");
    while let Some(line) = page.line() {
        let seen =
            line["snapshot"]["records"].as_array().cloned().unwrap_or_else(|| vec![line["news"]["record"].clone()]);
        for record in seen.iter().filter(|record| record["place"] == "closing") {
            let path = format!("/records/{}/close", record["lead"].as_str().unwrap_or_default());
            agent.post(&path, &json!({ "disposition": null, "stop": false }));
        }
        if stop.load(Ordering::Relaxed) {
            return;
        }
    }
}
