//! The schema, its labels, and the engine under it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::collections::BTreeSet;

use grata_store::conformance;
use grata_store::engine::Engine as _;
use grata_store::engine::sqlite::Sqlite;
use grata_store::inventory::{Inventory, Whose};

#[test]
fn sqlite_does_what_every_engine_has_to_do() {
    let folder = tempfile::tempdir().unwrap();
    conformance::check_all(&Sqlite::open(&folder.path().join("a.db")).unwrap());
}

fn columns() -> BTreeSet<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let engine = Sqlite::open(&folder.path().join("a.db")).unwrap();
    engine.migrate().unwrap();
    let mut columns: BTreeSet<_> = engine.columns().unwrap().into_iter().collect();
    // The key file, whose schema is in `vault.rs`.
    for (table, column) in
        [("epochs", "id"), ("epochs", "wrapped"), ("keys", "name"), ("keys", "epoch"), ("keys", "wrapped")]
    {
        columns.insert((table.to_string(), column.to_string()));
    }
    columns
}

#[test]
fn rts_2_every_column_has_a_label_and_every_label_a_column() {
    let inventory = Inventory::load().unwrap();
    let labelled: BTreeSet<_> =
        inventory.columns().map(|(table, column, _)| (table.to_string(), column.to_string())).collect();
    let columns = columns();
    assert_eq!(
        columns.difference(&labelled).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "no label"
    );
    assert_eq!(
        labelled.difference(&columns).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "no column"
    );
    for (table, column, label) in inventory.columns() {
        for text in [&label.why, &label.keep, &label.erase, &label.package] {
            assert!(!text.trim().is_empty(), "{table}.{column}");
        }
        let package =
            label.package == "yes" || label.package.strip_prefix("no: ").is_some_and(|why| why.len() > 4);
        assert!(package, "{table}.{column}: {}", label.package);
    }
}

/// RTS-2: what names a person is in their package, or says why not.
#[test]
fn rts_2_columns_about_a_person_are_in_the_package_unless_a_reason_says_why_not() {
    let inventory = Inventory::load().unwrap();
    for (table, column, label) in inventory.columns() {
        if label.whose == Whose::Subject && !label.in_package() {
            assert!(label.package.starts_with("no: "), "{table}.{column}");
        }
        if ["subject", "own"].contains(&column) {
            assert_eq!(label.whose, Whose::Subject, "{table}.{column}");
        }
    }
}

/// BYS-1, BYS-2, COL-4: no place for what grata does not keep.
#[test]
fn bys_1_col_4_there_is_no_column_for_scores_or_guesses_and_one_table_for_templates_of_those_who_enrolled() {
    for (table, column) in columns() {
        // Of people who enrolled, by their consent: `templates` has a person and a consent in each row.
        if table == "templates" {
            continue;
        }
        for word in [
            "template",
            "embedding",
            "vector",
            "score",
            "landmark",
            "crop",
            "cluster",
            "similar",
            "gender",
            "sex",
            "ethnic",
            "emotion",
            "race",
            "person_id",
            "nationality",
        ] {
            assert!(!column.contains(word) && !table.contains(word), "{table}.{column}");
        }
    }
}

/// KEY-1: what says who somebody is, is sealed. A name that is added in the open fails here.
#[test]
fn key_1_names_contacts_ages_and_evidence_are_sealed_columns() {
    for (table, column) in columns() {
        let personal = ["name", "contact", "age", "born", "birth", "form", "mail", "phone"];
        let in_the_open = personal.contains(&column.as_str())
            && !["settings", "channels", "keys"].contains(&table.as_str())
            && !(table == "albums" && column == "contact");
        assert!(!in_the_open, "{table}.{column} is personal and not sealed");
    }
}

/// Whoever deletes a photo or a person looks for what refers to them. Without an index that is a walk through
/// the whole table, once for each row that goes.
#[test]
fn what_refers_to_something_that_is_deleted_has_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    Sqlite::open(&path).unwrap().migrate().unwrap();
    let database = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT m.name, f.\"table\", f.\"from\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f \
               WHERE m.type = 'table'";
    let mut select = database.prepare(sql).unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let mut references: Vec<(String, String, String)> = rows.map(Result::unwrap).collect();
    // Not a reference, since whose word it was is gone with them; looked for all the same.
    references.push(("tags".into(), "subjects".into(), "own".into()));
    assert!(references.len() > 15, "{references:?}");
    let indexed = "SELECT count(*) FROM pragma_index_list($1) l, pragma_index_info(l.name) i \
                   WHERE i.seqno = 0 AND i.name = $2";
    for (table, to, column) in references {
        if ["albums", "channels", "releases"].contains(&to.as_str()) {
            continue;
        }
        let count: i64 = database.query_row(indexed, [&table, &column], |row| row.get(0)).unwrap();
        assert!(count > 0, "{table}.{column}, which refers to {to}, has no index");
    }
}
