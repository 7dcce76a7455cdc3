#!/usr/bin/env python3
"""Does hpol read what the official MCP SDK sends?

Runs a server and a client of the SDK (`pip install mcp`, 2.3 or later) over standard streams, in revision 2025-11-25 and
in 2026-07-28, keeps every message of both sides, and decodes them. Without the SDK it says so and does nothing.
"""

import asyncio
import collections
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

SERVER = '''
from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ElicitRequest, ElicitRequestFormParams, InputRequiredResult, ToolAnnotations
from pydantic import BaseModel

server = MCPServer("check")

@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def read_status(name: str) -> str:
    """Says how a service is."""
    return name + " is up"

@server.tool()
def run_command(command: str) -> str:
    """Runs a command."""
    return command

class Region(BaseModel):
    region: str

@server.tool()
async def ask(ctx: Context) -> str:
    """Asks in a request of its own."""
    await ctx.elicit("Which region?", Region)
    return "done"

@server.tool()
async def deploy(ctx: Context) -> str | InputRequiredResult:
    """Asks before it deploys."""
    if ctx.input_responses:
        return "done"
    form = {"type": "object", "properties": {"region": {"type": "string"}}}
    return InputRequiredResult(
        result_type="input_required",
        input_requests={
            "region": ElicitRequest(
                method="elicitation/create",
                params=ElicitRequestFormParams(message="Which region?", requested_schema=form),
            ),
        },
    )

@server.resource("file:///srv/docs/readme.md")
def readme() -> str:
    return "hello"

@server.prompt()
def review(code: str) -> str:
    return "Review " + code

server.run("stdio")
'''


async def talk(folder, mode):
    """Has a conversation; the messages of the client and of the server stand in two files."""
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp_types import ElicitResult

    async def answer(_context, _parameters):
        return ElicitResult(action="accept", content={"region": "north"})

    program = folder / "server.py"
    program.write_text(SERVER)
    line = f"tee '{folder}/client-{mode}' | '{sys.executable}' '{program}' | tee '{folder}/server-{mode}'"
    transport = stdio_client(StdioServerParameters(command="sh", args=["-c", line]))
    async with Client(transport, mode=mode, elicitation_callback=answer) as client:
        await client.list_tools()
        await client.call_tool("read_status", {"name": "web"})
        await client.call_tool("run_command", {"command": "kubectl delete ns x"})
        # A server asks in a request of its own in the one revision, in its result in the other.
        await client.call_tool("ask" if mode == "legacy" else "deploy", {})
        await client.list_resources()
        await client.read_resource("file:///srv/docs/readme.md")
        await client.list_prompts()
        await client.get_prompt("review", {"code": "x = 1"})


def decode(hpol, messages):
    lines = "".join(
        json.dumps({"id": index, "protocol": "mcp", "command": message}) + "\n" for index, message in enumerate(messages)
    )
    output = subprocess.run([hpol, "decode", "--json"], input=lines.encode(), capture_output=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def main():
    hpol = sys.argv[1] if len(sys.argv) > 1 else ".build/debug/hpol"
    if importlib.util.find_spec("mcp") is None:
        print("skipped: the MCP SDK is missing; `pip install mcp` in a virtual environment, and run this with its python")
        return 0
    unread = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for mode in ("legacy", "2026-07-28"):
            asyncio.run(talk(folder, mode))
            for side in ("client", "server"):
                messages = [line for line in (folder / f"{side}-{mode}").read_text().splitlines() if line.strip()]
                answers = decode(hpol, messages)
                wrong = [message for message, answer in zip(messages, answers) if answer["unparsed"]]
                methods = collections.Counter(
                    operation["facts"]["mcp.method"] or "an answer"
                    for answer in answers
                    for operation in answer["operations"]
                    if "mcp.method" in operation["facts"]
                )
                print(f"{mode}, {side}: {len(messages) - len(wrong)} of {len(messages)} messages read")
                print("  " + ", ".join(f"{method} {count}" for method, count in methods.most_common()))
                for message in wrong[:5]:
                    print(f"  unread: {message[:200]}")
                unread += len(wrong) + len(messages) - len(answers)
    return 1 if unread else 0


if __name__ == "__main__":
    sys.exit(main())
