//! SQLite, in a file of the data folder. Every connection asserts how it is set up (SEC-1): what a
//! distribution or a build chose as its default does not count.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql};

use crate::engine::{Access, Dialect, Engine, Row, Transaction, Value};
use crate::error::{Result, StoreError, StoreErrorKind};

/// Versions of the schema, oldest first. They are never changed once released, only added to.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_first.sql"),
    include_str!("../../migrations/sqlite/0002_evidence.sql"),
    include_str!("../../migrations/sqlite/0003_accounts.sql"),
    include_str!("../../migrations/sqlite/0004_actors.sql"),
    include_str!("../../migrations/sqlite/0005_channels.sql"),
    include_str!("../../migrations/sqlite/0006_passkeys.sql"),
    include_str!("../../migrations/sqlite/0007_emergencies.sql"),
    include_str!("../../migrations/sqlite/0008_identities.sql"),
    include_str!("../../migrations/sqlite/0009_codes.sql"),
    include_str!("../../migrations/sqlite/0010_groups.sql"),
    include_str!("../../migrations/sqlite/0011_enrolling.sql"),
    include_str!("../../migrations/sqlite/0012_own_device.sql"),
    include_str!("../../migrations/sqlite/0013_windows.sql"),
    include_str!("../../migrations/sqlite/0014_unmet_handles.sql"),
];

/// How long a writer waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What each connection sets and then asks for. Deleted content is overwritten, nothing temporary
/// touches the disk, a commit is on the disk when it returns, references hold.
const PRAGMAS: &[(&str, &str)] = &[
    ("secure_delete", "1"),
    ("temp_store", "2"),
    ("journal_mode", "wal"),
    ("synchronous", "2"),
    ("foreign_keys", "1"),
    ("trusted_schema", "0"),
    ("cell_size_check", "1"),
];

/// A SQLite database.
#[derive(Debug, Clone)]
pub struct Sqlite {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Sqlite {
    /// The database in this file, which is made if it is not there.
    ///
    /// # Errors
    /// It cannot be opened, or not be set up as it has to be.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Self { path: path.to_path_buf(), idle: Arc::default() };
        let connection = database.connect()?;
        database.idle().push(connection);
        Ok(database)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // A panic elsewhere leaves a list of connections, none of which is in a transaction.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<Connection> {
        let connection = Connection::open(&self.path).map_err(refine)?;
        set_up(&connection)?;
        Ok(connection)
    }

    fn take(&self) -> Result<Connection> {
        let idle = self.idle().pop();
        idle.map_or_else(|| self.connect(), Ok)
    }
}

/// Sets up a connection and makes sure of it.
///
/// # Errors
/// A setting did not take.
pub(crate) fn set_up(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE).map_err(refine)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Without it a kept statement is planned anew each time its values change, for statistics that nobody
    // has gathered.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(refine)?;
    for (name, wanted) in PRAGMAS {
        connection.pragma_update(None, name, wanted).map_err(refine)?;
    }
    for (name, wanted) in PRAGMAS {
        let found = connection
            .pragma_query_value(None, name, |row| {
                Ok(match row.get_ref(0)? {
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    _ => String::new(),
                })
            })
            .map_err(refine)?;
        if found != *wanted {
            let message = format!("SQLite does not keep {name} at {wanted}: it says {found}");
            return Err(StoreError::new(StoreErrorKind::Internal, message));
        }
    }
    Ok(())
}

/// Truncates the journal and drops free pages.
///
/// # Errors
/// Somebody is still reading, or the disk is full.
pub(crate) fn scrub(connection: &Connection) -> Result<()> {
    truncate_journal(connection)?;
    connection.execute_batch("VACUUM").map_err(refine)?;
    truncate_journal(connection)
}

fn truncate_journal(connection: &Connection) -> Result<()> {
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(refine)?;
    if busy == 0 {
        Ok(())
    } else {
        Err(StoreError::conflict("the journal of the database is still being read; try again"))
    }
}

impl Engine for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn begin(&self, access: Access) -> Result<Box<dyn Transaction>> {
        let connection = self.take()?;
        let begin = match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        };
        connection.execute_batch(begin).map_err(refine)?;
        Ok(Box::new(SqliteTransaction { connection: Some(connection), pool: self.clone() }))
    }

    fn migrate(&self) -> Result<()> {
        let connection = self.take()?;
        let version: i64 =
            connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(refine)?;
        let done = usize::try_from(version).unwrap_or(usize::MAX);
        if done > MIGRATIONS.len() {
            let message = "this data folder was written by a newer grata";
            return Err(StoreError::new(StoreErrorKind::Unavailable, message));
        }
        for (sql, version) in MIGRATIONS.iter().zip(1..).skip(done) {
            let script = format!("BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {version};\nCOMMIT;");
            connection.execute_batch(&script).map_err(refine)?;
        }
        self.idle().push(connection);
        Ok(())
    }

    fn scrub(&self) -> Result<()> {
        let connection = self.take()?;
        // Statements that were kept for reuse do not hold the journal, but connections may.
        self.idle().clear();
        scrub(&connection)?;
        self.idle().push(connection);
        Ok(())
    }

    fn copy_to(&self, path: &Path) -> Result<()> {
        let connection = self.take()?;
        let path = path.to_str().ok_or_else(|| StoreError::conflict("the path of the copy is not text"))?;
        connection.execute("VACUUM INTO ?1", [path]).map_err(refine)?;
        self.idle().push(connection);
        Ok(())
    }

    fn columns(&self) -> Result<Vec<(String, String)>> {
        let connection = self.take()?;
        let sql = "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c \
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2";
        let columns = {
            let mut statement = connection.prepare(sql).map_err(refine)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(refine)?;
            rows.collect::<std::result::Result<Vec<_>, _>>().map_err(refine)?
        };
        self.idle().push(connection);
        Ok(columns)
    }
}

/// A transaction on a connection of its own, which goes back to the pool at the end.
struct SqliteTransaction {
    /// Taken by commit and drop only.
    connection: Option<Connection>,
    pool: Sqlite,
}

impl SqliteTransaction {
    fn connection(&self) -> Result<&Connection> {
        self.connection.as_ref().ok_or_else(|| StoreError::conflict("this transaction is over"))
    }
}

impl Transaction for SqliteTransaction {
    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.connection()?.prepare_cached(sql).map_err(refine)?;
        check_placeholders(&statement, values.len())?;
        let width = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(refine)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(refine)? {
            let values = (0..width).map(|column| row.get_ref(column).map(read_value).map_err(refine)?);
            found.push(Row(values.collect::<Result<_>>()?));
        }
        Ok(found)
    }

    fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        let mut statement = self.connection()?.prepare_cached(sql).map_err(refine)?;
        check_placeholders(&statement, values.len())?;
        let touched = statement.execute(rusqlite::params_from_iter(values)).map_err(refine)?;
        Ok(touched as u64)
    }

    fn commit(mut self: Box<Self>) -> Result<()> {
        self.connection()?.execute_batch("COMMIT").map_err(refine)?;
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(connection);
        }
        Ok(())
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // One that cannot be taken back is closed, which takes it back.
        if connection.execute_batch("ROLLBACK").is_ok() {
            self.pool.idle().push(connection);
        }
    }
}

/// SQLite numbers `$n` by first use, other engines by n; where both agree a query runs on both.
fn check_placeholders(statement: &rusqlite::CachedStatement<'_>, values: usize) -> Result<()> {
    let count = statement.parameter_count();
    let in_order = (1..=count).all(|n| statement.parameter_name(n) == Some(format!("${n}").as_str()));
    if in_order && count == values {
        Ok(())
    } else {
        Err(StoreError::new(StoreErrorKind::Internal, "a query and its values do not fit each other"))
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read_value(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => {
            let text =
                std::str::from_utf8(text).map_err(|_| StoreError::damaged("a text in the database"))?;
            Ok(Value::Text(text.to_string()))
        }
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
        ValueRef::Real(_) => Err(StoreError::damaged("a number in the database")),
    }
}

pub(crate) fn refine(error: rusqlite::Error) -> StoreError {
    let (kind, message) = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => (
            StoreErrorKind::Conflict,
            "the database does not allow this: it exists already, or a rule forbids it",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (StoreErrorKind::Unavailable, "the database is busy; try again")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            (StoreErrorKind::Damaged, "the database is damaged")
        }
        Some(ErrorCode::DiskFull) => (StoreErrorKind::Unavailable, "the disk is full"),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure) => {
            (StoreErrorKind::Unavailable, "the database cannot be read or written")
        }
        _ => (StoreErrorKind::Internal, "the database does not understand grata"),
    };
    StoreError::new(kind, message).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_1_every_connection_is_set_up_as_it_has_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let database = Sqlite::open(&folder.path().join("a.db")).unwrap();
        let connection = database.connect().unwrap();
        for (name, wanted) in PRAGMAS {
            let found: rusqlite::types::Value =
                connection.pragma_query_value(None, name, |row| row.get(0)).unwrap();
            let found = match found {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => panic!("{other:?}"),
            };
            assert_eq!(found, *wanted, "{name}");
        }
    }

    /// SEC-1, measured with the very library that is shipped: nothing of a deleted value is left in
    /// the database, its journal or its shared memory.
    #[test]
    fn sec_1_nothing_of_a_deleted_row_is_left_in_any_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let database = Sqlite::open(&path).unwrap();
        let canary = vec![0xC5; 4000];
        let write = |sql: &str, values: &[Value]| {
            let tx = database.begin(Access::Write).unwrap();
            tx.execute(sql, values).unwrap();
            tx.commit().unwrap();
        };
        write("CREATE TABLE t (a INTEGER, b BLOB)", &[]);
        for number in 0..50 {
            write("INSERT INTO t VALUES ($1, $2)", &[Value::Int(number), Value::Blob(canary.clone())]);
        }
        write("DELETE FROM t WHERE a >= $1", &[Value::Int(0)]);
        database.scrub().unwrap();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(64).any(|window| window == &canary[..64]));
        }
    }

    /// Half of the time of a long look at many photos went into this.
    #[test]
    fn a_kept_statement_is_not_planned_anew_for_other_values() {
        let folder = tempfile::tempdir().unwrap();
        let database = Sqlite::open(&folder.path().join("a.db")).unwrap();
        database.migrate().unwrap();
        let connection = database.connect().unwrap();
        let sql = "SELECT id FROM guardians WHERE subject = $1 ORDER BY place";
        for number in 0..5 {
            let mut statement = connection.prepare_cached(sql).unwrap();
            assert!(!statement.exists([vec![number; 16]]).unwrap());
            assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0, "{number}");
        }
    }

    #[test]
    fn a_schema_from_the_future_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 9999").unwrap();
        let error = Sqlite::open(&path).unwrap().migrate().unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    }
}
