#!/usr/bin/env bash
# httpx gives the first part of a gzip answer that has several, and says nothing of the rest.
#
# A gzip file may be several, one behind the other (RFC 1952 section 2.2): so it is where a program compresses piece by piece, appends to a
# log or an export each day, or joins such files. One would guess that every client reads them to the end, as gzip does, or that what is
# left over is an error. httpx, alone of five clients, ends with the first, so that a conversation's export looks whole and is not. httpx
# and aiohttp leave x-gzip as it is, which is gzip by another name (RFC 9110 section 8.4.1.3); aiohttp and axios undo one of two encodings.
# None of them says a word.
#
# Seen with httpx 0.28.1, aiohttp 3.14.5 and axios 1.21.1, and otherwise with requests 2.34.2 (urllib3 2.8.0) and undici 7.30.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages axios@1.21.1 undici@7.30.2
python_packages httpx==0.28.1 aiohttp==3.14.5 requests==2.34.2 urllib3==2.8.0
cat >read.mjs <<'JS'
import axios from 'axios';
import { fetch } from 'undici';

const clients = {
  axios: async (url) => Buffer.from((await axios.get(url, { responseType: 'arraybuffer' })).data),
  undici: async (url) => Buffer.from(await (await fetch(url)).arrayBuffer()),
};
for (const [name, read] of Object.entries(clients)) {
  const bytes = await read(process.argv[2]);
  console.log(`  ${name}: ${bytes[0] === 0x1f ? 'still gzip' : bytes}`);
}
JS
cat >read.py <<'PY'
import asyncio
import gzip
import http.server
import subprocess
import threading

import aiohttp
import httpx
import requests

one, two = gzip.compress(b'Monday,'), gzip.compress(b'Tuesday')
ANSWERS = {
    'one part': (one, 'gzip'),
    'two parts': (one + two, 'gzip'),
    'by its other name': (one, 'x-gzip'),
    'encoded twice': (gzip.compress(one), 'gzip, gzip'),
}


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body, encoding = list(ANSWERS.values())[int(self.path[1:])]
        self.send_response(200)
        self.send_header('Content-Encoding', encoding)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *unused):
        pass


async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
CLIENTS = {
    'httpx': lambda url: httpx.get(url).content,
    'requests': lambda url: requests.get(url).content,
    'aiohttp': lambda url: asyncio.run(by_aiohttp(url)),
}
for number, name in enumerate(ANSWERS):
    print(name)
    url = f'http://127.0.0.1:{server.server_port}/{number}'
    for client, read in CLIENTS.items():
        body = read(url)
        print(f'  {client}: {"still gzip" if body[:1] == one[:1] else body.decode()}')
    print(subprocess.check_output(['node', 'read.mjs', url], text=True), end='')
PY
expect "$("$python" read.py)" <<'EXPECTED'
one part
  httpx: Monday,
  requests: Monday,
  aiohttp: Monday,
  axios: Monday,
  undici: Monday,
two parts
  httpx: Monday,
  requests: Monday,Tuesday
  aiohttp: Monday,Tuesday
  axios: Monday,Tuesday
  undici: Monday,Tuesday
by its other name
  httpx: still gzip
  requests: Monday,
  aiohttp: still gzip
  axios: Monday,
  undici: Monday,
encoded twice
  httpx: Monday,
  requests: Monday,
  aiohttp: still gzip
  axios: still gzip
  undici: Monday,
EXPECTED
