#!/usr/bin/env bash
# Converse.js resumes its session after a reload, and then writes a `from` with a resource that it has just made up.
#
# XEP-0198 section 5 says that a resumed stream goes on with the session of before, so with its full address; no resource is bound. One would
# guess that the page, which has kept the session's id, has kept the address too. It has made a new one for its log-in, believes that that was
# bound, and sends it in `from`. RFC 6120 section 8.1.2.1 has a server override what a client says there; from one that answers
# invalid-from (section 4.9.3.9) instead, the page that was to be back at once parts twice, and loses answers on the way: its buttons for
# files and for blocking may be missing then.
#
# Seen with Converse.js 14.0.0 in Chromium (of the machine; CHROMIUM names another).
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

converse_packages
cat >reload.mjs <<'JS'
import { attribute, signIn } from './converse.mjs';

const sm = "xmlns='urn:xmpp:sm:3'";
const kind = (resource) => resource.replace(/\d+$/, 'NUMBER');
let enabled;
const isEnabled = new Promise((resolve) => (enabled = resolve));
let bound;
let handled = 0;
const tab = await signIn((text, stream) => {
  if (stream.resumed && attribute(text, 'from')?.includes('/')) {
    const [, said] = attribute(text, 'from').split('/');
    console.log(`bound: ${kind(bound)}`);
    console.log(`after the resumption it says: ${said === bound ? 'the same' : `another ${kind(said)}`}`);
    process.exit();
  }
  bound ??= /<resource>([^<]+)/.exec(text)?.[1];
  if (text.startsWith('<enable')) {
    enabled();
    return [`<enabled ${sm} resume='true' id='session'/>`];
  }
  if (text.startsWith('<resume')) {
    stream.resumed = true;
    return [`<resumed ${sm} h='${handled}' previd='session'/>`];
  }
  if (text.startsWith('<r ')) return [`<a ${sm} h='${handled}'/>`];
  if (bound && /^<(iq|message|presence)/.test(text) && !text.includes('<resource>')) handled++;
});
await isEnabled;
await tab.reload();
JS
expect "$(timeout 90 node reload.mjs)" <<'EXPECTED'
bound: converse.js-NUMBER
after the resumption it says: another converse.js-NUMBER
EXPECTED
