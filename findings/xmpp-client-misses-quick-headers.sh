#!/usr/bin/env bash
# @xmpp/client misses a server's stream header over TLS, when it is there before its own write has ended.
#
# One would guess that a client waits for an answer from before it writes, as sendReceive() beside it does. open() waits for the end of its
# write, and only then for "open". Over plain TCP Node.js says that a write has ended before it reads again. Over TLS it says so in a later
# turn, behind what came meanwhile: "open" is told of, nobody waits for it, and two seconds later open(), and by it start(), fails with
# TimeoutError on a stream that is open. Here the client's thread is busy until the server has answered, so that it is so each time; it was
# seen without that too, on one machine. _closeStream() is written in the same way.
#
# Seen with @xmpp/client 0.14.0 on Node.js 20.20.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @xmpp/client@0.14.0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout key.pem -out certificate.pem -days 3650 \
  -subj /CN=a.example -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat >open.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='a.example' id='1' version='1.0'>";

async function serve() {
  const answered = new Int32Array(workerData);
  const answer = (socket) =>
    socket.once('data', () =>
      socket.write(header, () => {
        Atomics.store(answered, 0, 1);
        Atomics.notify(answered, 0);
      }),
    );
  const ports = {};
  const certificate = { key: readFileSync('key.pem'), cert: readFileSync('certificate.pem') };
  for (const [scheme, server] of [['xmpp', net.createServer(answer)], ['xmpps', tls.createServer(certificate, answer)]]) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ports[scheme] = server.address().port;
  }
  parentPort.postMessage(ports);
}

async function open() {
  const { client } = await import('@xmpp/client');
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const [ports] = await once(new Worker(new URL(import.meta.url), { workerData: answered.buffer }), 'message');
  for (const [scheme, port] of Object.entries(ports)) {
    const me = client({ service: `${scheme}://127.0.0.1:${port}`, domain: 'a.example' });
    const told = [];
    me.reconnect.stop();
    me.on('error', (error) => told.push(error.name));
    me.on('status', (status) => told.push(status));
    await me.connect(me.options.service);
    answered[0] = 0;
    const opened = me.open({ domain: 'a.example' }).then(() => 'done', (error) => error.name);
    Atomics.wait(answered, 0, 0, 30_000);
    if (answered[0] !== 1) throw new Error('no answer');
    Atomics.wait(answered, 0, 1, 100);  // the bytes are under way
    console.log(`${scheme}: open() is ${await opened}; events: ${told.join(' ')}`);
  }
  process.exit();
}

await (isMainThread ? open() : serve());
JS
expect "$(NODE_EXTRA_CA_CERTS=certificate.pem timeout 120 node open.mjs)" <<'EXPECTED'
xmpp: open() is done; events: connecting connect opening open
xmpps: open() is TimeoutError; events: connecting connect opening open
EXPECTED
