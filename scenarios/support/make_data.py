"""Builds the data that the datasette suite is run over: a small shop, the same every time.

    make_data.py FOLDER

writes into FOLDER:
    shop.db           countries, customers, products and orders; served immutable, with counts
    desk.db           the notes of the people who work there; served for writing
    metadata.json     titles, descriptions, canned queries and one test account
    new-products.csv  rows that a scenario loads by command

Nothing here is random and nothing reads the clock, so two builds differ in no row.
"""

import base64
import hashlib
import json
import pathlib
import sqlite3
import sys

COUNTRIES = [
    ("NZ", "New Zealand"),
    ("GB", "United Kingdom"),
    ("DE", "Germany"),
    ("JP", "Japan"),
    ("BR", "Brazil"),
    ("IS", "Ísland"),
]

CUSTOMERS = [
    ("Ada Lovelace", "GB", "ada@example.com"),
    ("Aroha Ngata", "NZ", "aroha@example.com"),
    ("Björk Jónsdóttir", "IS", "bjork@example.com"),
    ("Clara Müller", "DE", "clara@example.com"),
    ("Daichi Sato", "JP", None),
    ("Eduarda Souza", "BR", "eduarda@example.com"),
    ("Fetu Leota", "NZ", "fetu@example.com"),
    ("Grace O'Hara <script>", "GB", "grace@example.com"),
]

PRODUCTS = [
    ("Tea pot", "kitchen", 32.5, ["clay", "gift"], "A round pot for four cups of tea."),
    ("Tea towel", "kitchen", 7.0, ["linen"], "Linen, 50 by 70 cm, washable at 60 degrees."),
    ("Bread knife", "kitchen", 24.9, ["steel"], "Serrated, for crusts of every kind."),
    ("Desk lamp", "office", 59.0, ["steel", "gift"], "Warm light, three levels, one arm."),
    ("Paper, 500 sheets", "office", 6.4, ["recycled"], "A4, 80 g, for notes & letters."),
    ("Fountain pen", "office", 41.0, ["steel", "gift"], "Writes with a medium nib."),
    ("Rain coat", "outdoors", 89.0, ["recycled"], "Keeps the rain out and the warmth in."),
    ("Tent, two persons", "outdoors", 240.0, ["recycled"], "Stands in five minutes, even in wind."),
    ("Tin mug", "outdoors", 9.5, ["steel", "gift"], "For tea under the sky ☕."),
]

STATES = ["open", "paid", "shipped", "returned"]

SHOP = """
CREATE TABLE countries (code TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL REFERENCES countries(code),
  email TEXT
);
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  category TEXT NOT NULL,
  price REAL NOT NULL,
  tags TEXT NOT NULL,
  about TEXT NOT NULL
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL REFERENCES customers(id),
  product INTEGER NOT NULL REFERENCES products(id),
  quantity INTEGER NOT NULL,
  state TEXT NOT NULL,
  ordered TEXT NOT NULL
);
CREATE INDEX orders_by_state ON orders(state);
CREATE TABLE labels (product INTEGER PRIMARY KEY REFERENCES products(id), picture BLOB NOT NULL);
CREATE VIEW revenue AS
  SELECT countries.name AS country, count(*) AS orders,
    round(sum(orders.quantity * products.price), 2) AS total
  FROM orders
  JOIN customers ON customers.id = orders.customer
  JOIN countries ON countries.code = customers.country
  JOIN products ON products.id = orders.product
  GROUP BY countries.code
  ORDER BY total DESC;
CREATE VIRTUAL TABLE products_fts USING fts5(name, about, content='products', content_rowid='id');
"""

DESK = """
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  author TEXT NOT NULL,
  text TEXT NOT NULL CHECK (length(text) <= 200),
  done TEXT NOT NULL DEFAULT 'no'
);
INSERT INTO notes (author, text) VALUES ('bob', 'Count the tea pots on Friday.');
"""

NEW_PRODUCTS = """name,category,price,tags,about
Wool socks,outdoors,18.5,"[""wool"", ""gift""]","Warm, even when wet."
Cork board,office,21.0,"[""recycled""]",For what must not be forgotten.
"""


def orders():
    """62 orders over nine weeks, spread by fixed strides."""
    for number in range(1, 63):
        customer = (number * 5) % len(CUSTOMERS) + 1
        product = (number * 7) % len(PRODUCTS) + 1
        quantity = (number * 3) % 5 + 1
        state = STATES[(number * number) % 7 % len(STATES)]
        day = (number * 4) % 28 + 1
        month = 10 + number % 3
        yield (number, customer, product, quantity, state, f"2025-{month:02d}-{day:02d}")


def write_shop(path):
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    with db:
        db.executescript(SHOP)
        db.executemany("INSERT INTO countries VALUES (?, ?)", COUNTRIES)
        db.executemany("INSERT INTO customers (name, country, email) VALUES (?, ?, ?)", CUSTOMERS)
        db.executemany(
            "INSERT INTO products (name, category, price, tags, about) VALUES (?, ?, ?, ?, ?)",
            [(n, c, p, json.dumps(t), a) for n, c, p, t, a in PRODUCTS],
        )
        db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", orders())
        db.execute("INSERT INTO labels VALUES (1, ?)", (b"\x89label\x00of the tea pot\xff",))
        db.execute("INSERT INTO products_fts (products_fts) VALUES ('rebuild')")
    db.close()


def write_desk(path):
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    with db:
        db.executescript(DESK)
    db.close()


def password_hash(password):
    """The form that datasette-auth-passwords reads; few rounds, for a throw-away account."""
    salt, rounds = "nightshift", 1000
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), rounds)
    return f"pbkdf2_sha256${rounds}${salt}${base64.b64encode(digest).decode().strip()}"


def metadata():
    return {
        "title": "The small shop",
        "description": "Orders of a small shop, for practice.",
        "license": "CC0",
        "license_url": "/shop",
        "plugins": {
            "datasette-auth-passwords": {
                "ada_password_hash": password_hash("tea-for-two"),
                "actors": {"ada": {"id": "ada", "name": "Ada"}},
            }
        },
        "databases": {
            "shop": {
                "description": "Who ordered what, and what became of it.",
                "tables": {
                    "orders": {
                        "description": "One row an order.",
                        "size": 20,
                        "sort_desc": "ordered",
                    },
                    "products": {"description": "What is sold.", "fts_table": "products_fts"},
                    "customers": {"label_column": "name"},
                    "countries": {"label_column": "name"},
                    "products_fts": {"hidden": True},
                },
                "queries": {
                    "orders_of": {
                        "title": "Orders of a country",
                        "description": "Every order from one country, newest first.",
                        "sql": "select orders.id, customers.name, orders.ordered from orders "
                        "join customers on customers.id = orders.customer "
                        "where customers.country = :country order by ordered desc, orders.id",
                        "params": ["country"],
                    },
                },
            },
            "desk": {
                "description": "Notes of the people who work in the shop.",
                "queries": {
                    "add_note": {
                        "title": "Write a note",
                        "sql": "insert into notes (author, text) values (:_actor_id, :text)",
                        "params": ["text"],
                        "write": True,
                        "allow": {"id": "*"},
                        "on_success_message": "Your note was kept.",
                        "on_success_redirect": "/desk/notes",
                        "on_error_message": "Your note was not kept.",
                        "on_error_redirect": "/desk/add_note",
                    },
                    "finish_note": {
                        "title": "Finish a note",
                        "sql": "update notes set done = 'yes' where id = :id",
                        "params": ["id"],
                        "write": True,
                        "allow": {"id": "ada"},
                        "on_success_redirect": "/desk/notes",
                    },
                },
            },
        },
    }


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_shop(folder / "shop.db")
    write_desk(folder / "desk.db")
    (folder / "metadata.json").write_text(json.dumps(metadata(), indent=2) + "\n", encoding="utf-8")
    (folder / "new-products.csv").write_text(NEW_PRODUCTS, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
