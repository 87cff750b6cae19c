// What to call an element: the best target that means it and nothing else, as `resolve` judges.

const LONGEST_NAME = 120;
const LONGEST_HANDLE = 60;
const MOST_TRIES = 60;
// What a person says a thing is in, from the smallest.
const PLACES = new Set(('row listitem article treeitem option gridcell cell group radiogroup dialog alertdialog tabpanel menu ' +
  'menubar toolbar tablist tree grid table list listbox figure form region search navigation banner contentinfo ' +
  'complementary main').split(' '));
// There is seldom more than one of these, so that they need no name.
const LANDMARKS = new Set(['dialog', 'alertdialog', 'search', 'navigation', 'banner', 'contentinfo', 'complementary', 'main', 'form', 'table']);
// These have no name of their own that a person would say, and are told apart by what is in them.
const TOLD_BY_CONTENT = new Set(['row', 'listitem', 'article', 'treeitem', 'option', 'group', 'gridcell', 'cell']);
const HANDLES = ['rowheader', 'heading', 'link', 'cell', 'gridcell', 'strong', 'paragraph'];
// What a click or a key is meant for, where it lands on something inside.
const ACTORS = new Set(('button link checkbox radio switch tab menuitem menuitemcheckbox menuitemradio option treeitem combobox ' +
  'textbox searchbox spinbutton slider listbox').split(' '));

// A target is written in double quotes, which must be balanced.
const sayable = (text, most) => text !== '' && text.length <= most && (text.split('"').length - 1) % 2 === 0;
const drawnBox = (el) => {
  const box = boxOf(el);
  return drawn(el) && box.width > 0 && box.height > 0;
};

// Whether a step would take the target for this element.
function means(target, el) {
  let found;
  try {
    found = resolve(target, false).found;
  } catch {
    return false;
  }
  if (found.length === 1) return found[0] === el;
  if (found.length > MOST_MATCHES) return false;
  const seen = found.filter(drawnBox);
  return seen.length === 1 && seen[0] === el;
}

function bestTarget(el) {
  const role = roleOf(el);
  const spoken = role !== '' && role !== 'generic' && role !== 'none' && KNOWN_ROLES.has(role) && shown(el);
  const name = words(nameOf(el));
  if (spoken && sayable(name, LONGEST_NAME)) {
    const named = inPlaceOrCounted({ role: { role, name } }, el);
    if (named) return named;
  }
  const label = isControl(el) ? labelOf(el) : null;
  if (label) return label;
  const testid = attr(el, 'data-testid');
  if (testid !== null && sayable(testid, LONGEST_NAME)) {
    const found = inPlaceOrCounted({ 'test-id': testid }, el);
    if (found) return found;
  }
  const control = spoken && (ACTORS.has(role) || LANDMARKS.has(role));
  if (control) {
    const found = inPlace({ role: { role } }, el);
    if (found) return found;
  }
  const text = words(drawnText(el));
  if (sayable(text, LONGEST_HANDLE)) {
    const found = inPlace({ text }, el);
    if (found) return found;
  }
  for (const css of selectorsOf(el)) if (means({ locator: { css } }, el)) return { locator: { css } };
  return (spoken && counted({ role: { role } }, el)) || null;
}

const inPlaceOrCounted = (locator, el) => inPlace(locator, el) || counted(locator, el);

// The locator alone, or in the nearest place that singles it out.
function inPlace(locator, el) {
  if (means({ locator }, el)) return { locator };
  let tries = 0;
  for (let it = ownedBy.get(el) || flatParent(el); it; it = ownedBy.get(it) || flatParent(it)) {
    const role = roleOf(it);
    if (!PLACES.has(role) || !shown(it)) continue;
    for (const name of namesOfPlace(it, role, el)) {
      tries += 1;
      if (tries > MOST_TRIES) return null;
      const within = { locator: { role: name === null ? { role } : { role, name } } };
      if (means({ locator, within }, el)) return { locator, within };
    }
  }
  return null;
}

function namesOfPlace(place, role, el) {
  const list = [];
  const known = naming(place);
  if (known.from === 'author' && sayable(words(known.text), LONGEST_HANDLE)) list.push(words(known.text));
  if (TOLD_BY_CONTENT.has(role)) {
    const texts = [];
    const walk = (it) => {
      if (it === el) return;
      const rank = HANDLES.indexOf(roleOf(it));
      const text = rank < 0 || !shown(it) ? '' : words(drawnText(it));
      if (sayable(text, LONGEST_HANDLE)) texts.push({ text, rank: rank < 2 ? rank : 2 });
      for (const child of flatChildren(it)) if (isElement(child) && texts.length < 20) walk(child);
    };
    for (const child of flatChildren(place)) if (isElement(child)) walk(child);
    texts.sort((a, b) => a.rank - b.rank);
    for (const it of texts) if (!list.includes(it.text)) list.push(it.text);
    const whole = words(drawnText(place));
    if (!list.length && sayable(whole, LONGEST_HANDLE)) list.push(whole);
  }
  if (LANDMARKS.has(role)) list.push(null);
  return list;
}

function counted(locator, el) {
  const nth = resolve({ locator }, false).found.indexOf(el) + 1;
  return nth > 0 && means({ locator, nth }, el) ? { locator, nth } : null;
}

// The text beside a control that nothing names: what `label` would find it by.
function labelOf(el) {
  const own = labelText(el, { seen: new Set([el]) });
  const texts = own ? [words(own)] : [];
  for (let it = flatParent(el), up = 0; it && up < 3; it = flatParent(it), up += 1) {
    for (const child of flatChildren(it)) {
      if (isElement(child) && child !== el && !isControl(child)) texts.push(words(drawnText(child)));
      else if (isText(child)) texts.push(words(readers.data.call(child)));
    }
  }
  for (const text of texts) {
    if (sayable(text, LONGEST_HANDLE) && means({ locator: { label: text } }, el)) return { locator: { label: text } };
  }
  return null;
}

function selectorsOf(el) {
  const list = [];
  const plainWord = /^[A-Za-z][A-Za-z_-]*[0-9]{0,2}$/;
  const id = attr(el, 'id');
  if (id && plainWord.test(id)) list.push('#' + id);
  const name = attr(el, 'name');
  if (name && plainWord.test(name)) list.push(readers.tag.call(el) + '[name=' + name + ']');
  const parts = [];
  for (let it = el; it && isElement(it); it = readers.parent.call(it)) {
    const own = attr(it, 'id');
    if (it !== el && own && plainWord.test(own)) {
      parts.unshift('#' + own);
      break;
    }
    const parent = readers.parent.call(it);
    const kind = readers.tag.call(it);
    const twins = parent ? childNodes(parent).filter((other) => isElement(other) && readers.tag.call(other) === kind) : [it];
    parts.unshift(twins.length > 1 ? kind + ':nth-of-type(' + (twins.indexOf(it) + 1) + ')' : kind);
  }
  list.push(parts.join(' > '));
  return list;
}

// The element that somebody means who clicks on this one: a button for the picture in it.
function actor(el) {
  for (let it = el; it; it = flatParent(it)) {
    if (ACTORS.has(roleOf(it))) return it;
    if (tag(it) === 'input' || tag(it) === 'textarea' || tag(it) === 'select') return it;
    if (tag(it) === 'label' && it.control) return it.control;
    if (has(it, 'contenteditable') && attr(it, 'contenteditable') !== 'false') return it;
  }
  return el;
}

// What to call the element that was met, or the one that is meant by it.
function described(el, request) {
  let it = request.meant ? actor(el) : el;
  let target = bestTarget(it);
  // A picture in something that has a name or a test id stands for that.
  const vague = (found) => found === null || found.locator.css !== undefined;
  let above = it;
  for (let up = 0; request.meant && vague(target) && up < 4; up += 1) {
    above = flatParent(above);
    if (!above || PLACES.has(roleOf(above))) break;
    const better = bestTarget(above);
    if (!vague(better)) [it, target] = [above, better];
  }
  return { element: it, role: roleOf(it), name: nameOf(it), target, scene: request.scene ? scene() : [] };
}

// Where an element stands: the roles above it that are spoken, outermost first.
function placeOf(el) {
  const place = [];
  for (let it = flatParent(el); it; it = flatParent(it)) {
    const role = roleOf(it);
    if (role === '' || role === 'generic' || role === 'none' || !shown(it)) continue;
    const known = naming(it);
    const name = known.from === 'author' && known.text ? ' ' + quoted(shortened(known.text)) : '';
    place.unshift(role + name);
  }
  return place;
}

// What a target means, with all that a step would look at; scrolls to see what covers what.
function probe(target) {
  let result;
  try {
    result = resolve(target, false);
  } catch (error) {
    return { complaint: String(error && error.message) };
  }
  const shownOnes = result.found.slice(0, MOST_MATCHES);
  const list = shownOnes.map((el) => {
    const now = state(el, [], true);
    return { role: roleOf(el), name: nameOf(el), tag: tag(el), place: placeOf(el), visible: now.visible, enabled: now.enabled,
      editable: now.editable, covered_by: now.covered_by, reachable: now.in_viewport, text: shortened(now.text, LONGEST_NAME),
      framed: framesTo(el).length > 0, best: bestTarget(el), rect: null };
  });
  const first = shownOnes.find(drawnBox);
  if (first) bringIntoView(first);
  shownOnes.forEach((el, at) => { list[at].rect = rounded(boxOf(el)); });
  const near = result.found.length ? [] : rankedNear(result.missing || target).slice(0, MOST_NEAREST);
  return { total: result.total === undefined ? 0 : result.total, matches: list,
    missing_within: result.missing !== null && result.missing !== undefined,
    nearest: near.map((it) => ({ said: say(it.el), hidden: it.hidden, best: bestTarget(it.el) })) };
}

// What a person can see and name: what can be used, and what says where one is, in document order.
const MOST_NAMED = 200;
const SIGNS = new Set(['heading', 'alert', 'status', 'dialog', 'alertdialog']);
const SIGNS_WHERE_NAMED = new Set(['table', 'grid', 'list', 'img', 'navigation', 'region', 'form', 'group']);
function nameable(within) {
  const places = within ? resolve(within, true).found : null;
  const inside = (el) => {
    for (let it = el; it; it = ownedBy.get(it) || flatParent(it)) if (places.includes(it)) return true;
    return false;
  };
  const things = [];
  let total = 0;
  for (const el of allElements()) {
    const role = roleOf(el);
    const sign = SIGNS.has(role) || (SIGNS_WHERE_NAMED.has(role) && nameOf(el) !== '');
    if (!(sign || ACTORS.has(role) || isControl(el)) || !shown(el) || !drawnBox(el)) continue;
    if (places && !inside(el)) continue;
    total += 1;
    if (things.length < MOST_NAMED) things.push({ said: say(el), hidden: false, best: bestTarget(el) });
  }
  return { total, things, missing_within: places !== null && !places.length };
}

// What tells a person that something happened: headings, and what is announced.
function scene() {
  const list = [];
  for (const el of allElements()) {
    const role = roleOf(el);
    const announced = role === 'alert' || role === 'status';
    if (!(announced || role === 'heading') || !shown(el) || !drawnBox(el)) continue;
    const text = words(role === 'heading' ? nameOf(el) : drawnText(el));
    if (!sayable(text, LONGEST_NAME)) continue;
    const target = { locator: announced ? { text } : { role: { role, name: text } } };
    list.push({ announced, text, target: seenAlone(target) ? target : null });
    if (list.length >= 60) break;
  }
  return list;
}

// Whether `see` would be content with it.
const seenAlone = (target) => resolve(target, false).found.filter(drawnBox).length === 1;
