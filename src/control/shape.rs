//! The engine's values as others read them: ids as text, since their 64 bits do not fit into the 53 that many readers
//! of JSON keep; measures without the digits that 32 bits never had.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

/// A value of the engine, to be written to a client.
pub fn shaped(value: &impl Serialize) -> Value {
    // Every type of the border serialises; its maps have names for keys.
    let mut value = serde_json::to_value(value).unwrap_or_default();
    each(&mut value, &|value, is_id| match value {
        Value::Number(number) if is_id => *value = number.to_string().into(),
        Value::Number(number) if number.is_f64() => {
            let short = number.as_f64().and_then(|wide| (wide as f32).to_string().parse::<f64>().ok());
            *value = short.map_or(Value::Null, Value::from);
        }
        _ => {}
    });
    value
}

/// What [`shaped`] wrote, to be read as the engine's types again.
pub fn plain(mut value: Value) -> Value {
    each(&mut value, &|value, is_id| {
        if is_id && let Some(id) = value.as_str().and_then(|id| id.parse::<u64>().ok()) {
            *value = id.into();
        }
    });
    value
}

fn each(value: &mut Value, change: &impl Fn(&mut Value, bool)) {
    each_of(value, false, change);
}

fn each_of(value: &mut Value, is_id: bool, change: &impl Fn(&mut Value, bool)) {
    match value {
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, value)| each_of(value, IDS.contains(&name.as_str()), change));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| each_of(value, is_id, change)),
        _ => change(value, is_id),
    }
}

/// Fields that hold an id, or several.
const IDS: &[&str] = &[
    "call",
    "leg",
    "bridged_with",
    "conference",
    "consults",
    "recording",
    "message",
    "user",
    "supervisor",
    "agent",
    "perfil",
    "queue",
    "queues",
    "item",
    "location",
    "reason",
    "after_call",
    "contact",
    "case",
    "promise",
    "appointment",
    "id",
    "schedule",
    "person",
    "owner",
    "department",
    "disposition",
    "campaign",
    "members",
    "lead",
    "list",
    "lists",
    "callback",
    "attempt",
];

/// Several calls' ids in a request.
pub(super) mod ids_text {
    use engine::id::CallId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(calls: &[CallId], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(calls.iter().map(CallId::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CallId>, D::Error> {
        #[derive(Deserialize)]
        struct One(#[serde(with = "super::id_text")] CallId);
        Ok(Vec::<One>::deserialize(deserializer)?.into_iter().map(|one| one.0).collect())
    }
}

/// An id in a request: text, as we write it, or a number.
fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(u64),
        Text(String),
    }
    match Id::deserialize(deserializer) {
        Ok(Id::Number(id)) => Ok(id),
        Ok(Id::Text(id)) => id.parse().map_err(|_| D::Error::custom("an id has digits only")),
        Err(_) => Err(D::Error::custom("an id is a string of digits")),
    }
}

macro_rules! id_texts {
    ($($module:ident $id:ident)*) => {$(
        pub(super) mod $module {
            use engine::id::$id;
            use serde::{Deserializer, Serializer};

            pub fn serialize<S: Serializer>(id: &$id, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(id)
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$id, D::Error> {
                super::read_id(deserializer).map($id)
            }
        }
    )*};
}

/// A number of the store's own.
pub(super) mod number_text {
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        super::read_id(deserializer)
    }
}

id_texts! { id_text CallId promise_text PromiseId campaign_text CampaignId list_text ListId lead_text LeadId }
