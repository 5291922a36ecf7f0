#!/usr/bin/env bash
# undici, which is Node's fetch, fails where a server says "100 Continue" before its answer without having been asked to.
#
# A client must be able to read answers of 1xx that it does not expect, and may pass over them (RFC 9110 section 15.2): some servers and
# proxies send this one to each request with a body. One would guess that fetch does so, as it does with 102 and 103 and with several of
# them. 100 alone ends the connection with "bad response", for GET and POST alike, also where 200 comes right behind it. A bot that moves
# from axios, which is built on Node's http, to fetch then can't call the API through the proxy through which it always could.
#
# Seen with undici 7.30.2, and otherwise with axios 1.21.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages undici@7.30.2 axios@1.21.1
cat >read.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';

import axios from 'axios';
import { fetch } from 'undici';

const lines = (...all) => all.join('\r\n') + '\r\n\r\n';
const answer = lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Connection: close') + 'ok';
const before = {
  nothing: '',
  'two 102': lines('HTTP/1.1 102 Processing').repeat(2),
  103: lines('HTTP/1.1 103 Early Hints', 'Link: </style.css>; rel=preload'),
  100: lines('HTTP/1.1 100 Continue'),
};
const server = createServer((socket) => {
  let request = '';
  socket.on('error', () => {}).on('data', (data) => {
    request += data;
    if (/^GET [^]*\r\n\r\n$|\r\n\r\nhello$/.test(request)) socket.end(before[decodeURI(request.split(' ')[1].slice(1))] + answer);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
for (const name of ['nothing', 'two 102', '103', '100']) {
  const url = `http://127.0.0.1:${server.address().port}/${encodeURI(name)}`;
  const clients = {
    'undici, GET': async () => (await fetch(url)).text(),
    'undici, POST': async () => (await fetch(url, { method: 'POST', body: 'hello' })).text(),
    'axios, GET': async () => (await axios.get(url)).data,
    'axios, POST': async () => (await axios.post(url, 'hello')).data,
  };
  for (const [client, read] of Object.entries(clients)) {
    console.log(`${name} before 200: ${client}: ${await read().catch((error) => `${error.message}: ${error.cause?.message}`)}`);
  }
}
server.close();
JS
expect "$(node read.mjs)" <<'EXPECTED'
nothing before 200: undici, GET: ok
nothing before 200: undici, POST: ok
nothing before 200: axios, GET: ok
nothing before 200: axios, POST: ok
two 102 before 200: undici, GET: ok
two 102 before 200: undici, POST: ok
two 102 before 200: axios, GET: ok
two 102 before 200: axios, POST: ok
103 before 200: undici, GET: ok
103 before 200: undici, POST: ok
103 before 200: axios, GET: ok
103 before 200: axios, POST: ok
100 before 200: undici, GET: fetch failed: bad response
100 before 200: undici, POST: fetch failed: bad response
100 before 200: axios, GET: ok
100 before 200: axios, POST: ok
EXPECTED
