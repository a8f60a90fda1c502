-- The store itself: one row.
CREATE TABLE store (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    -- Changes with every session that writes, in the file of the key too. There is one from the
    -- beginning, so that a key whose first session was cut off knows the store again.
    generation  BLOB NOT NULL CHECK (length(generation) = 16),
    -- Whether it was ever open so that commits are not synced each.
    grouped     INTEGER NOT NULL DEFAULT 0 CHECK (grouped IN (0, 1))
) STRICT;
INSERT INTO store (one, generation) VALUES (1, randomblob(16));

CREATE TABLE documents (
    document    INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    type_name   TEXT,
    title       TEXT,
    changes     INTEGER NOT NULL DEFAULT 0,
    bytes       INTEGER NOT NULL DEFAULT 0,
    -- Milliseconds since 1970-01-01 UTC.
    changed_at  INTEGER NOT NULL,
    removed     INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    -- How often it was made: once, and once more each time after it had been removed.
    made        INTEGER NOT NULL DEFAULT 1,
    -- The highest number of what was appended.
    last        INTEGER NOT NULL DEFAULT 0,
    -- Everything that was appended up to this number is in the base.
    through     INTEGER NOT NULL DEFAULT 0,
    -- The highest number of what waited, and how many bytes wait.
    waited      INTEGER NOT NULL DEFAULT 0,
    waiting     INTEGER NOT NULL DEFAULT 0,
    -- Who wrote to it here, each with its last change: 32 bytes and 32 bytes. It stays when the
    -- document is removed.
    tips        BLOB NOT NULL DEFAULT x'' CHECK (length(tips) % 64 = 0)
) STRICT;

-- Bundles of verified changes, in the order in which they came.
CREATE TABLE appends (
    document    INTEGER NOT NULL REFERENCES documents,
    number      INTEGER NOT NULL,
    -- How often it was merged from smaller ones.
    level       INTEGER NOT NULL DEFAULT 0,
    bytes       BLOB NOT NULL,
    -- The first half of a SHA-256 over the bytes.
    checked     BLOB NOT NULL CHECK (length(checked) = 16),
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- What can be undone of what was appended, for who wrote it. A document is the same without.
CREATE TABLE notes (
    document    INTEGER NOT NULL REFERENCES documents,
    -- That of what was appended with it, or of the last of that.
    number      INTEGER NOT NULL,
    -- The first half of a SHA-256 over the bytes. It stands before them, where rows of other tables
    -- have it behind, so that each is told by its shape.
    checked     BLOB NOT NULL CHECK (length(checked) = 16),
    bytes       BLOB NOT NULL,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- The base of a document: a saved document, in parts.
CREATE TABLE parts (
    document    INTEGER NOT NULL REFERENCES documents,
    kind        TEXT NOT NULL CHECK (kind IN ('head', 'changes', 'outline', 'state', 'check')),
    -- The number of the first change in it. There are two outlines, 0 and a copy of it, 1.
    first       INTEGER NOT NULL DEFAULT 0,
    bytes       BLOB NOT NULL,
    checked     BLOB NOT NULL CHECK (length(checked) = 16),
    PRIMARY KEY (document, kind, first)
) STRICT, WITHOUT ROWID;

-- Bundles that wait for changes which are not here.
CREATE TABLE waiting (
    document    INTEGER NOT NULL REFERENCES documents,
    -- In the order in which they came, never used again.
    number      INTEGER NOT NULL,
    bytes       BLOB NOT NULL,
    -- The first half of a SHA-256 over the bytes, by which they are told.
    checked     BLOB NOT NULL CHECK (length(checked) = 16),
    PRIMARY KEY (document, number),
    UNIQUE (document, checked)
) STRICT, WITHOUT ROWID;
