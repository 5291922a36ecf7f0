#!/usr/bin/env bash
# Strophe.js and aiosasl write a user name with "=" or "," into SCRAM as it is, so that such an account can't sign in with its password.
#
# Both characters are allowed in the name of an address (RFC 7622), as in size=xl@shop.example, and RFC 5802 section 5.1 has them written as
# =3D and =2C: a server must refuse a name with any other "=", and behind a bare "," it sees the next attribute. One would guess that every
# SCRAM library does so, as sasl-scram-sha-1 (of @xmpp/client) and scramp do. Strophe.js and aiosasl (of aioxmpp) don't.
#
# Seen with Strophe.js 5.0.0, aiosasl 0.5.0, sasl-scram-sha-1 1.4.0 and scramp 1.5.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages strophe.js@5.0.0 @xmldom/xmldom@0.9.12 ws@8.18.0 sasl-scram-sha-1@1.4.0
python_packages aiosasl==0.5.0 scramp==1.5.0
cat >names.mjs <<'JS'
import { once } from 'node:events';

import Scram from 'sasl-scram-sha-1';
import { Strophe } from 'strophe.js';
import { WebSocketServer } from 'ws';

const features =
  "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" +
  '<mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>';
Strophe.setLogLevel(Strophe.LogLevel.FATAL);
const said = (name, first) => console.log(`${name}: ${first.slice(0, first.indexOf(',r='))}`);
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
await once(server, 'listening');
const strophe = (user) =>
  new Promise((done) => {
    server.removeAllListeners('connection').on('connection', (socket) =>
      socket.on('message', (data) => {
        if (data.includes('<open')) {
          socket.send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a.example' id='1' version='1.0'/>");
          socket.send(features);
        } else if (data.includes('<auth')) {
          done(Buffer.from(/>([^<]*)</.exec(data)[1], 'base64').toString());
        }
      }),
    );
    new Strophe.Connection(`ws://127.0.0.1:${server.address().port}`).connect(`${user}@a.example`, 'secret');
  });
for (const username of ['a=b', 'a,b']) {
  said('sasl-scram-sha-1', new Scram().response({ username }));
  said('Strophe.js', await strophe(username));
}
process.exit();
JS
cat >names.py <<'PY'
import asyncio

import aiosasl
import scramp


class Server(aiosasl.SASLInterface):
    async def initiate(self, mechanism, payload=None):
        print('aiosasl:', payload.decode().partition(',r=')[0])
        raise aiosasl.SASLFailure('not-authorized')

    respond = abort = None


async def main():
    for name in 'a=b', 'a,b':
        async def credentials():
            return name, 'secret'

        print('scramp:', scramp.ScramClient(['SCRAM-SHA-1'], name, 'secret').get_client_first().partition(',r=')[0])
        scram = aiosasl.SCRAM(credentials)
        try:
            await scram.authenticate(aiosasl.SASLStateMachine(Server()), scram.any_supported(['SCRAM-SHA-1']))
        except aiosasl.SASLFailure:
            pass


asyncio.run(main())
PY
expect "$(timeout 60 node names.mjs; "$python" names.py)" <<'EXPECTED'
sasl-scram-sha-1: n,,n=a=3Db
Strophe.js: n,,n=a=b
sasl-scram-sha-1: n,,n=a=2Cb
Strophe.js: n,,n=a,b
scramp: n,,n=a=3Db
aiosasl: n,,n=a=b
scramp: n,,n=a=2Cb
aiosasl: n,,n=a,b
EXPECTED
