//! Alerts as the page reads them: ids are text, as everywhere.

use engine::news::Alert;
use serde_json::Value;

use crate::control::shaped;

pub fn alert(alert: &Alert) -> Value {
    let mut shape = shaped(alert);
    worded(&mut shape);
    shape
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

const IDS: &[&str] = &["item", "call", "user", "reason", "queue", "recording", "promise", "person"];

#[cfg(test)]
mod tests {
    use engine::id::QueueId;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_text_in_an_alert_and_in_its_end() {
        let nobody = Alert::NobodySignedIn { queue: QueueId(u64::MAX), name: "SAC".to_owned() };
        let shape = json!({ "nobody-signed-in": { "queue": u64::MAX.to_string(), "name": "SAC" } });
        assert_eq!(alert(&nobody), shape);
        assert_eq!(alert(&Alert::Over(Box::new(nobody))), json!({ "over": shape }));
        assert_eq!(alert(&Alert::DiskLow { free_mb: 9, least_mb: 10 })["disk-low"]["free_mb"], 9);
    }
}
