"""Serves the pages of MiniWoB++ as /TASK/SEED: started with this seed, the sentence and the reward as
attributes of the document. What the benchmark leaves out of its own observations (the sentence itself,
the score board, the canvas that draws clicks) is not drawn."""

import http.server
import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(importlib.util.find_spec("miniwob").submodule_search_locations[0]) / "html"
KINDS = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".jpg": "image/jpeg",
         ".gif": "image/gif", ".svg": "image/svg+xml", ".html": "text/html"}
START = """<script>
addEventListener('load', () => {
  const told = document.documentElement.dataset;
  const end = core.endEpisode;
  core.endEpisode = function () {
    end.apply(this, arguments);
    told.reward = String(WOB_RAW_REWARD_GLOBAL);
  };
  core.EPISODE_MAX_TIME = 600000;
  Math.seedrandom('SEED');
  core.startEpisodeReal();
  for (const id of ['query', 'reward-display', 'click-canvas']) {
    const it = document.getElementById(id);
    if (it) it.style.display = 'none';
  }
  told.goal = core.getUtterance();
});
</script>"""


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        page = ROOT / "miniwob" / (parts[0] + ".html")
        if len(parts) == 2 and parts[1].isdigit() and page.is_file():
            text = page.read_text().replace("</body>", START.replace("SEED", parts[1]) + "</body>")
            return self.answer(200, "text/html; charset=utf-8", text.encode())
        file = (ROOT / "/".join(parts)).resolve()
        if file.is_relative_to(ROOT.resolve()) and file.is_file():
            return self.answer(200, KINDS.get(file.suffix, "application/octet-stream"), file.read_bytes())
        return self.answer(404, "text/plain", b"no such page")

    def answer(self, status, kind, data):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Pages).serve_forever()
