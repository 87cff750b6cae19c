// The address without what only points into the page: a fragment that names one of its elements or
// its top, or that passes values on. Any other is what the page's script goes by: a route.
const LONGEST_ROUTE = 120;
function address() {
  const href = String(location.href);
  const at = href.indexOf('#');
  const raw = at < 0 ? '' : href.slice(at + 1);
  if (/^[/!]/.test(raw)) return href;
  let name = raw;
  try {
    name = decodeURIComponent(raw);
  } catch { /* then it stands for itself */ }
  const points = raw === '' || /^top$/i.test(raw) || raw.includes('=') || raw.length > LONGEST_ROUTE ||
    [raw, name].some((it) => document.getElementById(it) || document.getElementsByName(it).length);
  return points && at >= 0 ? href.slice(0, at) : href;
}
