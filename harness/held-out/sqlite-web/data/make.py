"""Makes the database of a seed bank, the same each time: python make.py seeds.db"""

import sqlite3
import sys

SCHEMA = """
CREATE TABLE grower (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT, web TEXT);
CREATE TABLE lot (
    code TEXT PRIMARY KEY,
    plant TEXT NOT NULL,
    grams INTEGER NOT NULL DEFAULT 0,
    price DECIMAL(6, 2),
    grower_id INTEGER REFERENCES grower (id),
    harvested DATE,
    note TEXT
);
CREATE TABLE weighing (
    id INTEGER PRIMARY KEY, lot TEXT NOT NULL REFERENCES lot (code), grams INTEGER
);
CREATE TABLE label (id INTEGER PRIMARY KEY, title TEXT, picture BLOB);
CREATE INDEX lot_plant ON lot (plant);
CREATE UNIQUE INDEX grower_name ON grower (name);
CREATE VIEW stock AS
    SELECT plant, count(*) AS lots, sum(grams) AS grams FROM lot GROUP BY plant;
CREATE TRIGGER weighed AFTER INSERT ON weighing BEGIN
    UPDATE lot SET grams = new.grams WHERE code = new.lot;
END;
"""

GROWERS = [
    (1, "Ada Fell", "Kendal", "https://fell.example/seeds"),
    (2, "Bo Ngata", "Napier", None),
    (3, "Çelik & Sons", "İzmir", "mailto:post@celik.example"),
    (4, "Dan O'Dowd", None, None),
]

LONG = (
    "Sow under glass in March, prick out when the second pair of leaves shows, "
    "and plant out after the last frost."
)

LOTS = [
    ("BEAN/01", "Bean", 1200, 3.5, 1, "2024-09-02", None),
    ("BEAN/02", "Bean", 85, 4.25, 2, "2023-09-14", "climbs <high> & fast"),
    ("KALE-1", "Kale", 40, 2, 1, "2024-06-30", "two\nlines"),
    ("LEEK-1", "Leek", 310, 2.75, 3, "2024-08-11", ""),
    ("PEA 1", "Pea", 2048, 1.8, 4, "2022-07-01", "wrinkled"),
    ("PEA 2", "Pea", 900, 1.8, None, None, None),
    ("TOM-1", "Tomato", 15, 6, 3, "2024-10-05", LONG),
    ("TOM-2", "Tomato", 9, 7.5, 2, "2024-10-06", '"sweet", ripe'),
]

LABELS = [(1, "Bean", b"\x89PNG\x00\x01\xfe\xff"), (2, "Kale", "grün".encode()), (3, "Leek", None)]


def make(path):
    """Writes tables, an index, a view, a trigger, and 30 weighings of two lots."""
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        database.executemany("INSERT INTO grower VALUES (?, ?, ?, ?)", GROWERS)
        database.executemany("INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?, ?)", LOTS)
        database.executemany("INSERT INTO label VALUES (?, ?, ?)", LABELS)
        weighings = [("TOM-1" if it % 3 else "PEA 1", 15 + it * 7 % 40) for it in range(1, 31)]
        database.executemany("INSERT INTO weighing (lot, grams) VALUES (?, ?)", weighings)
    database.close()


if __name__ == "__main__":
    make(sys.argv[1])
