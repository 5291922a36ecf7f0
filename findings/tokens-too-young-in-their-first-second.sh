#!/usr/bin/env bash
# jose, jsonwebtoken and joserfc refuse a token in the second in which it was made, where its time has a fraction.
#
# A time in a token may have one (RFC 7519 section 2: "non-integer values can be represented"), as in Python's time.time(). One would guess
# that a library takes it as it is or cuts it off, and so accepts a token that begins now on the same machine. These cut their own clock to
# whole seconds and not the token's `nbf`, so that the token lies in the future till the next second: sign-ins fail now and then, and more
# often where the machines are fast. joserfc does so with `iat`, too, and jose where `maxTokenAge` is asked for. PyJWT cuts both, so that a
# token which runs out within the second has run out for it already.
#
# Seen with jose 6.2.18, jsonwebtoken 9.0.3 and joserfc 1.8.0, and otherwise with PyJWT 2.15.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages jose@6.2.18 jsonwebtoken@9.0.3
python_packages joserfc==1.8.0 PyJWT==2.15.1
cat >read.mjs <<'JS'
import { setTimeout } from 'node:timers/promises';

import { jwtVerify, SignJWT } from 'jose';
import jsonwebtoken from 'jsonwebtoken';

const key = Buffer.alloc(32, 'k');
const readers = {
  jose: (token) => jwtVerify(token, key),
  'jose with maxTokenAge': (token) => jwtVerify(token, key, { maxTokenAge: 60 }),
  jsonwebtoken: async (token) => jsonwebtoken.verify(token, key),
};
for (const [name, read] of Object.entries(readers)) {
  for (const claims of [['iat'], ['iat', 'nbf']]) {
    let now, token, first;
    const ask = () => read(token).then(() => 'accepts', (error) => `refuses (${error.message})`);
    do {
      await setTimeout(1200 - (Date.now() % 1000));
      now = Date.now() / 1000;
      token = await new SignJWT(Object.fromEntries(claims.map((claim) => [claim, now]))).setProtectedHeader({ alg: 'HS256' }).sign(key);
      first = await ask();
    } while (Date.now() / 1000 >= Math.ceil(now));
    await setTimeout(1000);
    console.log(`${name}, ${claims}: ${first}, in the next second ${await ask()}`);
  }
}
JS
cat >read.py <<'PY'
import json
import math
import time

import jwt
from joserfc import jwk
from joserfc import jwt as joserfc_jwt

KEY = b'k' * 32


def by_joserfc(token):
    joserfc_jwt.JWTClaimsRegistry().validate(joserfc_jwt.decode(token, jwk.OctKey.import_key(KEY)).claims)


def by_pyjwt(token):
    jwt.decode(token, KEY, algorithms=['HS256'])


def said(read, token):
    try:
        read(token)
        return 'accepts'
    except Exception as error:
        return f'refuses ({error})'


for name, read in {'joserfc': by_joserfc, 'PyJWT': by_pyjwt}.items():
    for claims in {'iat': 0}, {'nbf': 0}, {'exp': 0.5}:
        late = True
        while late:
            time.sleep(1.2 - time.time() % 1)
            now = time.time()
            payload = json.dumps({claim: now + later for claim, later in claims.items()}).encode()
            token = jwt.PyJWS().encode(payload, KEY, algorithm='HS256')
            first = said(read, token)
            late = time.time() > min(now + 0.5, math.ceil(now))
        time.sleep(1)
        print(f'{name}, {"".join(claims)}: {first}, in the next second {said(read, token)}')
PY
expect "$(node read.mjs; "$python" read.py)" <<'EXPECTED'
jose, iat: accepts, in the next second accepts
jose, iat,nbf: refuses ("nbf" claim timestamp check failed), in the next second accepts
jose with maxTokenAge, iat: refuses ("iat" claim timestamp check failed (it should be in the past)), in the next second accepts
jose with maxTokenAge, iat,nbf: refuses ("nbf" claim timestamp check failed), in the next second accepts
jsonwebtoken, iat: accepts, in the next second accepts
jsonwebtoken, iat,nbf: refuses (jwt not active), in the next second accepts
joserfc, iat: refuses (invalid_claim: The token was issued in the future), in the next second accepts
joserfc, nbf: refuses (invalid_claim: The token is not yet valid), in the next second accepts
joserfc, exp: accepts, in the next second refuses (expired_token: The token is expired)
PyJWT, iat: accepts, in the next second accepts
PyJWT, nbf: accepts, in the next second accepts
PyJWT, exp: refuses (Signature has expired), in the next second refuses (Signature has expired)
EXPECTED
