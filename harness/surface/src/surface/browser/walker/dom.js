// Reading the DOM without trusting the page: accessors come from the prototypes, because a form
// control named "children" or "attributes" shadows the property of its form. Nothing is written.

function getterOf(owner, key) {
  const found = owner && Object.getOwnPropertyDescriptor(owner.prototype, key);
  return found && found.get ? found.get : function () { return this[key]; };
}
const readers = {
  type: getterOf(Node, 'nodeType'),
  parent: getterOf(Node, 'parentNode'),
  first: getterOf(Node, 'firstChild'),
  next: getterOf(Node, 'nextSibling'),
  document: getterOf(Node, 'ownerDocument'),
  connected: getterOf(Node, 'isConnected'),
  data: getterOf(CharacterData, 'data'),
  tag: getterOf(Element, 'localName'),
  namespace: getterOf(Element, 'namespaceURI'),
  slot: getterOf(Element, 'assignedSlot'),
  textSlot: getterOf(Text, 'assignedSlot'),
  root: getterOf(Document, 'documentElement'),
  view: getterOf(Document, 'defaultView'),
  title: getterOf(Document, 'title'),
  editable: getterOf(HTMLElement, 'isContentEditable'),
  control: getterOf(HTMLLabelElement, 'control'),
};
// What the preload script kept of custom elements; a page that it never saw keeps it to itself.
const openShadow = getterOf(Element, 'shadowRoot');
const hiding = Boolean(window.__nightshift && window.__nightshift.hides && window.__nightshift.hides());
const keepers = new Map();
function keptBy(el) {
  const inside = readers.document.call(el);
  let keeper = keepers.get(inside);
  if (keeper === undefined) {
    const view = readers.view.call(inside);
    keeper = (view && view.__nightshift && view.__nightshift.shadowOf && view.__nightshift) || null;
    keepers.set(inside, keeper);
  }
  return keeper;
}
readers.shadow = function () {
  const open = openShadow.call(this);
  const keeper = open || !hiding ? null : keptBy(this);
  return keeper ? keeper.shadowOf(this) : open;
};
// A closed shadow tree does not tell where what it was given is shown: its slots do.
function slotOf(node) {
  const open = (readers.type.call(node) === 3 ? readers.textSlot : readers.slot).call(node);
  const host = open || !hiding ? null : readers.parent.call(node);
  if (!host || readers.type.call(host) !== 1 || openShadow.call(host)) return open;
  const closed = readers.shadow.call(host);
  return (closed && Array.from(closed.querySelectorAll('slot')).find((it) => assignedNodes.call(it).includes(node))) || null;
}
function internalsOf(el) {
  const keeper = !hiding || readers.tag.call(el).indexOf('-') < 0 ? null : keptBy(el);
  return keeper ? keeper.internalsOf(el) : null;
}
const getAttribute = Element.prototype.getAttribute;
const matchesSelector = Element.prototype.matches;
const boundsOf = Element.prototype.getBoundingClientRect;
const assignedNodes = HTMLSlotElement.prototype.assignedNodes;
const queryAll = Document.prototype.querySelectorAll;
const queryInFragment = DocumentFragment.prototype.querySelectorAll;
const queryBelow = Element.prototype.querySelectorAll;
const rootOf = Node.prototype.getRootNode;
const computedStyle = window.getComputedStyle;
const HTML = 'http://www.w3.org/1999/xhtml';
const SVG_UNDRAWN = new Set(['svg:title', 'svg:desc', 'svg:metadata', 'svg:defs', 'svg:symbol']);
const SVG = 'http://www.w3.org/2000/svg';

const isElement = (node) => readers.type.call(node) === 1;
const isText = (node) => readers.type.call(node) === 3;
const INTERNAL_STATES = { 'aria-busy': 'ariaBusy', 'aria-checked': 'ariaChecked', 'aria-current': 'ariaCurrent',
  'aria-description': 'ariaDescription', 'aria-disabled': 'ariaDisabled', 'aria-expanded': 'ariaExpanded',
  'aria-hidden': 'ariaHidden', 'aria-invalid': 'ariaInvalid', 'aria-label': 'ariaLabel', 'aria-level': 'ariaLevel',
  'aria-placeholder': 'ariaPlaceholder', 'aria-pressed': 'ariaPressed', 'aria-readonly': 'ariaReadOnly',
  'aria-required': 'ariaRequired', 'aria-selected': 'ariaSelected', 'aria-sort': 'ariaSort',
  'aria-valuenow': 'ariaValueNow', 'aria-valuetext': 'ariaValueText' };
// An attribute; what a custom element states by its internals stands in for one that it has not.
const attr = (el, name) => {
  const own = getAttribute.call(el, name);
  if (own !== null || !hiding || INTERNAL_STATES[name] === undefined) return own;
  const internals = internalsOf(el);
  return internals ? internals[INTERNAL_STATES[name]] : null;
};
const has = (el, name) => attr(el, name) !== null;
const matches = (el, selector) => matchesSelector.call(el, selector);
const tidy = (text) => String(text).toWellFormed().replace(/[\u200b\u00ad]/g, '').replace(/\s+/g, ' ').trim();

function tag(el) {
  const space = readers.namespace.call(el);
  const name = readers.tag.call(el);
  return space === HTML ? name : space === SVG ? 'svg:' + name : 'x:' + name;
}

function childNodes(node) {
  const list = [];
  for (let it = readers.first.call(node); it; it = readers.next.call(it)) {
    const type = readers.type.call(it);
    if (type === 1 || type === 3) list.push(it);
  }
  return list;
}

// What an id means where `el` stands: ids are local to a document or shadow tree.
function byIds(el, value) {
  const found = [];
  if (!value) return found;
  const scope = rootOf.call(el);
  const kind = readers.type.call(scope);
  if (kind !== 9 && kind !== 11) return found; // not in any tree
  const ask = kind === 9 ? Document.prototype.getElementById : DocumentFragment.prototype.getElementById;
  for (const id of value.split(/\s+/)) {
    if (!id) continue;
    const it = ask.call(scope, id);
    if (it) found.push(it);
  }
  return found;
}

function frameDocument(el) {
  try {
    return el.contentDocument || null; // another origin throws or answers null
  } catch {
    return null;
  }
}

// aria-owns, resolved once: owner -> owned, and who is taken from its natural place.
const owned = new Map();
const ownedBy = new Map();
function resolveOwns(documentRoot) {
  for (const owner of queryAll.call(documentRoot, '[aria-owns]')) {
    const list = [];
    for (const it of byIds(owner, attr(owner, 'aria-owns'))) {
      let above = owner;
      while (above && above !== it) above = readers.parent.call(above);
      if (above === it || ownedBy.has(it)) continue; // a cycle, or owned twice: the first owner has it
      ownedBy.set(it, owner);
      list.push(it);
    }
    if (list.length) owned.set(owner, list);
  }
}

// The children as they are rendered: shadow trees, slots and frames in place, owned elements moved.
function flatChildren(el) {
  const name = tag(el);
  if (name === 'iframe' || name === 'frame') {
    const inner = frameDocument(el);
    return inner && readers.root.call(inner) ? [readers.root.call(inner)] : [];
  }
  const shadow = readers.shadow.call(el);
  let list;
  if (shadow) list = childNodes(shadow);
  else if (name === 'slot') {
    list = assignedNodes.call(el, { flatten: false });
    if (!list.length) list = childNodes(el);
    else list = list.filter((it) => isElement(it) || isText(it));
  } else if (name === 'details' && !has(el, 'open')) {
    const summary = childNodes(el).find((it) => isElement(it) && tag(it) === 'summary');
    list = summary ? [summary] : [];
  } else if (name === 'video' || name === 'audio' || name === 'object' || name === 'textarea' ||
    name === 'noscript' || SVG_UNDRAWN.has(name)) list = [];
  else list = childNodes(el);
  if (ownedBy.size) list = list.filter((it) => !ownedBy.has(it));
  const extra = owned.get(el);
  return extra ? list.concat(extra) : list;
}

function flatParent(node) {
  const type = readers.type.call(node);
  const slot = type === 1 || type === 3 ? slotOf(node) : null;
  if (slot) return slot;
  const parent = readers.parent.call(node);
  if (!parent) return null;
  const above = readers.type.call(parent);
  if (above === 11) return parent.host || null;
  if (above === 9) return readers.view.call(parent) ? readers.view.call(parent).frameElement : null;
  return parent;
}

const styles = new Map();
function styleOf(el) {
  let known = styles.get(el);
  if (!known) {
    const live = computedStyle(el);
    // An area is never drawn itself; its image is.
    const display = tag(el) === 'area' ? 'inline' : live.display;
    known = {
      display,
      inline: display === 'inline' || display === 'contents',
      visible: live.visibility === 'visible',
      skipped: live.contentVisibility === 'hidden',
    };
    styles.set(el, known);
  }
  return known;
}

// Hidden from assistive technology by mark-up, though perhaps seen on the screen.
const modal = (() => {
  try {
    const open = queryAll.call(document, 'dialog:modal');
    return open.length ? open[open.length - 1] : null;
  } catch {
    return null;
  }
})();
const modalAncestors = new Set();
for (let it = modal && flatParent(modal); it; it = flatParent(it)) modalAncestors.add(it);
const markedHidden = (el) => attr(el, 'aria-hidden') === 'true' || has(el, 'inert');

// Whether assistive technology meets the element at all; remembers every ancestor's answer.
const exposure = new Map();
function exposed(el) {
  const known = exposure.get(el);
  if (known !== undefined) return known;
  const parent = ownedBy.get(el) || flatParent(el);
  const style = styleOf(el);
  let answer = style.display !== 'none' && !markedHidden(el);
  if (answer && parent) {
    answer = exposed(parent) && !styleOf(parent).skipped;
    if (answer && tag(parent) === 'details' && !has(parent, 'open')) answer = flatChildren(parent).includes(el);
    else if (answer && readers.shadow.call(parent)) answer = slotOf(el) !== null || readers.parent.call(el) !== parent;
  }
  if (answer && modal && parent && modalAncestors.has(parent)) answer = el === modal || modalAncestors.has(el);
  exposure.set(el, answer);
  return answer;
}
const shown = (el) => exposed(el) && styleOf(el).visible;

// Whether the element is drawn, whatever assistive technology is told.
function drawn(el) {
  if (!styleOf(el).visible) return false;
  for (let it = el; it; it = flatParent(it)) {
    const style = styleOf(it);
    if (style.display === 'none' || (style.skipped && it !== el)) return false;
    const parent = flatParent(it);
    if (parent && tag(parent) === 'details' && !has(parent, 'open') && !flatChildren(parent).includes(it)) return false;
  }
  return true;
}

// The text of ::before or ::after; what follows a slash is its spoken form.
const generatedTexts = { '::before': new Map(), '::after': new Map() };
function generated(el, which) {
  const known = generatedTexts[which];
  let text = known.get(el);
  if (text === undefined) {
    text = readGenerated(el, which);
    known.set(el, text);
  }
  return text;
}

function readGenerated(el, which) {
  const content = computedStyle(el, which).content;
  if (!content || content === 'none' || content === 'normal' || content.indexOf('"') < 0) return '';
  const parts = [];
  let spoken = null;
  const pattern = /"((?:[^"\\]|\\.)*)"|\s\/\s/g;
  for (let hit = pattern.exec(content); hit; hit = pattern.exec(content)) {
    if (hit[1] === undefined) spoken = [];
    else (spoken || parts).push(hit[1].replace(/\\(.)/g, '$1'));
  }
  const style = computedStyle(el, which);
  if (style.display === 'none' || style.visibility !== 'visible') return '';
  const text = (spoken || parts).join('');
  return style.display === 'inline' && !spoken ? text : ' ' + text + ' ';
}

function boxOf(el) {
  const box = boundsOf.call(el);
  let x = box.x;
  let y = box.y;
  for (let view = readers.view.call(readers.document.call(el)); view && view !== window && view.frameElement; view = view.parent) {
    const outer = boundsOf.call(view.frameElement);
    x += outer.x + view.frameElement.clientLeft;
    y += outer.y + view.frameElement.clientTop;
  }
  return { x, y, width: box.width, height: box.height };
}
