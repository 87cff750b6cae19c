#!/usr/bin/python3
"""A coding agent as a script: it speaks MCP over HTTP with what its environment gives it, reads what it is
asked from standard input, and does what its first argument says. What came of it goes to standard output."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request

URL = os.environ["NIGHTSHIFT_MCP_URL"]
TOKEN = os.environ["NIGHTSHIFT_MCP_TOKEN"]


class Server:
    def __init__(self, token):
        self.token, self.session, self.number = token, None, 0

    def send(self, message):
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        if self.session:
            headers["Mcp-Session-Id"] = self.session
        request = urllib.request.Request(URL, data=json.dumps(message).encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=120) as response:
            self.session = response.headers.get("Mcp-Session-Id", self.session)
            for line in response if "id" in message else []:
                text = line.decode().removeprefix("data:").strip()
                answer = json.loads(text) if text.startswith("{") else {}
                if answer.get("id") == message["id"]:
                    return answer
        return None

    def request(self, method, **params):
        self.number += 1
        return self.send(
            {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        )

    def connect(self):
        own = {"name": "script", "version": "1"}
        self.request("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=own)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def call(self, name, **arguments):
        answer = self.request("tools/call", name=name, arguments=arguments)
        result = answer.get("result") or {"isError": True, "content": [{"text": str(answer)}]}
        return result["content"][0]["text"], bool(result.get("isError"))


def order(server, asked):
    """Reaches the goal."""
    tools = [it["name"] for it in server.request("tools/list")["result"]["tools"]]
    print("tools:", " ".join(tools))
    print("asked for the basket:", "sell the basket" in asked)
    print("key:", os.environ.get("CODER_KEY", "none"))
    subprocess.Popen(["sleep", "71717.5"], start_new_session=True)
    page, _ = server.call("observe")
    reference = re.search(r'(e\d+) button "Place order"', page).group(1)
    print(server.call("act", action="click", ref=reference)[0])
    print(server.call("tell", kind="done")[0])


def linger(server, _):
    """Never ends."""
    server.call("observe")
    print("lingering", flush=True)
    subprocess.run(["sleep", "71718.5"])


def answer(server, asked):
    """Only answers, where it has no page."""
    tools = [it["name"] for it in server.request("tools/list")["result"]["tools"]]
    if "act" in tools:
        return linger(server, asked)
    opinion = {"opinion": "plausible", "why": f"the tools are {tools}"}
    print(server.call("tell", kind="answer", text=json.dumps(opinion))[0])


def attack(server, _):
    """Reaches beyond its tools, and says what it got."""
    canary, suite, port = sys.argv[2:5]

    def read():
        return open(canary).read()

    def write():
        with open(os.path.join(suite, "scenarios/order.yaml"), "a") as file:
            file.write("# taken over\n")

    def reach():
        with socket.create_connection(("127.0.0.2", int(port)), timeout=5) as stream:
            stream.sendall(b"n=reached\n")

    def without_token():
        return Server("0" * len(TOKEN)).connect().session

    tries = {"read": read, "write": write, "reach": reach, "without-token": without_token}
    for name, attempt in tries.items():
        try:
            print(f"{name}: won {attempt()}")
        except (OSError, urllib.error.URLError) as error:
            print(f"{name}: {type(error).__name__}")
    for name, arguments in [
        ("run", {"command": "shopctl orders"}),
        ("write_scenario", {"yaml": "scenario: mine\nsteps: [back]\n"}),
        ("nights", {}),
        ("act", {"action": "open", "text": f"http://127.0.0.2:{port}/?n=opened"}),
        ("act", {"step": "run: touch taken"}),
        ("act", {"step": "upload: { to: 'label \"Picture\"', file: /etc/passwd }"}),
    ]:
        text, refused = server.call(name, **arguments)
        print(f"{name}: {'refused' if refused else 'won'}: {' | '.join(text.splitlines())}")


ASKED = sys.stdin.read()
MODES = {"order": order, "linger": linger, "answer": answer, "attack": attack}
MODES[sys.argv[1]](Server(TOKEN).connect(), ASKED)
