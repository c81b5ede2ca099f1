//! The seam to a database. It is low on purpose: SQL that every engine accepts goes in, rows come
//! out, and each query is written once. `conformance` holds the engines together.
//!
//! What queries keep to: placeholders `$1`, `$2` ... in the order of their first use; whole numbers,
//! text and bytes only; no types in the SQL but in migrations, which each engine has of its own.

use std::path::Path;

use crate::error::{Result, StoreError};

pub mod sqlite;

/// A database.
pub trait Engine: Send + Sync {
    /// Which one.
    fn dialect(&self) -> Dialect;

    /// Begins a transaction. Writers come one after the other; a writer sees everything that was
    /// committed before it began.
    ///
    /// # Errors
    /// The database cannot be used.
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction>>;

    /// Brings the schema up to date, one version after the other, each in a transaction of its own.
    ///
    /// # Errors
    /// The schema is newer than this program, or cannot be changed.
    fn migrate(&self) -> Result<()>;

    /// Drops what deleted rows left behind: journals, free pages (SEC-1).
    ///
    /// # Errors
    /// Somebody is still reading, or the disk is full.
    fn scrub(&self) -> Result<()>;

    /// Writes a copy without free pages to a new file.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    fn copy_to(&self, path: &Path) -> Result<()>;

    /// Every table and column, sorted: what the inventory is compared with (RTS-2).
    ///
    /// # Errors
    /// The database cannot be used.
    fn columns(&self) -> Result<Vec<(String, String)>>;
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A file in the data folder.
    Sqlite,
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading: one consistent state, however long it takes.
    Read,
    /// Writing.
    Write,
}

/// A transaction. Dropping it takes everything back.
pub trait Transaction: Send {
    /// Runs a query.
    ///
    /// # Errors
    /// A constraint forbids it, or the database cannot be used.
    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>>;

    /// Runs a statement; returns how many rows it touched.
    ///
    /// # Errors
    /// A constraint or an append-only rule forbids it, or the database cannot be used.
    fn execute(&self, sql: &str, values: &[Value]) -> Result<u64>;

    /// Makes everything durable.
    ///
    /// # Errors
    /// Nothing was changed.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// A value on its way into or out of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn value(&self, column: usize) -> &Value {
        self.0.get(column).unwrap_or(&Value::Null)
    }

    /// What a column holds.
    ///
    /// # Errors
    /// It holds something else.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T> {
        T::from_value(self.value(column)).ok_or_else(|| StoreError::damaged("a row of the database"))
    }
}

/// What can be read out of a column.
pub trait FromValue: Sized {
    /// The value, if it is one.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Int(number) = value { Some(*number) } else { None }
    }
}

impl FromValue for u64 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for u32 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Blob(bytes) = value { Some(bytes.clone()) } else { None }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<u64> for Value {
    /// Saturates; nothing that is counted here comes near.
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
