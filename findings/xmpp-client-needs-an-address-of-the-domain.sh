#!/usr/bin/env bash
# @xmpp/client finds no server where the SRV records say where it is, unless the domain and each of their targets have an address.
#
# A domain needs no address of its own to have users: clients ask for its SRV records, and for its address only if there are none (RFC 6120
# section 3.2). Of several targets a client tries one after the other. One would guess that a client which asks for SRV records does both.
# @xmpp/client asks for the domain's address before all else, and goes no further without one; then it asks for the addresses of all
# targets at once, and one without an address, such as a second server that was taken down, fails them all, whatever its priority.
#
# Seen with @xmpp/client 0.14.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @xmpp/client@0.14.0 dns-packet@5.6.1
cat >connect.mjs <<'JS'
import { createSocket } from 'node:dgram';
import { setServers } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { client } from '@xmpp/client';
import { decode, encode } from 'dns-packet';

const xmpp = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
await once(xmpp, 'listening');
const { port } = xmpp.address();

let targets;
const names = createSocket('udp4').bind(0, '127.0.0.1');
names.on('message', (data, { port: from, address }) => {
  const { id, questions } = decode(data);
  const { name, type } = questions[0];
  const found = type === 'SRV' && name.startsWith('_xmpp-client._tcp.') ? targets : [];
  const answers = found.map((target, priority) => ({ name, type, ttl: 60, data: { priority, weight: 0, port, target } }));
  names.send(encode({ type: 'response', id, flags: answers.length ? 0 : 3, questions, answers }), from, address);
});
await once(names, 'listening');
setServers([`127.0.0.1:${names.address().port}`]);

for (const [domain, ...those] of [['localhost', 'localhost'], ['without-address.invalid', 'localhost'], ['localhost', 'localhost', 'gone.invalid']]) {
  targets = those;
  const xmppClient = client({ service: domain, username: 'ann', password: 'secret' });
  xmppClient.on('error', () => {});
  const end = await xmppClient.connect(domain).then(() => 'connected', (error) => error.message);
  console.log(`${domain}, whose SRV records say ${those.join(' and ')}: ${end}`);
}
process.exit();
JS
expect "$(node connect.mjs 2>/dev/null)" <<'EXPECTED'
localhost, whose SRV records say localhost: connected
without-address.invalid, whose SRV records say localhost: getaddrinfo ENOTFOUND without-address.invalid
localhost, whose SRV records say localhost and gone.invalid: getaddrinfo ENOTFOUND gone.invalid
EXPECTED
