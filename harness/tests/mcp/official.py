"""The official Python SDK as a scripted client: what it is told goes to standard output as JSON."""

import asyncio
import json
import sys

from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

PROGRAM, SUITE = sys.argv[1:3]


async def main():
    told = {"progress": []}

    async def progress(done, total, message):
        told["progress"].append(message)

    server = StdioServerParameters(command=PROGRAM, args=["mcp", "-q", "-C", SUITE])
    async with stdio_client(server) as (reader, writer), ClientSession(reader, writer) as session:
        told["server"] = (await session.initialize()).server_info.name
        told["tools"] = [it.name for it in (await session.list_tools()).tools]

        async def call(name, **arguments):
            result = await session.call_tool(name, arguments, progress_callback=progress)
            kinds = [it.type for it in result.content]
            return {"text": result.content[0].text, "error": bool(result.is_error), "kinds": kinds}

        told["observe"] = await call("observe", picture=True)
        told["act"] = await call("act", action="click", target='link "Orders"')
        told["refused"] = await call("act", action="open", text="http://127.0.0.2:9/")
        told["unknown"] = await call("act", action="click", ref="e999")
        told["wrong"] = await call("no_such_tool")
        told["run"] = await call("run", command="shopctl orders")
    # The same by the way that newer clients connect.
    async with Client(server) as client:
        told["newer"] = (await client.call_tool("skills", {})).content[0].text
    print(json.dumps(told))


asyncio.run(main())
