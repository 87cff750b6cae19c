// What hinders people who use assistive technology: one line a problem, `rule: where: what`.
// Everything is read from the page as it stands. No key is pressed, because that would change it:
// traps are told where a step pressed Tab, and else what leads to them (`hidden-focus`, `tabindex`).

const MUST_HAVE_NAMES = new Set(['button', 'checkbox', 'combobox', 'link', 'listbox', 'menuitem', 'menuitemcheckbox',
  'menuitemradio', 'radio', 'searchbox', 'slider', 'spinbutton', 'switch', 'tab', 'textbox']);
const REFERENCES = ['aria-labelledby', 'aria-describedby', 'aria-errormessage', 'aria-details', 'aria-activedescendant'];
// Things that are often named before they are there, such as a list that is yet to be opened.
const LOOSE_REFERENCES = ['aria-controls', 'aria-owns', 'aria-flowto'];

const hasAttributes = Element.prototype.hasAttributes;

function problems(heard, hidden) {
  const found = new Map();
  const tell = (rule, where, what) => {
    const line = rule + ': ' + where + ': ' + what;
    found.set(line, (found.get(line) || 0) + 1);
  };
  const ids = new Set();
  for (const el of heard) {
    const role = roleOf(el);
    if (MUST_HAVE_NAMES.has(role) && styleOf(el).visible && !nameOf(el)) {
      if (role !== 'link' || has(el, 'href') || has(el, 'xlink:href') || has(el, 'role')) tell('name', whereabouts(el), 'has no name');
    }
    if (!hasAttributes.call(el) && tag(el) !== 'img') continue;
    withoutAlternative(el, role, tell);
    lostReferences(el, ids, tell);
    if (parseInt(attr(el, 'tabindex') || '0', 10) > 0) tell('tabindex', whereabouts(el), 'takes the focus out of turn');
  }
  for (const el of hidden) {
    const reachable = focusable(el) && !(parseInt(attr(el, 'tabindex') || '0', 10) < 0);
    if (reachable && styleOf(el).visible && saidHidden(el)) tell('hidden-focus', whereabouts(el), 'takes the focus and is hidden from assistive technology');
  }
  wholeDocument(tell);
  trapped(heard, tell);
  const lines = [...found].map(([line, times]) => (times > 1 ? line + ' (' + times + ' times)' : line));
  return lines.concat(faint(heard)).sort();
}

function withoutAlternative(el, role, tell) {
  const name = tag(el);
  const picture = name === 'img' ? role === 'img' : role === 'img' && has(el, 'role');
  if (picture && styleOf(el).visible && !nameOf(el)) tell('image', whereabouts(el), 'has no alternative text');
  if (name === 'input' && (attr(el, 'type') || '').toLowerCase() === 'image' && !tidy(attr(el, 'alt') || '') &&
    !authorNamed(el) && !has(el, 'title')) tell('image', whereabouts(el), 'has no alternative text');
}

// References to what is not there, and to ids that several things have.
function lostReferences(el, ids, tell) {
  const look = (attribute, value, strict) => {
    for (const id of value.split(/\s+/)) {
      if (!id) continue;
      const there = byIds(el, id).length > 0;
      if (!there && strict) tell('reference', whereabouts(el), attribute + ' names #' + unnumbered(id) + ', which is not there');
      const scope = rootOf.call(el);
      if (!there || ids.has(id) || typeof scope.querySelectorAll !== 'function') continue;
      ids.add(id);
      const same = scope.querySelectorAll('#' + CSS.escape(id)).length;
      if (same > 1) tell('duplicate-id', '#' + unnumbered(id), same + ' things have the id that ' + attribute + ' of ' + whereabouts(el) + ' names');
    }
  };
  if (tag(el) === 'label' && has(el, 'for')) look('for', attr(el, 'for'), true);
  for (const attribute of REFERENCES) if (has(el, attribute)) look(attribute, attr(el, attribute), true);
  for (const attribute of LOOSE_REFERENCES) if (has(el, attribute)) look(attribute, attr(el, attribute), false);
}

// Whether `aria-hidden` hides it; what is inert takes no focus anyway.
function saidHidden(el) {
  let said = false;
  for (let it = el; it; it = flatParent(it)) {
    if (has(it, 'inert')) return false;
    said = said || attr(it, 'aria-hidden') === 'true';
  }
  return said;
}

function wholeDocument(tell) {
  const root = readers.root.call(document);
  if (window === window.top) {
    if (!tidy(attr(root, 'lang') || attr(root, 'xml:lang') || '')) tell('lang', 'the page', 'does not say its language');
    if (!tidy(readers.title.call(document))) tell('title', 'the page', 'has no title');
  }
  const lost = window.__nightshift && window.__nightshift.lostFocus ? window.__nightshift.lostFocus() : null;
  if (lost) {
    const text = shortened(tidy(attr(lost, 'aria-label') || lost.textContent || ''));
    tell('focus', (roleOf(lost) || tag(lost)) + (text ? ' ' + quoted(unnumbered(text)) : ''),
      'was taken away while it had the focus, and nothing else got it');
  }
}

// What kept the focus although Tab was pressed and there is something else to go to. Dialogs may.
function trapped(heard, tell) {
  const kept = window.__nightshift && window.__nightshift.keptFocus ? window.__nightshift.keptFocus() : null;
  if (!kept) return;
  for (let it = kept; it; it = flatParent(it)) if (['dialog', 'alertdialog'].includes(roleOf(it))) return;
  const reachable = (el) => el !== kept && focusable(el) && !(parseInt(attr(el, 'tabindex') || '0', 10) < 0);
  if (heard.some(reachable)) tell('focus-trap', whereabouts(kept), 'keeps the focus when Tab is pressed');
}

// A thing by role and name; by its mark-up and the nearest thing with a name where it has none.
function whereabouts(el) {
  const role = roleOf(el) || tag(el);
  const name = words(nameOf(el));
  if (tag(el) === 'label') return 'label ' + quoted(unnumbered(shortened(tidy(drawnText(el)))));
  if (name) return role + ' ' + quoted(unnumbered(shortened(name)));
  const holder = holderOf(el);
  const made = markup(el);
  return (made.startsWith(role) ? made : role + ' ' + made) + (holder ? ' in ' + unnumbered(holder) : '');
}
// Numbers do not tell problems apart: rows come and go.
const unnumbered = (text) => text.replace(/\d+/g, '0');

// The mark-up of a thing as a selector, without what build tools make up.
function markup(el) {
  const lasting = (it) => it && !/\d{3,}|^:|^«|^_r_[a-z]+_$|[_-][A-Za-z0-9]*\d[A-Za-z0-9]*$/.test(it) && it.length < 40;
  const id = attr(el, 'id');
  const classes = tidy(attr(el, 'class') || '').split(' ').filter(lasting).slice(0, 2);
  return tag(el).replace('svg:', '') + (lasting(id) ? '#' + id : classes.length ? '.' + classes.join('.') : '');
}
