// Adds a search and filters by verdict, severity, owner and tag above the findings. Without it the
// page shows everything, and the tables under "By owner and tag" say what is whose.
'use strict';
{
  const place = document.getElementById('filter');
  const items = [...document.querySelectorAll('[data-o]')].map((node) => ({
    node,
    isFinding: !node.dataset.row,
    verdict: node.querySelector('.verdict')?.textContent.trim() ?? '',
    severity: node.querySelector('.severity')?.textContent.trim() ?? '',
    owner: node.dataset.o ? node.dataset.o.split('|') : [],
    tag: node.dataset.t ? node.dataset.t.split('|') : [],
  }));
  const chosen = { words: [], verdict: '', severity: '', owner: '', tag: '' };
  const lists = {};
  const opened = new Set();
  const said = document.createElement('p');
  said.setAttribute('role', 'status');

  const labelled = (text, control) => {
    const label = document.createElement('label');
    label.append(text + ' ', control);
    return label;
  };
  const fits = (item) => {
    for (const key of ['verdict', 'severity']) {
      // A row of a scenario has no severity: it stays.
      if (chosen[key] && item[key] && item[key] !== chosen[key]) return false;
    }
    for (const key of ['owner', 'tag']) {
      if (chosen[key] && !item[key].includes(chosen[key])) return false;
    }
    if (chosen.words.length === 0) return true;
    item.text ??= item.node.textContent.toLowerCase();
    return chosen.words.every((word) => item.text.includes(word));
  };
  const apply = () => {
    const isOn = chosen.words.length > 0 || Object.keys(lists).some((key) => chosen[key]);
    const counts = { findings: [0, 0], scenarios: [0, 0] };
    const hidden = new Set();
    for (const fold of opened) fold.open = false;
    opened.clear();
    for (const item of items) {
      const shows = fits(item);
      item.node.hidden = !shows;
      if (!shows && item.node.id) hidden.add('#' + item.node.id);
      const isScenario = !item.isFinding && item.node.closest('#all');
      if (!item.isFinding && !isScenario) continue;
      const count = item.isFinding ? counts.findings : counts.scenarios;
      count[0] += shows;
      count[1] += 1;
      const fold = item.node.closest('details.fold');
      if (isOn && shows && fold && !fold.open) {
        fold.open = true;
        opened.add(fold);
      }
    }
    for (const link of document.querySelectorAll('.jump a')) {
      link.parentElement.hidden = hidden.has(link.hash);
    }
    said.textContent = isOn
      ? Object.entries(counts).map(([what, [n, all]]) => `${n} of ${all} ${what}`).join(', ')
      : '';
    place.classList.toggle('on', isOn);
  };

  const search = document.createElement('input');
  search.type = 'search';
  search.addEventListener('input', () => {
    chosen.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    apply();
  });
  const controls = [labelled('Search', search)];
  for (const [key, name] of Object.entries({
    verdict: 'Verdict', severity: 'Severity', owner: 'Owner', tag: 'Tag',
  })) {
    const values = [...new Set(items.flatMap((item) => item[key]).filter(Boolean))];
    if (values.length < 2) continue;
    if (key === 'owner' || key === 'tag') values.sort();
    const list = document.createElement('select');
    list.add(new Option('all', ''));
    for (const value of values) list.add(new Option(value, value));
    list.addEventListener('change', () => {
      chosen[key] = list.value;
      apply();
    });
    lists[key] = list;
    controls.push(labelled(name, list));
  }
  const all = document.createElement('button');
  all.type = 'button';
  all.textContent = 'Show all';
  all.addEventListener('click', () => {
    search.value = '';
    chosen.words = [];
    for (const [key, list] of Object.entries(lists)) list.value = chosen[key] = '';
    apply();
  });
  place.append(...controls, all, said);
  place.hidden = false;

  for (const name of document.querySelectorAll('[data-view]')) {
    const list = lists[name.dataset.view];
    if (!list) continue;
    const only = document.createElement('button');
    only.type = 'button';
    only.textContent = 'Show only these';
    only.addEventListener('click', () => {
      list.value = chosen[name.dataset.view] = name.dataset.name;
      apply();
      place.scrollIntoView();
    });
    name.append(' ', only);
  }
}
