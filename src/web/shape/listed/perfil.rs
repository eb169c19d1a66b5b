//! *Perfis*: sets of permissions with a name.

use engine::access::Kind;
use engine::id::PerfilId;
use engine::staff::{self, Entry, EntryId, Permission, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::Id;

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Perfil {
    perfil: Id,
    name: String,
    /// It always exists and cannot be changed.
    builtin: bool,
    permissions: Vec<String>,
}

impl Listed for Perfil {
    type New = Perfil;
    const PATH: &'static str = "/api/v1/perfis";
    const PATH_OF_ONE: &'static str = "/api/v1/perfis/{perfil}";
    const ID: &'static str = "perfil";
    const KIND: Kind = Kind::Perfil;

    fn entry_id(id: Id) -> EntryId {
        EntryId::Perfil(id.into())
    }

    fn of(entry: &Entry, _: &Staff) -> Option<Perfil> {
        let Entry::Perfil(perfil) = entry else { return None };
        let permissions = perfil.permissions.iter().map(|permission| permission.name().to_owned()).collect();
        Some(Perfil {
            perfil: perfil.perfil.into(),
            name: perfil.name.clone(),
            builtin: perfil.builtin.is_some(),
            permissions,
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let permission = |name: &String| {
            let known = Permission::ALL.iter().copied().find(|permission| permission.name() == name);
            known.ok_or_else(|| Error::field("permissions", "unknown", "permissions: one of them does not exist"))
        };
        let permissions = self.permissions.iter().map(permission).collect::<Result<_, _>>()?;
        let perfil = PerfilId::from(self.perfil);
        let builtin = staff::Builtin::ALL.into_iter().find(|builtin| self.builtin && builtin.id() == perfil);
        Ok(Entry::Perfil(staff::Perfil { perfil, name: self.name, builtin, permissions }))
    }

    fn defaults() -> Value {
        json!({ "builtin": false, "permissions": [] })
    }

    fn example() -> Value {
        json!({ "perfil": "20", "name": "Retenção", "builtin": false, "permissions": ["calls", "calls.see-all"] })
    }
}
