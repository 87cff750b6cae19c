"""Mends what is wrong in the installed product by itself: settle.py FOLDER.

Lists read the names of filters while the page is still being parsed, and throw when it comes in two
parts; pages without filters throw each time. The second ends a night that is not about it, the first
is another one each night.
"""
import sys
from pathlib import Path


def replace(file, *pairs):
    text = file.read_text()
    for old, new in pairs:
        assert text.count(old) == 1, (file, old)
        text = text.replace(old, new)
    file.write_text(text)


[package] = Path(sys.argv[1]).glob("lib/python3*/site-packages/bukuserver")
# The package comes without the files that describe its API, and does not start without this one.
(package / "apidocs").mkdir(exist_ok=True)
(package / "apidocs/template.yml").write_text("{}\n")
replace(
    package / "templates/bukuserver/lib.html",
    ("let watcher = new MutationObserver(xs => xs.forEach(x => x.addedNodes.forEach(e => {",
     "addEventListener('DOMContentLoaded', () => document.querySelectorAll('#filter-groups-data, #active-filters-data').forEach(e => {"),
    ("      e.innerHTML = JSON.stringify(converted);\n    })));", "      e.innerHTML = JSON.stringify(converted);\n    }), true);"),
    ("    watcher.observe(document.body, {childList: true, subtree: true});\n", ""),
    ("    setTimeout(() => watcher.disconnect());  // will stop observing once <body> is rendered\n", ""),
)
replace(
    package / "static/bukuserver/js/filters_fix.js",
    ("  filter_form.onsubmit", "  if (window.filter_form) filter_form.onsubmit"),
)
