//! An engine that dies in the middle of its work.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use grata_store::engine::{Access, Dialect, Engine, Row, Transaction, Value};
use grata_store::{Result, StoreError, StoreErrorKind};

/// An engine that does so many writes more, and then nothing at all: as if the process had died. A commit is
/// two: it dies before it, or after it.
pub struct Dying {
    pub inner: Arc<dyn Engine>,
    pub left: Arc<AtomicI64>,
}

/// As if nobody were going to die.
pub const FOREVER: i64 = i64::MAX / 2;

pub fn write_or_die(left: &AtomicI64) -> Result<()> {
    if left.fetch_sub(1, Ordering::SeqCst) > 0 { Ok(()) } else { Err(dead()) }
}

pub fn dead() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "this process is dead")
}

impl Engine for Dying {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction>> {
        let inner = self.inner.begin(access)?;
        Ok(Box::new(DyingTransaction { inner, left: Arc::clone(&self.left) }))
    }
    fn migrate(&self) -> Result<()> {
        self.inner.migrate()
    }
    fn scrub(&self) -> Result<()> {
        write_or_die(&self.left)?;
        self.inner.scrub()?;
        write_or_die(&self.left)
    }
    fn copy_to(&self, path: &Path) -> Result<()> {
        self.inner.copy_to(path)
    }
    fn columns(&self) -> Result<Vec<(String, String)>> {
        self.inner.columns()
    }
}

pub struct DyingTransaction {
    pub inner: Box<dyn Transaction>,
    pub left: Arc<AtomicI64>,
}

impl Transaction for DyingTransaction {
    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        if self.left.load(Ordering::SeqCst) < 0 { Err(dead()) } else { self.inner.query(sql, values) }
    }
    fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        write_or_die(&self.left)?;
        self.inner.execute(sql, values)
    }
    fn commit(self: Box<Self>) -> Result<()> {
        let Self { inner, left } = *self;
        write_or_die(&left)?;
        inner.commit()?;
        write_or_die(&left)
    }
}
