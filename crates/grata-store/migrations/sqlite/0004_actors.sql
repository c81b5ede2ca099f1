-- By which account something was done: a random id. The log commits to it and does not say it.
CREATE TABLE log_actors (
    place          INTEGER PRIMARY KEY,
    account        BLOB NOT NULL CHECK (length(account) = 16),
    sealed_opening BLOB NOT NULL
) STRICT;

CREATE TRIGGER log_actors_stay BEFORE UPDATE ON log_actors
BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_actors_remain BEFORE DELETE ON log_actors
BEGIN SELECT RAISE (ABORT, 'the log is append-only'); END;
