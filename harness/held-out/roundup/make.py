"""Makes the tracker of a ferry line: a home of Roundup's classic kind with people, issues, messages
and files. The days are written into its database afterwards, since Roundup takes them from the clock."""
import sqlite3
import sys
from pathlib import Path

from roundup import configuration, init, instance, password
from roundup.admin import AdminTool

home = sys.argv[1]
tool = AdminTool()
tool.settings["verbose"] = False
template = tool.listTemplates()["classic"]["path"]
init.install(home, template)
config = configuration.CoreConfig(home)
for key, value in {
    "RDBMS_BACKEND": "sqlite", "TRACKER_NAME": "Ferry desk", "TRACKER_WEB": "http://127.0.0.1:8080/",
    "MAIL_DOMAIN": "ferry.example", "MAIL_HOST": "127.0.0.1", "MAIL_DEBUG": "/dev/stderr",
    "TIMEZONE": "UTC", "PASSWORD_PBKDF2_DEFAULT_ROUNDS": 1000, "WEB_SECRET_KEY": "not secret at all, but long enough",
}.items():
    config[key] = value
config.save()

tracker = instance.open(home)
tracker.init(password.Password("harbour", config=tracker.config), tx_Source="cli")
tracker = instance.open(home)


def word(of):
    return password.Password(of, config=tracker.config)


def act(name):
    db = tracker.open(name)
    db.tx_Source = "cli"
    return db


db = act("admin")
people = {}
for name, real, phone, roles in (
    ("ada", "Ada Quayle", "101", "User"), ("bo", "Bo Lindqvist", "102", "User"),
    ("cleo", "Cleo O'Hara", "", "User"), ("dirk", "Dirk <Deck> Visser", "104", "User"),
):
    people[name] = db.user.create(username=name, realname=real, phone=phone, roles=roles,
                                  address=f"{name}@ferry.example", password=word("harbour"))
keywords = {name: db.keyword.create(name=name) for name in ("engine", "tickets", "timetable", "weather")}
db.commit()
db.close()

ISSUES = (
    # Title, by whom, priority, status, for whom, keywords, messages by whom.
    ("Ramp does not close in a swell", "ada", "critical", "in-progress", "bo", ["engine", "weather"],
     [("ada", "At two metres the ramp stays open.\nSee issue4, too."),
      ("bo", "The left piston leaks. Ordered: http://pistons.example/left?size=40&n=2"),
      ("ada", "It came. We fit it on Monday.")]),
    ("Tickets for <children> & dogs print twice", "cleo", "bug", "chatting", "ada", ["tickets"],
     [("cleo", "A ticket for a child prints twice: <b>twice</b> & both are valid."),
      ("ada", "Only on the old printer.\n\n    queue: 2 jobs\n    queue: 2 jobs")]),
    ("Timetable of winter lacks the late boat", "bo", "urgent", "unread", None, ["timetable"],
     [("bo", "The boat of 23:40 is missing from 1 November on.")]),
    ("Swell is not told to the skipper", "ada", "urgent", "need-eg", "ada", ["weather"],
     [("ada", "The buoy says 2.4 m and the bridge shows nothing.")]),
    ("A bell for the bicycle deck", "dirk", "wish", "deferred", None, [],
     [("dirk", "So that bicycles know when to go.")]),
    ("Show the water's temperature", "cleo", "feature", "unread", None, ["weather"], []),
    ("Engine hours are counted by the day", "dirk", "bug", "testing", "dirk", ["engine"],
     [("dirk", "Hours of a night trip fall on two days.")]),
    ("Old posters in the waiting room", "bo", "wish", "resolved", "cleo", [],
     [("bo", "They are of 2019."), ("cleo", "Gone.")]),
    ("Ticket machine at the east pier is slow", "cleo", "bug", "unread", "bo", ["tickets"],
     [("cleo", "A minute for a ticket.")]),
    ("Print the timetable in large letters", "ada", "feature", "done-cbb", "bo", ["timetable"],
     [("bo", "There is one in A3 now.")]),
    ("Fog horn is too quiet", "bo", "critical", "unread", None, ["weather", "engine"],
     [("bo", "Nobody hears it on the far side.")]),
    ("Same boat, two names", "dirk", "feature", "chatting", "cleo", [],
     [("dirk", "The Marie is the Maria on some tickets."), ("cleo", "Which ones?")]),
    ("Ramp is slippery", "cleo", "bug", "need-eg", "bo", ["weather"], [("cleo", "When it rains.")]),
    ("Coffee machine wants a manual", "bo", "wish", "unread", None, [], []),
)
for number, (title, by, priority, status, whom, words, messages) in enumerate(ISSUES, 1):
    db = act(by)
    issue = db.issue.create(
        title=title, priority=db.priority.lookup(priority), keyword=[keywords[it] for it in words],
        assignedto=people.get(whom), nosy=[people[by]])
    db.commit()
    db.close()
    for author, content in messages:
        db = act(author)
        message = db.msg.create(author=people[author], content=content, summary=content.split("\n")[0],
                                date=db.issue.get(issue, "creation"), recipients=[])
        db.issue.set(issue, messages=db.issue.get(issue, "messages") + [message])
        db.commit()
        db.close()
    db = act(whom or "admin")
    if db.issue.get(issue, "status") != db.status.lookup(status):
        db.issue.set(issue, status=db.status.lookup(status))
    db.commit()
    db.close()

db = act("ada")
for name, kind, content in (("swell.csv", "text/csv", "hour,metres\n6,1.2\n7,2.4\n"),
                            ("ramp & piston.txt", "text/plain", "The left one.\n")):
    file = db.file.create(name=name, type=kind, content=content)
    db.issue.set("1", files=db.issue.get("1", "files") + [file])
db.issue.set("13", superseder=["1"])
query = db.query.create(name="Weather & engine", klass="issue", private_for=None,
                        url="@columns=id,activity,title,status&@sort=activity&@group=priority&@filter=keyword&keyword=1,4&@pagesize=2&@startwith=0")
db.user.set(people["ada"], queries=[query])
db.commit()
db.close()

# One hour for each thing that happened, from 3 March 2025 on.
base = sqlite3.connect(Path(home, "db", "db"))
for table in ("issue", "msg", "file", "user", "keyword", "query", "status", "priority"):
    hours = {"user": 0, "keyword": 1, "status": 0, "priority": 0}.get(table)
    rows = base.execute(f"select id from _{table} order by id").fetchall()
    for (row,) in rows:
        at = 24 * row if hours is None else hours
        made = f"202503{3 + at // 24:02d}{8 + at % 24:02d}1500"
        base.execute(f"update _{table} set _creation = ?, _activity = ? where id = ?", (made, made, row))
        if table == "msg":
            base.execute("update _msg set _date = ? where id = ?", (made, row))
        steps = base.execute(f"select rowid from {table}__journal where nodeid = ? order by rowid", (row,)).fetchall()
        for step, (entry,) in enumerate(steps):
            when = f"202503{3 + at // 24:02d}{8 + at % 24 + step // 60:02d}{15 + step % 45:02d}00"
            base.execute(f"update {table}__journal set date = ? where rowid = ?", (when, entry))
            base.execute(f"update _{table} set _activity = ? where id = ?", (when, row))
base.commit()
base.close()
