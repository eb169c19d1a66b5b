//! The committed description of the API, held against what the daemon really says: every answer and every line of the live
//! socket that a test reads passes here.

use std::sync::LazyLock;

use serde_json::{Map, Value};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("it is committed")).expect("it is JSON")
});

/// Panics where an answer is not what the document promises of this route.
pub fn holds_of_answer(method: &str, path: &str, status: u16, body: &Value) {
    let path = path.split('?').next().unwrap_or(path);
    let routes = DOCUMENT["paths"].as_object().expect("there are routes");
    let Some((_, route)) = routes.iter().find(|(pattern, _)| fits(pattern, path)) else { return };
    let answers = &route[method.to_ascii_lowercase()]["responses"];
    let promised = answers.get(status.to_string()).unwrap_or(&answers["default"]);
    let schema = &promised["content"]["application/json"]["schema"];
    if !schema.is_null()
        && let Err(why) = is(body, schema)
    {
        panic!("{method} {path} {status} is not as described: {why}\n{body:#}");
    }
}

/// Panics where a line of the live socket is not what the document promises.
pub fn holds_of_line(line: &Value) {
    if let Err(why) = is(line, &DOCUMENT["components"]["schemas"]["Line"]) {
        panic!("a line is not as described: {why}\n{line:#}");
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let all = pattern.split('/').all(|want| parts.next().is_some_and(|part| want == part || want.starts_with('{')));
    all && parts.next().is_none()
}

/// As much of JSON Schema as the document uses; a field that no schema names is a fault too.
fn is(value: &Value, schema: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or(name);
        return is(value, &DOCUMENT["components"]["schemas"][name]).map_err(|why| format!("{name}: {why}"));
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let faults: Vec<_> = choices.iter().map(|one| is(value, one)).filter_map(Result::err).collect();
        return if faults.len() < choices.len() { Ok(()) } else { Err(faults.join(" / ")) };
    }
    if schema.get("allOf").is_some() {
        return fields(value, schema);
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Err(format!("{value} is none of {words:?}"));
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::String(kind) => vec![kind.as_str()],
        _ => return Ok(()),
    };
    match value {
        Value::Object(_) if kinds.contains(&"object") => fields(value, schema),
        Value::Array(values) if kinds.contains(&"array") => {
            values.iter().try_for_each(|value| is(value, &schema["items"]))
        }
        _ if kinds.contains(&kind(value)) || kinds.contains(&"number") && value.is_number() => Ok(()),
        _ => Err(format!("{value} is not {kinds:?}")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) | Value::Object(_) => "another kind",
    }
}

fn fields(value: &Value, schema: &Value) -> Result<(), String> {
    let (mut known, mut required) = (Map::new(), Vec::new());
    gather(schema, &mut known, &mut required);
    let object = value.as_object().ok_or_else(|| format!("{value} is no object"))?;
    if let Some(name) = required.iter().find(|name| !object.contains_key(**name)) {
        return Err(format!("{name} is missing"));
    }
    if known.is_empty() {
        let each = schema.get("additionalProperties").filter(|each| each.is_object());
        return each.map_or(Ok(()), |each| object.values().try_for_each(|value| is(value, each)));
    }
    object.iter().try_for_each(|(name, value)| {
        let schema = known.get(name).ok_or_else(|| format!("{name} is not described"))?;
        is(value, schema).map_err(|why| format!("{name}: {why}"))
    })
}

fn gather<'a>(schema: &'a Value, known: &mut Map<String, Value>, required: &mut Vec<&'a str>) {
    let target = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
    let schema = target.map_or(schema, |name| &DOCUMENT["components"]["schemas"][name]);
    schema["allOf"].as_array().into_iter().flatten().for_each(|part| gather(part, known, required));
    known.extend(schema["properties"].as_object().cloned().unwrap_or_default());
    required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
}
