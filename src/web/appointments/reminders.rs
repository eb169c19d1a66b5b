//! Reminders: what a person has not seen yet of appointments that came to their end (AG-08).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use engine::id::AppointmentId;
use engine::staff::Permission;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::store::Departments;
use crate::web::body::Named;
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::Person;
use crate::web::shape::{Appointment, Id};

pub fn add(routes: Routes) -> Routes {
    let one = json!({ "at": "2026-11-23T12:00:00Z", "appointment": super::example() });
    routes
        .get(
            "/api/v1/reminders",
            list,
            about("Appointments that one is to know of and has not put away, newest first")
                .lists::<Reminder>(json!([one])),
        )
        .delete("/api/v1/reminders/{appointment}", put_away, about("It was seen"))
}

/// An appointment has come to its end, and one is to know.
#[derive(Serialize, ToSchema)]
pub struct Reminder {
    at: DateTime<Utc>,
    appointment: Appointment,
}

/// One's own departments'; and, of who makes appointments, those of departments with nobody in them.
fn looked_after(person: &Person, desk: &Arc<Desk>) -> Result<Departments, Error> {
    let rights = person.rights(desk)?;
    let makes = rights.held.contains(&Permission::Appointments);
    Ok(Departments { own: rights.departments, all_but: makes.then(|| desk.people.staff().staffed_departments()) })
}

async fn list(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<Reminder>>, Error> {
    let (user, departments) = (person.user, looked_after(&person, &desk)?);
    let lines = desk.read(move |reader| reader.notices(user, &departments)).await?;
    let shown = lines.iter().map(|line| Reminder { at: line.at, appointment: Appointment::from(&line.row) });
    Ok(axum::Json(shown.collect()))
}

async fn put_away(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(appointment): Named<Id>,
) -> Result<StatusCode, Error> {
    let (user, departments) = (person.user, looked_after(&person, &desk)?);
    let appointment = AppointmentId::from(appointment);
    match desk.stored(move |store| store.see_notice(appointment, user, &departments)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::not_found()),
    }
}
