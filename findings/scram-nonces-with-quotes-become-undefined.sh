#!/usr/bin/env bash
# @xmpp/client and stanza answer a server whose SCRAM nonce has a quotation mark with the nonce "undefined".
#
# A nonce may be made of every printable ASCII character but the comma (RFC 5802 section 7), and the example of RFC 7677 shows one that makes
# use of it. One would guess that a client copies it, whatever it is made of. Both libraries take the message apart as if it were one of
# DIGEST-MD5, whose values stand in quotation marks: with one in it the nonce is not found, and what is sent is r=undefined, which each
# server must refuse: now and then a sign-in with the right password fails, and the next one succeeds. scramp copies it.
#
# Seen with sasl-scram-sha-1 1.4.0 (of @xmpp/client 0.14.0), stanza 12.22.1 and scramp 1.5.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages sasl-scram-sha-1@1.4.0 stanza@12.22.1
python_packages scramp==1.5.0
cat >nonce.mjs <<'JS'
import Scram from 'sasl-scram-sha-1';
import { SCRAM } from 'stanza/lib/sasl/index.js';

const credentials = { username: 'ann', password: 'secret', clientNonce: 'mine' };
for (const nonce of ['yours', '%hvYDpW)hNlF$k0', 'yo"urs']) {
  const challenge = `r=mine${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
  const said = (name, last) => console.log(`${name}: ${last.toString().split(',')[1]}`);

  const scram = new Scram({ genNonce: () => 'mine' });
  scram.response(credentials);
  scram.challenge(challenge);
  said('sasl-scram-sha-1', await scram.response(credentials));

  const other = new SCRAM('SCRAM-SHA-1');
  other.createResponse(credentials);
  other.processChallenge(Buffer.from(challenge));
  said('stanza', other.createResponse(credentials));
}
JS
cat >nonce.py <<'PY'
import scramp

for nonce in 'yours', '%hvYDpW)hNlF$k0', 'yo"urs':
    client = scramp.ScramClient(['SCRAM-SHA-1'], 'ann', 'secret', c_nonce='mine')
    client.get_client_first()
    client.set_server_first(f'r=mine{nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096')
    print('scramp:', client.get_client_final().split(',')[1])
PY
expect "$(node nonce.mjs; "$python" nonce.py)" <<'EXPECTED'
sasl-scram-sha-1: r=mineyours
stanza: r=mineyours
sasl-scram-sha-1: r=mine%hvYDpW)hNlF$k0
stanza: r=mine%hvYDpW)hNlF$k0
sasl-scram-sha-1: r=undefined
stanza: r=undefined
scramp: r=mineyours
scramp: r=mine%hvYDpW)hNlF$k0
scramp: r=mineyo"urs
EXPECTED
