//! What every engine has to do, as plain functions: the tests of each engine call [`check_all`].
//! They are part of the library so that an engine in another crate can call them as well.

use crate::engine::{Access, Engine, Value};
use crate::error::StoreErrorKind;
use crate::values;

/// Runs the whole suite on an engine whose database is empty.
///
/// # Panics
/// If the engine does not do what it has to.
pub fn check_all(engine: &dyn Engine) {
    migrations_can_be_repeated(engine);
    values_come_back_as_they_went_in(engine);
    what_is_dropped_was_never_written(engine);
    a_reader_sees_one_state(engine);
    the_same_twice_is_a_conflict(engine);
    references_hold(engine);
    the_log_only_grows(engine);
    conflicts_can_be_turned_into_changes(engine);
    rows_come_in_the_order_asked_for(engine);
    a_query_without_its_values_is_refused(engine);
    columns_are_listed(engine);
}

fn write(engine: &dyn Engine, sql: &str, values: &[Value]) -> crate::Result<u64> {
    let tx = engine.begin(Access::Write)?;
    let touched = tx.execute(sql, values)?;
    tx.commit()?;
    Ok(touched)
}

#[track_caller]
fn expect<T>(result: crate::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error).map(ToString::to_string)),
    }
}

#[track_caller]
fn expect_conflict<T>(result: crate::Result<T>) {
    match result {
        Ok(_) => panic!("this is not allowed"),
        Err(error) => assert_eq!(error.kind(), StoreErrorKind::Conflict),
    }
}

fn setting(engine: &dyn Engine, name: &str) -> Option<String> {
    let tx = expect(engine.begin(Access::Read));
    let rows = expect(tx.query("SELECT value FROM settings WHERE name = $1", values![name]));
    rows.first().map(|row| expect(row.get(0)))
}

fn migrations_can_be_repeated(engine: &dyn Engine) {
    expect(engine.migrate());
    expect(engine.migrate());
}

fn values_come_back_as_they_went_in(engine: &dyn Engine) {
    let tx = expect(engine.begin(Access::Write));
    let sql = "INSERT INTO log_entries (place, entry) VALUES ($1, $2)";
    expect(tx.execute(sql, values![7u64, vec![0u8, 255, 0]]));
    let rows = expect(tx.query("SELECT place, entry, NULL FROM log_entries WHERE place = $1", values![7u64]));
    assert_eq!(rows.len(), 1);
    assert_eq!(expect(rows[0].get::<u64>(0)), 7);
    assert_eq!(expect(rows[0].get::<Vec<u8>>(1)), [0, 255, 0]);
    assert_eq!(expect(rows[0].get::<Option<String>>(2)), None);
    assert!(rows[0].get::<String>(1).is_err(), "bytes are no text");
    let text = "é, \u{1f4f7} and 'quotes'; --";
    expect(tx.execute("INSERT INTO settings (name, value) VALUES ($1, $2)", values!["text", text]));
    expect(tx.commit());
    assert_eq!(setting(engine, "text").as_deref(), Some(text));
    let tx = expect(engine.begin(Access::Write));
    let far = i64::MIN;
    expect(tx.execute(
        "INSERT INTO removed_photos (digest, removed_at) VALUES ($1, $2)",
        values![vec![1u8; 32], far],
    ));
    let rows = expect(tx.query("SELECT removed_at FROM removed_photos", &[]));
    assert_eq!(expect(rows[0].get::<i64>(0)), far);
}

fn what_is_dropped_was_never_written(engine: &dyn Engine) {
    let tx = expect(engine.begin(Access::Write));
    expect(tx.execute("INSERT INTO settings (name, value) VALUES ($1, $2)", values!["dropped", "x"]));
    drop(tx);
    assert_eq!(setting(engine, "dropped"), None);
}

fn a_reader_sees_one_state(engine: &dyn Engine) {
    let reader = expect(engine.begin(Access::Read));
    let count = |sql: &str| expect(expect(reader.query(sql, &[]))[0].get::<i64>(0));
    let before = count("SELECT count(*) FROM settings");
    expect(write(engine, "INSERT INTO settings (name, value) VALUES ($1, $2)", values!["later", "x"]));
    assert_eq!(count("SELECT count(*) FROM settings"), before);
    drop(reader);
    assert_eq!(setting(engine, "later").as_deref(), Some("x"));
}

fn the_same_twice_is_a_conflict(engine: &dyn Engine) {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)";
    expect(write(engine, sql, values!["once", "x"]));
    expect_conflict(write(engine, sql, values!["once", "y"]));
    assert_eq!(setting(engine, "once").as_deref(), Some("x"));
}

fn references_hold(engine: &dyn Engine) {
    let sql = "INSERT INTO notices (album, version, language, body, created_at) VALUES ($1, $2, $3, $4, $5)";
    expect_conflict(write(engine, sql, values![vec![9u8; 16], 1u32, "en", "text", 0i64]));
}

fn the_log_only_grows(engine: &dyn Engine) {
    let sql = "UPDATE log_entries SET entry = $1 WHERE place = $2";
    expect_conflict(write(engine, sql, values![vec![1u8], 7u64]));
    expect_conflict(write(engine, "DELETE FROM log_entries WHERE place = $1", values![7u64]));
}

fn conflicts_can_be_turned_into_changes(engine: &dyn Engine) {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    assert_eq!(expect(write(engine, sql, values!["once", "z"])), 1);
    assert_eq!(setting(engine, "once").as_deref(), Some("z"));
}

fn rows_come_in_the_order_asked_for(engine: &dyn Engine) {
    let tx = expect(engine.begin(Access::Read));
    let sql = "SELECT name FROM settings WHERE name IN ($1, $2) ORDER BY name DESC";
    let rows = expect(tx.query(sql, values!["later", "once"]));
    let names: Vec<String> = rows.iter().map(|row| expect(row.get(0))).collect();
    assert_eq!(names, ["once", "later"]);
}

fn a_query_without_its_values_is_refused(engine: &dyn Engine) {
    let tx = expect(engine.begin(Access::Read));
    assert!(tx.query("SELECT $1, $2", values!["one"]).is_err());
    assert!(tx.query("SELECT $2, $1", values!["one", "two"]).is_err(), "not in the order of first use");
}

fn columns_are_listed(engine: &dyn Engine) {
    let columns = expect(engine.columns());
    assert!(columns.contains(&("settings".to_string(), "value".to_string())));
    assert!(columns.is_sorted());
}
