"""The fixture shop with its markup changed in one way: `changed.py PORT [CHANGE]`.

The shop itself stays as it is: each of its answers is rewritten on its way out. Every night, those
without a change too, its controls get classes as products have them, since the shop writes few: a
button whose words are translated is told by what its author calls it. KINDS are changes of the
markup alone; BROKEN are regressions of the product.
"""

import hashlib
import re
import sys

from parts import server

CONTROL = r"<(a|button|select|textarea)\b[^>]*>.*?</\1>|<input\b[^>]*>"
SUBMIT = re.compile(r"<button\b(?P<with>[^>]*)>(?P<text>[^<]*)</button>")
FORM = re.compile(r"<form\b.*?</form>", re.S)
WHAT = {"a": "link", "button": "btn"}


def attribute(tag, name):
    """An attribute of a tag; None where it has none."""
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else None


def outside_scripts(change):
    """The same change, of a page without its scripts and styles."""

    def changed(page):
        parts = re.split(r"(<script\b.*?</script>|<style\b.*?</style>)", page, flags=re.S)
        return "".join(it if at % 2 else change(it) for at, it in enumerate(parts))

    return changed


def in_forms(change):
    """The same change, of each button that sends a form."""
    return outside_scripts(lambda page: FORM.sub(lambda form: SUBMIT.sub(change, form[0]), page))


def dressed(page):
    """Each control has a class for what it is and one for what it does."""

    def dress(found):
        kind, more, rest = found[1], found[2], found[3] or ""
        if attribute(more, "type") == "hidden":
            return found[0]
        words = attribute(more, "aria-label") or re.sub(r"<[^>]*>", "", rest)
        words = attribute(more, "name") or attribute(more, "id") or words
        own = "-".join(re.findall(r"\w+", words.lower()))
        classes = f"{WHAT.get(kind, 'field')} {own}".strip()
        if had := attribute(more, "class"):
            more = more.replace(f'class="{had}"', f'class="{had} {classes}"')
        else:
            more += f' class="{classes}"'
        return f"<{kind}{more}>{rest}"

    # What a button or link says belongs to it; what a field holds does not.
    named = re.sub(r"<(a|button)\b([^>]*)>(.*?(?=</\1>))", dress, page, flags=re.S)
    return re.sub(r"<(input|select|textarea)\b([^>]*)>()", dress, named)


def hashed(words):
    return " ".join("n" + hashlib.md5(it.encode()).hexdigest()[:6] for it in words.split())


def renamed(text):
    """Every id and class has another name, in pages and in what their scripts ask for."""
    names = r'(?<=\s)(class|id|for|aria-labelledby|aria-controls|aria-describedby)="([^"]+)"'
    asked = r"(getElementById\('|\bget\('|querySelector(?:All)?\('[.#])([\w-]+)"
    text = re.sub(asked, lambda it: it[1] + hashed(it[2]), text)
    return outside_scripts(lambda page: re.sub(names, lambda it: f'{it[1]}="{hashed(it[2])}"', page))(text)


def wrapped(page):
    """Each control lies in two elements more."""
    around = lambda it: it[0] if 'type="hidden"' in it[0] else f'<span class="cell"><span>{it[0]}</span></span>'
    return re.sub(CONTROL, around, page, flags=re.S)


def moved(page):
    """The menu stands behind the page, and each button before what it sends."""
    menu = re.search(r'<nav aria-label="Main">.*?</nav>', page, re.S)
    if menu:
        page = page.replace(menu[0], "").replace("<footer>", menu[0] + "<footer>")

    def first(form):
        button = SUBMIT.search(form[0])
        if not button:
            return form[0]
        begin, rest = form[0].replace(button[0], "").split(">", 1)
        return f"{begin}>{button[0]}{rest}"

    return FORM.sub(first, page)


def duplicated(page):
    """What sends a form has a twin of the same name that does nothing, and one of a name like it."""
    names = [it["text"] for form in FORM.findall(page) for it in SUBMIT.finditer(form)]
    twins = "".join(f'<button type="button">{it}</button> <button type="button">{it} later</button>' for it in names)
    return page.replace("<footer>", f'<aside aria-label="Short cuts">{twins}</aside><footer>')


def turned(page, whole, each):
    """What is found in each whole, in the other order."""

    def turn(found):
        parts = re.findall(each, found[2], re.S)
        return found[1] + "".join(reversed(parts)) + found[3]

    return re.sub(whole, turn, page, flags=re.S)


def reordered(page):
    """Options, rows and the entries of menus come in the other order."""
    page = turned(page, r"(<select\b[^>]*>)(.*?)(</select>)", r"<option\b.*?</option>")
    page = turned(page, r"(<tbody>)(.*?)(</tbody>)", r"<tr\b.*?</tr>")
    return turned(page, r'(<nav aria-label="Main"><ul>)(.*?)(</ul>)', r"<li\b.*?</li>")


def split(page):
    """A label stands apart from its field, which says which one it is."""
    number = iter(range(1, 100))

    def apart(found):
        own = f"label-{next(number)}"
        return f'<span id="{own}">{found[1].strip()}</span> <{found[2]} aria-labelledby="{own}"{found[3]}'

    return re.sub(r"<label>([^<]+)<(input|select|textarea)\b(.*?)</label>", apart, page, flags=re.S)


def icon(found):
    """A button shows a sign, and is called as before."""
    if "aria-label" in found["with"]:
        return found[0]
    return f'<button{found["with"]} aria-label="{found["text"]}"><span aria-hidden="true">★</span></button>'


def restyled(found):
    """A button is a link that looks like one."""
    send = "this.closest('form').requestSubmit(); return false"
    return f'<a href="#"{found["with"]} onclick="{send}">{found["text"]}</a>'


def recased(found):
    """A button's words have other letters and marks."""
    return f'<button{found["with"]}>{found["text"].upper()}…</button>'


def retyped(page):
    """A field has another type that takes the same."""

    def retype(found):
        type_ = attribute(found[1], "type")
        if "role=" in found[1] or type_ not in (None, "search", "number"):
            return found[0]
        more = re.sub(r'\stype="[^"]*"', "", found[1])
        return f"<input{more}>" if type_ else f'<input type="search"{more}>'

    return re.sub(r"<input\b([^>]*)>", retype, page)


def worded(words):
    """Controls and labels are called otherwise."""

    def changed(page):
        for was, now in words.items():
            page = re.sub(rf"(<(?:a|button)\b[^>]*>|<label\b[^>]*>){was}(?=\s*<)", rf"\g<1>{now}", page)
        return page

    return outside_scripts(changed)


RELABELLED = {
    "About": "Our story", "Add to cart": "Put into the basket", "Apply": "Show", "Customer": "Who ordered",
    "Next": "Onwards", "Place order": "Buy now", "Save": "Keep", "Understood": "All right", "Quantity": "How many",
}
TRANSLATED = {
    "About": "Über uns", "Add to cart": "In den Warenkorb", "Apply": "Anwenden", "Next": "Weiter",
    "Place order": "Jetzt bestellen", "Save": "Speichern", "Understood": "Verstanden", "Words": "Suchwörter",
}
KINDS = {
    "renamed": renamed,
    "wrapped": outside_scripts(wrapped),
    "moved": outside_scripts(moved),
    "duplicated": outside_scripts(duplicated),
    "reordered": outside_scripts(reordered),
    "split": outside_scripts(split),
    "icon": in_forms(icon),
    "restyled": in_forms(restyled),
    "recased": in_forms(recased),
    "retyped": outside_scripts(retyped),
    "relabelled": worded(RELABELLED),
    "translated": worded(TRANSLATED),
}


def replaced(*pairs):
    """Each of these is another, on every page."""

    def changed(page):
        for was, now in pairs:
            page = re.sub(was, now, page)
        return page

    return changed


BROKEN = {
    "gone": replaced((r"<button\b[^>]*>Place order</button>", "")),
    "disabled": replaced((r"<button\b([^>]*)>Place order<", r"<button\1 disabled>Place order<")),
    "idle": replaced((r"<button\b([^>]*)>Place order<", r'<button\1 type="button">Place order<')),
    "astray": replaced((r'href="/about"', 'href="/search"')),
    "usurped": replaced(
        (r">Place order<", ">Remove Desk lamp<"), (r'aria-label="Remove Desk lamp" title="Remove"', 'aria-label="Place order"')
    ),
    "wrong": replaced((r"You collect it in the shop\.", "It comes by post.")),
}


class Changed(server.Shop):
    """One request, whose answer is rewritten."""

    def answer(self, status, media, body, **headers):
        change = {**KINDS, **BROKEN}[CHANGE] if CHANGE else None
        if media.startswith("text/html"):
            body = outside_scripts(dressed)(body)
            body = change(body) if change else body
        elif media == "text/javascript" and CHANGE == "renamed":
            body = renamed(body)
        super().answer(status, media, body, **headers)


if __name__ == "__main__":
    CHANGE = sys.argv[2] if len(sys.argv) > 2 else ""
    server.Shop = Changed
    server.serve("shop.json", int(sys.argv[1]))
