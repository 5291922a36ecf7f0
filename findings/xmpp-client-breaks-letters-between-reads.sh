#!/usr/bin/env bash
# @xmpp/client breaks a letter whose bytes come in two reads, so that long messages over TLS lose letters.
#
# One would guess that it keeps the first byte until the second is there, as TextDecoder does when it is told that more will come, or reads
# bytes as XML parsers do elsewhere. It turns each read into text for itself: both bytes become U+FFFD. A TLS record holds 16384 bytes, and
# each is a read, so that a body of Greek, Cyrillic or Chinese that is longer loses a letter at each such border where one lies across it;
# this needs no lost packet, and no error is told. Over WebSocket, where frames hold text, it doesn't happen.
#
# Seen with @xmpp/client 0.14.0 on Node.js 20.20.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @xmpp/client@0.14.0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout key.pem -out certificate.pem -days 3650 \
  -subj /CN=a.example -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat >letters.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

import { client } from '@xmpp/client';

// Its header is 200 bytes long, so that the body begins at an even place.
const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>".padEnd(180);
const start = `${header}<message>${' '.repeat(5)}<body>`;
const certificate = { key: readFileSync('key.pem'), cert: readFileSync('certificate.pem') };
for (const body of ['é'.repeat(20_000), 'a' + 'é'.repeat(20_000)]) {
  const server = tls.createServer(certificate, (socket) => socket.once('data', () => socket.write(`${start}${body}</body></message>`)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const me = client({ service: `xmpps://127.0.0.1:${server.address().port}`, domain: 'a.example' });
  const reads = [];
  const decoder = new TextDecoder();
  let text = '';
  me.reconnect.stop();
  me.on('error', () => {});
  me.on('connect', () =>
    me.socket.on('data', (data) => {
      reads.push(data.length);
      text += decoder.decode(data, { stream: true });
    }),
  );
  me.start().catch(() => {});
  const [message] = await once(me, 'stanza');
  const got = message.getChildText('body');
  const broken = [...got.matchAll(/\ufffd+/g)].map((letters) => `${letters.index}: ${letters[0].length} × U+FFFD`);
  console.log(`body of ${body.length} letters, reads of ${reads.slice(0, 2).join(', ')} bytes and the rest`);
  console.log(`  TextDecoder: ${text.includes(`<body>${body}<`) ? 'as sent' : 'broken'}`);
  console.log(`  @xmpp/client: ${got === body ? 'as sent' : broken.join(', ')}`);
}
process.exit();
JS
expect "$(NODE_EXTRA_CA_CERTS=certificate.pem timeout 120 node letters.mjs)" <<'EXPECTED'
body of 20000 letters, reads of 16384, 16384 bytes and the rest
  TextDecoder: as sent
  @xmpp/client: as sent
body of 20001 letters, reads of 16384, 16384 bytes and the rest
  TextDecoder: as sent
  @xmpp/client: 8092: 2 × U+FFFD, 16285: 2 × U+FFFD
EXPECTED
