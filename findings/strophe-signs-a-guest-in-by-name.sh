#!/usr/bin/env bash
# Strophe.js signs a guest in by name and password, when the resource that is asked for has an "@" in it.
#
# A guest connects with a domain alone, or with a domain and a resource, such as a.example/tab@home. RFC 7622 section 3.2 says to take the
# resource off, at the first "/", before the name is looked for, so that this address has no name. One would guess that getNodeFromJid()
# says null, as it does of a.example/tab: but it splits at the "@" first, and answers a.example/tab, while getBareJidFromJid() and
# getDomainFromJid() beside it are right. connect() decides by it: instead of ANONYMOUS, which the server offers, it begins SCRAM for that
# user. In what is received it finds a name in the address of a component or a server with such a resource. @xmpp/jid and stanza find none.
#
# Seen with Strophe.js 5.0.0, @xmpp/jid 0.14.0 and stanza 12.22.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages strophe.js@5.0.0 @xmldom/xmldom@0.9.12 ws@8.18.0 @xmpp/jid@0.14.0 stanza@12.22.1
cat >guest.mjs <<'JS'
import { once } from 'node:events';

import jid from '@xmpp/jid';
import stanza from 'stanza';
import { Strophe } from 'strophe.js';
import { WebSocketServer } from 'ws';

Strophe.setLogLevel(Strophe.LogLevel.FATAL);
const features =
  "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" +
  '<mechanism>ANONYMOUS</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
await once(server, 'listening');
const taken = (address) =>
  new Promise((done) => {
    server.removeAllListeners('connection').on('connection', (socket) =>
      socket.on('message', (data) => {
        if (data.includes('<open')) {
          socket.send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a.example' id='1' version='1.0'/>");
          socket.send(features);
        } else if (data.includes('<auth')) {
          const [, mechanism] = /mechanism=["']([^"']+)/.exec(data);
          const first = Buffer.from(/>([^<]*)</.exec(data)?.[1] ?? '', 'base64').toString();
          done([mechanism, first.split(',r=')[0]].join(' '));
        }
      }),
    );
    new Strophe.Connection(`ws://127.0.0.1:${server.address().port}`).connect(address);
  });
for (const address of ['a.example', 'a.example/tab', 'a.example/tab@home']) {
  console.log(`${address}: Strophe.js finds the name ${Strophe.getNodeFromJid(address)}, and takes ${(await taken(address)).trim()}`);
  const found = [jid(address), stanza.JID.parse(address)].map(({ local, domain, resource }) => [local, domain, resource].join('|'));
  console.log(`  @xmpp/jid: ${found[0]}, stanza: ${found[1]}`);
}
process.exit();
JS
expect "$(timeout 60 node guest.mjs)" <<'EXPECTED'
a.example: Strophe.js finds the name null, and takes ANONYMOUS
  @xmpp/jid: |a.example|, stanza: |a.example|
a.example/tab: Strophe.js finds the name null, and takes ANONYMOUS
  @xmpp/jid: |a.example|tab, stanza: |a.example|tab
a.example/tab@home: Strophe.js finds the name a.example/tab, and takes SCRAM-SHA-1 n,,n=a.example/tab
  @xmpp/jid: |a.example|tab@home, stanza: |a.example|tab@home
EXPECTED
