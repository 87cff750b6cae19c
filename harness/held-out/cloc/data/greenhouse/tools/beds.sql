-- Beds, and who looks after them.
CREATE TABLE beds (
    name TEXT PRIMARY KEY,
    thirst REAL NOT NULL
);

INSERT INTO beds VALUES ('mint', 2.0);
INSERT INTO beds VALUES ('sage', 0.5);
