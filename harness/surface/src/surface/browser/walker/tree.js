// The accessibility tree as text, one line a node, and the text that this tree is blind to.

const CHILDREN_ARE_TEXT = new Set(['button', 'checkbox', 'img', 'menuitemcheckbox', 'menuitemradio', 'meter', 'option',
  'progressbar', 'radio', 'scrollbar', 'separator', 'slider', 'switch', 'tab']);
const INTERACTIVE = new Set(['button', 'checkbox', 'combobox', 'link', 'listbox', 'menuitem', 'menuitemcheckbox',
  'menuitemradio', 'option', 'radio', 'searchbox', 'slider', 'spinbutton', 'switch', 'tab', 'textbox', 'treeitem']);
const VALUED = new Set(['textbox', 'searchbox', 'combobox', 'slider', 'spinbutton', 'progressbar', 'meter', 'scrollbar']);
const unheard = [];
// Frames of other origins: their own trees are put where their numbers stand.
const foreign = [];

// Gathers the children of one printed node: text runs are merged, blocks split them.
function gather(el, into) {
  into.text(generated(el, '::before'));
  const visible = styleOf(el).visible;
  for (const it of flatChildren(el)) {
    if (isText(it)) {
      if (visible) into.text(readers.data.call(it));
    } else visit(it, into);
  }
  into.text(generated(el, '::after'));
  if (isForeign(el) && foreign.length < MOST_FRAMES && drawn(el)) into.push({ foreign: foreign.push(el) - 1 });
}

function collector() {
  const nodes = [];
  let run = '';
  const flush = () => {
    const text = tidy(run);
    run = '';
    if (text) nodes.push({ text });
  };
  return { nodes, flush, text: (piece) => { run += piece; }, push: (node) => { flush(); nodes.push(node); } };
}

function visit(el, into) {
  const style = styleOf(el);
  if (style.display === 'none') {
    if (surveying && hiddenField(el) && !masked.has(el)) met.push(el);
    return;
  }
  if (masked.has(el)) {
    into.push({ role: roleOf(el) || 'generic', masked: true });
    return;
  }
  if (markedHidden(el) || (modal && el !== modal && !modalAncestors.has(el) && modalAncestors.has(flatParent(el)))) {
    listen(el);
    return;
  }
  if (surveying) met.push(el);
  const name = tag(el);
  if (name === 'br') {
    into.text(' ');
    return;
  }
  const role = roleOf(el);
  if (role === '' || style.skipped) return;
  const node = style.visible && role !== 'none' ? describe(el, role) : null;
  const whose = NAMING_PARTS.has(name) && (!node || role === 'caption') ? nameGiven(el, name) : '';
  if (whose) {
    const inner = collector();
    gather(el, inner);
    inner.flush();
    into.flush();
    for (const it of inner.nodes) if (it.text === undefined || !whose.includes(it.text)) into.push(it);
    return;
  }
  if (!node) {
    if (!style.inline) into.flush();
    gather(el, into);
    if (!style.inline) into.flush();
    return;
  }
  const inner = collector();
  if (node.value === undefined || name === 'select' || role === 'combobox') gather(el, inner);
  inner.flush();
  node.children = settle(node, inner.nodes, role);
  into.push(node);
}

// The name that a label, legend or caption gives: what is in it need not be said twice.
const NAMING_PARTS = new Set(['label', 'legend', 'caption', 'figcaption']);
function nameGiven(el, name) {
  const whom = name === 'label' ? el.control : flatParent(el);
  if (!whom || !isElement(whom) || !shown(whom) || masked.has(whom)) return '';
  if (name !== 'label' && roleOf(whom) !== { legend: 'group', caption: 'table', figcaption: 'figure' }[name]) return '';
  return nameOf(whom);
}

// What a line says of the element; nothing where it only groups.
function describe(el, role) {
  const named = naming(el);
  const title = tidy(attr(el, 'title') || '');
  const spoken = tidy(attr(el, 'aria-description') || '') || (named.from !== 'tooltip' && title !== named.text ? title : '');
  if (role === 'generic' && !named.text && !spoken) return null;
  const node = { role, name: named.text, from: named.from, marks: marksOf(el, role) };
  const hint = placeholderOf(el);
  if (hint && named.from !== 'placeholder') node.marks.push('placeholder=' + quoted(hint));
  if (spoken) node.marks.push('description=' + quoted(spoken));
  if (VALUED.has(role)) node.value = shownValue(el, role);
  else if (tag(el) === 'input' && (attr(el, 'type') || '').toLowerCase() === 'file') node.value = chosenFiles(el);
  return node;
}

function shownValue(el, role) {
  const name = tag(el);
  if (name === 'select') return undefined;
  if (role === 'textbox' || role === 'searchbox' || role === 'combobox') {
    if (name !== 'input' && name !== 'textarea') return undefined;
    const value = tidy(el.value);
    if ((attr(el, 'type') || '').toLowerCase() === 'password') return value ? { raw: '[password]' } : '';
    return value;
  }
  return valueText(el);
}

function chosenFiles(el) {
  const list = [];
  for (let i = 0; el.files && i < el.files.length; i += 1) list.push(el.files[i].name);
  return list.join(', ');
}

// Drops what the name already says and what assistive technology takes for plain text.
function settle(node, children, role) {
  const fromContent = FROM_CONTENT.has(role);
  const flat = CHILDREN_ARE_TEXT.has(role);
  if (!fromContent && !flat) return children;
  const kept = [];
  const drop = (child) => {
    if (child.text !== undefined) {
      if (node.from !== 'content' && !node.name.includes(child.text)) unheard.push(child.text);
    } else if (flat && !INTERACTIVE.has(child.role) && !child.masked) {
      if (child.children) child.children.forEach(drop);
    } else kept.push(child);
  };
  children.forEach(drop);
  return kept;
}

function flag(el, name, list) {
  const value = attr(el, 'aria-' + name);
  if (value === 'true') list.push(name);
  else if (value === 'mixed') list.push(name + '=mixed');
}

function marksOf(el, role) {
  const list = [];
  const name = tag(el);
  if (name === 'input' && (role === 'checkbox' || role === 'radio' || role === 'switch')) {
    if (el.indeterminate && role === 'checkbox') list.push('checked=mixed');
    else if (el.checked) list.push('checked');
  } else flag(el, 'checked', list);
  if (isDisabled(el)) list.push('disabled');
  const open = expandedState(el, name);
  if (open !== null) list.push(open ? 'expanded' : 'expanded=false');
  if (name === 'option' ? el.selected : attr(el, 'aria-selected') === 'true') list.push('selected');
  flag(el, 'pressed', list);
  if (role === 'heading') list.push('level=' + levelOf(el, name));
  else if (has(el, 'aria-level')) list.push('level=' + tidy(attr(el, 'aria-level')));
  if (has(el, 'required') && /^(input|select|textarea)$/.test(name) || attr(el, 'aria-required') === 'true') list.push('required');
  const invalid = attr(el, 'aria-invalid');
  if (invalid && invalid !== 'false') list.push(invalid === 'true' ? 'invalid' : 'invalid=' + tidy(invalid));
  if (/^(input|textarea)$/.test(name) && has(el, 'readonly') || attr(el, 'aria-readonly') === 'true') list.push('readonly');
  const current = attr(el, 'aria-current');
  if (current && current !== 'false') list.push(current === 'true' ? 'current' : 'current=' + tidy(current));
  const sort = attr(el, 'aria-sort');
  if (sort && sort !== 'none') list.push('sort=' + tidy(sort));
  for (const span of ['colspan', 'rowspan']) {
    if ((name === 'td' || name === 'th') && parseInt(attr(el, span), 10) > 1) list.push(span + '=' + parseInt(attr(el, span), 10));
  }
  if (attr(el, 'aria-busy') === 'true') list.push('busy');
  if (role === 'link') {
    const url = linkUrl(el);
    if (url) list.push('url=' + url);
  }
  return list;
}

function isDisabled(el) {
  if (matches(el, ':disabled')) return true;
  for (let it = el; it; it = flatParent(it)) {
    const said = attr(it, 'aria-disabled');
    if (said === 'true') return true;
    if (said === 'false') return false;
  }
  return false;
}

function expandedState(el, name) {
  if (name === 'summary') {
    const details = readers.parent.call(el);
    if (details && isElement(details) && tag(details) === 'details') return has(details, 'open');
  }
  const value = attr(el, 'aria-expanded');
  return value === 'true' ? true : value === 'false' ? false : null;
}

function levelOf(el, name) {
  const said = parseInt(attr(el, 'aria-level') || '', 10);
  if (said > 0) return said;
  return /^h[1-6]$/.test(name) ? Number(name[1]) : 2;
}

const linkUrl = (el) => {
  const raw = attr(el, 'href') || attr(el, 'xlink:href');
  return raw === null ? '' : productUrl(el, raw);
};
// A URL in the page's own terms: without the origin where that is the page's own.
function productUrl(el, raw) {
  try {
    const url = new URL(raw, readers.document.call(el).baseURI);
    const same = url.origin !== 'null' && url.origin === location.origin;
    const text = same ? url.pathname + url.search + url.hash : url.href;
    return text.replace(/[\s[\]]/g, encodeURIComponent);
  } catch {
    return raw.replace(/[\s[\]]/g, encodeURIComponent);
  }
}

// Text on the screen that is hidden from the tree.
function listen(el) {
  if (masked.has(el)) return;
  const into = collector();
  const walk = (it) => {
    const style = styleOf(it);
    if (style.display === 'none' || style.skipped || masked.has(it)) return;
    if (surveying) unmet.push(it);
    if (!style.inline) into.flush();
    if (style.visible) into.text(generated(it, '::before'));
    for (const child of flatChildren(it)) {
      if (!isText(child)) walk(child);
      else if (style.visible) into.text(readers.data.call(child));
    }
    if (style.visible) into.text(generated(it, '::after'));
    if (!style.inline) into.flush();
  };
  walk(el);
  into.flush();
  for (const it of into.nodes) unheard.push(it.text);
}

const escaped = (text) => text.replace(/[\\"]/g, '\\$&')
  // eslint-disable-next-line no-control-regex
  .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g, (it) => '\\u' + it.charCodeAt(0).toString(16).padStart(4, '0'));
const quoted = (text) => '"' + escaped(text) + '"';
// What is cut ends in …, so that the beginning of a secret before it is known for what it is.
const LONGEST_SAID = 60;
const shortened = (text, most = LONGEST_SAID) => (text.length > most ? text.slice(0, most - 1) + '…' : text);
// Plain where YAML would read it back as the same text; in double quotes elsewhere.
const plain = (text) => (/^[\p{L}\p{N}(/.+$€£…“„«]/u.test(text) && !/: |:$| #|[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(text) ? text : quoted(text));

function print(nodes, indent, lines) {
  for (const node of nodes) {
    if (node.foreign !== undefined) {
      lines.push(indent + '\u0001' + node.foreign);
      continue;
    }
    if (node.text !== undefined) {
      lines.push(indent + '- text: ' + plain(node.text));
      continue;
    }
    let line = indent + '- ' + node.role;
    if (node.masked) {
      lines.push(line + ': ' + MASKED);
      continue;
    }
    if (node.name) line += ' ' + quoted(node.name);
    for (const mark of node.marks) line += ' [' + mark + ']';
    const value = node.value;
    const children = node.children || [];
    const spoken = value && value.raw ? value.raw : value ? plain(value) : '';
    if (!children.length) lines.push(spoken ? line + ': ' + spoken : line);
    else if (!spoken && children.length === 1 && children[0].text !== undefined) lines.push(line + ': ' + plain(children[0].text));
    else {
      lines.push(line + ':');
      if (spoken) lines.push(indent + '  - text: ' + spoken);
      print(children, indent + '  ', lines);
    }
  }
}
