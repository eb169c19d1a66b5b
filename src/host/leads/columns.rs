//! What the columns of a file are: by their names in two languages, unless somebody says otherwise.

use std::collections::BTreeMap;

use engine::fold::folded;
use serde::{Deserialize, Serialize};

use super::LONGEST_NAME;
use super::fault::Failure;

/// A column of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Column {
    /// As the file calls it; `column 3` where it has no name.
    pub name: String,
    pub meaning: Meaning,
}

/// What a column is read as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    Recipient,
    /// One of the numbers, tried in the order of the columns; its name is the label.
    Phone,
    Priority,
    Zone,
    /// Shown to the agent under its name.
    Field,
    Ignored,
}

/// From the names in the first line. `said` counts columns from 0.
pub(super) fn recognise<'a>(
    names: impl Iterator<Item = std::borrow::Cow<'a, str>>,
    said: &BTreeMap<usize, Meaning>,
) -> Result<Vec<Column>, Failure> {
    let mut columns: Vec<Column> = Vec::new();
    for (place, name) in names.enumerate() {
        if name.chars().count() > LONGEST_NAME {
            return Err(Failure::ColumnName(place + 1));
        }
        let found = said.get(&place).copied().unwrap_or_else(|| match meant(&name) {
            // There is one of each; whatever else is called so is a field.
            once @ (Meaning::Recipient | Meaning::Priority | Meaning::Zone)
                if said.values().any(|meaning| *meaning == once)
                    || columns.iter().any(|column| column.meaning == once) =>
            {
                Meaning::Field
            }
            other => other,
        });
        let name = if name.is_empty() { format!("column {}", place + 1) } else { name.into_owned() };
        columns.push(Column { name, meaning: found });
    }
    if let Some(column) = said.keys().find(|place| **place >= columns.len()) {
        return Err(Failure::NoSuchColumn { column: column + 1, columns: columns.len() });
    }
    match columns.iter().any(|column| column.meaning == Meaning::Phone) {
        true => Ok(columns),
        false => Err(Failure::NoPhone { found: columns }),
    }
}

/// Whatever the case, the accents and the number behind it.
fn meant(name: &str) -> Meaning {
    let plain = folded(name);
    let words: Vec<&str> =
        plain.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let words = words.join(" ");
    let known = KNOWN.iter().find(|(_, names)| names.contains(&words.as_str()));
    known.map_or(Meaning::Field, |(meaning, _)| *meaning)
}

const KNOWN: &[(Meaning, &[&str])] = &[
    (
        Meaning::Recipient,
        &[
            "nome",
            "nome completo",
            "nome do cliente",
            "cliente",
            "contato",
            "destinatario",
            "razao social",
            "name",
            "full name",
            "customer",
            "contact",
            "recipient",
        ],
    ),
    (
        Meaning::Phone,
        &[
            "telefone",
            "telefone fixo",
            "telefone celular",
            "telefone residencial",
            "telefone comercial",
            "fone",
            "tel",
            "celular",
            "cel",
            "fixo",
            "residencial",
            "comercial",
            "recado",
            "whatsapp",
            "numero",
            "numero de telefone",
            "phone",
            "phone number",
            "telephone",
            "mobile",
            "mobile phone",
            "cell",
            "cell phone",
            "home phone",
            "work phone",
            "number",
        ],
    ),
    (Meaning::Priority, &["prioridade", "priority"]),
    (Meaning::Zone, &["fuso", "fuso horario", "zona horaria", "time zone", "timezone", "zone", "tz"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str], said: &[(usize, Meaning)]) -> Result<Vec<Meaning>, Failure> {
        let names = names.iter().map(|name| std::borrow::Cow::Borrowed(*name));
        Ok(recognise(names, &said.iter().copied().collect())?.into_iter().map(|column| column.meaning).collect())
    }

    /// GN-13: columns are recognised in two languages, and the rest is shown to the agent.
    #[test]
    fn gn_13_columns_are_known_by_their_names() {
        use Meaning::{Field, Phone, Priority, Recipient, Zone};
        let found =
            read(&["NOME", "Telefone 1", "telefone_2", "Celular", "Prioridade", "Fuso Horário", "CPF", ""], &[]);
        assert_eq!(found.unwrap(), [Recipient, Phone, Phone, Phone, Priority, Zone, Field, Field]);
        let found = read(&["Phone Number", "Full name", "name", "time-zone"], &[]);
        assert_eq!(found.unwrap(), [Phone, Recipient, Field, Zone]);
        let found = read(&["cliente", "dono", "ddd e número"], &[(1, Recipient), (2, Phone)]);
        assert_eq!(found.unwrap(), [Field, Recipient, Phone], "as somebody says");
        assert!(matches!(read(&["nome", "cpf"], &[]), Err(Failure::NoPhone { .. })));
        assert!(matches!(read(&["fone"], &[(1, Zone)]), Err(Failure::NoSuchColumn { column: 2, columns: 1 })));
    }
}
