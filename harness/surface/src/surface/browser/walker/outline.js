// The page as an agent sees it: every element that is drawn, and what a person sees of it that the
// accessibility tree does not say.

const MOST_ELEMENTS = 2500;
const MOST_TARGETS = 300;
const MOST_HINTS = 12;
const LONGEST_TEXT = 200;
// What is meant as a whole, though nobody clicks on it.
const NAMED_BY_TARGET = new Set(['row', 'listitem', 'cell', 'gridcell', 'heading', 'img', 'article', 'treeitem', 'columnheader', 'rowheader']);

function outline() {
  const elements = [];
  const places = new Map();
  let targets = 0;
  let cut = false;
  for (const el of allElements()) {
    const name = tag(el);
    if (name === 'head' || name === 'script' || name === 'style' || !drawnBox(el)) continue;
    if (elements.length >= MOST_ELEMENTS) {
      cut = true;
      break;
    }
    const it = elementOf(el, places);
    if ((it.usable || it.colour !== null || NAMED_BY_TARGET.has(it.role)) && targets < MOST_TARGETS) {
      targets += 1;
      it.target = bestTarget(el);
    }
    places.set(el, elements.length);
    elements.push(it);
  }
  return { place: location.pathname + location.search + location.hash, locale: String(navigator.language || ''), elements, cut };
}

function elementOf(el, places) {
  const role = shown(el) && KNOWN_ROLES.has(roleOf(el)) ? roleOf(el) : 'generic';
  const control = isControl(el);
  const marks = marksOf(el, role);
  if (rootOf.call(el).activeElement === el) marks.push('focused');
  if (attr(el, 'aria-haspopup')) marks.push('opens');
  const kind = kindOf(el);
  return {
    role, name: role === 'generic' ? '' : shortened(words(nameOf(el)), LONGEST_TEXT), text: ownWords(el),
    labels: control ? besideOf(el) : [], marks,
    value: kind === 'password' || !control ? null : valueOf(el), kind,
    options: tag(el) === 'select' ? Array.from(el.options, (it) => words(it.label || it.text)).slice(0, 500) : [],
    hints: hintsOf(el), test_id: attr(el, 'data-testid') || '', colour: fillOf(el), usable: control || usable(el, role), parent: above(el, places), target: null,
  };
}

function above(el, places) {
  for (let it = ownedBy.get(el) || flatParent(el); it; it = ownedBy.get(it) || flatParent(it)) {
    if (places.has(it)) return places.get(it);
  }
  return null;
}

function ownWords(el) {
  const name = tag(el);
  if (name === 'input') return /^(submit|reset|button)$/i.test(attr(el, 'type') || '') ? shortened(words(el.value), LONGEST_TEXT) : '';
  if (name === 'textarea' || name === 'select') return '';
  const own = flatChildren(el).filter(isText).map((it) => readers.data.call(it));
  return shortened(words(generated(el, '::before') + own.join(' ') + generated(el, '::after')), LONGEST_TEXT);
}

// The texts beside a control: of its own label, else the nearest around it.
function besideOf(el) {
  const own = words(labelText(el, { seen: new Set([el]) }));
  if (own) return [shortened(own, LONGEST_HANDLE)];
  if (words(nameOf(el))) return [];
  for (let it = flatParent(el), up = 0; it && up < 3; it = flatParent(it), up += 1) {
    const texts = [];
    for (const child of flatChildren(it)) {
      if (isText(child)) texts.push(words(readers.data.call(child)));
      else if (isElement(child) && !holdsControl(child)) texts.push(words(drawnText(child)));
    }
    const said = texts.filter((text) => text !== '').map((text) => shortened(text, LONGEST_HANDLE));
    if (said.length) return said.slice(0, 4);
    if (up > 0 && flatChildren(it).filter(isElement).length > 1) break;
  }
  return [];
}

const holdsControl = (el) => isControl(el) || ACTORS.has(roleOf(el)) || flatChildren(el).some((it) => isElement(it) && holdsControl(it));

function kindOf(el) {
  const name = tag(el);
  if (name === 'textarea' || attr(el, 'aria-multiline') === 'true') return 'textarea';
  return name === 'input' ? (attr(el, 'type') || 'text').toLowerCase() : '';
}

function usable(el, role) {
  const name = tag(el);
  if (ACTORS.has(role) || name === 'button' || name === 'a' || name === 'summary') return true;
  if (name === 'label' || role === 'dialog') return false;
  if (has(el, 'onclick') || (has(el, 'tabindex') && el.tabIndex >= 0)) return true;
  if (computedStyle(el).cursor !== 'pointer') return false;
  const parent = flatParent(el);
  if (!parent || computedStyle(parent).cursor !== 'pointer') return true;
  // A picture in something that can be used as a whole may be for something else; in a button it is not.
  return !flatChildren(el).some(isElement) && words(drawnText(el)) === '' && !inActor(el);
}

function inActor(el) {
  for (let it = flatParent(el); it; it = flatParent(it)) if (ACTORS.has(roleOf(it)) || tag(it) === 'button' || tag(it) === 'a') return true;
  return false;
}

function hintsOf(el) {
  const texts = ['class', 'id', 'name', 'data-testid', 'title', 'alt', 'placeholder', 'data-icon'].map((it) => attr(el, it) || '');
  const split = texts.join(' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return Array.from(new Set(split.filter((it) => it.length > 1 && it.length < 30))).slice(0, MOST_HINTS);
}

// What is filled with a colour and has no text is told by that colour.
function fillOf(el) {
  if (flatChildren(el).some(isElement) || words(drawnText(el)) !== '' || isControl(el)) return null;
  const style = computedStyle(el);
  const said = tag(el).startsWith('svg:') ? style.fill : style.backgroundColor;
  const parts = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(said);
  if (!parts || (parts[4] !== undefined && Number(parts[4]) < 0.5)) return null;
  return [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}
