// Watches what a person does on a page and tells it, one message a deed. Runs in a world of its own
// beside every document's, so that a page neither sees nor disturbs it. Called with the page walker
// (`walk(window, document)` gives the function that answers) and the name of the binding that takes
// messages. The values of password fields are never told.
(walk, binding) => {
  const MARK = '__nightshiftListens';
  if (globalThis[MARK]) return;
  Object.defineProperty(globalThis, MARK, { value: true });
  const send = globalThis[binding];

  // Targets are looked for from the outermost document that steps can reach into.
  const home = (() => {
    let view = window;
    for (;;) {
      try {
        if (view.parent === view || !view.parent.document) return view;
        view = view.parent;
      } catch {
        return view;
      }
    }
  })();
  const isTop = window.parent === window;
  const isForeign = home.parent !== home;
  const ask = (request, el) => walk(home, home.document)(request, el);
  const self = Math.floor(Math.random() * 1e15).toString(36);
  const tell = (kind, more) => send(JSON.stringify({ kind, at: Date.now(), url: String(home.location.href), foreign: isForeign, ...more }));

  const keys = new WeakMap();
  let count = 0;
  const keyOf = (el) => {
    if (!keys.has(el)) keys.set(el, self + ':' + (count += 1));
    return keys.get(el);
  };

  // What an element was called before the page reacted to what was done with it.
  let met = null;
  const meet = (raw) => {
    const it = ask({ op: 'describe', meant: true, scene: true }, raw);
    met = { raw, ...it };
    return met;
  };
  const metAs = (raw) => (met && (met.raw === raw || met.element === raw) ? met : meet(raw));
  const about = (it) => ({ key: keyOf(it.element), target: it.target, role: it.role, name: it.name });
  // With what could be seen before the page reacted, so that what is new can be told from it.
  const deed = (it) => ({ ...about(it), things: it.scene || [] });

  const kindOf = (el) => {
    const name = el.localName;
    if (name === 'select') return 'list';
    if (name === 'textarea') return 'text';
    if (name === 'input') {
      const type = (el.getAttribute('type') || 'text').toLowerCase();
      if (type === 'checkbox' || type === 'radio') return 'tick';
      if (type === 'file') return 'file';
      return /^(submit|reset|button|image|hidden)$/.test(type) ? '' : 'text';
    }
    return el.isContentEditable === true ? 'rich' : '';
  };
  const host = (el) => {
    let it = el;
    while (it.parentElement && it.parentElement.isContentEditable) it = it.parentElement;
    return it;
  };
  const owner = (el) => (kindOf(el) === 'rich' ? host(el) : el);

  // A field that ever hid its content stays secret, though a button may have it shown.
  const hidden = new WeakSet();
  const isSecret = (el) => {
    if (el.localName === 'input' && /^password$/i.test(el.getAttribute('type') || '')) hidden.add(el);
    return hidden.has(el) || /password|one-time-code|cc-(number|csc)/.test(el.getAttribute('autocomplete') || '');
  };

  const hear = (type, act) => window.addEventListener(type, (event) => {
    if (!event.isTrusted) return;
    const el = event.composedPath()[0];
    if (!el || el.nodeType !== 1) return;
    try {
      act(event, el);
    } catch (error) {
      tell('trouble', { said: String(error && error.message) });
    }
  }, { capture: true, passive: true });

  hear('pointerdown', (event, el) => { meet(el); });
  hear('focusin', (event, el) => {
    if (kindOf(el)) isSecret(owner(el));
    if (!met || met.element !== owner(el)) meet(owner(el));
  });

  // Enter in a field sends its form by a click that nobody made.
  let enteredIn = null;
  hear('click', (event, el) => {
    if (event.button !== 0) return;
    if (event.detail === 0 && enteredIn !== null && enteredIn !== el) return;
    const it = metAs(el);
    const kind = kindOf(it.element);
    // `change` tells what became of these.
    if (kind === 'tick' || kind === 'list' || kind === 'file' || it.element.localName === 'option') return;
    tell('click', { ...deed(it), field: kind === 'text' || kind === 'rich', holding: [...held(event), ...(event.shiftKey ? ['Shift'] : [])].map((key) => key.toLowerCase()) });
  });
  hear('dblclick', (event, el) => { tell('double-click', deed(metAs(el))); });
  hear('contextmenu', (event, el) => { tell('right-click', deed(metAs(el))); });

  // `change` follows `input` with the same content, perhaps when the page has gone on already.
  const content = new WeakMap();
  const filled = (el) => {
    const it = metAs(owner(el));
    const now = kindOf(it.element) === 'rich' ? it.element.innerText : it.element.value;
    if (content.get(it.element) === now) return undefined;
    content.set(it.element, now);
    if (isSecret(it.element)) return tell('fill', { ...about(it), secret: true });
    return tell('fill', { ...about(it), value: String(now).replace(/\n$/, '') });
  };
  // Enter in a field of several lines either makes a line or is an order to the page.
  let line = null;
  hear('input', (event, el) => {
    const kind = kindOf(el);
    if (kind === 'text' || kind === 'rich') {
      if (line && /^insert(LineBreak|Paragraph)$/.test(event.inputType || '')) line = null;
      filled(el);
    }
  });
  hear('change', (event, el) => {
    const kind = kindOf(el);
    const it = kind ? metAs(el) : null;
    if (kind === 'tick') tell('tick', { ...deed(it), ticked: el.checked });
    else if (kind === 'file') tell('upload', { ...deed(it), files: Array.from(el.files || [], (file) => file.name) });
    else if (kind === 'list') {
      const labels = Array.from(el.selectedOptions, (option) => (option.label || option.text).replace(/\s+/g, ' ').trim());
      if (labels.length) tell('choose', { ...deed(it), options: labels });
      else tell('trouble', { said: 'every choice in a list was taken back' });
    } else if (kind === 'text') filled(el);
  });

  const NAMED = /^(Enter|Escape|Backspace|Delete|Insert|Home|End|PageUp|PageDown|Arrow(Up|Down|Left|Right)|F([1-9]|10))$/;
  const BROWSERS = /^(F5|Control\+(r|t|w|n|p|f|l|\+|-|0|Tab)|Control\+Shift\+.|Alt\+(ArrowLeft|ArrowRight))$/i;
  const EDITING = /^(Control|Meta)\+(Shift\+)?([acvxzy]|Arrow\w+|Home|End|Backspace|Delete)$/i;
  const held = (event) => ['Control', 'Alt', 'Meta'].filter((it) => event.getModifierState(it));
  hear('keydown', (event, el) => {
    if (event.isComposing || event.getModifierState('AltGraph')) return;
    const named = event.key === ' ' ? 'Space' : event.key;
    if (named.length !== 1 && !NAMED.test(named) && named !== 'Space') return;
    const before = held(event);
    if (event.shiftKey && (before.length || named.length !== 1)) before.push('Shift');
    const chord = [...before, named].join('+');
    if (BROWSERS.test(chord)) return;
    const kind = kindOf(el);
    if (!meansSomething(el, kind, chord, named, before.length > 0)) return;
    const it = metAs(owner(el));
    const onPage = el === el.ownerDocument.body || el === el.ownerDocument.documentElement;
    const press = () => tell('press', { ...(onPage ? { key: '', things: it.scene || [] } : deed(it)), keys: chord });
    if (named === 'Enter' && (kind === 'text' || kind === 'tick') && el.localName === 'input') enteredIn = el;
    if (named === 'Enter' && !before.length && (kind === 'rich' || el.localName === 'textarea')) {
      const mine = {};
      line = mine;
      setTimeout(() => { if (line === mine) press(); }, 0);
    } else press();
  });
  hear('keyup', () => { enteredIn = null; });
  const meansSomething = (el, kind, chord, named, chorded) => {
    if (chorded) return !(kind && EDITING.test(chord));
    if (kind === 'text' || kind === 'rich') {
      const opens = /^Arrow(Up|Down)$/.test(named) && metAs(owner(el)).role === 'combobox';
      return named === 'Enter' || named === 'Escape' || opens;
    }
    if (kind) return named === 'Escape' || (named === 'Enter' && kind === 'tick');
    // These click by themselves.
    if (el.closest('a[href], button, summary, input')) return named !== 'Enter' && named !== 'Space' && !/^(Page|Arrow|Home|End)/.test(named);
    const onPage = el === el.ownerDocument.body || el === el.ownerDocument.documentElement;
    return !onPage || named === 'Escape' || named === 'Enter' || named.length === 1;
  };

  if (!isTop) return;
  const place = () => (globalThis.navigation && navigation.currentEntry ? navigation.currentEntry.index : -1);
  const entry = performance.getEntriesByType('navigation')[0];
  tell('arrived', { how: entry ? entry.type : 'navigate', index: place() });
  window.addEventListener('popstate', () => tell('moved', { index: place() }), true);

  // What can be seen, each time that the page has come to rest.
  let waiting = 0;
  let rest = 150;
  const look = () => {
    waiting = 0;
    const started = performance.now();
    const things = ask({ op: 'scene' });
    if (Array.isArray(things)) tell('scene', { things });
    rest = Math.max(150, (performance.now() - started) * 10);
  };
  const soon = () => {
    if (!waiting) waiting = setTimeout(look, rest);
  };
  new MutationObserver(soon).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  window.addEventListener('load', soon);
  soon();
}
