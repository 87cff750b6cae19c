// Text that is too faint by WCAG 2.2, 1.4.3: computed colours, backgrounds composited up the tree.
// Where what lies behind cannot be known (pictures, gradients, blending, things laid over others),
// nothing is said.

const SAME_LOOK = 10; // more texts than this of one look are one line
const WHITE = { r: 255, g: 255, b: 255 };
const backgrounds = new Map();
const fades = new Map();
const colours = new Map();

function faint(heard) {
  const looks = new Map();
  for (const el of heard) {
    if (!holdsText(el) || !styleOf(el).visible) continue;
    const style = computedStyle(el);
    const behind = behindOf(el);
    const ink = colourOf(style.color);
    if (!behind || !ink) continue;
    const front = over({ ...ink, a: ink.a * fadeOf(el) }, behind);
    const ratio = Math.floor(100 * ratioOf(front, behind)) / 100;
    // What costs more to find out is asked of the few that are faint.
    if (ratio >= 4.5 || ratio < 1.01) continue;
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight, 10) >= 700) ? 3 : 4.5;
    const text = ratio < needed && size >= 1 ? ownText(el) : '';
    if (!text || !knowable(el) || isDisabled(el) || !sizedText(el)) continue;
    const look = markup(el) + ': ' + ratio.toFixed(2) + ':1 of ' + hex(front) + ' on ' + hex(behind) + ', ' + needed + ':1 is needed';
    const texts = looks.get(look) || new Set();
    looks.set(look, texts.add(unnumbered(shortened(text))));
  }
  const lines = [];
  for (const [look, texts] of looks) {
    if (texts.size > SAME_LOOK) lines.push('contrast: many texts in ' + look);
    else for (const text of texts) lines.push('contrast: ' + quoted(text) + ' in ' + look);
  }
  return lines;
}

function holdsText(el) {
  for (let it = readers.first.call(el); it; it = readers.next.call(it)) {
    if (isText(it) && /\S/.test(readers.data.call(it))) return true;
  }
  return false;
}

function ownText(el) {
  let text = '';
  for (let it = readers.first.call(el); it; it = readers.next.call(it)) if (isText(it)) text += readers.data.call(it);
  text = tidy(text);
  return /[\p{L}\p{N}]/u.test(text) ? text : '';
}

// What is only there for those who hear it is drawn as a dot, or outside.
function sizedText(el) {
  const box = boundsOf.call(el);
  return box.width > 2 && box.height > 2 && box.right + window.scrollX > 0 && box.bottom + window.scrollY > 0;
}

// The colour behind the text of an element, as far as colours go; null where one cannot be read.
function behindOf(el) {
  let known = backgrounds.get(el);
  if (known !== undefined) return known;
  const own = colourOf(computedStyle(el).backgroundColor);
  const above = flatParent(el);
  if (!own || own.a >= 1) known = own;
  else {
    const below = above ? behindOf(above) : WHITE;
    known = below && (own.a === 0 ? below : over(own, below));
  }
  backgrounds.set(el, known);
  return known;
}

// Whether nothing but colours lies behind an element, and nothing changes them.
function knowable(el) {
  let opaque = false;
  for (let it = el; it; it = flatParent(it)) {
    const style = computedStyle(it);
    if (style.mixBlendMode !== 'normal' || style.filter !== 'none') return false;
    if (opaque) continue;
    if (style.backgroundImage !== 'none') return false;
    const own = colourOf(style.backgroundColor);
    opaque = own !== null && own.a >= 1;
    if (!opaque && (style.position === 'absolute' || style.position === 'fixed')) return false;
  }
  return true;
}

function fadeOf(el) {
  let known = fades.get(el);
  if (known === undefined) {
    const above = flatParent(el);
    known = parseFloat(computedStyle(el).opacity) * (above ? fadeOf(above) : 1);
    fades.set(el, known);
  }
  return known;
}

const over = (top, below) => ({ r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
  b: top.b * top.a + below.b * (1 - top.a), a: 1 });

function colourOf(text) {
  let known = colours.get(text);
  if (known === undefined) {
    const plainly = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(text);
    known = plainly ? { r: +plainly[1], g: +plainly[2], b: +plainly[3], a: plainly[4] === undefined ? 1 : +plainly[4] } : painted(text);
    colours.set(text, known);
  }
  return known;
}

// Colours of other spaces, as the browser draws them.
function painted(text) {
  try {
    const brush = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    brush.fillStyle = text;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return { r, g, b, a: a / 255 };
  } catch {
    return null;
  }
}

const channel = (value) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = (it) => 0.2126 * channel(it.r) + 0.7152 * channel(it.g) + 0.0722 * channel(it.b);
function ratioOf(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
const hex = (it) => '#' + [it.r, it.g, it.b].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('');
