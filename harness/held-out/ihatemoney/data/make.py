"""Fills the database with a hut that friends share and a band, and sets every time to a known one."""

import datetime

from flask import g
from sqlalchemy import text

from ihatemoney.models import Bill, BillType, Person, Project, db
from ihatemoney.run import create_app

# The private code is: chamois
CODE = "pbkdf2:sha256:1000$aoLBIGtmxwClBH3p$95374c3d66815fac120db063ee31f14b9ee36710f4aec933f8d53c8feb9d5c94"

HUT = [
    ("2025-01-03", "Bruno", 412.50, "all", "Rent of the hut, first week", ""),
    ("2025-01-03", "Ada", 86.40, "all", "Food from the valley", ""),
    ("2025-01-04", "Chiara", 24.00, "Ada Chiara", "Lift tickets", "https://lifts.example/tickets?day=4&month=1"),
    ("2025-01-05", "Dmitri", 18.90, "all", "Firewood & matches", ""),
    ("2025-01-06", "Elif", 55.00, "Bruno Dmitri Elif", "Hire of snow shoes", ""),
    ("2025-01-07", "Ada", 12.35, "Ada Bruno Chiara Dmitri", "Cheese", ""),
    ("2025-01-09", "Bruno", 63.10, "all", "Dinner at the \"Chamois\"", ""),
    ("2025-02-14", "Chiara", 412.50, "all", "Rent of the hut, second week", ""),
    ("2025-02-14", "Elif", 71.25, "Ada Bruno Chiara Elif", "Food from the valley", ""),
    ("2025-02-15", "Dmitri", 8.00, "Dmitri", "Postcards", ""),
    ("2025-02-16", "Ada", 30.00, "Ada Elif", "Sledge <two seats>", "https://shop.example/sledge"),
    ("2025-02-17", "Bruno", 100.00, "Chiara", "Part of the rent", "back"),
    ("2025-02-18", "Elif", 9.99, "all", "Candles", ""),
    ("2025-04-20", "Ada", 1240.00, "all", "New stove", "https://stoves.example/"),
    ("2025-04-21", "Dmitri", 47.80, "all", "Pipes for the stove", ""),
    ("2025-04-21", "Chiara", 0.00, "all", "Wood, from a neighbour", ""),
    ("2025-04-22", "Elif", 150.00, "Ada", "For the stove", "back"),
    ("2025-04-23", "Bruno", 15.20, "Ada Bruno", "Café and cake", ""),
]
BAND = [
    ("2025-03-01", "Noor", 90.00, "all", "Rehearsal room", ""),
    ("2025-03-08", "Piet", 30.00, "Noor Olga", "Strings", ""),
    ("2025-04-02", "Olga", 24.60, "all", "Bus to the concert", ""),
]


def project(id, name, currency, members, bills):
    """A project with its members and bills, each of which is in its history."""
    new = Project(
        id=id,
        name=name,
        password=CODE,
        contact_email=f"{id}@example.com",
        default_currency=currency,
    )
    db.session.add(new)
    db.session.commit()
    g.project = new
    people = {}
    for person, weight in members:
        people[person] = Person(name=person, project=new, weight=weight)
        db.session.add(people[person])
        db.session.commit()
    for day, payer, amount, owers, what, more in bills:
        names = list(people) if owers == "all" else owers.split()
        bill = Bill(
            amount=amount,
            date=datetime.date.fromisoformat(day),
            external_link="" if more == "back" else more,
            original_currency=currency,
            owers=[people[name] for name in names],
            payer_id=people[payer].id,
            project_default_currency=currency,
            what=what,
            bill_type=(BillType.REIMBURSEMENT if more == "back" else BillType.EXPENSE).value,
        )
        bill.creation_date = bill.date
        db.session.add(bill)
        db.session.commit()
    return people


app = create_app()
with app.test_request_context():
    hut = [("Ada", 1), ("Bruno", 2), ("Chiara", 1), ("Dmitri", 1), ("Elif", 1.5)]
    people = project("hut", "Hut above the lake", "EUR", hut, HUT)
    people["Dmitri"].activated = False
    db.session.commit()
    rent = Bill.query.filter(Bill.what.startswith("Rent")).first()
    rent.amount = rent.converted_amount = 420.0
    db.session.commit()
    project("band", "Band of three", "XXX", [("Noor", 1), ("Olga", 1), ("Piet", 1)], BAND)
    spaced = "datetime('2025-05-01 08:00:00', '+' || id || ' minutes') || '.000000'"
    db.session.execute(text(f"UPDATE 'transaction' SET issued_at = {spaced}"))
    db.session.commit()
