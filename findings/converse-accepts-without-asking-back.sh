#!/usr/bin/env bash
# Converse.js accepts a contact, and does not ask for the contact's presence in turn.
#
# bo@b.example asks to see when Ann is online. She presses "Accept as contact", and the form behind it says "Successfully accepted". One would
# guess that both see each other then, as with other clients, and as its code means to: it calls authorize() and then subscribe(),
# which was the name of a method that is subscribeToPresence() now. It sends "subscribed" alone (RFC 6121 section 3.1.4), so Bo sees Ann and
# Ann never sees Bo online, and no button of hers asks.
#
# Seen with Converse.js 14.0.0 in Chromium.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

converse_packages
cat >accept.mjs <<'JS'
import { attribute, signIn } from './converse.mjs';

const bo = 'bo@b.example';
const said = [];
let asked = false;
const tab = await signIn((text, stream) => {
  if (text.startsWith('<presence') && !attribute(text, 'to') && !asked) {
    asked = true;
    stream.send(`<presence xmlns='jabber:client' type='subscribe' from='${bo}' to='ann@a.example'/>`);
  }
  if (attribute(text, 'to') === bo && text.startsWith('<presence')) said.push(attribute(text, 'type'));
  if (attribute(text, 'to') === bo && text.startsWith('<message')) {
    console.log(`what ${bo} was told before the message: ${said.join(', ')}`);
    process.exit();
  }
});
const contact = tab.locator('converse-roster-contact', { has: tab.locator(`[data-jid="${bo}"]`) });
await contact.locator('converse-dropdown button').click();
await contact.locator('.accept-xmpp-request').click();
await tab.locator('converse-accept-contact-request-modal').getByRole('button', { name: 'Accept' }).click();
await tab.getByText('Successfully accepted the contact request').waitFor();
await contact.locator('.open-chat').click();
await tab.locator('.chat-textarea').fill('Hello');
await tab.locator('.chat-textarea').press('Enter');
JS
expect "$(timeout 90 node accept.mjs)" <<'EXPECTED'
what bo@b.example was told before the message: subscribed
EXPECTED
