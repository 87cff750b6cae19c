// Things that are made of roles: where the pointer goes, the options of a list, what scrolls.

const LISTS = { listbox: ['option'], menu: ['menuitem', 'menuitemcheckbox', 'menuitemradio'],
  menubar: ['menuitem', 'menuitemcheckbox', 'menuitemradio'], radiogroup: ['radio'], tablist: ['tab'],
  tree: ['treeitem'], grid: ['row', 'gridcell'], treegrid: ['row', 'gridcell'], table: ['row', 'cell'] };
const POPUPS = new Set(['listbox', 'menu', 'tree', 'grid', 'treegrid']);
const sized = (el) => {
  const box = boundsOf.call(el);
  return drawn(el) && box.width > 0 && box.height > 0;
};

function below(el) {
  const list = [];
  const walk = (it) => {
    for (const child of flatChildren(it)) if (isElement(child)) { list.push(child); walk(child); }
  };
  walk(el);
  return list;
}

// The point of a thing from the top left corner of the top document's viewport, through frames
// that may be scaled, and what covers it there. Brings it into view first.
function aim(el) {
  if (!readers.connected.call(el)) return { connected: false };
  let place = pointAbove(el);
  if (!place || place.covered) {
    Element.prototype.scrollIntoView.call(el, { block: 'center', inline: 'center', behavior: 'instant' });
    place = pointAbove(el);
  }
  return { connected: true, ...(place || {}) };
}

function pointAbove(el) {
  const point = clickPoint(el);
  if (!point) return null;
  let covered = coveredBy(el, point);
  let { x, y } = point;
  for (let view = readers.view.call(readers.document.call(el)); view && view !== view.top; view = view.parent) {
    let frame = null;
    try {
      frame = view.frameElement;
    } catch { /* another origin: the point is known in its own tab only */ }
    if (!frame) break;
    const box = boundsOf.call(frame);
    const style = computedStyle(frame);
    const scale = frame.offsetWidth ? box.width / frame.offsetWidth : 1;
    x = box.x + (frame.clientLeft + parseFloat(style.paddingLeft) + x) * scale;
    y = box.y + (frame.clientTop + parseFloat(style.paddingTop) + y) * scale;
    const outer = view.parent;
    if (x < 0 || y < 0 || x >= outer.innerWidth || y >= outer.innerHeight) return null;
    covered = covered || coveredBy(frame, { x, y });
  }
  return { x, y, covered, width: point.width, height: point.height };
}

// A thing to choose from, and its options now.
function widget(el, wanted, known) {
  if (!readers.connected.call(el)) return { connected: false };
  const role = roleOf(el);
  const open = allElements().filter((it) => POPUPS.has(roleOf(it)) && it !== el && sized(it) && !inside(el, new Set([it])));
  const list = LISTS[role] ? el : popupOf(el, open, known);
  const name = tag(el);
  const inner = name === 'input' || name === 'textarea' ? el : below(el).find((it) => isField(it)) || null;
  // A list that opens may bring a search box of its own.
  const field = inner || (list && list !== el ? searchOf(list) : null);
  const shownNow = inner ? tidy(inner.value) : tidy(valueText(el) || drawnText(el));
  const options = list ? optionsOf(list, wanted.map(words)) : [];
  const many = list && (attr(list, 'aria-multiselectable') === 'true' || options.some((it) => it.several));
  return { connected: true, role, native: name === 'select', own: list === el, list, list_role: list ? roleOf(list) : '',
    many: Boolean(many), field: field && !field.readOnly ? field : null, open: open.length,
    expanded: expandedState(el, name), veiled: veiled(el), value: shownNow, busy: list ? attr(list, 'aria-busy') === 'true' : false, options };
}

const isField = (el) => tag(el) === 'input' && /^(textbox|searchbox|combobox)$/.test(roleOf(el)) && sized(el);
const searchOf = (list) => allElements().find((it) => isField(it) && (byIds(it, attr(it, 'aria-controls')).includes(list) ||
  rootOf.call(it).activeElement === it));

// Whether a part of the same component lies over it, as tags do over the field of a list.
function veiled(el) {
  const root = rootOf.call(el);
  const point = readers.type.call(root) === 11 ? clickPoint(el) : null;
  if (!point) return false;
  const hit = root.elementFromPoint(point.x, point.y);
  return hit !== null && hit !== el && !inside(hit, new Set([el])) && rootOf.call(hit) === root;
}

// The list that a thing opens: the one that it names, one inside of it, or one that is new.
function popupOf(el, open, known) {
  const near = [el, ...below(el)];
  const above = flatParent(el);
  if (above && roleOf(above) === 'combobox') near.push(above);
  for (const it of near) {
    for (const one of byIds(it, attr(it, 'aria-controls')).concat(byIds(it, attr(it, 'aria-owns')))) {
      const list = listIn(one);
      if (list) return list;
    }
  }
  const own = near.slice(1).find((it) => POPUPS.has(roleOf(it)) && sized(it));
  if (own) return own;
  const labelled = open.find((it) => byIds(it, attr(it, 'aria-labelledby')).includes(el));
  if (labelled) return labelled;
  return open.length > known ? open[open.length - 1] : null;
}

function listIn(el) {
  if (!sized(el)) return null;
  if (LISTS[roleOf(el)]) return el;
  return below(el).find((it) => LISTS[roleOf(it)] && sized(it)) || null;
}

function optionsOf(list, wanted) {
  const kinds = LISTS[roleOf(list)] || ['option'];
  let found = below(list).filter((it) => kinds.includes(roleOf(it)) && drawn(it));
  if (kinds[0] === 'row') {
    const rows = found.filter((it) => roleOf(it) === 'row');
    const cells = found.filter((it) => roleOf(it) !== 'row');
    const choosable = cells.some((it) => has(it, 'aria-selected') || has(it, 'tabindex')) && !rows.some((it) => has(it, 'aria-selected'));
    found = choosable ? cells : rows;
  }
  return found.map((el) => {
    const role = roleOf(el);
    const said = [words(nameOf(el)) || words(drawnText(el))];
    if (role === 'row' || role === 'gridcell' || role === 'treeitem') {
      for (const it of below(el)) if (/cell$|button|rowheader|generic/.test(roleOf(it)) && said.length < 40) said.push(words(nameOf(it)) || words(drawnText(it)));
    }
    const marks = marksOf(el, role);
    const stateful = has(el, 'aria-selected') || has(el, 'aria-checked') || tag(el) === 'input';
    const at = wanted.findIndex((it) => it === said[0]);
    return { element: el, name: said[0], wanted: at >= 0 ? at : wanted.findIndex((it) => said.includes(it)),
      selected: stateful ? marks.includes('selected') || marks.includes('checked') : null, disabled: marks.includes('disabled'),
      several: role === 'menuitemcheckbox' || (role === 'option' && has(el, 'aria-checked')) };
  });
}

// What can be scrolled: the thing itself, what is inside of it, or what holds it.
const overflows = (el) => {
  const style = computedStyle(el);
  const may = (way) => way === 'auto' || way === 'scroll' || way === 'overlay';
  return (may(style.overflowY) && el.scrollHeight > el.clientHeight + 1) || (may(style.overflowX) && el.scrollWidth > el.clientWidth + 1);
};
const pageScroller = (el) => {
  const page = el ? readers.document.call(el) : document;
  return page.scrollingElement || readers.root.call(page);
};

function scrollerFor(el) {
  if (overflows(el)) return el;
  let best = null;
  let most = 0;
  for (const it of below(el)) {
    const size = it.clientWidth * it.clientHeight;
    if (size > most && overflows(it)) [best, most] = [it, size];
  }
  if (best) return best;
  for (let it = flatParent(el); it; it = flatParent(it)) if (overflows(it)) return it;
  return pageScroller(el);
}

// Every scroller that a thing may be hidden in: the page, then the largest.
function scrollers() {
  const all = allElements().filter((it) => overflows(it) && sized(it));
  all.sort((a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight);
  const page = pageScroller(null);
  return [page, ...all.filter((it) => it !== page && readers.document.call(it) === document)];
}

function scrolled(el, number, move, hint) {
  const it = el ? scrollerFor(el) : scrollers()[number];
  if (!it) return { there: false };
  if (move === 'start') it.scrollTo({ top: 0, left: 0, behavior: 'instant' });
  else if (move === 'end') it.scrollTo({ top: it.scrollHeight, left: it.scrollLeft, behavior: 'instant' });
  else if (typeof move === 'number') it.scrollTo({ top: move, behavior: 'instant' });
  else if (move === 'down' || move === 'up') return stepwise(it, move === 'up' ? -0.9 : 0.9, hint);
  return howFar(it);
}

function howFar(it) {
  const rows = below(it).filter((one) => /^(row|option|listitem|treeitem|article)$/.test(roleOf(one))).length;
  const waiting = below(it).some((one) => (roleOf(one) === 'progressbar' && sized(one)) || attr(one, 'aria-busy') === 'true') ||
    attr(it, 'aria-busy') === 'true';
  return { there: true, page: it === pageScroller(it), top: it.scrollTop, most: Math.max(0, it.scrollHeight - it.clientHeight), rows, waiting };
}

// A screen at a time, drawn in between, until something like the thing is there or a look from
// outside is due: more was loaded, nothing moves, or it took a while.
const WHILE = 400;
async function stepwise(it, part, hint) {
  const bare = (text) => text.replace(/\s+/g, '');
  const labels = '[aria-label], [title], [alt]';
  const like = () => {
    if (hint.css) return it.querySelector(hint.css) !== null;
    if (bare(it.textContent).includes(bare(hint.text))) return true;
    return [...it.querySelectorAll(labels)].some((one) => ['aria-label', 'title', 'alt'].some((name) => (attr(one, name) || '').includes(hint.text)));
  };
  const high = it.scrollHeight;
  const began = performance.now();
  while (performance.now() - began < WHILE) {
    const from = it.scrollTop;
    it.scrollBy({ top: part * (it.clientHeight || 1), behavior: 'instant' });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (it.scrollTop === from || it.scrollHeight !== high || !hint || like()) break;
  }
  everything = null;
  for (const known of [names, roles, styles, exposure, drawnTexts]) known.clear();
  return howFar(it);
}
