//! Alerts as the page reads them: ids are text, as everywhere.

use engine::callback::{Alert as Wrongly, Wrong};
use engine::news::Alert;
use serde_json::{Value, json};

use crate::control::shaped;

use super::CallbackOwner;

pub fn alert(alert: &Alert) -> Value {
    match alert {
        Alert::Promise(alert) => callback(alert),
        Alert::Over(alert) => json!({ "over": self::alert(alert) }),
        alert => {
            let mut shape = shaped(alert);
            worded(&mut shape);
            shape
        }
    }
}

/// By the API's word for it.
fn callback(alert: &Wrongly) -> Value {
    let what = match &alert.what {
        Wrong::Exhausted => "exhausted",
        Wrong::Missed => "missed",
        Wrong::Unknown => "unknown",
        Wrong::NoAgent => "no-agent",
        Wrong::OwnerAbsent => "owner-absent",
        Wrong::Denied(_) => "denied",
        Wrong::NotStored => "not-stored",
        Wrong::ReturnLater => "return-later",
    };
    let rule = match &alert.what {
        Wrong::Denied(denial) => Some(&denial.rule),
        _ => None,
    };
    let owner = CallbackOwner::from(alert.owner);
    json!({ "callback": { "callback": alert.promise.to_string(), "owner": owner, "what": what, "rule": rule } })
}

/// 64 bits do not fit into a number of JavaScript.
fn worded(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    for (name, field) in fields {
        match field {
            Value::Number(id) if IDS.contains(&name.as_str()) => *field = Value::String(id.to_string()),
            field => worded(field),
        }
    }
}

const IDS: &[&str] = &["item", "call", "user", "reason", "queue", "recording"];

#[cfg(test)]
mod tests {
    use engine::callback::Owner;
    use engine::id::{PromiseId, QueueId};

    use super::*;

    #[test]
    fn an_id_is_text_in_an_alert_and_in_its_end() {
        let nobody = Alert::NobodySignedIn { queue: QueueId(u64::MAX), name: "SAC".to_owned() };
        let shape = json!({ "nobody-signed-in": { "queue": u64::MAX.to_string(), "name": "SAC" } });
        assert_eq!(alert(&nobody), shape);
        assert_eq!(alert(&Alert::Over(Box::new(nobody))), json!({ "over": shape }));
        let promise = Wrongly { promise: PromiseId(u64::MAX), owner: Owner::Queue(QueueId(12)), what: Wrong::Missed };
        let shape =
            json!({ "callback": u64::MAX.to_string(), "owner": { "queue": "12" }, "what": "missed", "rule": null });
        assert_eq!(alert(&Alert::Promise(promise))["callback"], shape);
        assert_eq!(alert(&Alert::DiskLow { free_mb: 9, least_mb: 10 })["disk-low"]["free_mb"], 9);
    }
}
