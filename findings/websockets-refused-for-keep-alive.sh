#!/usr/bin/env bash
# aiohttp, and undici with it Node's own WebSocket, refuse a server that says "Connection: keep-alive, Upgrade".
#
# The answer to a WebSocket's handshake must have the token Upgrade in its Connection header, among others where it likes (RFC 6455 section
# 4.1; browsers send both themselves). One would guess that clients look for the token, as ws and websockets do. These two compare the whole
# header, so that a proxy which adds its keep-alive shuts bots out and lets pages in. aiohttp also refuses a parameter of an extension in
# quotation marks, which the grammar allows (section 9.1).
#
# Seen with aiohttp 3.14.5 and undici 7.30.2, and otherwise with websockets 17.4 and ws 8.23.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages undici@7.30.2 ws@8.23.0
python_packages aiohttp==3.14.5 websockets==17.4
cat >connect.mjs <<'JS'
import { WebSocket as Undici } from 'undici';
import { WebSocket } from 'ws';

for (const [name, Socket] of Object.entries({ ws: WebSocket, undici: Undici })) {
  const socket = new Socket(process.argv[2]);
  const seen = await new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(`reads ${data}`);
    socket.onerror = () => resolve('refuses');
  });
  console.log(`  ${name} ${seen}`);
  socket.close();
}
process.exit();
JS
cat >connect.py <<'PY'
import asyncio
import base64
import hashlib
import re
import socketserver
import subprocess
import threading

import aiohttp
import websockets

ANSWERS = [
    'Connection: Upgrade',
    'Connection: upgrade',
    'Connection: keep-alive, Upgrade',
    'Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10',
    'Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits="10"',
]


class Server(socketserver.StreamRequestHandler):
    def handle(self):
        request = b''
        while not request.endswith(b'\r\n\r\n'):
            request += self.rfile.readline()
        answer = ANSWERS[int(request.split(b' ')[1][1:])]
        key = re.search(rb'(?i)\r\nsec-websocket-key: *(\S+)', request)[1]
        accept = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest()).decode()
        lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', answer, f'Sec-WebSocket-Accept: {accept}', '', '']
        self.wfile.write('\r\n'.join(lines).encode() + b'\x81\x02ok\x88\x02\x03\xe8')
        self.rfile.read(1)


async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.ws_connect(url, compress=15) as socket:
        return await socket.receive_str()


async def by_websockets(url):
    async with websockets.connect(url) as socket:
        return await socket.recv()


server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Server)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for number, answer in enumerate(ANSWERS):
    print(answer.replace('\r\n', ', '))
    url = f'ws://127.0.0.1:{server.server_address[1]}/{number}'
    for name, read in {'aiohttp': by_aiohttp, 'websockets': by_websockets}.items():
        try:
            print(f'  {name} reads {asyncio.run(read(url))}')
        except aiohttp.WSServerHandshakeError as error:
            print(f'  {name} refuses: {error.message}')
    print(subprocess.check_output(['node', 'connect.mjs', url], text=True), end='')
PY
expect "$("$python" connect.py)" <<'EXPECTED'
Connection: Upgrade
  aiohttp reads ok
  websockets reads ok
  ws reads ok
  undici reads ok
Connection: upgrade
  aiohttp reads ok
  websockets reads ok
  ws reads ok
  undici reads ok
Connection: keep-alive, Upgrade
  aiohttp refuses: Invalid connection header
  websockets reads ok
  ws reads ok
  undici refuses
Connection: Upgrade, Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10
  aiohttp reads ok
  websockets reads ok
  ws reads ok
  undici reads ok
Connection: Upgrade, Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits="10"
  aiohttp refuses: Extension for deflate not supported; server_max_window_bits="10"
  websockets reads ok
  ws reads ok
  undici reads ok
EXPECTED
