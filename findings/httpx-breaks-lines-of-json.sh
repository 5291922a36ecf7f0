#!/usr/bin/env bash
# httpx breaks a line of JSON in two within a text, and requests does so where it is asked for text.
#
# Lines of JSON, such as an export of messages or a stream of events, end with "\n" alone. JSON lets U+2028 and U+0085 stand in a text as they
# are (RFC 8259 section 7), and people paste them with what they copy from elsewhere. One would guess that iter_lines(), which is made for such
# streams, ends lines where HTTP and JSON do. httpx splits as Python's str.splitlines() does, at each of them, and so does requests with
# decode_unicode: neither piece is JSON. requests ends lines of bytes at "\n" and "\r" alone, aiohttp at "\n", and httpx-sse, which
# stands on httpx, has learned to split by itself.
#
# Seen with httpx 0.28.1, httpx-sse 0.4.3, requests 2.34.2 and aiohttp 3.14.5.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages httpx==0.28.1 httpx-sse==0.4.3 requests==2.34.2 aiohttp==3.14.5
cat >lines.py <<'PY'
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import httpx
import httpx_sse
import requests

line = json.dumps({'body': 'one\u2028two\u0085three'}, ensure_ascii=False)


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        is_event = self.path == '/event'
        body = (f'data: {line}\n\n' if is_event else f'{line}\n').encode()
        self.send_response(200)
        self.send_header('content-type', 'text/event-stream' if is_event else 'application/x-ndjson; charset=utf-8')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
place = f'http://127.0.0.1:{server.server_port}/'


async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(place) as answer:
        return [line async for line in answer.content]


def say(library, lines):
    print(f'{library}:', *(ascii(line if isinstance(line, str) else line.decode()) for line in lines))


with httpx.stream('GET', place) as answer:
    say('httpx', answer.iter_lines())
with httpx.Client() as client, httpx_sse.connect_sse(client, 'GET', place + 'event') as events:
    say('httpx-sse', (event.data for event in events.iter_sse()))
say('requests, text', requests.get(place, stream=True).iter_lines(decode_unicode=True))
say('requests, bytes', requests.get(place, stream=True).iter_lines())
say('aiohttp', asyncio.run(by_aiohttp()))
PY
expect "$("$python" lines.py)" <<'EXPECTED'
httpx: '{"body": "one' 'two' 'three"}'
httpx-sse: '{"body": "one\u2028two\x85three"}'
requests, text: '{"body": "one' 'two' 'three"}'
requests, bytes: '{"body": "one\u2028two\x85three"}'
aiohttp: '{"body": "one\u2028two\x85three"}\n'
EXPECTED
