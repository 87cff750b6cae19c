"""Fills a new environment with a small project whose days never change."""
import configparser
import pathlib
import sqlite3
import sys

env = pathlib.Path(sys.argv[1])
ini = configparser.RawConfigParser()
ini.optionxform = str
ini.read(env / "conf/trac.ini", encoding="utf-8")
for section, key, value in [
    ("project", "name", "Ferry"),
    ("project", "descr", "Boats that keep time"),
    ("header_logo", "src", "common/trac_banner.png"),
    ("header_logo", "alt", "Ferry"),
    ("trac", "default_language", "en"),
    ("trac", "default_timezone", "UTC"),
    ("trac", "default_date_format", "iso8601"),
    ("trac", "default_dateinfo_format", "absolute"),
    ("trac", "check_auth_ip", "disabled"),
    ("logging", "log_type", "none"),
]:
    ini.set(section, key, value)
with open(env / "conf/trac.ini", "w", encoding="utf-8") as out:
    ini.write(out)

DAY = 86_400_000_000
START = 1_748_764_800_000_000  # 2025-06-01T08:00:00Z
db = sqlite3.connect(env / "db/trac.db")
db.execute("update wiki set time = ?, author = 'trac'", (START,))
db.execute("update wiki set text = ? where name = 'WikiStart'", ("""= The ferry project =
[[PageOutline]]
== What is due ==
See the [milestone:summer summer timetable], ticket #2 and {1}.
Ask [wiki:Crew the crew] before you change '''anything'''; nobody wrote about [wiki:Piers] yet.
 * timetable
 * tickets ,,(paper),,
== Table ==
||= Boat =||= Seats =||
|| Heron || 60 ||
|| Otter || 48 ||
{{{#!python
def leave(boat):
    return boat.seats * 2
}}}
""",))
for version, day, author, text, comment in [
    (1, 1, "ada", "= Crew =\nAda steers.\n", "first"),
    (2, 5, "bob", "= Crew =\nAda steers.\nBob sells tickets.\n", "Bob joined"),
    (3, 9, "ada", "= Crew =\nAda steers.\nBob sells tickets at the pier.\nZoë mends the engine.\n", "Zoë joined"),
]:
    db.execute("insert into wiki (name, version, time, author, text, comment, readonly) values ('Crew', ?, ?, ?, ?, ?, 0)",
               (version, START + day * DAY, author, text, comment))
db.execute("delete from milestone")
db.executemany("insert into milestone (name, due, completed, description) values (?, ?, ?, ?)", [
    ("spring", START - 20 * DAY, START - 18 * DAY, "The first boat goes."),
    ("summer", START + 30 * DAY, 0, "Every boat keeps its '''timetable'''."),
    ("autumn", 0, 0, "New piers."),
])
db.execute("delete from component")
db.executemany("insert into component (name, owner, description) values (?, ?, ?)", [
    ("boats", "ada", "What swims"), ("tickets", "bob", "What is sold")])
tickets = [
    (1, "defect", 1, 3, "boats", "major", "ada", "bob", "spring", "closed", "fixed", "Heron leaves too early", "It left at 7:55, not at 8."),
    (2, "defect", 2, 8, "boats", "critical", "ada", "zoe", "summer", "accepted", None, "Engine of Otter is loud", "As loud as\n\n||= rpm =||= dB =||\n|| 900 || 88 ||\n"),
    (3, "enhancement", 3, 3, "tickets", "minor", "bob", "ada", "summer", "new", None, "Sell return tickets", "See wiki:Crew."),
    (4, "task", 4, 4, "tickets", "major", "bob", "ada", "summer", "assigned", None, "Print the winter prices", "In ''two'' columns."),
    (5, "defect", 5, 7, "boats", "trivial", "ada", "bob", "autumn", "closed", "wontfix", "Paint is <green> & old", "It was always so."),
    (6, "task", 6, 6, "boats", "blocker", "ada", "bob", "autumn", "new", None, "Build the third pier", "Before October."),
    (7, "enhancement", 7, 7, "tickets", "major", "", "zoe", None, "new", None, "Tickets for dogs", "Half the price."),
]
for it in tickets:
    number, kind, made, changed, component, priority, owner, reporter, milestone, status, resolution, summary, text = it
    db.execute("insert into ticket (id, type, time, changetime, component, priority, owner, reporter, milestone, status, resolution, summary, description, keywords, cc, version, severity) values (?,?,?,?,?,?,?,?,?,?,?,?,?,'','','','')",
               (number, kind, START + made * DAY, START + changed * DAY, component, priority, owner, reporter, milestone, status, resolution, summary, text))
for ticket, day, author, field, old, new in [
    (1, 3, "ada", "status", "new", "closed"), (1, 3, "ada", "resolution", "", "fixed"), (1, 3, "ada", "comment", "1", "The clock is right now."),
    (2, 4, "ada", "status", "new", "accepted"), (2, 4, "ada", "comment", "1", "I look at it."),
    (2, 8, "bob", "priority", "major", "critical"), (2, 8, "bob", "comment", "2", "Guests complain, see #1."),
    (5, 7, "ada", "status", "new", "closed"), (5, 7, "ada", "resolution", "", "wontfix"), (5, 7, "ada", "comment", "1", ""),
]:
    db.execute("insert into ticket_change (ticket, time, author, field, oldvalue, newvalue) values (?, ?, ?, ?, ?, ?)",
               (ticket, START + day * DAY, author, field, old, new))
db.execute("insert into permission values ('ada', 'TRAC_ADMIN')")
db.commit()
