//! What each column holds: of whom, why, for how long, how it goes, and whether the person it is
//! about gets it with their data. A column without a label does not pass the tests (RTS-2).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Result, StoreError};

/// Whom a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// A person in a picture, or who answers for one.
    Subject,
    /// A photo, and whoever may be in it: nobody is named.
    Photo,
    /// Someone of the organisation.
    Staff,
    /// Nobody.
    Nobody,
}

/// The label of a column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Whom it is about.
    pub whose: Whose,
    /// What it is needed for.
    pub why: String,
    /// How long it is kept.
    pub keep: String,
    /// How it goes.
    pub erase: String,
    /// `yes`, or `no: ` and the reason: whether it is in the access package of the person.
    pub package: String,
}

impl Label {
    /// Whether the person it is about gets it with their data.
    pub fn in_package(&self) -> bool {
        self.package == "yes"
    }
}

/// All labels, by table and column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Inventory(BTreeMap<String, BTreeMap<String, Label>>);

impl Inventory {
    /// The labels of this version of grata.
    ///
    /// # Errors
    /// `Internal`: a test makes sure that it does not happen.
    pub fn load() -> Result<Self> {
        toml::from_str(include_str!("../inventory.toml")).map_err(|error| {
            StoreError::new(crate::StoreErrorKind::Internal, "the inventory cannot be read").because(error)
        })
    }

    /// The label of a column.
    pub fn label(&self, table: &str, column: &str) -> Option<&Label> {
        self.0.get(table)?.get(column)
    }

    /// Every table and column that has a label, sorted.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &str, &Label)> {
        self.0.iter().flat_map(|(table, columns)| {
            columns.iter().map(move |(column, label)| (table.as_str(), column.as_str(), label))
        })
    }
}
