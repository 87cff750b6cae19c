"""What a crossing costs.

Fares are in cents, and children
travel for half.
"""

BASE = {"foot": 450, "bicycle": 650, "car": 2900}  # of a single crossing
SEASON = 1.25


def fare(kind, passengers, summer=False, resident=False):
    """The price of one crossing."""
    price = BASE[kind]
    if kind == "car" and passengers > 5:
        price += 800
    elif kind == "bicycle" and passengers > 1:
        price *= passengers
    if summer and not resident:
        price = int(price * SEASON)
    return price


def total(bookings):
    # Cancelled bookings are paid back elsewhere.
    return sum(fare(*it) for it in bookings if it)


def parse(line):
    try:
        kind, count = line.split(":")
        return kind, int(count)
    except ValueError:
        return None
    else:
        return kind


def refund(booking, hours): return booking if hours > 24 else 0
