// Accessible names after ACCNAME 1.2, with the native sources of HTML-AAM.

const BUTTON_WORDS = { submit: 'Submit', reset: 'Reset', image: 'Submit' };
const NO_TEXT_VALUE = new Set(['password', 'file', 'hidden', 'checkbox', 'radio', 'button', 'submit', 'reset', 'image']);
const CELLS = new Set(['cell', 'gridcell', 'columnheader', 'rowheader']); // apart, however they are laid out
const names = new Map();
const masked = new Set();
const MASKED = '[masked]';
// Letters of private use are pictures of icon fonts: nobody can say or type them.
const PICTURED = /\p{Co}/gu;
const saysNothing = (text) => tidy(String(text).replace(PICTURED, '')) === '';

// The name; `as` stands in for the role while the role itself hangs on the name.
function nameOf(el, as) {
  return naming(el, as).text;
}

// The name and where it is from: `author`, `content`, `tooltip`, `placeholder` or ``.
function naming(el, as) {
  let known = names.get(el);
  if (known) return known;
  const role = as || roleOf(el);
  known = names.get(el);
  if (known) return known;
  known = { text: '', from: '' };
  names.set(el, known); // a cycle reads the empty name
  if (role !== 'none' && role !== '') known = findName(el, role);
  if (as) names.delete(el);
  else names.set(el, known);
  return known;
}

function findName(el, role) {
  const trip = { seen: new Set([el]), referenced: false, hidden: false };
  const author = authorName(el, trip);
  if (author) return { text: author, from: 'author' };
  if (UNNAMEABLE.has(role) && tag(el) !== 'caption') {
    return { text: '', from: '' };
  }
  const native = nativeName(el, role, trip);
  if (native.text) return { text: tidy(native.text), from: native.from || 'author' };
  if (FROM_CONTENT.has(role)) {
    const content = tidy(contentText(el, trip));
    const tip = saysNothing(content) ? tooltipName(el) : null;
    if (tip) return tip;
    if (content) return { text: content, from: 'content' };
  }
  return fallbackName(el);
}

// What its tooltip calls a thing without words; else that of the icon in it.
function tooltipName(el) {
  const own = fallbackName(el);
  if (own.text) return own;
  const below = tidy(contentText(el, { seen: new Set([el]), referenced: false, hidden: false, tips: true }));
  return saysNothing(below) ? null : { text: below, from: 'content' };
}

function authorName(el, trip) {
  if (!trip.referenced) {
    const refs = byIds(el, attr(el, 'aria-labelledby'));
    if (refs.length) {
      const text = tidy(refs.map((it) => alternative(it, { seen: new Set(), referenced: true, hidden: !shown(it) })).join(' '));
      if (text) return text;
    }
  }
  return tidy(attr(el, 'aria-label') || '');
}

function fallbackName(el) {
  const title = tidy(attr(el, 'title') || '');
  if (title) return { text: title, from: 'tooltip' };
  const hint = placeholderOf(el);
  return hint ? { text: hint, from: 'placeholder' } : { text: '', from: '' };
}

function placeholderOf(el) {
  const name = tag(el);
  const own = name === 'input' || name === 'textarea' ? attr(el, 'placeholder') : null;
  return tidy(own || attr(el, 'aria-placeholder') || '');
}

function nativeName(el, role, trip) {
  const name = tag(el);
  switch (name) {
    case 'input': {
      const type = (attr(el, 'type') || 'text').toLowerCase();
      const labelled = labelText(el, trip);
      if (labelled) return { text: labelled };
      if (type === 'button' || type === 'submit' || type === 'reset') {
        const value = attr(el, 'value');
        if (value !== null) return { text: value, from: 'content' };
        return { text: attr(el, 'title') || BUTTON_WORDS[type] || '' };
      }
      if (type === 'image') return { text: attr(el, 'alt') || attr(el, 'title') || 'Submit' };
      return { text: '' };
    }
    case 'button':
    case 'select':
    case 'textarea':
    case 'meter':
    case 'progress':
    case 'output': return { text: labelText(el, trip) };
    case 'img':
    case 'area': return { text: attr(el, 'alt') || '' };
    case 'fieldset': return childText(el, 'legend', trip);
    case 'table': return childText(el, 'caption', trip);
    case 'figure': return childText(el, 'figcaption', trip);
    case 'svg:svg':
    case 'svg:a':
    case 'svg:g': return childText(el, 'svg:title', trip);
    case 'optgroup': return { text: attr(el, 'label') || '' };
    case 'option': return { text: attr(el, 'label') || '' };
    default: return { text: '' };
  }
}

function childText(el, wanted, trip) {
  for (const it of childNodes(el)) {
    if (!isElement(it) || tag(it) !== wanted) continue;
    return { text: wanted === 'svg:title' ? it.textContent : alternative(it, trip) };
  }
  return { text: '' };
}

// The labels of every control, by the document or shadow tree that they stand in: the engine goes
// through the whole document for each control that is asked for its own.
const LABELLED = new Set(['input', 'select', 'textarea', 'button', 'meter', 'progress', 'output']);
const labelsBelow = new Map();
function labelsOf(el) {
  const scope = rootOf.call(el);
  let known = labelsBelow.get(scope);
  if (!known) {
    known = new Map();
    const kind = readers.type.call(scope);
    const ask = kind === 9 ? queryAll : kind === 11 ? queryInFragment : queryBelow;
    for (const label of ask.call(scope, 'label')) {
      const control = readers.control.call(label);
      if (!control) continue;
      if (known.has(control)) known.get(control).push(label);
      else known.set(control, [label]);
    }
    labelsBelow.set(scope, known);
  }
  return known.get(el);
}

function labelText(el, trip) {
  const labels = LABELLED.has(tag(el)) ? labelsOf(el) : undefined;
  if (!labels) return '';
  const parts = [];
  for (let i = 0; i < labels.length; i += 1) {
    parts.push(alternative(labels[i], { seen: new Set(trip.seen), referenced: true, hidden: !shown(labels[i]) }));
  }
  return tidy(parts.join(' '));
}

// The text that a node gives to somebody else's name.
function alternative(node, trip) {
  if (isText(node)) return readers.data.call(node);
  if (!isElement(node) || trip.seen.has(node)) return '';
  const el = node;
  if (masked.has(el)) return MASKED;
  const style = styleOf(el);
  if (!trip.hidden && (style.display === 'none' || markedHidden(el))) return '';
  const name = tag(el);
  if (name === 'script' || name === 'style' || name === 'template' || name === 'noscript') return '';
  if (name === 'br') return ' ';
  trip.seen.add(el);
  if (!trip.hidden && !style.visible) return contentText(el, trip);
  const role = roleOf(el);
  const value = embeddedValue(el, role);
  if (value !== null) return value;
  let text = authorName(el, trip);
  if (!text && role !== 'none') text = nativeName(el, role, trip).text;
  if (!text) text = contentText(el, trip);
  if (!tidy(text) && role !== 'none' && !UNNAMEABLE.has(role)) text = fallbackName(el).text;
  if (trip.tips && saysNothing(text)) text = fallbackName(el).text || text;
  return text;
}

// What a control that stands inside a label says: its value. `null` where it is no such control.
function embeddedValue(el, role) {
  switch (role) {
    case 'textbox':
    case 'searchbox': {
      const name = tag(el);
      if (name !== 'input' && name !== 'textarea') return null;
      return (attr(el, 'type') || '').toLowerCase() === 'password' ? '' : String(el.value);
    }
    case 'combobox':
    case 'listbox': {
      if (tag(el) === 'select') return selectedOptions(el).map((it) => tidy(nameOf(it))).join(' ');
      if (tag(el) === 'input') return String(el.value);
      const chosen = queryBelow.call(el, '[role="option"][aria-selected="true"]');
      return Array.from(chosen, (it) => nameOf(it)).join(' ');
    }
    case 'slider':
    case 'spinbutton':
    case 'progressbar':
    case 'meter':
    case 'scrollbar': return valueText(el);
    default: return null;
  }
}

function selectedOptions(el) {
  const list = [];
  const chosen = el.selectedOptions || [];
  for (let i = 0; i < chosen.length; i += 1) list.push(chosen[i]);
  return list;
}

function valueText(el) {
  const said = attr(el, 'aria-valuetext') || attr(el, 'aria-valuenow');
  if (said !== null && said !== '') return tidy(said);
  const name = tag(el);
  if (name === 'input') return String(el.value);
  if (name === 'progress' || name === 'meter') return has(el, 'value') ? String(el.value) : '';
  return '';
}

// Text of the content in reading order; blocks are set apart by a space.
function contentText(el, trip) {
  let text = generated(el, '::before');
  // What hangs below a tree's item has names of its own, however deep in shadow trees it lies.
  const inside = trip.branch || attr(el, 'role') !== 'treeitem' ? trip : { ...trip, branch: true };
  for (const it of flatChildren(el)) {
    if (isText(it)) {
      if (trip.hidden || styleOf(el).visible) text += readers.data.call(it);
      continue;
    }
    const style = styleOf(it);
    if (inside.branch && style.display !== 'none' && roleOf(it) === 'group') continue;
    const piece = alternative(it, inside);
    const apart = style.display !== 'none' && (!style.inline || ownedBy.has(it) || CELLS.has(roleOf(it)));
    text += apart ? ' ' + piece + ' ' : piece;
  }
  return text + generated(el, '::after');
}
