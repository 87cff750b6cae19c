// Finding things the way a person names them, and saying what was there instead.

const MOST_MATCHES = 20;
const MOST_NEAREST = 6;

// Every element in rendered order: shadow trees, slots and frames of the same origin in place.
let everything = null;
function allElements() {
  if (everything) return everything;
  everything = [];
  const walk = (el) => {
    everything.push(el);
    for (const it of flatChildren(el)) if (isElement(it)) walk(it);
  };
  walk(readers.root.call(document));
  return everything;
}

// Marks of direction and joiners of words are drawn by nobody.
const words = (text) => tidy(String(text).replace(PICTURED, ' ')
  .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g, '')).normalize('NFC');
// What still cannot be seen is spelled out where names are told; joiners make one sign of several.
const spelled = (text) => text.replace(/[^\P{Cf}\u200d]/gu, (it) => '<U+' + it.codePointAt(0).toString(16).toUpperCase().padStart(4, '0') + '>');
const wordCharacter = /[\p{L}\p{N}_]/u;
function containsWords(text, wanted) {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = Array.from(text.slice(0, at)).pop() || '';
    const after = Array.from(text.slice(at + wanted.length, at + wanted.length + 2))[0] || '';
    const opens = wordCharacter.test(before) && wordCharacter.test(wanted[0] || '');
    const closes = wordCharacter.test(after) && wordCharacter.test(wanted[wanted.length - 1] || '');
    if (!opens && !closes) return true;
  }
  return false;
}
const sameRole = (el, wanted) => roleOf(el) === (wanted === 'image' ? 'img' : wanted);

// What is read on the element, as drawn: its text, and the words on buttons and in values.
const drawnTexts = new Map();
function drawnText(el) {
  const known = drawnTexts.get(el);
  if (known !== undefined) return known;
  const style = styleOf(el);
  let text = '';
  if (style.display !== 'none') {
    const name = tag(el);
    if (name === 'br') text = ' ';
    else if (name === 'input') {
      if (/^(submit|reset|button)$/i.test(attr(el, 'type') || '')) text = String(el.value) || nameOf(el);
    } else if (name !== 'script' && name !== 'style') {
      text = generated(el, '::before');
      if (!style.skipped) {
        for (const it of flatChildren(el)) {
          if (isText(it)) text += style.visible ? readers.data.call(it) : '';
          else text += styleOf(it).inline ? drawnText(it) : ' ' + drawnText(it) + ' ';
        }
      }
      text += generated(el, '::after');
    }
  }
  drawnTexts.set(el, text);
  return text;
}

// Letters that only the style makes large or small: a person names them as they are drawn.
const restyled = (el) => computedStyle(el).textTransform !== 'none' ||
  flatChildren(el).some((it) => isElement(it) && restyled(it));
const folded = (text) => text.toLowerCase();

function byText(scopes, wanted) {
  const equal = [];
  const part = [];
  const styled = [];
  // Answers whether the element or one below it was taken, so that the innermost wins.
  const walk = (el, list, test, read = (text) => text) => {
    const text = read(words(drawnText(el)));
    if (!text.includes(read(wanted))) return false;
    let below = false;
    for (const it of flatChildren(el)) if (isElement(it) && walk(it, list, test, read)) below = true;
    if (below) return true;
    if (!test(text) || !drawn(el)) return false;
    list.push(el);
    return true;
  };
  for (const scope of scopes) walk(scope, equal, (text) => text === wanted);
  if (equal.length) return equal;
  for (const scope of scopes) walk(scope, part, (text) => containsWords(text, wanted));
  if (part.length) return part;
  const lower = folded(wanted);
  for (const scope of scopes) walk(scope, styled, (text) => text === lower, folded);
  return styled.filter(restyled);
}

const CONTROLS = new Set(['textbox', 'searchbox', 'combobox', 'listbox', 'checkbox', 'radio', 'switch', 'slider', 'spinbutton']);
const isControl = (el) => CONTROLS.has(roleOf(el)) || (tag(el) === 'input' && attr(el, 'type') === 'file') ||
  (has(el, 'contenteditable') && attr(el, 'contenteditable') !== 'false');

// A control that is hidden from the tree stands behind one that a script made in its place.
function byLabel(candidates, scopes, wanted) {
  const controls = candidates.filter((el) => isControl(el) && drawn(el));
  const heard = labelled(controls.filter(shown), scopes, wanted);
  return heard.length ? heard : labelled(controls, scopes, wanted);
}

function labelled(controls, scopes, wanted) {
  const named = controls.filter((el) => words(nameOf(el)) === wanted);
  if (named.length) return named;
  const own = controls.filter((el) => words(labelText(el, { seen: new Set([el]) })) === wanted);
  if (own.length) return own;
  const found = [];
  for (const text of byText(scopes, wanted)) {
    const from = boxOf(text);
    let best = null;
    let least = Infinity;
    for (const el of controls) {
      if (el === text) continue;
      const distance = gap(from, boxOf(el));
      if (distance < least) [best, least] = [el, distance];
    }
    if (best && !found.includes(best)) found.push(best);
  }
  return found;
}

// The distance between two boxes; what lies before the label counts double.
function gap(label, box) {
  const right = box.x - (label.x + label.width);
  const left = label.x - (box.x + box.width);
  const below = box.y - (label.y + label.height);
  const above = label.y - (box.y + box.height);
  const across = right > 0 ? right : left > 0 ? left * 2 : 0;
  const down = below > 0 ? below : above > 0 ? above * 2 : 0;
  return Math.hypot(across, down);
}

function inside(el, scopes) {
  for (let it = ownedBy.get(el) || flatParent(el); it; it = ownedBy.get(it) || flatParent(it)) if (scopes.has(it)) return true;
  return false;
}

const nameIn = (locator) => (locator.name === undefined || locator.name === null ? null : words(locator.name));

function byRole(candidates, locator) {
  const wanted = nameIn(locator);
  const all = candidates.filter((el) => sameRole(el, locator.role) && shown(el));
  if (wanted === null) return all;
  const named = all.filter((el) => words(nameOf(el)) === wanted);
  if (named.length) return named;
  // What may have no name is told apart by its description, which its line prints.
  if (UNNAMEABLE.has(locator.role)) return all.filter((el) => words(attr(el, 'title') || '') === wanted);
  return all.filter((el) => folded(words(nameOf(el))) === folded(wanted) && restyled(el));
}

// Names of an enclosing thing: equal, or equal to a part of it, or containing the words.
function byRoleLoosely(candidates, locator) {
  const wanted = nameIn(locator);
  const all = candidates.filter((el) => sameRole(el, locator.role) && shown(el));
  if (wanted === null) return all;
  const equal = all.filter((el) => words(nameOf(el)) === wanted);
  if (equal.length) return equal;
  const parts = all.filter((el) => flatChildren(el).length && byText([el], wanted).some((it) => it !== el && words(drawnText(it)) === wanted));
  if (parts.length) return parts;
  return all.filter((el) => containsWords(words(nameOf(el)) || words(drawnText(el)), wanted) || containsWords(words(drawnText(el)), wanted));
}

// All that a target means, before `nth`; `loose` is how enclosing things are named.
function resolve(target, loose) {
  let candidates = allElements();
  let scopes = [readers.root.call(document)];
  if (target.within) {
    const outer = resolve(target.within, true);
    if (!outer.found.length) return { found: [], missing: outer.missing || target.within };
    scopes = outer.found;
    const set = new Set(scopes);
    candidates = candidates.filter((el) => inside(el, set));
  }
  let found = locate(target.locator, candidates, scopes, loose);
  if (target.within && scopes.length) found = found.filter((el) => !scopes.includes(el));
  const total = found.length;
  if (target.nth) found = found.slice(target.nth - 1, target.nth);
  return { found, total, missing: null };
}

function locate(locator, candidates, scopes, loose) {
  if (locator.role) return loose ? byRoleLoosely(candidates, locator.role) : byRole(candidates, locator.role);
  if (locator.text !== undefined) return byText(scopes, words(locator.text));
  if (locator.label !== undefined) return byLabel(candidates, scopes, words(locator.label));
  if (locator['test-id'] !== undefined) return candidates.filter((el) => attr(el, 'data-testid') === locator['test-id'] && drawn(el));
  if (locator.css !== undefined) {
    matches(readers.root.call(document), locator.css); // throws on a selector that is none
    return candidates.filter((el) => matches(el, locator.css) && drawn(el));
  }
  return [];
}

const say = (el) => {
  const name = words(nameOf(el));
  return (roleOf(el) || tag(el)) + (name ? ' ' + quoted(spelled(name)) : '');
};

// How unlike two names are, from 0; containing one another is near.
function unlike(a, b) {
  const x = a.toLowerCase().slice(0, 60);
  const y = b.toLowerCase().slice(0, 60);
  if (x === y) return 0;
  let row = Array.from({ length: y.length + 1 }, (_, i) => i);
  for (let i = 1; i <= x.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= y.length; j += 1) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (x[i - 1] === y[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  const share = row[y.length] / Math.max(x.length, y.length, 1);
  return x && y && (x.includes(y) || y.includes(x)) ? Math.min(share, 0.3) : share;
}

// What lies folded in closed `details`, which is not rendered.
const foldedAway = () => Array.from(queryAll.call(document, 'details:not([open]) > :not(summary), details:not([open]) > :not(summary) *'));

// The elements that are nearest to a target that was not found, nearest first.
function rankedNear(target) {
  const locator = target.locator;
  const wantedRole = locator.role ? locator.role.role : null;
  const wanted = words((locator.role ? locator.role.name : locator.text !== undefined ? locator.text : locator.label) || '');
  const ranked = [];
  for (const el of allElements().concat(foldedAway())) {
    const role = roleOf(el);
    if (role === 'none' || role === '' || (role === 'generic' && wantedRole !== 'generic')) continue;
    const same = wantedRole !== null && sameRole(el, wantedRole);
    const name = words(nameOf(el));
    if (!same && !(wanted && name)) continue;
    const distance = wanted ? unlike(name, wanted) : 0;
    if (!same && distance > 0.35) continue;
    const hidden = !shown(el);
    ranked.push({ el, hidden, rank: distance + (same ? 0 : 0.25) + (hidden ? 0.15 : 0) });
  }
  return ranked.sort((a, b) => a.rank - b.rank);
}

// The nearest things to a target that was not found.
function nearest(target) {
  const locator = target.locator;
  const ranked = rankedNear(target);
  const lines = [];
  for (const it of ranked) {
    const line = say(it.el) + (it.hidden ? ' (hidden)' : '');
    if (!lines.includes(line)) lines.push(line);
    if (lines.length >= MOST_NEAREST) break;
  }
  if (!lines.length || locator.css !== undefined || locator['test-id'] !== undefined) lines.push(...hiddenTwins(locator));
  return lines.slice(0, MOST_NEAREST);
}

// Where the very thing is there and hidden: that it is, and the step that shows it, where the page says one.
function hiddenNow(target) {
  const locator = target.locator;
  const named = locator.role && locator.role.name ? words(locator.role.name) : null;
  const first = named === null ? twinsOf(locator)[0]
    : rankedNear(target).filter((it) => it.hidden && sameRole(it.el, locator.role.role) && isCalled(it.el, named)).map((it) => it.el)[0];
  if (!first) return null;
  const step = revealing(first);
  return { said: say(first), step };
}

// What is not drawn at all may have no name yet, but its text.
const isCalled = (el, name) => words(nameOf(el)) === name || words(tidy(el.textContent || '')) === name;

function twinsOf(locator) {
  return allElements().concat(foldedAway()).filter((el) => (locator.css !== undefined ? matches(el, locator.css)
    : locator['test-id'] !== undefined && attr(el, 'data-testid') === locator['test-id']));
}

function hiddenTwins(locator) {
  return twinsOf(locator).map((el) => say(el) + ' (hidden)');
}

// Which frames to switch into, by their place in `window.frames`, and the way down inside the last.
function framesTo(el) {
  const path = [];
  for (let view = readers.view.call(readers.document.call(el)); view && view !== window; view = view.parent) {
    let at = 0;
    while (at < view.parent.length && view.parent[at] !== view) at += 1;
    path.unshift(at);
  }
  return path;
}

// Frames of other origins, which can only be asked from inside.
const MOST_FRAMES = 20;
const isForeign = (el) => /^i?frame$/.test(tag(el)) && !frameDocument(el) && !!el.contentWindow;
function foreignFrame(el, strip) {
  const frames = framesTo(el);
  const view = readers.view.call(readers.document.call(el));
  let at = 0;
  while (at < view.length && view[at] !== el.contentWindow) at += 1;
  const box = boxOf(el);
  return { frames: frames.concat(at), x: box.x + el.clientLeft, y: box.y + el.clientTop, strip };
}

function foreignFor(target) {
  let list = allElements().filter((el) => isForeign(el) && drawn(el));
  const outer = list.length && target.within ? resolve(target.within, true).found : [];
  if (outer.length) {
    const set = new Set(outer);
    list = list.filter((el) => set.has(el) || inside(el, set));
  }
  return list.slice(0, MOST_FRAMES).map((el) => foreignFrame(el, outer.length > 0));
}

function wayTo(el) {
  const way = [];
  for (let it = el; it;) {
    const parent = readers.parent.call(it);
    if (!parent) break;
    let at = 0;
    for (let child = readers.first.call(parent); child && child !== it; child = readers.next.call(child)) at += 1;
    way.unshift(at);
    if (readers.type.call(parent) === 11 && parent.host) {
      way.unshift(-1);
      it = parent.host;
    } else if (readers.type.call(parent) === 9) break;
    else it = parent;
  }
  return way;
}

function follow(way) {
  let node = document;
  for (const at of way) node = at === -1 ? node && readers.shadow.call(node) : node && childAt(node, at);
  return node || null;
}

function childAt(parent, at) {
  let child = readers.first.call(parent);
  for (let i = 0; i < at && child; i += 1) child = readers.next.call(child);
  return child;
}
