# Makes the repositories, with the same commits each time.
set -e
export GIT_AUTHOR_NAME="Ada Lovelace" GIT_AUTHOR_EMAIL=ada@harbour.test
export GIT_COMMITTER_NAME="Ada Lovelace" GIT_COMMITTER_EMAIL=ada@harbour.test
clock=1583053200

# Commits all that is there, a day after the last commit.
keep() {
  clock=$((clock + 86400))
  export GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000"
  git add -A
  git commit --quiet --message "$1"
}

begin() {
  git init --quiet --initial-branch=master "$1"
  cd "$1"
}

begin tides
cat > README.md <<'END'
# Tides

Tells when the water is high & low at the *north quay*.

| month | high water | low water |
|---|---|---|
| June | 4.2 m | 0.6 m |
| July | 4.4 m | 0.5 m |

1. Read `src/tide.py`.
2. See [the manual](docs/manual.rst).
END
mkdir src docs
cat > src/tide.py <<'END'
"""Heights of the water at the quay."""

MONTHS = ["June", "July"]


def height(hour, mean=2.4):
    """Return the height in metres at an hour."""
    if hour < 0:
        raise ValueError("no such hour")
    return mean + 1.8 * (hour % 12) / 12


def is_high(hour):
    return height(hour) > 3.6
END
keep "Begin with the heights of the water"
cat > docs/manual.rst <<'END'
Manual
======

Ask for a height::

    python -m tide 14

Terms
-----

:mean: the height in the middle of the tide
:range: from low to high water
END
keep "Say how it is used"
printf 'quay,mean,range\nnorth,2.4,3.6\nsouth,2.1,3.2\n' > src/quays.csv
keep "Add the quays"
sed -i 's/mean=2.4/mean=2.5/; s/"July"\]/"July", "August"]/' src/tide.py
keep "Correct the mean & add August

The gauge stood 10 cm too low since <spring>."
git tag -a v1.0 -m "First tables"
: > src/__init__.py
keep "Make a package of it"
base64 -d > docs/gauge.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAIAAAAC64paAAAAJ0lEQVR42mNkYPjPQC5gYhjVPKp5VPOo5lHNo5pHNY9qHtU8qpmRgQEAZKMBJ3PUaKMAAAAASUVORK5CYII=
END
keep "Show the gauge"
printf '\000\001\002\003tide' > src/harmonics.bin
keep "Add the harmonics as they were sent"
printf 'Wind is measured\nat the lighthouse.' > "docs/Ebbe und Flut.txt"
keep "Write of ebb and flow"
cat > src/table.py <<'END'
from tide import MONTHS, height


def rows(hours):
    for month in MONTHS:
        yield [month] + [round(height(it), 1) for it in hours]


if __name__ == "__main__":
    for row in rows(range(0, 24, 6)):
        print("\t".join(str(it) for it in row))
END
keep "Print a table"
rm src/quays.csv
keep "Take the quays out, they are kept elsewhere"
GIT_AUTHOR_NAME="Bjørn Åse" GIT_AUTHOR_EMAIL=bjorn@quay.test
sed -i 's/    return height(hour) > 3.6/    """Return whether ferries may land."""\n    return height(hour) >= 3.6/' src/tide.py
keep "Let ferries land at 3.6 metres, too"
GIT_AUTHOR_NAME="Ada Lovelace" GIT_AUTHOR_EMAIL=ada@harbour.test
printf 'Wind is measured\nat the lighthouse.\nWaves are not.\n' > "docs/Ebbe und Flut.txt"
keep "Say that waves are not measured"
git tag v1.1
chmod +x src/table.py
keep "Let the table be run"
for month in September October November; do
  sed -i "s/\"\]/\", \"$month\"]/" src/tide.py
  keep "Add $month"
done
git checkout --quiet -b storm/surge
printf '\n\ndef surge(wind):\n    return 0.02 * wind ** 2\n' >> src/tide.py
keep "Try to tell surges"
git checkout --quiet -b next v1.1
mkdir src/ports
printf 'north = 1\n' > src/ports/north.ini
keep "Begin with ports"
git checkout --quiet master
cd ..

begin ferry
cat > README.rst <<'END'
Ferry
=====

When the **ferries** go, and what they cost.

* Adults: 4.50
* Children: 2.20
END
printf 'int main(void) {\n\treturn 0; /* no fare <yet> */\n}\n' > fare.c
keep "Begin with fares"
printf '#!/bin/sh\necho "$1" | sort -u\n' > sailings.sh
keep "List the sailings"
echo "Timetables and fares of the <ferry>" > .git/description
git config gitweb.url https://git.harbour.test/ferry.git
cd ..

begin lighthouse
cd ..
