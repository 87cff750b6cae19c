// What a page says beside what is seen on it: where links lead, what fields take, what is kept in
// storage. Reads the elements that the tree met on its way, so that the page is gone through once.

const met = []; // what is rendered, in document order
const unmet = []; // what is rendered and hidden from assistive technology
let surveying = false; // whether anybody asks for more than the tree

function details(wanted) {
  const wants = new Set(wanted);
  const found = { links: '', fields: '', storage: '', a11y: '', lang: '' };
  if (!wants.size) return found;
  const lines = (list) => (list.length ? list.join('\n') + '\n' : '');
  const everything = unmet.length ? inOrder(met.concat(unmet)) : met;
  if (wants.has('links')) found.links = lines(everything.map(linkLine).filter(Boolean));
  if (wants.has('fields')) found.fields = lines(everything.map(fieldLine).filter(Boolean));
  if (wants.has('storage')) found.storage = lines(storageKeys());
  if (wants.has('a11y')) found.a11y = lines(problems(met, unmet));
  if (wants.has('response')) found.lang = tidy(attr(readers.root.call(document), 'lang') || '');
  return found;
}

const hiddenField = (el) => tag(el) === 'input' && (attr(el, 'type') || '').toLowerCase() === 'hidden';
const inOrder = (list) => list.sort((a, b) =>
  (Node.prototype.compareDocumentPosition.call(a, b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));

const marked = (name, value) => ' [' + name + '=' + (/^[^\s"\[\]]+$/.test(value) ? value : quoted(value)) + ']';
// A mark for each of these attributes that is there.
function marksFor(el, names) {
  let text = '';
  for (const name of names) {
    const value = attr(el, name);
    if (value !== null) text += tidy(value) === '' ? ' [' + name + ']' : marked(name, tidy(value));
  }
  return text;
}

// The description of a thing, from wherever its author gave it.
function descriptionOf(el) {
  const said = byIds(el, attr(el, 'aria-describedby')).map((it) => tidy(it.textContent)).filter(Boolean).join(' ') ||
    tidy(attr(el, 'aria-description') || '');
  const title = tidy(attr(el, 'title') || '');
  return said || (title && title !== nameOf(el) ? title : '');
}
const descriptionMark = (el) => {
  const text = descriptionOf(el);
  return text ? ' [description=' + quoted(text) + ']' : '';
};
const called = (el) => {
  const name = words(nameOf(el));
  return name ? ' ' + quoted(name) : '';
};

const LEADS = new Set(['a', 'area', 'svg:a']);
function linkLine(el) {
  const name = tag(el);
  if (!LEADS.has(name) || !styleOf(el).visible) return '';
  let url = linkUrl(el);
  if (!url && !has(el, 'href')) return '';
  if (/^data:/i.test(url)) url = url.split(/[;,]/)[0] + ',…';
  else if (/^blob:/i.test(url)) url = 'blob:…';
  const rel = tidy(attr(el, 'rel') || '').toLowerCase().split(' ').filter(Boolean).sort().join(' ');
  const target = tidy(attr(el, 'target') || '');
  return (roleOf(el) || 'link') + called(el) + ': ' + (url || '(this page)') +
    (target && target !== '_self' ? marked('target', target) : '') + (rel ? marked('rel', rel) : '') +
    marksFor(el, ['download']) + descriptionMark(el);
}

const CONSTRAINTS = ['min', 'max', 'step', 'minlength', 'maxlength', 'pattern', 'autocomplete', 'accept', 'inputmode'];
function fieldLine(el) {
  switch (tag(el)) {
    case 'form': return formLine(el);
    case 'input': return inputLine(el);
    case 'select':
    case 'textarea': return roleOf(el) + called(el) + marksFor(el, ['name']) + constrained(el);
    case 'button': return el.form || has(el, 'formaction')
      ? 'button' + called(el) + marksFor(el, ['name']) + marked('type', String(el.type)) + overrides(el) : '';
    default: return '';
  }
}

function formLine(el) {
  const name = tidy(attr(el, 'aria-label') || '') || tidy(attr(el, 'name') || '') || tidy(attr(el, 'id') || '');
  const method = (attr(el, 'method') || 'get').toLowerCase();
  const kind = (attr(el, 'enctype') || '').toLowerCase();
  return 'form' + (name ? ' ' + quoted(name) : '') + ': ' + method + ' ' + sentTo(el, 'action') +
    (kind && kind !== 'application/x-www-form-urlencoded' ? marked('enctype', kind) : '') +
    marksFor(el, ['target', 'novalidate', 'autocomplete']);
}

// Where a form or one of its buttons sends it, as links are told.
function sentTo(el, name) {
  const raw = attr(el, name);
  return raw === null || raw.trim() === '' ? '(this page)' : productUrl(el, raw);
}

function inputLine(el) {
  const type = (attr(el, 'type') || 'text').toLowerCase();
  if (type === 'hidden') return 'hidden' + marksFor(el, ['name']);
  const chosen = type === 'checkbox' || type === 'radio';
  return roleOf(el) + called(el) + marksFor(el, ['name']) + marked('type', type) +
    (chosen ? marksFor(el, ['value']) : '') + (type === 'submit' || type === 'image' ? overrides(el) : constrained(el));
}

const constrained = (el) => (matches(el, ':required') ? ' [required]' : '') + (has(el, 'multiple') ? ' [multiple]' : '') +
  marksFor(el, CONSTRAINTS) + messageMark(el) + descriptionMark(el);
// What the page itself says is wrong with a field.
const messageMark = (el) =>
  (el.validity && el.validity.customError ? marked('message', tidy(el.validationMessage)) : '');
const overrides = (el) => (has(el, 'formaction') ? marked('formaction', sentTo(el, 'formaction')) : '') +
  marksFor(el, ['formmethod', 'formenctype', 'formtarget', 'formnovalidate']) + descriptionMark(el);

function storageKeys() {
  const keys = [];
  for (const [word, name] of [['local', 'localStorage'], ['session', 'sessionStorage']]) {
    try {
      const store = window[name];
      for (let i = 0; i < store.length; i += 1) keys.push(word + ' ' + quoted(tidy(store.key(i))));
    } catch { /* a page that may keep nothing has no keys */ }
  }
  return keys.sort();
}
