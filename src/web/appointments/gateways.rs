//! Gateways that a message may be sent by, and that a campaign may tell, for who fills in the form (AG-06).

use engine::access::{Action, Kind, Whose};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;

pub fn add(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/gateways",
        list,
        about("Gateways that a message may be sent by, or that a campaign may tell, as configured")
            .lists::<Gateway>(json!([{ "name": "whatsapp" }])),
    )
}

/// As configured; where it is and what it signs with, nobody is told.
#[derive(Serialize, ToSchema)]
pub struct Gateway {
    name: String,
}

async fn list(person: Person) -> Result<axum::Json<Vec<Gateway>>, Error> {
    if person.may(Action::Edit(Kind::Campaign), Whose::Nothing).await.is_err() {
        person.may(Action::See(Kind::Appointment), Whose::Nothing).await?;
    }
    let names = person.handle.gateways().await;
    Ok(axum::Json(names.into_iter().map(|name| Gateway { name }).collect()))
}
