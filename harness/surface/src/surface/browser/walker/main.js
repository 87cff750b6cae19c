// The questions. One call answers one of them and leaves nothing behind in the page.

function answer(request, subject) {
  return wellFormed(reply(request, subject));
}

// Half of a surrogate pair is no character: no driver passes it on. It is read as one that is not
// known, as the screen shows it.
function wellFormed(it) {
  if (typeof it === 'string') return it.isWellFormed() ? it : it.toWellFormed();
  if (Array.isArray(it)) return it.map(wellFormed);
  if (it === null || typeof it !== 'object' || Object.getPrototypeOf(it) !== Object.prototype) return it;
  for (const key of Object.keys(it)) it[key] = wellFormed(it[key]);
  return it;
}

function reply(request, subject) {
  // A document that has only just begun has no element at all.
  if (!readers.root.call(document)) return { unready: true };
  resolveOwns(document);
  switch (request.op) {
    case 'observe': {
      const seen = observe(request.masks || [], request.details || []);
      return request.drawn ? { ...seen, drawing: drawing({}) } : seen;
    }
    case 'find': return find(request.target, request.explain, request.ways);
    case 'read': return readAll(request.target, request.part);
    case 'follow': return { element: follow(request.way) };
    case 'state': return state(subject, request.attributes || [], request.scroll);
    case 'roles': return everyRole();
    case 'runs': return textRuns(false);
    case 'drawing': return drawing(request);
    case 'lettering': return lettering();
    case 'describe': return described(subject, request);
    case 'probe': return probe(request.target);
    case 'nameable': return nameable(request.within);
    case 'scene': return scene();
    case 'outline': return outline();
    case 'aim': return aim(subject);
    case 'widget': return widget(subject, request.wanted, request.known);
    case 'scroll': return scrolled(subject, request.number, request.move, request.hint);
    default: return { complaint: 'the walker does not know the question ' + request.op };
  }
}

const rounded = (box) => ({ x: box.x, y: box.y, width: box.width, height: box.height });
function pageBox(el) {
  const box = boxOf(el);
  return { x: box.x + window.scrollX, y: box.y + window.scrollY, width: box.width, height: box.height };
}

function observe(masks, wanted) {
  surveying = wanted.length > 0;
  const rects = [];
  const unmatched = [];
  const hits = [];
  for (let i = 0; i < masks.length; i += 1) {
    let found = [];
    try {
      found = resolve(masks[i], false).found;
    } catch {
      found = [];
    }
    if (!found.length) unmatched.push(i);
    for (const el of found) {
      hits.push(el);
      rects.push({ mask: i, page: pageBox(el), viewport: rounded(boxOf(el)) });
    }
  }
  if (hits.length) {
    for (const el of hits) masked.add(el);
    names.clear();
    roles.clear();
  }
  const into = collector();
  visit(readers.root.call(document), into);
  into.flush();
  const lines = [];
  print(into.nodes, '', lines);
  const root = readers.root.call(document);
  const heard = unheard.map(plain);
  return {
    aria: lines.length ? lines.join('\n') + '\n' : '',
    text: heard.length ? heard.join('\n') + '\n' : '',
    title: readers.title.call(document),
    url: address(),
    path: location.pathname + location.search + location.hash,
    masks: rects,
    unmatched,
    width: Math.max(root.scrollWidth, root.clientWidth),
    height: Math.max(root.scrollHeight, root.clientHeight),
    scale: window.devicePixelRatio,
    scroll_x: window.scrollX,
    scroll_y: window.scrollY,
    details: details(wanted),
    foreign: foreign.map((el) => foreignFrame(el, false)),
  };
}

function find(target, explain, ways) {
  let result;
  try {
    result = resolve(target, false);
  } catch (error) {
    return { complaint: String(error && error.message), total: 0, matches: [], nearest: [] };
  }
  const list = [];
  for (const el of result.found.slice(0, MOST_MATCHES)) {
    const frames = framesTo(el);
    const box = boxOf(el);
    const far = frames.length || ways;
    list.push({ element: far ? null : el, frames, way: far ? wayTo(el) : [],
      role: roleOf(el), name: words(nameOf(el)), inside: result.total > 1 ? holderOf(el) : '', rect: rounded(box), visible: drawn(el) && box.width > 0 && box.height > 0 });
  }
  const lacking = result.missing || target;
  return { total: result.total === undefined ? 0 : result.total, matches: list, missing_within: result.missing !== null,
    nearest: !list.length && explain ? nearest(lacking) : [],
    hidden_now: !list.length && explain ? hiddenNow(lacking) : null, foreign: list.length ? [] : foreignFor(target) };
}

// What each of the things has that a target means: of the visible ones, where there are some.
function readAll(target, part) {
  let result;
  try {
    result = resolve(target, false);
  } catch (error) {
    return { complaint: String(error && error.message) };
  }
  const seen = result.found.filter(drawnBox);
  const values = (seen.length ? seen : result.found).map((el) => {
    if (part === 'text') return tidy(drawnText(el));
    if (part === 'value') return valueOf(el);
    return attr(el, part.attribute);
  });
  return { values, foreign: values.length === 0 && foreignFor(target).length > 0 };
}

// The value of a control; null where a thing has none.
function valueOf(el) {
  const name = tag(el);
  if (name === 'input' || name === 'textarea' || name === 'select') return String(el.value);
  const role = roleOf(el);
  return VALUED.has(role) ? shownText(el, role) : null;
}

// The nearest thing with a name that holds it, as `in:` would say it.
function holderOf(el) {
  const own = words(nameOf(el));
  for (let it = flatParent(el); it; it = flatParent(it)) {
    const role = roleOf(it);
    const name = role === 'generic' || role === 'none' || !shown(it) ? '' : words(nameOf(it));
    if (name && name !== own) return role + ' ' + quoted(shortened(name));
  }
  return '';
}

function everyRole() {
  const list = [];
  for (const el of allElements()) {
    const path = framesTo(el);
    list.push({ element: path.length ? null : el, tag: tag(el), id: attr(el, 'id') || '', role: roleOf(el), name: nameOf(el), exposed: shown(el) });
  }
  return list;
}

function state(el, attributes, scroll) {
  if (!el || !readers.connected.call(el)) return { connected: false };
  if (scroll) bringIntoView(el);
  const role = roleOf(el);
  const name = tag(el);
  const box = boxOf(el);
  const visible = drawn(el) && box.width > 0 && box.height > 0;
  const asked = {};
  for (const it of attributes) asked[it] = attr(el, it);
  const point = clickPoint(el);
  const marks = marksOf(el, role);
  const mark = (word) => (marks.includes(word) ? 'true' : marks.includes(word + '=mixed') ? 'mixed' : 'false');
  const expanded = expandedState(el, name);
  const readonly = marks.includes('readonly');
  const enabled = !marks.includes('disabled');
  return {
    connected: true, role, name: nameOf(el), visible, enabled, rect: rounded(box), point,
    checked: mark('checked'), selected: mark('selected') === 'true', expanded, pressed: mark('pressed'),
    focused: rootOf.call(el).activeElement === el, required: marks.includes('required'), readonly,
    value: valueOf(el),
    editable: enabled && !readonly && isEditable(el, name),
    text: tidy(drawnText(el)), attributes: asked,
    in_viewport: point !== null, covered_by: visible && point ? coveredBy(el, point) : null,
  };
}

const shownText = (el, role) => valueText(el) || (role === 'textbox' || role === 'searchbox' || role === 'combobox' ? tidy(drawnText(el)) : '');

function isEditable(el, name) {
  if (name === 'textarea' || name === 'select') return true;
  if (name === 'input') return !/^(button|submit|reset|image|checkbox|radio|hidden)$/i.test(attr(el, 'type') || 'text');
  // The reader is that of HTML; a picture drawn in SVG has none.
  return readers.namespace.call(el) === HTML && readers.editable.call(el) === true;
}

function bringIntoView(el) {
  const point = clickPoint(el);
  if (point === null || coveredBy(el, point) !== null) Element.prototype.scrollIntoView.call(el, { block: 'center', inline: 'center', behavior: 'instant' });
}

// The middle of the part of its first box that is in the viewport of its own frame.
function clickPoint(el) {
  const view = readers.view.call(readers.document.call(el));
  if (!view) return null;
  const rects = Element.prototype.getClientRects.call(el);
  const box = rects.length ? rects[0] : boundsOf.call(el);
  const left = Math.max(0, box.left);
  const right = Math.min(view.innerWidth, box.right);
  const top = Math.max(0, box.top);
  const bottom = Math.min(view.innerHeight, box.bottom);
  if (right <= left || bottom <= top) return null;
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

// What holds the text that a host hands into its shadow tree: the browser names the host as hit there.
function slottedAt(host, point) {
  if (!readers.shadow.call(host)) return null;
  for (const it of childNodes(host)) {
    if (!isText(it) || !slotOf(it)) continue;
    const range = readers.document.call(host).createRange();
    range.selectNodeContents(it);
    for (const box of range.getClientRects()) {
      const within = box.left <= point.x && point.x <= box.right && box.top <= point.y && point.y <= box.bottom;
      if (within) return flatParent(it);
    }
  }
  return null;
}

function coveredBy(el, point) {
  let hit = Document.prototype.elementFromPoint.call(readers.document.call(el), point.x, point.y);
  while (hit && readers.shadow.call(hit)) {
    const deeper = readers.shadow.call(hit).elementFromPoint(point.x, point.y);
    if (!deeper || deeper === hit) break;
    hit = deeper;
  }
  if (!hit) return null;
  for (let it = slottedAt(hit, point) || hit; it; it = flatParent(it)) {
    if (it === el) return null;
    if (tag(it) === 'label' && it.control === el) return null;
  }
  if (tag(el) === 'option' || tag(el) === 'optgroup') return null; // drawn by its list
  const through = computedStyle(el).pointerEvents === 'none' && liesUnder(hit, el);
  if (through && !INTERACTIVE.has(roleOf(el))) return null;
  const over = through ? ' (it lets clicks through: pointer-events is none)' : '';
  return coverName(hit) + over;
}

// Whether what takes the click is drawn below the thing: what holds it, or what came before in a drawing.
function liesUnder(hit, el) {
  for (let it = el; it; it = flatParent(it)) if (it === hit) return true;
  return tag(el).startsWith('svg:') && tag(hit).startsWith('svg:') &&
    (Node.prototype.compareDocumentPosition.call(hit, el) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

function coverName(hit) {
  const name = nameOf(hit);
  return name ? say(hit) : markup(hit);
}
