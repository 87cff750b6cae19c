// Puts a slider between the baseline and tonight, under each pair of pictures. Without it the
// pictures stand side by side and in an overlay, so nothing is lost where scripts do not run.
'use strict';
for (const frames of document.querySelectorAll('[data-compare]')) {
  const [was, is] = frames.querySelectorAll('.canvas');
  if (!was || !is) continue;
  const slider = document.createElement('div');
  slider.className = 'slider';
  const canvas = is.cloneNode(true);
  const under = was.querySelector('img').cloneNode();
  under.className = 'under';
  under.alt = '';
  canvas.querySelector('.sheet').append(under);
  const label = document.createElement('label');
  label.textContent = 'Left of the line is the baseline, right of it is tonight';
  const range = document.createElement('input');
  range.type = 'range';
  range.min = 0;
  range.max = 100;
  range.step = 0.5;
  range.value = 50;
  range.addEventListener('input', () => slider.style.setProperty('--cut', range.value + '%'));
  label.append(range);
  slider.append(label, canvas);
  frames.after(slider);
}
