//! Leads by hand and from programs, some at a time (GN-13).

use std::sync::Arc;

use axum::extract::State;
use chrono::Utc;
use engine::campaign::ListState;
use engine::id::ListId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::leads::Given;
use crate::store::{Chunk, Kept, NewLead};
use crate::web::body::{Body, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::Id;
use crate::web::sheet::BadLine;

use super::may;

pub fn add(routes: Routes) -> Routes {
    let lead = json!({ "recipient": "Dona Maria", "phones": [{ "number": "(11) 98765-4321", "label": "celular" }], "priority": 5,
        "zone": null, "fields": [["CPF", "123.456.789-09"]] });
    let bad =
        json!({ "line": 2, "field": "phones", "code": "number", "text": "there is no such DDD; correct it, with DDD" });
    routes.post(
        "/api/v1/lead-lists/{list}/leads",
        fill,
        about("Adds leads, at most 500: the good ones, of which the list has no number yet")
            .takes::<NewLeads>(json!({ "leads": [lead] }))
            .gives::<LeadsAdded>(200, json!({ "created": 1, "twice": 0, "bad": [bad] })),
    )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLeads)]
pub struct NewLeads {
    leads: Vec<NewLeadForm>,
}

/// A lead on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLeadForm {
    #[serde(default)]
    recipient: String,
    /// In the order to be tried.
    phones: Vec<NewLeadPhone>,
    /// 1 (first) to 9; left out: 5.
    priority: Option<u8>,
    /// As `America/Manaus`; left out: by prefix.
    zone: Option<String>,
    /// Pairs of name and value, shown to the agent in this order.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<String>>)]
    fields: Vec<(String, String)>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLeadPhone {
    /// In any spelling.
    number: String,
    #[serde(default)]
    label: String,
}

/// What became of them.
#[derive(Serialize, ToSchema)]
pub struct LeadsAdded {
    created: u32,
    /// Left out because the list has all their numbers.
    twice: u32,
    /// By their place, from 1 on.
    bad: Vec<BadLine>,
}

async fn fill(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(list): Named<Id>,
    Body(wanted): Body<NewLeads>,
) -> Result<axum::Json<LeadsAdded>, Error> {
    may(&person).await?;
    if wanted.leads.len() > MOST_AT_ONCE {
        return Err(Error::field("leads", "too-many", format!("at most {MOST_AT_ONCE} at once")));
    }
    let id = ListId::from(list);
    let there = desk.read(move |reader| reader.list_of_leads(id)).await?;
    there.filter(|list| list.state != ListState::Discarded).ok_or_else(Error::not_found)?;
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (line, form) in (1..).zip(wanted.leads) {
        match read(form, &desk) {
            Ok(lead) => good.push(lead),
            Err(why) => bad.push(BadLine { line, ..why }),
        }
    }
    let Kept { leads, twice, .. } = keep(&desk, id, good).await?;
    let detail = json!({ "list": list, "created": leads });
    desk.audit(Some(person.user), person.address, "leads-added", detail).await?;
    Ok(axum::Json(LeadsAdded { created: leads, twice, bad }))
}

fn read(form: NewLeadForm, desk: &Desk) -> Result<NewLead, BadLine> {
    let NewLeadForm { recipient, phones, priority, zone, fields } = form;
    let phones = phones.into_iter().map(|phone| (phone.number, phone.label)).collect();
    Given { recipient, phones, priority, zone, fields }.read(desk.imports.rules()).map_err(|wrong| BadLine {
        line: 0,
        field: wrong.field.to_owned(),
        code: wrong.fault.code().to_owned(),
        text: wrong.fault.to_string(),
    })
}

async fn keep(desk: &Arc<Desk>, list: ListId, leads: Vec<NewLead>) -> Result<Kept, Error> {
    if leads.is_empty() {
        return Ok(Kept::default());
    }
    let node = desk.imports.node();
    let chunk = Chunk { list, leads, across_lists: false, node, now: Utc::now(), progress: None };
    // Discarded in this very moment: it is not there.
    desk.stored(move |store| store.add_leads(chunk)).await?.ok_or_else(Error::not_found)
}

const MOST_AT_ONCE: usize = 500;
