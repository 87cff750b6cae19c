// What a picture of the page needs beside its pixels, in one look: where masked things and text
// stand, and where the things stand that a person would name. Positions are from the viewport.

const MOST_THINGS = 1500;
// Named by their role where they have no other name.
const PARTS = new Set(['alert', 'alertdialog', 'article', 'banner', 'complementary', 'contentinfo', 'dialog', 'figure',
  'form', 'grid', 'heading', 'img', 'list', 'main', 'menu', 'menubar', 'navigation', 'region', 'search', 'status',
  'table', 'tablist', 'toolbar', 'tree']);
const DRAWINGS = new Set(['svg:svg', 'canvas', 'video', 'iframe', 'hr', 'object', 'embed']);

function drawing(request) {
  const masks = request.masks || [];
  const rects = [];
  for (let i = 0; i < masks.length; i += 1) {
    let found = [];
    try {
      found = resolve(masks[i], false).found;
    } catch { /* a mask that cannot be read matches nothing */ }
    for (const el of found) rects.push(rounded(boxOf(el)));
  }
  const root = readers.root.call(document);
  return {
    masks: rects, runs: textRuns(request.whole).runs, things: thingsDrawn(request.whole),
    scroll_x: window.scrollX, scroll_y: window.scrollY, scrolls: window.__nightshift ? window.__nightshift.scrolls() : 0, scale: window.devicePixelRatio,
    width: Math.max(root.scrollWidth, root.clientWidth), height: Math.max(root.scrollHeight, root.clientHeight),
  };
}

function thingsDrawn(whole) {
  const list = [];
  for (const el of allElements()) {
    if (list.length >= MOST_THINGS) break;
    const box = boxOf(el);
    if (box.width < 1 || box.height < 1) continue;
    const outside = box.y + box.height <= 0 || box.y >= window.innerHeight || box.x + box.width <= 0 || box.x >= window.innerWidth;
    if (outside && !whole || !drawn(el)) continue;
    const name = calledInPicture(el);
    if (name) list.push({ name, rect: rounded(box) });
  }
  return list;
}

// What a person would call what is drawn here; nothing where it only holds other things.
function calledInPicture(el) {
  const role = roleOf(el);
  const what = tag(el);
  const nameless = role === '' || role === 'none' || role === 'presentation' || role === 'generic';
  const cut = (text) => quoted(shortened(text));
  const name = nameless && !has(el, 'aria-label') ? '' : words(nameOf(el));
  if (!nameless && name) return role + ' ' + cut(name);
  if (DRAWINGS.has(what)) return nameless ? what.replace('svg:', '') : role;
  if (what.startsWith('svg:')) return '';
  if (PARTS.has(role) || INTERACTIVE.has(role)) return role;
  let own = '';
  let leaf = true;
  for (const it of flatChildren(el)) {
    if (isText(it)) own += readers.data.call(it);
    else leaf = false;
  }
  const text = words(own);
  if (text) return (nameless ? 'text' : role) + ' ' + cut(text);
  // A leaf without text is drawn by its style: an icon, a bar, a rule.
  return leaf && paintsItself(el) && what !== 'br' ? coverName(el) : '';
}

function paintsItself(el) {
  const style = computedStyle(el);
  return style.backgroundImage !== 'none' || style.backgroundColor !== 'rgba(0, 0, 0, 0)' || style.borderTopWidth !== '0px' || style.maskImage !== 'none' || computedStyle(el, '::before').content !== 'none';
}
