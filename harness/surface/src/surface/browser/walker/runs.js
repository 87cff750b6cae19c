// Runs of text as they are drawn in the viewport, or on the whole page: what stands on the same lines, however many
// inline elements it is made of. The place of a run is that of its lines across the whole of their
// container, so that what stands behind a varying word, and moves with it, is inside too.

function textRuns(whole) {
  const runs = [];
  let run = null;
  const add = (text, x, right, top, bottom) => {
    const inView = whole || bottom > 0 && top < window.innerHeight && right > 0 && x < window.innerWidth;
    if (tidy(text) && inView) runs.push({ text: tidy(text), rect: { x, y: top, width: right - x, height: bottom - top } });
  };
  const end = () => {
    if (!run) return;
    const box = boundsOf.call(run.container);
    add(run.text, Math.min(box.left, run.left), Math.max(box.right, run.right), run.top, run.bottom);
    run = null;
  };
  const draw = (text, container) => {
    const range = Document.prototype.createRange.call(readers.document.call(text));
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      run = run || { container, text: '', left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
      run.left = Math.min(run.left, box.left);
      run.right = Math.max(run.right, box.right);
      run.top = Math.min(run.top, box.top);
      run.bottom = Math.max(run.bottom, box.bottom);
    }
    if (run) run.text += readers.data.call(text);
  };
  const walk = (el, container) => {
    for (const it of flatChildren(el)) {
      if (isText(it)) {
        draw(it, container);
        continue;
      }
      const name = tag(it);
      const display = styleOf(it).display;
      if (display === 'none' || name === 'iframe' || name === 'frame') continue;
      if (name === 'input' || name === 'textarea') {
        const box = boundsOf.call(it);
        add(String(it.value), box.left, box.right, box.top, box.bottom);
      } else if (display.startsWith('inline') || display === 'contents') {
        walk(it, container);
      } else {
        end();
        walk(it, it);
        end();
      }
    }
  };
  const root = readers.root.call(document);
  walk(root, root);
  end();
  return { runs };
}
