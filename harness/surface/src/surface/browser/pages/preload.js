// Runs before the scripts of every document: makes the page repeatable and its quiet visible.
// Called with { now: epoch milliseconds or null, seed }. Leaves one non-enumerable property.
(options) => {
  const real = { now: Date.now.bind(Date), perf: performance.now.bind(performance) };
  const mask = (target, apply, construct) =>
    new Proxy(target, { ...(apply && { apply }), ...(construct && { construct }) });

  // The clock starts at `now` and ticks: a frozen one would break debounce and throttle.
  if (options.now !== null) {
    const start = real.perf();
    const now = () => Math.floor(options.now + real.perf() - start);
    const RealDate = Date;
    const dateNow = mask(RealDate.now, () => now());
    const Fixed = mask(
      RealDate,
      () => new RealDate(now()).toString(),
      (target, args, newTarget) =>
        Reflect.construct(target, args.length ? args : [now()], newTarget === Fixed ? target : newTarget),
    );
    RealDate.now = dateNow;
    RealDate.prototype.constructor = Fixed;
    globalThis.Date = Fixed;
    const format = Intl.DateTimeFormat.prototype;
    const getter = Object.getOwnPropertyDescriptor(format, 'format');
    Object.defineProperty(format, 'format', {
      ...getter,
      get() {
        const bound = getter.get.call(this);
        return (date) => bound(date === undefined ? now() : date);
      },
    });
    const parts = format.formatToParts;
    format.formatToParts = mask(parts, (target, self, args) =>
      Reflect.apply(target, self, args[0] === undefined ? [now()] : args));
    if (globalThis.Temporal && Temporal.Now) {
      const zone = Temporal.Now.timeZoneId.bind(Temporal.Now);
      const instant = () => Temporal.Instant.fromEpochMilliseconds(now());
      const zoned = (it) => instant().toZonedDateTimeISO(it === undefined ? zone() : it);
      Temporal.Now.instant = instant;
      Temporal.Now.zonedDateTimeISO = zoned;
      Temporal.Now.plainDateTimeISO = (it) => zoned(it).toPlainDateTime();
      Temporal.Now.plainDateISO = (it) => zoned(it).toPlainDate();
      Temporal.Now.plainTimeISO = (it) => zoned(it).toPlainTime();
    }
    try {
      Object.defineProperty(performance, 'timeOrigin', { value: options.now, configurable: true });
    } catch { /* then it tells the real time, which few pages read */ }
  }

  // Seeded randomness (mulberry32); crypto stays random, because pages rely on that for safety.
  let seed = options.seed >>> 0;
  Math.random = mask(Math.random, () => {
    seed = (seed + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  });

  // What custom elements keep to themselves, for those who look at the page: shadow trees that are
  // closed, and the role and states that they state by ElementInternals.
  const internals = new WeakMap();
  const shadows = new WeakMap();
  const some = { internals: false, shadows: false };
  HTMLElement.prototype.attachInternals = mask(HTMLElement.prototype.attachInternals, (target, self, args) => {
    const made = Reflect.apply(target, self, args);
    internals.set(self, made);
    some.internals = true;
    if (made.shadowRoot) know(self, made.shadowRoot);
    return made;
  });
  const roots = new Set();
  const known = new WeakSet();
  const know = (host, root) => {
    if (known.has(root)) return;
    known.add(root);
    roots.add(new WeakRef(root));
    watch(root);
    if (root.mode === 'closed') {
      shadows.set(host, root);
      some.shadows = true;
    }
  };
  Element.prototype.attachShadow = mask(Element.prototype.attachShadow, (target, self, args) => {
    const root = Reflect.apply(target, self, args);
    know(self, root);
    return root;
  });
  // Trees that came with the page's own text: nobody called for them.
  const written = (scope) => {
    for (const host of scope.querySelectorAll('*')) {
      const root = host.shadowRoot || internals.get(host)?.shadowRoot;
      if (!root) continue;
      know(host, root);
      written(root);
    }
  };
  // The documents of this origin, and the shadow trees that are in use: what the page is made of.
  const scopes = () => {
    const list = [document];
    for (const it of roots) {
      const root = it.deref();
      if (!root) roots.delete(it);
      else if (root.isConnected) list.push(root);
    }
    for (let i = 0; i < window.length; i += 1) {
      try {
        const inner = window[i].__nightshift;
        if (inner) list.push(...inner.scopes());
      } catch { /* a frame of another origin is none of ours */ }
    }
    return list;
  };
  // Whether there is anything of that kind, here or in a frame: without it nobody need ask.
  const hides = () => some.internals || some.shadows || Array.from({ length: window.length }, (_, i) => i).some((i) => {
    try {
      return window[i].__nightshift.hides();
    } catch {
      return false;
    }
  });
  const internalsOf = (el) => (some.internals && internals.get(el)) || null;
  const shadowOf = (el) => (some.shadows && shadows.get(el)) || null;

  // What is still under way: short timers, frames asked for, changes of the tree, leaving.
  const SHORT = 600;
  const LONG = 2000;
  const timers = new Map();
  const frames = new Map();
  const state = { mutated: 0, leaving: 0, round: -1, since: 0, parsed: 0, arriving: false, loaded: 0, ran: 0 };
  // What a document still loads once its own text is there, such as frames and pictures, is
  // waited for no longer than a long poll: an advertisement may never come.
  const loading = () => document.readyState !== 'complete' &&
    !(state.parsed && real.perf() - state.parsed > LONG);
  document.addEventListener('DOMContentLoaded', () => {
    state.parsed = real.perf();
    written(document);
  }, { once: true });
  // What a page asks for while it loads counts as asked for before anybody looked.
  addEventListener('load', (event) => {
    if (event.target !== document) return;
    state.arriving = true;
    turn(() => {
      state.arriving = false;
      state.loaded = real.perf();
      // A document without a script asks for nothing more.
      if (document.scripts.length || window.length) ran();
    }, 0);
  }, true);
  // What came of the last click: whether anything on its way listened, and whether the page changed.
  const deed = { at: 0, heard: false, changed: false, path: [] };
  const observer = new MutationObserver(() => {
    deed.changed = true;
    clock.effects += 1;
    if (!loading()) state.mutated = real.perf();
  });
  // What goes on by itself, as often as the time allows: intervals, and timers each of which sets the
  // next. Who runs now, whether a person began it, how much came of anything so far, and what was
  // written by such.
  let acting = false;
  const clock = { now: null, effects: 0, wrote: new Set() };
  const watch = (root) => {
    observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    root.addEventListener('scroll', () => {
      scroll.since = scroll.moved = real.perf();
      scroll.count += 1;
      stir();
    }, { capture: true, passive: true });
    root.addEventListener('scrollend', () => { scroll.since = 0; }, { capture: true, passive: true });
  };
  // Scrolling is no animation that the document knows of. The engine's own begins with a call, a
  // link or a key, goes on with events and ends with one; a script's own is a step a frame, ends
  // unsaid, and under load its frames are late. It is at rest once frames were drawn in which
  // nothing scrolled. Calls alone, which move nothing, are waited for no longer than a long poll.
  const STILL = 3;
  const frame = requestAnimationFrame.bind(globalThis);
  const scroll = { at: 0, since: 0, moved: 0, still: STILL, count: 0 };
  const stir = () => {
    clock.effects += 1;
    const rested = scroll.still >= STILL;
    scroll.at = real.perf();
    if (rested) scroll.moved = scroll.at;
    scroll.still = 0;
    if (rested) frame(drawn);
  };
  const drawn = () => {
    scroll.still += 1;
    if (scroll.still < STILL) frame(drawn);
  };
  // A document that is drawn nowhere has no frames.
  const scrolling = (at) => (scroll.still < STILL && at - scroll.at < 500 && at - scroll.moved < LONG) ||
    (scroll.since && at - scroll.since < 1000);
  for (const name of ['scroll', 'scrollTo', 'scrollBy', 'scrollIntoView']) {
    for (const owner of [Element.prototype, globalThis]) {
      if (typeof owner[name] !== 'function') continue;
      owner[name] = mask(owner[name], (target, self, args) => {
        stir();
        return Reflect.apply(target, self, args);
      });
    }
  }
  for (const name of ['scrollTop', 'scrollLeft']) {
    const kept = Object.getOwnPropertyDescriptor(Element.prototype, name);
    const set = mask(kept.set, (target, self, args) => {
      stir();
      return Reflect.apply(target, self, args);
    });
    Object.defineProperty(Element.prototype, name, { ...kept, set });
  }
  const SCROLLING_KEYS = /^( |PageUp|PageDown|Home|End|ArrowUp|ArrowDown|ArrowLeft|ArrowRight)$/;
  addEventListener('keydown', (event) => { if (SCROLLING_KEYS.test(event.key)) stir(); }, true);
  addEventListener('wheel', stir, { capture: true, passive: true });
  // Whether something may be waiting until it comes into view.
  const awaits = { view: false };
  globalThis.IntersectionObserver = mask(IntersectionObserver, undefined, (target, args, newTarget) => {
    awaits.view = true;
    return Reflect.construct(target, args, newTarget);
  });
  // Who listens to clicks; what is set up here itself does not count.
  const CLICKS = /^(?:click|(?:pointer|mouse)(?:down|up)|touch(?:start|end))$/;
  const HANDLERS = ['onclick', 'onpointerdown', 'onpointerup', 'onmousedown', 'onmouseup', 'ontouchstart', 'ontouchend'];
  const listening = new WeakSet();
  let own = true;
  EventTarget.prototype.addEventListener = mask(EventTarget.prototype.addEventListener, (target, self, args) => {
    if (args[0] === 'scroll') awaits.view = true;
    if (!own && CLICKS.test(args[0])) listening.add(self || globalThis);
    return Reflect.apply(target, self, args);
  });
  // What the documents of this origin that lie in this one say of themselves.
  const inner = (ask) => Array.from({ length: window.length }, (_, i) => {
    try {
      return window[i].__nightshift ? ask(window[i].__nightshift) : 0;
    } catch {
      return 0;
    }
  });
  const awaitsView = () => awaits.view || typeof onscroll === 'function' ||
    typeof document.onscroll === 'function' || inner((it) => it.awaitsView()).some(Boolean);
  const scrolls = () => inner((it) => it.scrolls()).reduce((sum, it) => sum + it, scroll.count);
  watch(document);
  // Answers that scripts wait for. The events of the network come by another way and may be late;
  // and between an answer and what a script makes of it there is nothing that they could tell.
  const awaited = new Map();
  const turn = setTimeout.bind(globalThis);
  const expect = () => {
    const mark = {};
    deed.changed = true;
    clock.effects += 1;
    awaited.set(mark, real.perf());
    return () => turn(() => awaited.delete(mark), 0);
  };
  const following = (target) => mask(target, (it, self, args) => {
    const promise = Reflect.apply(it, self, args);
    const done = expect();
    promise.then(done, done);
    return promise;
  });
  const READS = /^(?:GET|HEAD|OPTIONS)$/i;
  const writes = (method, url) => {
    if (acting || !clock.now || !clock.now.again || READS.test(method) || clock.wrote.size >= 1000) return;
    try {
      const whole = new URL(url, document.baseURI);
      whole.hash = '';
      clock.wrote.add(`${String(method).toUpperCase()} ${whole.href}`);
    } catch { /* what cannot be asked for is not sent */ }
  };
  const wrote = () => [...clock.wrote, ...inner((it) => it.wrote()).flat().filter(Boolean)];
  const fetching = following(fetch);
  globalThis.fetch = mask(fetching, (it, self, args) => {
    const [what, how] = args;
    const asks = what instanceof Request ? what : null;
    writes((how && how.method) || (asks && asks.method) || 'GET', asks ? asks.url : what);
    return Reflect.apply(it, self, args);
  });
  const opened = new WeakMap();
  XMLHttpRequest.prototype.open = mask(XMLHttpRequest.prototype.open, (target, self, args) => {
    opened.set(self, args);
    return Reflect.apply(target, self, args);
  });
  for (const name of ['arrayBuffer', 'blob', 'formData', 'json', 'text']) {
    Response.prototype[name] = following(Response.prototype[name]);
  }
  XMLHttpRequest.prototype.send = mask(XMLHttpRequest.prototype.send, (target, self, args) => {
    self.addEventListener('loadend', expect(), { once: true });
    writes(...(opened.get(self) || ['GET']));
    return Reflect.apply(target, self, args);
  });

  const inmost = (event) => event.composedPath()[0];
  // A control that the browser itself works, and what it tells when it did, are no handlers of the
  // page. A thing that only gets the focus by being clicked has not changed.
  const WORKED = 'select, input, textarea, option, video, audio, embed, object, iframe, [contenteditable]';
  const listens = (it) => listening.has(it) || HANDLERS.some((name) => typeof it[name] === 'function') ||
    (it instanceof Element && (it.matches(WORKED) || shadowOf(it) !== null));
  addEventListener('pointerdown', (event) => {
    const path = event.composedPath();
    Object.assign(deed, { at: real.perf(), heard: path.some(listens), changed: false, path });
  }, true);
  addEventListener('click', (event) => { deed.heard ||= event.composedPath().some(listens); }, true);
  addEventListener('focusin', (event) => { if (!deed.path.includes(inmost(event))) deed.changed = true; }, true);
  for (const told of ['input', 'change', 'submit', 'reset', 'invalid', 'toggle', 'beforetoggle', 'scroll', 'cancel', 'close']) {
    addEventListener(told, () => { deed.changed = true; }, { capture: true, passive: true });
  }
  // Whether the last click, here or in a frame, met nothing; asked once.
  const unheard = () => {
    const met = deed.at > 0;
    const nothing = met && !deed.heard && !deed.changed;
    Object.assign(deed, { at: 0, path: [] });
    return met ? nothing : inner((it) => it.unheard()).some(Boolean);
  };

  // What had the focus when it was taken out of the page: the browser then leaves nobody with it.
  // Where a person lets go of a thing, it still is in the page once that is over.
  let focused = null;
  document.addEventListener('focusin', (event) => { focused = inmost(event); }, true);
  document.addEventListener('focusout', (event) => {
    const left = inmost(event);
    queueMicrotask(() => { if (focused === left && left.isConnected) focused = null; });
  }, true);
  const lostFocus = () => {
    const nobody = !document.activeElement || document.activeElement === document.body;
    return nobody && focused && !focused.isConnected ? focused : null;
  };

  // What had the focus when the key was pressed that moves it on, until a person does something
  // else: where it has the focus still, or again, it keeps it.
  let pressed = null;
  const holder = () => {
    const below = (el) => (el && (el.shadowRoot || shadowOf(el)) || {}).activeElement;
    let el = document.activeElement;
    while (below(el)) el = below(el);
    return el;
  };
  addEventListener('keydown', (event) => {
    const moves = event.key === 'Tab' && !event.ctrlKey && !event.altKey && !event.metaKey;
    pressed = moves && document.activeElement !== document.body ? holder() : null;
  }, true);
  for (const other of ['pointerdown', 'input']) addEventListener(other, () => { pressed = null; }, true);
  const keptFocus = () => (pressed && pressed.isConnected && holder() === pressed ? pressed : null);

  // A preview that nobody sees would stand in the way of what is printed later: the page hears what
  // it hears of a person who looks and closes it, and the call is noted.
  globalThis.print = mask(print, () => {
    console.debug('the page called window.print()');
    for (const said of ['beforeprint', 'afterprint']) dispatchEvent(new Event(said));
  });

  // Half of a surrogate pair is no character, and no driver tells of what holds one: the watches
  // would miss the message, and commands wait for an answer behind it.
  const whole = (it) => (typeof it === 'string' && !it.isWellFormed() ? it.toWellFormed() : it);
  for (const name of ['debug', 'log', 'info', 'warn', 'error', 'trace', 'assert']) {
    console[name] = mask(console[name], (target, self, args) => Reflect.apply(target, self, args.map(whole)));
  }
  // What a dialog says is told in the same way, and blocks the page until somebody has heard it.
  for (const name of ['alert', 'confirm', 'prompt']) {
    globalThis[name] = mask(globalThis[name], (target, self, args) => Reflect.apply(target, self, args.map(whole)));
  }
  const mend = (error) => {
    if (!(error instanceof Error)) return;
    for (const key of ['message', 'stack']) {
      const mended = whole(error[key]);
      if (mended !== error[key]) error[key] = mended;
    }
  };
  addEventListener('error', (event) => mend(event.error), true);
  addEventListener('unhandledrejection', (event) => mend(event.reason), true);

  // Timers that a press began, as for things that must be held before they can be dragged. Those
  // for a longer press mean something else, such as a menu.
  const HELD = 300;
  const holds = new Map();
  let pressing = false;
  for (const name of ['pointerdown', 'mousedown', 'touchstart']) {
    addEventListener(name, () => {
      pressing = true;
      turn(() => { pressing = false; }, 0);
    }, { capture: true, passive: true });
  }
  // Timers for later that a person's input began, as for saving what was typed: whoever looks at what
  // a page writes waits for them too. Each input begins anew, so none of them is part of a chain.
  const owed = new Map();
  for (const name of ['pointerdown', 'pointerup', 'click', 'keydown', 'keyup', 'input', 'change', 'submit', 'drop', 'focusout']) {
    addEventListener(name, (event) => {
      if (!event.isTrusted) return;
      acting = true;
      turn(() => { acting = false; }, 0);
    }, { capture: true, passive: true });
  }
  const owes = () => [...owed.values()].some((due) => real.perf() < due + SHORT) || inner((it) => it.owes()).some(Boolean);
  const held = () => [...holds.values()].some((due) => real.perf() < due + SHORT) || inner((it) => it.held()).some(Boolean);

  // What lasts, and may change the page long after it is ready: timers that are due later, with
  // the moment at which they are; those that come again; connections and workers.
  const lasting = { due: new Map(), again: new Map(), open: new Set(), ever: false, touched: 0 };
  // A page sets itself up in several steps: what begins soon after it has loaded counts as asked for
  // while it did, unless it was there before, as the next turn of something endless is.
  const SETTING_UP = 1000;
  const met = new WeakSet();
  const texts = new Set();
  let natives = 0;
  const isNew = (handler) => {
    if (met.has(handler)) return false;
    met.add(handler);
    const text = Function.prototype.toString.call(handler);
    // What a promise waits by, and what is bound anew for each frame: they all read alike.
    if (text.endsWith('{ [native code] }')) return (natives += 1) <= 20;
    const first = !texts.has(text) && texts.size < 1000;
    texts.add(text);
    return first;
  };
  // What such a part asked the network for, as by `import()`, is known outside of the page a moment
  // later.
  const settingUp = () => state.loaded && real.perf() - state.loaded < SETTING_UP;
  const ran = () => { if (settingUp()) state.ran = real.perf(); };
  const asked = (handler) => {
    const at = real.perf();
    return settingUp() && isNew(handler) ? state.loaded : at;
  };

  const clear = (id) => {
    timers.delete(id);
    owed.delete(id);
    holds.delete(id);
    lasting.due.delete(id);
    lasting.again.delete(id);
  };
  // A timer that knows who set it. What a promise makes of it belongs to it too.
  const timed = (handler, about) => function (...given) {
    clock.now = about;
    const before = clock.effects;
    turn(() => {
      if (clock.now === about) clock.now = null;
      if (clock.effects === before) about.vain += 1;
      else Object.assign(about, { vain: 0, since: real.perf() });
    }, 0);
    return Reflect.apply(handler, this, given);
  };
  // Whatever a person began, and what that set in turn, is part of what was done; but what goes on
  // in intervals goes on by itself, whoever began it.
  const follows = (delay) => {
    const caused = acting || Boolean(clock.now && clock.now.caused);
    return { caused, again: !caused && clock.now !== null && delay > 0, vain: 0, since: real.perf() };
  };
  globalThis.setInterval = mask(setInterval, (target, self, args) => {
    const [handler, ...rest] = args;
    const about = { caused: false, again: true, vain: 0, since: real.perf() };
    const id = Reflect.apply(target, self, typeof handler === 'function' ? [timed(handler, about), ...rest] : args);
    lasting.again.set(id, about);
    return id;
  });
  // What comes again and again and nothing comes of it: no change, no question, no scrolling.
  const VAIN = { times: 3, for: 3000 };
  const isVain = (about, at) => about.vain >= VAIN.times && at - Math.max(about.since, lasting.touched) >= VAIN.for;
  globalThis.clearInterval = mask(clearInterval, (target, self, args) => {
    clear(args[0]);
    return Reflect.apply(target, self, args);
  });
  const CLOSED = 2;
  for (const name of ['WebSocket', 'EventSource']) {
    globalThis[name] = mask(globalThis[name], undefined, (target, args, newTarget) => {
      const made = Reflect.construct(target, args, newTarget);
      lasting.open.add(made);
      return made;
    });
  }
  for (const name of ['Worker', 'SharedWorker', 'BroadcastChannel', 'RTCPeerConnection', 'WebTransport']) {
    if (typeof globalThis[name] !== 'function') continue;
    globalThis[name] = mask(globalThis[name], undefined, (target, args, newTarget) => {
      lasting.ever = true;
      return Reflect.construct(target, args, newTarget);
    });
  }
  if (globalThis.scheduler) {
    scheduler.postTask = mask(scheduler.postTask, (target, self, args) => {
      const delay = Number((args[1] && args[1].delay) || 0);
      lasting.due.set({}, real.perf() + delay);
      return Reflect.apply(target, self, args);
    });
  }
  for (const name of ['pointerdown', 'keydown', 'input']) {
    addEventListener(name, () => { lasting.touched = real.perf(); }, { capture: true, passive: true });
  }
  globalThis.setTimeout = mask(setTimeout, (target, self, args) => {
    const [handler, delay = 0, ...rest] = args;
    const late = delay > SHORT;
    const run = typeof handler === 'function' ? timed(handler, follows(Number(delay))) : handler;
    if (typeof handler !== 'function' || (late && !(acting && delay <= LONG))) {
      const id = Reflect.apply(target, self, args.length ? [run, ...args.slice(1)] : args);
      lasting.due.set(id, real.perf() + Number(delay));
      return id;
    }
    const id = Reflect.apply(target, self, [function (...given) {
      clear(id);
      ran();
      return Reflect.apply(run, this, given);
    }, delay, ...rest]);
    if (late) {
      owed.set(id, real.perf() + Number(delay));
      lasting.due.set(id, real.perf() + Number(delay));
    } else timers.set(id, asked(handler));
    if (pressing && delay > 0 && delay <= HELD) holds.set(id, real.perf() + delay);
    return id;
  });
  globalThis.clearTimeout = mask(clearTimeout, (target, self, args) => {
    clear(args[0]);
    return Reflect.apply(target, self, args);
  });
  globalThis.requestAnimationFrame = mask(requestAnimationFrame, (target, self, args) => {
    const [handler] = args;
    if (typeof handler !== 'function') return Reflect.apply(target, self, args);
    const id = Reflect.apply(target, self, [(time) => {
      frames.delete(id);
      return handler(time);
    }]);
    frames.set(id, asked(handler));
    return id;
  });
  // What a page leaves for when it is idle, and what an observer tells of a thing with the frames
  // after it was asked to watch it: handlers may come by either. A document that is drawn nowhere
  // has no frames.
  const idles = new Map();
  globalThis.requestIdleCallback = mask(requestIdleCallback, (target, self, args) => {
    const [handler, ...rest] = args;
    if (typeof handler !== 'function') return Reflect.apply(target, self, args);
    const id = Reflect.apply(target, self, [(left) => {
      idles.delete(id);
      ran();
      return handler(left);
    }, ...rest]);
    idles.set(id, asked(handler));
    return id;
  });
  globalThis.cancelIdleCallback = mask(cancelIdleCallback, (target, self, args) => {
    idles.delete(args[0]);
    return Reflect.apply(target, self, args);
  });
  const views = new Map();
  const observing = IntersectionObserver.prototype;
  observing.observe = mask(observing.observe, (target, self, args) => {
    if (!views.has(self)) {
      views.set(self, real.perf());
      frame(() => frame(() => turn(() => { views.delete(self); ran(); }, 0)));
    }
    return Reflect.apply(target, self, args);
  });

  globalThis.cancelAnimationFrame = mask(cancelAnimationFrame, (target, self, args) => {
    frames.delete(args[0]);
    return Reflect.apply(target, self, args);
  });
  if (globalThis.navigation) {
    navigation.addEventListener('navigate', (event) => {
      deed.changed = true;
      const away = !event.hashChange && !event.destination.sameDocument && event.downloadRequest === null;
      if (away && event.cancelable !== undefined) state.leaving = real.perf();
      // What the address points at is scrolled to.
      if (event.hashChange) stir();
    });
    navigation.addEventListener('navigatesuccess', () => { state.leaving = 0; });
    navigation.addEventListener('navigateerror', () => { state.leaving = 0; });
  }

  // One look: what keeps this document (and those of its own origin inside it) from being quiet.
  // Only timers and frames that were asked for before the round began count: chains never end.
  const busy = (round) => {
    const at = real.perf();
    if (state.round !== round) {
      state.round = round;
      state.since = at;
    }
    const begun = Math.max(state.since, state.loaded);
    const before = (map) => [...map.values()].some((set) => set <= begun);
    const reasons = [];
    if (loading() || state.arriving) reasons.push('loading');
    if (state.leaving && at - state.leaving < 500) reasons.push('leaving');
    if (before(timers)) reasons.push('timer');
    if (before(frames)) reasons.push('frame');
    if (before(idles)) reasons.push('idle');
    if ([...views.values()].some((since) => since <= begun && at - since < 500)) reasons.push('view');
    if (state.ran && at - state.ran < 30) reasons.push('asking');
    if ([...awaited.values()].some((since) => at - since < LONG)) reasons.push('answer');
    if (state.mutated && at - state.mutated < 60) reasons.push('changing');
    if (scrolling(at)) reasons.push('scrolling');
    for (let i = 0; i < window.length; i += 1) {
      try {
        const inner = window[i].__nightshift;
        if (inner) reasons.push(...inner.busy(round));
      } catch { /* a frame of another origin is not ours to wait for */ }
    }
    return reasons;
  };
  // What may still change this document by itself within so many milliseconds. Where nothing may,
  // waiting is of no use: it will be then as it is now.
  const stirring = (within, quiet) => {
    const at = real.perf();
    const reasons = [];
    const late = at - 100; // a timer that was due before that has run
    for (const [id, due] of lasting.due) if (due < late) lasting.due.delete(id);
    for (const it of lasting.open) if (it.readyState >= CLOSED) lasting.open.delete(it);
    if (document.readyState !== 'complete' || state.arriving) reasons.push('loading');
    if (state.leaving && at - state.leaving < LONG) reasons.push('leaving');
    if (at - Math.max(state.mutated, state.loaded, scroll.at, lasting.touched) < quiet) reasons.push('changing');
    if (timers.size || [...lasting.due.values()].some((due) => due < at + within)) reasons.push('timer');
    if ([...lasting.again.values()].some((about) => !isVain(about, at))) reasons.push('interval');
    if (frames.size || idles.size || views.size) reasons.push('frame');
    if (awaited.size) reasons.push('answer');
    if (lasting.open.size) reasons.push('connection');
    if (lasting.ever) reasons.push('worker');
    try {
      if (navigator.serviceWorker && navigator.serviceWorker.controller) reasons.push('worker');
    } catch { /* a document that may have none */ }
    const ends = (it) => it.playState === 'running' && it.effect && it.effect.getComputedTiming().endTime !== Infinity;
    if (scopes().some((scope) => scope.getAnimations().some(ends))) reasons.push('animation');
    if ([...document.querySelectorAll('video, audio')].some((it) => !it.paused)) reasons.push('media');
    if (document.querySelector('meta[http-equiv=refresh i]')) reasons.push('refresh');
    for (let i = 0; i < window.length; i += 1) {
      try {
        reasons.push(...window[i].__nightshift.stirring(within, quiet));
      } catch {
        reasons.push('frame'); // of another origin: what it may do nobody knows
      }
    }
    return reasons;
  };
  own = false;
  Object.defineProperty(globalThis, '__nightshift', { value: Object.freeze({ busy, stirring, frames, hides, internalsOf, shadowOf, scopes, lostFocus, keptFocus, awaitsView, scrolls, held, owes, wrote, unheard }), configurable: false });
}
