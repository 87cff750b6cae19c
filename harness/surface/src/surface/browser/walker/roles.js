// Roles: the role attribute where it is valid, else what HTML-AAM gives the element.

const KNOWN_ROLES = new Set(('alert alertdialog application article banner blockquote button caption cell checkbox code ' +
  'columnheader combobox comment complementary contentinfo definition deletion dialog directory document emphasis feed figure ' +
  'form generic grid gridcell group heading img insertion link list listbox listitem log main mark marquee math menu menubar ' +
  'menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio ' +
  'radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong subscript ' +
  'suggestion superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem ' +
  'graphics-document graphics-object graphics-symbol').split(' '));
const FROM_CONTENT = new Set(('button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox ' +
  'menuitemradio option radio row rowheader switch tab tooltip treeitem').split(' '));
const UNNAMEABLE = new Set(('caption code deletion emphasis generic insertion none paragraph presentation strong ' +
  'subscript superscript').split(' '));
const GLOBAL_STATES = ['aria-atomic', 'aria-busy', 'aria-controls', 'aria-current', 'aria-describedby', 'aria-description',
  'aria-details', 'aria-dropeffect', 'aria-flowto', 'aria-grabbed', 'aria-keyshortcuts', 'aria-label', 'aria-labelledby',
  'aria-live', 'aria-owns', 'aria-relevant', 'aria-roledescription'];
const SECTIONING = new Set(['article', 'aside', 'main', 'nav', 'section']);
const SECTION_ROLES = new Set(['article', 'complementary', 'main', 'navigation', 'region']);

const SAME_ROLE = {
  article: 'article', blockquote: 'blockquote', button: 'button', caption: 'caption', code: 'code', datalist: 'listbox',
  dd: 'definition', del: 'deletion', details: 'group', dfn: 'term', dialog: 'dialog', dt: 'term', em: 'emphasis',
  fieldset: 'group', figure: 'figure', form: 'form', h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading',
  h5: 'heading', h6: 'heading', hgroup: 'group', hr: 'separator', ins: 'insertion', main: 'main', mark: 'mark', math: 'math',
  menu: 'list', meter: 'meter', nav: 'navigation', ol: 'list', optgroup: 'group', option: 'option', output: 'status',
  p: 'paragraph', progress: 'progressbar', s: 'deletion', search: 'search', strong: 'strong', sub: 'subscript',
  sup: 'superscript', table: 'table', tbody: 'rowgroup', textarea: 'textbox', tfoot: 'rowgroup', thead: 'rowgroup',
  time: 'time', ul: 'list', address: 'group', iframe: 'iframe', frame: 'iframe', dl: 'list', video: 'video', audio: 'audio',
  canvas: 'canvas', embed: 'embed', object: 'object', summary: 'button',
};
const INPUT_ROLES = {
  button: 'button', submit: 'button', reset: 'button', image: 'button', file: 'button', checkbox: 'checkbox', radio: 'radio',
  range: 'slider', number: 'spinbutton', search: 'searchbox', hidden: '',
};

const focusable = (el) => {
  if (has(el, 'tabindex') && !isNaN(parseInt(attr(el, 'tabindex'), 10))) return true;
  const name = tag(el);
  if (name === 'a' || name === 'area') return has(el, 'href');
  if (name === 'input' || name === 'select' || name === 'textarea' || name === 'button') return !matches(el, ':disabled');
  if (name === 'summary' || name === 'iframe') return true;
  return has(el, 'contenteditable') && attr(el, 'contenteditable') !== 'false';
};
const authorNamed = (el) => tidy(attr(el, 'aria-label') || '') !== '' ||
  byIds(el, attr(el, 'aria-labelledby')).length > 0;

const roles = new Map();
function roleOf(el) {
  let role = roles.get(el);
  if (role === undefined) {
    role = computeRole(el);
    roles.set(el, role);
  }
  return role;
}

function computeRole(el) {
  const given = attr(el, 'role');
  if (given !== null) {
    for (const word of given.toLowerCase().split(/\s+/)) {
      const role = word === 'image' ? 'img' : word === 'directory' ? 'list' : word;
      if (!KNOWN_ROLES.has(role)) continue;
      if (role === 'none' || role === 'presentation') {
        // A thing that can be reached or that states something cannot be undone.
        if (focusable(el) || GLOBAL_STATES.some((name) => has(el, name))) break;
        return 'none';
      }
      if (role === 'region' && !nameOf(el, role)) continue;
      return role;
    }
  }
  return nativeRole(el) || 'generic';
}

function nativeRole(el) {
  const name = tag(el);
  switch (name) {
    case 'a':
    case 'area': return has(el, 'href') ? 'link' : 'generic';
    case 'svg:a': return has(el, 'href') || has(el, 'xlink:href') ? 'link' : 'generic';
    case 'svg:svg': return 'img';
    case 'x:math': return 'math';
    case 'img': return imageRole(el);
    case 'input': return inputRole(el);
    case 'select': return has(el, 'multiple') || parseInt(attr(el, 'size') || '1', 10) > 1 ? 'listbox' : 'combobox';
    case 'li': return isListItem(el) ? 'listitem' : 'generic';
    case 'aside': return insideSection(el, false) && !nameOf(el, 'complementary') ? 'generic' : 'complementary';
    case 'header': return insideSection(el, true) ? 'generic' : 'banner';
    case 'footer': return insideSection(el, true) ? 'generic' : 'contentinfo';
    case 'section': return nameOf(el, 'region') ? 'region' : 'generic';
    case 'tr':
    case 'td':
    case 'th': return tablePart(el, name);
    case 'tbody':
    case 'thead':
    case 'tfoot': return tableRole(el) === 'none' ? 'none' : 'rowgroup';
    case 'summary': {
      const parent = readers.parent.call(el);
      return parent && isElement(parent) && tag(parent) === 'details' ? 'button' : 'generic';
    }
    default: return internalRole(el) || (Object.prototype.hasOwnProperty.call(SAME_ROLE, name) ? SAME_ROLE[name] : 'generic');
  }
}

// The role that a custom element gives itself where its author gives none.
function internalRole(el) {
  const internals = internalsOf(el);
  const role = internals ? String(internals.role || '').toLowerCase().trim() : '';
  return KNOWN_ROLES.has(role) ? role : '';
}

function imageRole(el) {
  const alt = attr(el, 'alt');
  if (alt === '' && !has(el, 'title') && !authorNamed(el) && !(has(el, 'tabindex'))) return 'none';
  return 'img';
}

function inputRole(el) {
  const type = (attr(el, 'type') || 'text').toLowerCase();
  if (Object.prototype.hasOwnProperty.call(INPUT_ROLES, type)) {
    const role = INPUT_ROLES[type];
    if (role === 'checkbox' && has(el, 'switch')) return 'switch';
    return role === 'searchbox' && has(el, 'list') ? 'combobox' : role;
  }
  const listed = ['text', 'email', 'tel', 'url'].includes(type) || !['password', 'date', 'time', 'datetime-local', 'month',
    'week', 'color'].includes(type);
  return listed && has(el, 'list') && byIds(el, attr(el, 'list')).length ? 'combobox' : 'textbox';
}

function isListItem(el) {
  for (let it = flatParent(el); it; it = flatParent(it)) {
    const role = roleOf(it);
    if (role === 'list') return true;
    if (role !== 'generic') break;
  }
  const parent = flatParent(el);
  const list = parent ? tag(parent) : '';
  return !((list === 'ul' || list === 'ol' || list === 'menu') && roleOf(parent) !== 'list');
}

function insideSection(el, countMain) {
  for (let it = flatParent(el); it; it = flatParent(it)) {
    const name = tag(it);
    if (SECTIONING.has(name) && (countMain || name !== 'main')) return true;
    const role = attr(it, 'role');
    if (role && SECTION_ROLES.has(role.toLowerCase())) return true;
  }
  return false;
}

function tableRole(el) {
  for (let it = flatParent(el); it; it = flatParent(it)) if (tag(it) === 'table') return roleOf(it);
  return '';
}

function tablePart(el, name) {
  const table = tableRole(el);
  if (table === '') return 'generic';
  if (table === 'none') return 'none';
  if (name === 'tr') return 'row';
  const grid = table === 'grid' || table === 'treegrid';
  if (name === 'td') return grid ? 'gridcell' : 'cell';
  const scope = (attr(el, 'scope') || '').toLowerCase();
  if (scope === 'row' || scope === 'rowgroup') return 'rowheader';
  if (scope === 'col' || scope === 'colgroup') return 'columnheader';
  const row = readers.parent.call(el);
  const section = row && readers.parent.call(row);
  if (section && isElement(section) && tag(section) === 'thead') return 'columnheader';
  const cells = childNodes(row).filter(isElement);
  if (cells.some((it) => tag(it) === 'td')) return 'rowheader';
  return 'columnheader';
}
