// All text that the page may show, whole: what stands in its elements in the order in which it is drawn, and apart from
// each other what attributes, fields and style sheets hold. Whoever asks looks for something that the page is not told.

const SHORTEST_TEXT = 4;
const SHAPES = new Set(['d', 'points', 'transform', 'viewBox']);
const attributeNames = Element.prototype.getAttributeNames;

function lettering() {
  const drawn = [];
  const held = new Set();
  let foreign = 0;
  const hold = (text) => {
    if (text && text.length >= SHORTEST_TEXT) held.add(text);
  };
  const roots = [readers.root.call(document)];
  const sheets = (scope) => {
    for (const sheet of [...(scope.styleSheets || []), ...(scope.adoptedStyleSheets || [])]) {
      try {
        for (const rule of sheet.cssRules) for (const hit of rule.cssText.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g)) hold(hit[0].slice(1, -1));
      } catch { /* a sheet of another origin does not say what is in it */ }
    }
  };
  while (roots.length) {
    let text = '';
    const root = roots.pop();
    sheets(readers.document.call(root));
    const rest = [root];
    while (rest.length) {
      const node = rest.pop();
      if (isText(node)) {
        text += readers.data.call(node);
        continue;
      }
      const name = tag(node);
      if (styleOf(node).display === 'none' && name !== 'option' && name !== 'optgroup') continue;
      for (const it of attributeNames.call(node)) if (!SHAPES.has(it)) hold(getAttribute.call(node, it));
      if (name === 'input' || name === 'textarea') hold(String(node.value));
      if (name === 'br') text += '\n';
      const inner = name === 'iframe' || name === 'frame' || name === 'object' ? frameDocument(node) : null;
      if (inner && readers.root.call(inner)) roots.push(readers.root.call(inner));
      else if (!inner && /^(iframe|frame|object|embed|fencedframe)$/.test(name)) foreign += 1;
      const shadow = readers.shadow.call(node);
      if (shadow) sheets(shadow);
      let list = shadow ? childNodes(shadow) : name === 'slot' ? assignedNodes.call(node, { flatten: false }) : [];
      if (!shadow && !list.length) list = childNodes(node);
      for (let at = list.length - 1; at >= 0; at -= 1) if (isElement(list[at]) || isText(list[at])) rest.push(list[at]);
    }
    drawn.push(text);
  }
  return { drawn, held: Array.from(held), foreign };
}
