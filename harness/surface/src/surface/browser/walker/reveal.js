// What shows a thing that is hidden at the moment: what opens it, or what it shows under the pointer.

const REVEALS = /:(hover|focus-within|focus-visible|focus)(?![\w-])/;
const MOST_RULES = 20000;

// The step that shows a hidden thing, as `hover: 'row "Ada"'`; null where the page does not say.
function revealing(el) {
  for (let it = el; it; it = flatParent(it)) {
    const opener = openerOf(it);
    if (opener) return opener;
  }
  for (const sheet of sheetsFor(el)) {
    const found = revealedBy(el, rulesOf(sheet), { left: MOST_RULES });
    if (found) return found;
  }
  return null;
}

const stepFor = (verb, on) => verb + ": '" + spoken(on) + "'";

// What a person would call a thing: by its role and name, by the first thing in it that has them, or by its text.
function spoken(el) {
  const named = (it) => !/^(generic|none|)$/.test(roleOf(it)) && nameOf(it) !== '' && shown(it) && drawnBox(it);
  const inside = named(el) ? el : Array.from(Element.prototype.querySelectorAll.call(el, '*')).find(named);
  if (inside) return say(inside);
  const text = shortened(tidy(drawnText(el)));
  return text ? 'text ' + quoted(text) : say(el);
}

function openerOf(el) {
  const parent = flatParent(el);
  if (parent && tag(parent) === 'details' && !has(parent, 'open') && tag(el) !== 'summary') {
    const summary = childNodes(parent).find((it) => tag(it) === 'summary');
    return stepFor('expand', summary || parent);
  }
  const id = attr(el, 'id');
  if (!id || drawnBox(el)) return null;
  const quotedId = CSS.escape(id);
  const ways = ['aria-controls~', 'popovertarget', 'commandfor'].map((name) => '[' + name + '="' + quotedId + '"]');
  const opener = Array.from(queryAll.call(readers.document.call(el), ways.join(','))).find((it) => shown(it) && drawnBox(it));
  return opener ? stepFor('click', opener) : null;
}

function sheetsFor(el) {
  const root = rootOf.call(el);
  return [...(root.styleSheets || []), ...(root.adoptedStyleSheets || [])];
}

function rulesOf(sheet) {
  try {
    return sheet.cssRules || [];
  } catch {
    return []; // a style sheet of another origin
  }
}

function revealedBy(el, rules, budget) {
  for (const rule of rules) {
    budget.left -= 1;
    if (budget.left < 0) return null;
    const selectors = rule.selectorText && REVEALS.test(rule.selectorText) && showsSomething(rule.style) ? parts(rule.selectorText) : [];
    for (const selector of selectors) {
      const found = revealedUnder(el, selector);
      if (found) return found;
    }
    const inner = rule.cssRules && !rule.selectorText ? revealedBy(el, rule.cssRules, budget) : null;
    if (inner) return inner;
  }
  return null;
}

const showsSomething = (style) => !!style && ((style.display !== '' && style.display !== 'none') ||
  style.visibility === 'visible' || Number.parseFloat(style.opacity) > 0);

// The selectors of a list; a comma in brackets parts nothing.
function parts(list) {
  const found = [''];
  let deep = 0;
  for (const sign of list) {
    if (sign === '(' || sign === '[') deep += 1;
    if (sign === ')' || sign === ']') deep -= 1;
    if (sign === ',' && deep === 0) found.push('');
    else found[found.length - 1] += sign;
  }
  return found.map((it) => it.trim());
}

function revealedUnder(el, selector) {
  const met = REVEALS.exec(selector);
  if (!met) return null;
  const filled = (text) => (text === '' || /[\s>+~(]$/.test(text) ? text + '*' : text);
  const holder = filled(selector.slice(0, met.index));
  const rest = selector.slice(met.index + met[0].length).replaceAll(new RegExp(REVEALS, 'g'), '');
  try {
    for (let it = el; it; it = flatParent(it)) {
      if (drawnBox(it) || !matches(it, holder + rest)) continue;
      const on = holderOver(it, holder);
      if (on) return stepFor(met[1] === 'hover' ? 'hover' : 'click', on);
    }
  } catch { /* a selector that only holds with what was taken out of it */ }
  return null;
}

// What a pointer can be moved onto: the thing around it, or before it, that the selector means.
function holderOver(el, selector) {
  for (let it = el; it; it = flatParent(it)) {
    for (let at = it === el ? Element.prototype.closest.call(it, selector) : it; at; at = at.previousElementSibling) {
      if (at !== el && matches(at, selector) && drawnBox(at)) return at;
    }
  }
  return null;
}
