"""Serves a copy of the tracker as its documentation says for WSGI: serve.py TRACKER PORT."""
import shutil
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from roundup.cgi.wsgi_handler import RequestDispatcher

made, port = sys.argv[1], int(sys.argv[2])
shutil.copytree(made, "tracker")
config = Path("tracker", "config.ini")
config.write_text(config.read_text().replace("http://127.0.0.1:8080/", f"http://127.0.0.1:{port}/"))


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


make_server("127.0.0.1", port, RequestDispatcher("tracker"), Server, Quiet).serve_forever()
