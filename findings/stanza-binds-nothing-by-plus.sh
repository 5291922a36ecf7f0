#!/usr/bin/env bash
# stanza takes SCRAM-SHA-256-PLUS over a WebSocket, says in it that it binds nothing, and gives up when that is refused.
#
# No page can bind a channel: browsers show it nothing of their TLS connections. One would guess that a library for pages passes over the
# mechanisms that end in -PLUS, or falls back to the plain one beside it. It chooses by the name's priority alone, then writes the GS2 header "n"
# (no binding), which RFC 5802 section 6 makes an error there, and tries nothing else: a server that offers -PLUS to it has no stanza clients.
#
# Seen with stanza 12.22.1:
#   takes SCRAM-SHA-256-PLUS, with the GS2 header "n"
#   gives up
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages stanza@12.22.1 ws@8.18.0
cat >server.cjs <<'JS'
const { WebSocketServer } = require('ws');
const { createClient } = require('stanza');

const features =
  "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" +
  '<mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' }, () => {
  const websocket = `ws://127.0.0.1:${server.address().port}`;
  const client = createClient({ jid: 'ann@a.example', password: 'secret', autoReconnect: false, transports: { websocket, bosh: false } });
  client.on('auth:failed', () => {
    console.log('gives up');
    process.exit();
  });
  client.connect();
});
server.on('connection', (socket) =>
  socket.on('message', (data) => {
    const text = data.toString();
    if (text.startsWith('<open')) {
      socket.send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a.example' id='1' version='1.0'/>");
      socket.send(features);
    } else if (text.startsWith('<auth')) {
      const first = Buffer.from(/>([^<]*)</.exec(text)[1], 'base64').toString();
      console.log(`takes ${/mechanism="([^"]+)"/.exec(text)[1]}, with the GS2 header "${first.split(',')[0]}"`);
      socket.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><malformed-request/></failure>");
    }
  }),
);
JS
expect "$(timeout 30 node server.cjs)" <<'EXPECTED'
takes SCRAM-SHA-256-PLUS, with the GS2 header "n"
gives up
EXPECTED
