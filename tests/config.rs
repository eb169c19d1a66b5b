//! The configuration as an administrator meets it: what is refused and in which words, and what a good file becomes.
#![expect(non_snake_case, reason = "behaviour ids are written as in the specification")]
#![expect(clippy::unwrap_used, reason = "a test fails where it fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::appointment::Scope;
use engine::config::{AccountKind, AccountName, Codec, DeviceName, DtmfMode, GroupName, HoldMode, PrackMode};
use engine::number::{Number, NumberKind};
use engine::rules::{Level, Rules, Whom};
use engine::sip::uri::{Host, Transport};
use ramal::config::{ConfigError, Device, Loaded, Warning, load, needs_restart, sections};

fn env(name: &str) -> Option<String> {
    match name {
        "RAMAL_1002" | "RAMAL_1102" => Some("hunter2".to_owned()),
        "CREDENTIALS_DIRECTORY" => Some("tests/config/credentials".to_owned()),
        _ => None,
    }
}

fn read(name: &str) -> Result<(Loaded, Vec<Warning>), Vec<ConfigError>> {
    load(&Path::new("tests/config").join(name), &env)
}

fn lines<T: ToString>(all: &[T]) -> String {
    all.iter().map(|one| one.to_string() + "\n").collect()
}

/// Compares with `tests/config/NAME.errors`; with BLESS set in the environment writes it instead.
fn assert_errors(name: &str) {
    let outside_systemd = |name: &str| env(name).filter(|_| name != "CREDENTIALS_DIRECTORY");
    let file = Path::new("tests/config").join(name).with_extension("toml");
    let told = lines(&load(&file, &outside_systemd).unwrap_err());
    assert!(!told.contains("hunter2"), "a secret is told: {told}");
    let snapshot = Path::new("tests/config").join(name).with_extension("errors");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&snapshot, &told).unwrap();
    }
    let expected = fs::read_to_string(&snapshot).unwrap_or_default();
    assert_eq!(told, expected, "\n{told}");
}

/// A file of its own for one test.
fn scratch(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn SP_10_an_unknown_key_is_refused_with_a_suggestion() {
    assert_errors("unknown_keys");
}

#[test]
fn SP_10_every_wrong_value_is_told_at_once_with_what_is_allowed() {
    assert_errors("wrong_values");
}

#[test]
fn SP_10_a_name_that_does_not_exist_is_refused() {
    assert_errors("references");
}

#[test]
fn SP_10_an_aor_in_two_places_is_refused_naming_both() {
    assert_errors("duplicates");
}

#[test]
fn SP_10_a_missing_or_doubled_password_is_refused_and_never_told() {
    assert_errors("secrets");
}

#[test]
fn SP_10_wrong_rows_are_listed_with_their_lines() {
    assert_errors("rows");
}

#[test]
fn SP_10_broken_toml_is_told_without_showing_the_line() {
    assert_errors("syntax");
}

#[test]
fn SP_10_a_desktop_that_could_be_reached_or_forged_by_others_is_refused() {
    for name in ["web", "web_open", "web_both"] {
        assert_errors(name);
    }
}

#[test]
fn SP_10_AG_06_a_gateway_that_others_could_read_or_forge_is_refused() {
    assert_errors("webhooks");
}

#[test]
fn AG_06_a_gateway_is_known_to_the_engine_by_its_name_alone() {
    let file = scratch(
        "gateways.toml",
        "[registrar.pbx]\nhost = \"127.0.0.1\"\n[extension.1001]\nsecret = \"x\"\n\
         [webhook.whatsapp]\nurl = \"https://gateway.example.com/v1?token=hunter2\"\nsecret = \"hunter2\"\n\
         [webhook.sms]\nurl = \"http://[fd00::7]:8080\"\nsecret = \"hunter2\"\ntimeout = \"30s\"\n",
    );
    let (loaded, _) = load(&file, &env).unwrap();
    assert_eq!(loaded.engine.hooks.iter().map(String::as_str).collect::<Vec<_>>(), ["sms", "whatsapp"]);
    let told = format!("{loaded:?}{}", serde_json::to_string(&loaded.shell).unwrap());
    assert!(!told.contains("hunter2"), "a secret is told: {told}");
    let whatsapp = &loaded.shell.webhooks["whatsapp"];
    assert_eq!((whatsapp.url.secure, whatsapp.url.port, &*whatsapp.url.path.0), (true, 443, "/v1?token=hunter2"));
    assert_eq!(whatsapp.timeout, Duration::from_secs(10));
    let sms = &loaded.shell.webhooks["sms"];
    assert_eq!((sms.url.secure, sms.url.port, &*sms.url.path.0), (false, 8080, "/"));
    let reloaded = load(&file, &env).unwrap().0;
    assert!(needs_restart(&loaded, &reloaded).is_empty());
}

#[test]
fn SP_10_a_missing_file_is_told() {
    assert_errors("no-such-file");
}

#[test]
fn a_quirk_without_a_source_is_refused() {
    assert_errors("unsourced");
}

#[test]
fn SP_10_every_documented_key_is_read_and_its_value_checked() {
    for (section, keys) in sections().into_iter().filter(|(section, _)| !section.starts_with("columns")) {
        for key in keys {
            let header = if ["listen", "extensions"].contains(&section) {
                format!("[[{section}]]")
            } else {
                format!("[{section}]")
            };
            let file = scratch("every-key.toml", &format!("{header}\n{key} = {{ nonsense = 1 }}\n"));
            let errors = load(&file, &env).unwrap_err();
            let about = |error: &ConfigError| error.place.key.as_deref() == Some(key) && error.place.line == Some(2);
            assert!(
                errors.iter().any(|error| about(error) && !error.problem.starts_with("unknown")),
                "{section} {key}: {errors:?}"
            );
        }
    }
}

#[test]
fn the_documentation_lists_every_key_and_no_other() {
    let text = fs::read_to_string("docs/configuration.md").unwrap();
    for (section, mut keys) in sections() {
        let headings = [format!("## [{section}]"), format!("## [[{section}]]"), format!("## {section}")];
        let chapter = text
            .split("\n## ")
            .find(|chapter| headings.iter().any(|heading| heading[3..] == *chapter.lines().next().unwrap()));
        let chapter = chapter.unwrap_or_else(|| panic!("no chapter {section}"));
        let cell = |line: &str| line.strip_prefix("| `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
        let mut documented: Vec<String> = chapter.lines().filter_map(cell).collect();
        documented.sort();
        keys.sort_unstable();
        assert_eq!(documented, keys, "{section}");
    }
}

#[test]
fn six_lines_are_a_whole_configuration() {
    let (loaded, _) = read("minimal.toml").unwrap();
    let account = &loaded.engine.accounts[&AccountName::from("1001")];
    assert_eq!(account.kind, AccountKind::Extension);
    assert_eq!(account.domain, Host::Ip("192.168.0.10".parse().unwrap()));
    assert_eq!((account.profile.name.as_str(), account.profile.reject_status), ("asterisk", 486));
    assert_eq!(account.device.as_str(), "null");
    assert_eq!(account.register_expires, Duration::from_secs(300));
    assert_eq!(loaded.engine.default_route, Some(AccountName::from("1001")));
    assert_eq!(loaded.engine.zone, chrono_tz::America::Sao_Paulo);
    let group = &loaded.engine.groups[&GroupName::from("pbx")];
    assert_eq!((group.registrations_per_second, group.probe_every, group.probe), (20, Duration::from_secs(15), true));
    let sockets: Vec<_> = loaded.shell.listen.iter().map(|one| (one.transport, one.address.to_string())).collect();
    assert_eq!(sockets, [(Transport::Udp, "0.0.0.0:5070".to_owned()), (Transport::Tcp, "0.0.0.0:5070".to_owned())]);
    assert_eq!(loaded.shell.control_socket, Path::new("tests/config/ramal-data/control.sock"));
}

#[test]
fn SP_15_extensions_and_trunks_take_what_they_do_not_say_from_their_registrar() {
    let (loaded, warnings) = read("full.toml").unwrap();
    let account = |name: &str| loaded.engine.accounts[&AccountName::from(name)].clone();

    let ana = account("1001");
    assert_eq!(ana.display.as_deref(), Some("Ana Luísa"));
    assert_eq!((ana.profile.name.as_str(), ana.profile.nat, ana.device.as_str()), ("house", true, "robot"));
    let credentials = ana.credentials.clone().unwrap();
    assert_eq!(
        (credentials.user.as_str(), &*credentials.secret.0, credentials.realm.as_deref()),
        ("ana-1001", "hunter2", Some("pbx"))
    );
    assert_eq!(account("1002").credentials.clone().unwrap().secret.0.as_ref(), "hunter2");
    assert_eq!(account("1002").profile.prack, PrackMode::Required, "the folder overrides what is shipped");
    assert_eq!(account("1002").domain, Host::Name("example.com".to_owned()));
    assert_eq!((account("1002").max_calls, account("1002").register_expires), (4, Duration::from_secs(600)));

    assert_eq!((ana.watch.clone(), ana.mwi), (vec!["1002".to_owned(), "*41".to_owned()], true));
    assert_eq!((account("1002").watch.clone(), account("1002").mwi), (Vec::new(), false));

    let joao = account("1101");
    assert!(joao.mwi && joao.watch.is_empty(), "of all rows");
    assert_eq!(
        (joao.display.as_deref(), joao.device.as_str(), joao.register_expires),
        (Some("João"), "robot", Duration::from_secs(120))
    );
    assert_eq!(
        (joao.profile.dtmf, joao.profile.reject_status, joao.profile.codecs.as_slice()),
        (DtmfMode::Info, 486, &[Codec::Pcmu][..])
    );
    assert_eq!((joao.profile.session_timer.expires, joao.profile.keep_alive), (None, None));
    let silva = account("1102");
    assert_eq!((silva.display.as_deref(), silva.group.as_str(), silva.max_calls), (Some("Silva; Ana"), "carrier", 5));

    let carrier = account("carrier");
    assert_eq!(
        (carrier.kind, carrier.limits.calls_at_once, carrier.caller_ids.len()),
        (AccountKind::RegisteredTrunk, 60, 2)
    );
    assert_eq!(carrier.dial_format.national.as_deref(), Some("0{carrier}{ddd}{number}"));
    assert_eq!((account("gateway").kind, account("gateway").credentials.clone()), (AccountKind::AddressedTrunk, None));
    assert_eq!(loaded.engine.default_route, Some(AccountName::from("carrier")));
    let apart = loaded.engine.appointments;
    assert_eq!((apart.distance_minutes, apart.scope, apart.late_hours), (10, Scope::Agent, 48), "AG-03");
    assert_eq!((loaded.shell.files.keep_days, loaded.shell.files.most_mib), (7, 500), "AG-05");

    let registrar = &loaded.engine.groups[&GroupName::from("pbx")].registrar;
    assert_eq!(
        (registrar.host.clone(), registrar.port, registrar.transport),
        (Host::Name("pbx.example.com".to_owned()), Some(5080), Transport::Tcp)
    );
    assert_eq!(loaded.shell.listen.len(), 3);
    assert_eq!(loaded.shell.dns.hosts["pbx.example.com"].len(), 2);
    let Device::File { record, repeat, .. } = &loaded.shell.devices[&DeviceName::from("robot")] else {
        panic!("not a file")
    };
    assert_eq!((record.as_deref(), *repeat), (Some(Path::new("tests/config/heard.wav")), true));
    let phone = &loaded.engine.phones[&DeviceName::from("mesa")];
    assert_eq!((&*phone.number, phone.account.as_str()), ("2001", "1002"));
    assert!(lines(&warnings).contains("full.csv: is not UTF-8; read as Latin-1"), "{}", lines(&warnings));
    assert!(!format!("{loaded:?}{warnings:?}").contains("hunter2"));
}

#[test]
fn freepbx_exports_are_read_as_they_are() {
    let (loaded, warnings) = read("freepbx.toml").unwrap();
    let names: Vec<_> =
        loaded.engine.accounts.values().map(|account| (account.name.as_str(), account.display.as_deref())).collect();
    assert_eq!(names, [("2001", Some("Ana \"Aninha\" Souza")), ("2002", Some("João, o Silva"))]);
    assert!(lines(&warnings).contains("freepbx.csv:4: left out: not a SIP extension"), "{}", lines(&warnings));
}

#[test]
fn a_password_that_everybody_can_read_is_a_warning() {
    let file = scratch("open.toml", &fs::read_to_string("tests/config/minimal.toml").unwrap());
    let warnings_at = |mode| {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        lines(&load(&file, &env).unwrap().1)
    };
    let told = warnings_at(0o644);
    assert!(told.contains("open.toml:6: [extension.1001] secret: everybody on this machine can read"), "{told}");
    assert_eq!(warnings_at(0o640), "");
}

#[test]
fn five_thousand_extensions_are_read_in_well_under_a_second() {
    let mut rows = "extension,secret,name\n".to_owned();
    rows.extend((10_000..15_000).map(|number| format!("{number},hunter2-{number},Agente {number}\n")));
    scratch("many.csv", &rows);
    let file =
        scratch("many.toml", "[registrar.pbx]\nhost = \"pbx.example.com\"\n[[extensions]]\ncsv = \"many.csv\"\n");
    let begin = Instant::now();
    let (loaded, _) = load(&file, &env).unwrap();
    assert_eq!(loaded.engine.accounts.len(), 5_000);
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[test]
fn SP_06_a_reload_says_what_needs_a_restart() {
    let before = read("minimal.toml").unwrap().0;
    let changed = "[daemon]\nnode = 1\nlog = \"debug\"\n[[listen]]\naddress = \"127.0.0.1:5070\"\n[registrar.pbx]\nhost = \"127.0.0.2\"\n\
                   [gate]\nallow_international = true\n[profile.generic]\nhold = \"sendonly\"\n[extension.1001]\nsecret = \"other\"\n";
    let after = load(&scratch("changed.toml", changed), &env).unwrap().0;
    assert_eq!(needs_restart(&before, &before), [""; 0]);
    assert_eq!(needs_restart(&before, &after), ["listen", "daemon.data_dir", "daemon.control_socket", "daemon.node"]);
    assert_eq!(after.engine.accounts[&AccountName::from("1001")].profile.hold, HoldMode::Sendonly);
    assert_ne!(before.engine.gate.version, after.engine.gate.version);
    assert_eq!(before, read("minimal.toml").unwrap().0);
}

#[test]
fn the_example_is_a_good_configuration() {
    let loaded = load(Path::new("docs/ramal.toml"), &env).map_err(|errors| lines(&errors)).unwrap().0;
    assert_eq!(loaded.engine.accounts.len(), 3);
}

#[test]
fn SP_10_wrong_rules_are_told_with_file_line_and_key() {
    assert_errors("wrong_rules");
}

/// What the rules say of a number on a day: its zones, and the holiday that it keeps there.
fn on(rules: &Rules, number: &str, day: &str) -> (Vec<&'static str>, Option<String>) {
    let number = Number::read(number, &read("minimal.toml").unwrap().0.engine.gate).unwrap();
    let day = day.parse().unwrap();
    let area = rules.area(&number, day);
    let levels = [Level::National, Level::State, Level::Municipal].into();
    let holiday = rules.holiday(day, Whom::of(&number, area), &levels);
    let zones = area.map(|area| area.zones.iter().map(|zone| zone.name()).collect());
    (zones.unwrap_or_default(), holiday.map(|holiday| holiday.name.clone()))
}

#[test]
fn the_rules_that_are_shipped_know_every_ddd_and_the_years_holidays() {
    let rules = read("minimal.toml").unwrap().0.engine.rules;
    let place = |number: &str| on(&rules, number, "2026-03-12").0;
    let gate = read("minimal.toml").unwrap().0.engine.gate;
    let landline = |ddd| Number::read(&format!("+55{ddd}34567890"), &gate).ok();
    let given_out = (11..=99).filter_map(landline).filter(|number| number.kind == NumberKind::National);
    let placed: Vec<bool> = given_out.map(|number| !place(&number.normalised).is_empty()).collect();
    assert_eq!(placed, [true; 67]);
    assert_eq!(place("+5568912345678"), ["America/Rio_Branco"]);
    assert_eq!(place("+5597912345678"), ["America/Manaus", "America/Eirunepe"]);
    assert_eq!(place("+558134567890"), ["America/Recife"]);
    assert_eq!(place("+5581912345678"), ["America/Recife", "America/Noronha"]);
    assert_eq!(place("+558136191234"), ["America/Noronha"]);
    assert_eq!(place("+351211234567"), [""; 0]);
    let good_fridays = ["2025-04-18", "2026-04-03", "2027-03-26", "2028-04-14", "2029-03-30", "2030-04-19"];
    for day in good_fridays {
        assert_eq!(on(&rules, "+551134567890", day).1.as_deref(), Some("Paixão de Cristo"), "{day}");
    }
    for (number, day, holiday) in [
        ("+551134567890", "2026-12-25", Some("Natal")),
        ("+551134567890", "2023-11-20", None),
        ("+551134567890", "2024-11-20", Some("Dia Nacional de Zumbi e da Consciência Negra")),
        ("+551134567890", "2020-07-09", None),
        ("+551134567890", "2020-05-25", Some("Revolução Constitucionalista")),
        ("+551134567890", "2026-07-09", Some("Revolução Constitucionalista")),
        ("+552134567890", "2026-07-09", None),
        ("+552134567890", "2026-02-17", Some("Carnaval")),
        ("+551134567890", "2026-02-17", None),
        ("+552734567890", "2026-04-13", Some("Nossa Senhora da Penha")),
        ("+556834567890", "2026-01-20", None),
        ("+556834567890", "2026-01-23", Some("Dia do Católico")),
    ] {
        assert_eq!(on(&rules, number, day).1.as_deref(), holiday, "{number} {day}");
    }
    assert_eq!(rules.hours.iter().map(|hours| hours.name.as_str()).collect::<Vec<_>>(), ["telemarketing"]);
    assert!(rules.terms().all(|(_, term)| !term.source.is_empty()));
}

#[test]
fn a_folder_of_rules_replaces_files_of_the_same_name_and_adds_others() {
    let rules = read("rules.toml").unwrap().0.engine.rules;
    let shipped = read("minimal.toml").unwrap().0.engine.rules;
    assert_ne!(rules.version, shipped.version, "each decision says by which rules");
    assert_eq!(shipped.version, read("minimal.toml").unwrap().0.engine.rules.version);
    let minutes: Vec<_> = rules.hours[0].week.days[0].iter().map(|span| (span.from, span.until)).collect();
    assert_eq!((rules.hours.len(), minutes), (2, vec![(480, 720), (780, 1_200)]));
    assert_eq!(on(&rules, "+351211234567", "2026-03-12").0, ["Europe/Lisbon"]);
    assert_eq!(on(&rules, "+551932345678", "2026-12-08").1.as_deref(), Some("Nossa Senhora da Conceição"));
    assert_eq!(on(&rules, "+551134567890", "2026-12-08").1, None);
    assert_eq!(on(&rules, "+551134567890", "2026-12-25").1.as_deref(), Some("Natal"), "the others stay");
}

/// What a pack lays down on a day, in words.
fn laid_down(pack: &str, day: &str) -> Vec<String> {
    let rules = read("minimal.toml").unwrap().0.engine.rules;
    let day = day.parse().unwrap();
    let pack = rules.packs[pack].clone();
    let terms = pack.terms().filter(|(_, term)| term.holds(day));
    terms.map(|(rule, _)| rule.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn GN_15_the_packs_that_are_shipped_lay_down_what_holds_on_a_day_and_nothing_that_is_over() {
    let today = "2026-11-23";
    assert_eq!(laid_down("brazil-telecom", today), ["calling hours", "2 attempts a day", "15 attempts a month"]);
    assert_eq!(laid_down("brazil-telecom", "2019-09-24"), [""; 0]);
    let short = "short calls: not 100000 calls a day with 850 of 1,000 short";
    let large = "large caller: more than 500000 calls a month";
    let voluntary = "Prefix 0303 for telemarketing is voluntary.";
    assert_eq!(laid_down("brazil-prudential", "2026-05-31"), ["calling hours", short, large, voluntary]);
    assert_eq!(laid_down("brazil-prudential", "2026-06-01"), ["calling hours", large, voluntary]);
    assert_eq!(laid_down("brazil-prudential", "2028-11-01"), ["calling hours", voluntary]);
    assert_eq!(
        laid_down("united-states", today),
        [
            "calling hours",
            "at most 30 of 1,000 answered calls abandoned within 30 days",
            "ring at least 15 s",
            "do-not-call lists at most 31 days old"
        ]
    );
    let wait = "no call without an agent for 72 h after an abandoned one";
    let unsafe_now = "No rate of abandoned calls is safe: each silent or abandoned call may be misuse.";
    assert_eq!(laid_down("united-kingdom", today), [wait, unsafe_now]);
    let three = "at most 30 of 1,000 answered calls abandoned within 1 days";
    assert_eq!(laid_down("united-kingdom", "2017-02-28"), [three, wait]);
}

#[test]
fn GN_15_the_packs_hours_are_those_of_the_called_partys_wall() {
    let loaded = read("minimal.toml").unwrap().0.engine;
    let is_open = |pack: &str, number: &str, at: &str| {
        let rules = &loaded.rules;
        let number = Number::read(number, &loaded.gate).unwrap();
        let gate = engine::config::GateRules { allow_international: true, ..loaded.gate.clone() };
        let law = engine::gate::Law { gate: &gate, rules, zone: loaded.zone, pack: rules.packs.get(pack) };
        let civil: chrono::DateTime<chrono::Utc> = at.parse().unwrap();
        let now = engine::time::Now { moment: engine::time::Moment::ZERO, civil };
        engine::gate::next_open(&law, &number, now).is_some_and(|next| next.at == civil)
    };
    for pack in ["brazil-prudential", "brazil-telecom"] {
        for (at, open) in [
            ("2026-11-23T11:59:00Z", false),
            ("2026-11-23T12:00:00Z", true),
            ("2026-11-23T23:59:00Z", true),
            ("2026-11-24T00:00:00Z", false),
            ("2026-11-28T12:59:00Z", false),
            ("2026-11-28T13:00:00Z", true),
            ("2026-11-28T19:00:00Z", false),
            ("2026-11-29T15:00:00Z", false),
            ("2026-12-25T15:00:00Z", false),
        ] {
            assert_eq!(is_open(pack, "+5511987654321", at), open, "{pack} {at}");
        }
    }
    // Eight in the west is late morning in the east, and nine in the east is the end in the west.
    for (at, open) in [
        ("2026-11-23T15:59:00Z", false),
        ("2026-11-23T16:00:00Z", true),
        ("2026-11-24T00:29:00Z", true),
        ("2026-11-24T00:30:00Z", false),
        ("2026-11-29T17:00:00Z", true),
    ] {
        assert_eq!(is_open("united-states", "+12125550123", at), open, "{at}");
    }
    assert!(is_open("united-states", "+18085550123", "2026-11-23T18:00:00Z"), "eight in Honolulu");
    assert!(!is_open("united-states", "+18085550123", "2026-11-23T17:59:00Z"));
}
