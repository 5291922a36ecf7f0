#!/usr/bin/env bash
# openapi-fetch sends "{}" for a file, quotation marks around a text, and the words "null" and "undefined" in a form, and says nothing.
#
# Sites call an HTTP API by its description with it. One would guess that a Blob or bytes go as they are, as with the fetch beneath, since
# the call says application/octet-stream. All bodies but FormData and forms are made JSON, whatever type is said: a Blob arrives as an
# object without fields, and the server stores that file. Of a form's list, which OpenAPI repeats if nothing else is said (style form,
# explode), it makes one value with commas, though it repeats the same list in a query; null and undefined are sent in words, and left out
# there. With `bodySerializer` for such a call, all is well.
#
# Seen with openapi-fetch 0.17.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages openapi-fetch@0.17.0
cat >send.mjs <<'JS'
import createClient from 'openapi-fetch';

const { POST, GET } = createClient({
  baseUrl: 'https://a.example',
  fetch: async (request) => {
    console.log(`  ${request.headers.get('content-type') ?? request.url}: ${(await request.text()) || "nothing"}`);
    return new Response(null, { status: 204 });
  },
});
const as = (type) => ({ headers: { 'Content-Type': type } });
const query = { rooms: ['tea', 'cake'], role: null, ttl: undefined };
for (const [name, call] of Object.entries({
  'a Blob': () => POST('/files', { body: new Blob(['abc']), ...as('application/octet-stream') }),
  bytes: () => POST('/files', { body: new TextEncoder().encode('abc'), ...as('application/octet-stream') }),
  'a Blob, with bodySerializer': () =>
    POST('/files', { body: new Blob(['abc']), bodySerializer: (body) => body, ...as('application/octet-stream') }),
  'a text': () => POST('/notes', { body: 'abc', ...as('text/plain') }),
  'a form': () => POST('/tokens', { body: query, ...as('application/x-www-form-urlencoded') }),
  'a query': () => GET('/tokens', { params: { query } }),
})) {
  console.log(name);
  await call();
}
JS
expect "$(node send.mjs)" <<'EXPECTED'
a Blob
  application/octet-stream: {}
bytes
  application/octet-stream: {"0":97,"1":98,"2":99}
a Blob, with bodySerializer
  application/octet-stream: abc
a text
  text/plain: "abc"
a form
  application/x-www-form-urlencoded: rooms=tea%2Ccake&role=null&ttl=undefined
a query
  https://a.example/tokens?rooms=tea&rooms=cake: nothing
EXPECTED
