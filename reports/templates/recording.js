// Plays recordings of terminals. It only puts text into elements: nothing that a program wrote is
// interpreted here. The pictures were made by report/recording.rs.
'use strict';
for (const player of document.querySelectorAll('.player')) {
  const reel = JSON.parse(player.querySelector('script').textContent);
  const screen = player.querySelector('.terminal');
  const bar = player.querySelector('.controls');
  const [play, slider, time, jump] = bar.querySelectorAll('button, input, output, select');
  const lines = reel.lines.map(pieces => pieces.map(([text, look]) => {
    const span = document.createElement('span');
    [span.className, span.style.cssText] = reel.looks[look];
    span.textContent = text;
    return span;
  }));
  let at = reel.at, shown = -1, timer = 0, before = 0;
  const draw = () => {
    let index = 0;
    while (index + 1 < reel.frames.length && reel.frames[index + 1][0] <= at) index += 1;
    slider.value = at;
    time.textContent = (at / 1000).toFixed(1) + ' s of ' + (reel.duration / 1000).toFixed(1) + ' s';
    if (index === shown) return;
    shown = index;
    screen.replaceChildren(...reel.frames[index][1].map(number => {
      const row = document.createElement('span');
      row.className = 'row';
      row.append(...lines[number].map(span => span.cloneNode(true)));
      if (!row.textContent) row.textContent = ' ';
      return row;
    }));
  };
  const stop = () => { cancelAnimationFrame(timer); timer = 0; play.textContent = 'Play'; };
  const step = now => {
    at = Math.min(reel.duration, at + now - before);
    before = now;
    draw();
    if (at < reel.duration) timer = requestAnimationFrame(step); else stop();
  };
  play.addEventListener('click', () => {
    if (timer) return stop();
    if (at >= reel.duration) at = 0;
    play.textContent = 'Pause';
    before = performance.now();
    timer = requestAnimationFrame(step);
  });
  slider.max = reel.duration;
  slider.addEventListener('input', () => { stop(); at = Number(slider.value); draw(); });
  for (const [when, text] of reel.marks) {
    const option = document.createElement('option');
    option.value = when;
    option.textContent = (when / 1000).toFixed(1) + ' s  ' + text;
    jump.append(option);
  }
  jump.addEventListener('change', () => {
    if (jump.value === '') return;
    stop();
    at = Number(jump.value);
    draw();
  });
  bar.hidden = false;
  draw();
}
