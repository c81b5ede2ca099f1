//! Everything that is held about a person: every row that names them in every table, every column
//! that the inventory puts into the package, opened (RTS-1, RTS-2). A column that is added comes
//! along by its label; nobody has to remember it here.

use std::collections::{BTreeMap, BTreeSet};

use grata_core::id::SubjectId;
use grata_core::signed::canonical;
use serde_json::json;

use crate::engine::Value;
use crate::error::{Result, StoreError};
use crate::inventory::Inventory;
use crate::tx::Reader;

/// A row about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// In which table.
    pub table: String,
    /// What it says, by column. Bytes in hexadecimal, moments in microseconds since 1970.
    pub values: BTreeMap<String, String>,
}

impl std::fmt::Debug for HeldRow {
    /// The table alone: values could end up in a log (SEC-3).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeldRow({})", self.table)
    }
}

/// Columns by which a row names a person.
const NAMING: &[&str] = &["subject", "own"];

impl Reader {
    /// Everything that is held about a person, by table.
    ///
    /// # Errors
    /// There is no such person, or something cannot be opened: an incomplete package is none.
    pub fn held_about(&self, subject: SubjectId) -> Result<Vec<HeldRow>> {
        if self.revision(subject)?.is_none() {
            return Err(StoreError::not_found("person"));
        }
        let inventory = Inventory::load()?;
        let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (table, column, _) in inventory.columns() {
            tables.entry(table).or_default().push(column);
        }
        let mut held = Vec::new();
        for (table, columns) in &tables {
            let naming: Vec<&str> = match *table {
                "subjects" => vec!["id"],
                _ => columns.iter().copied().filter(|column| NAMING.contains(column)).collect(),
            };
            if naming.is_empty() {
                continue;
            }
            // Names of tables and columns are those of the inventory, which is part of the program.
            let wheres: Vec<String> = naming.iter().map(|column| format!("{column} = $1")).collect();
            let sql = format!("SELECT {} FROM {table} WHERE {}", columns.join(", "), wheres.join(" OR "));
            for row in self.tx.query(&sql, &[Value::from(subject)])? {
                let row: BTreeMap<&str, Value> = columns.iter().copied().zip(row.0).collect();
                held.push(self.held_row(subject, table, &row, &inventory)?);
            }
        }
        Ok(held)
    }

    fn held_row(
        &self,
        subject: SubjectId,
        table: &str,
        row: &BTreeMap<&str, Value>,
        inventory: &Inventory,
    ) -> Result<HeldRow> {
        let mut values = BTreeMap::new();
        for (column, value) in row {
            let wanted = inventory.label(table, column).is_some_and(|label| label.in_package());
            if !wanted || *value == Value::Null {
                continue;
            }
            let (name, text) = match (column.strip_prefix("sealed_"), value) {
                (Some(name), Value::Blob(sealed)) => {
                    (name, self.open_column(subject, table, column, row, sealed)?)
                }
                (_, value) => (*column, plain(value)),
            };
            values.insert(name.to_string(), text);
        }
        Ok(HeldRow { table: table.to_string(), values })
    }

    fn open_column(
        &self,
        subject: SubjectId,
        table: &str,
        column: &str,
        row: &BTreeMap<&str, Value>,
        sealed: &[u8],
    ) -> Result<String> {
        let damaged = || StoreError::damaged("something sealed");
        if table == "log_payloads" {
            let number = |column: &str| match row.get(column) {
                Some(Value::Int(number)) => u64::try_from(*number).map_err(|_| damaged()),
                _ => Err(damaged()),
            };
            let opening = self.open_opening(subject, number("place")?, number("part")?, sealed)?;
            return Ok(canonical(&json!({
                "nonce": opening.nonce.to_string(),
                "payload": opening.payload,
            })));
        }
        let Some(Value::Blob(id)) = row.get("id") else { return Err(damaged()) };
        let id: [u8; 16] = id.as_slice().try_into().map_err(|_| damaged())?;
        self.open_text(subject, table, column, &id, sealed)
    }

    /// Every table that can name a person: for the test that looks for what an erasure has left.
    #[doc(hidden)]
    pub fn tables_naming_people() -> Result<BTreeSet<String>> {
        let inventory = Inventory::load()?;
        Ok(inventory
            .columns()
            .filter(|(table, column, _)| *table == "subjects" || NAMING.contains(column))
            .map(|(table, _, _)| table.to_string())
            .collect())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
