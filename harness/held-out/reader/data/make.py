"""Writes db.sqlite: six feeds that a reader took in March 2015, of which some entries are read."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import reader

start = datetime(2014, 12, 1, 4, 0, tzinfo=timezone.utc)
days = [start + timedelta(days=day) for day in range(62)]


def tide(number, day):
    high = 180 + (number * 37) % 130
    return (
        f"<entry><id>tide-{number}</id><title>Tides of {day:%d %B}</title>"
        f"<link href='http://tides.example/{number}'/>"
        f"<published>{day:%Y-%m-%dT%H:%M:%SZ}</published><updated>{day:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<content type='html'>&lt;p&gt;High water {high} cm, low water {high // 3} cm.&lt;/p&gt;</content></entry>"
    )


Path("feeds/tides.atom").write_text(
    "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
    "<id>tides</id><title>Tides</title><link href='http://tides.example/'/>"
    f"<updated>{days[-1]:%Y-%m-%dT%H:%M:%SZ}</updated>"
    + "".join(tide(number, day) for number, day in enumerate(days, 1))
    + "</feed>"
)

them = reader.make_reader("db.sqlite", feed_root=str(Path("feeds").resolve()), plugins=[])
now = datetime(2015, 3, 1, 12, 0, tzinfo=timezone.utc)


def tick():
    """The time of the database goes on by a second whenever it is asked for."""
    global now
    now += timedelta(seconds=1)
    return now


them._now = tick
for name in ["ropes.json", "shipping.xml", "bakery.xml", "lighthouse.atom", "tides.atom", "whales.xml"]:
    them.add_feed(name)
list(them.update_feeds_iter())
them.add_feed("http://127.0.0.1:9/later.xml")
them.disable_feed_updates("ropes.json")
them.set_feed_user_title("shipping.xml", "Shipping news")
for entry in ["rye", "flour"]:
    them.set_entry_read(("bakery.xml", entry), True)
for number in range(1, 9):
    them.set_entry_read(("tides.atom", f"tide-{number}"), True)
them.set_entry_important(("bakery.xml", "flour"), True)
them.set_entry_important(("lighthouse.atom", "tag:lighthouse.example,2014:lamp"), True)
them.set_entry_important(("shipping.xml", "http://shipping.example/3"), False)
them.close()
