#!/usr/bin/env bash
# Smack says that a message has no body, where its only one is in a language that is not the stanza's.
#
# A body may have an xml:lang of its own, and with several each has another (RFC 6121 section 5.2.3); where none is in the language that is
# wanted, a client shows what there is. One would guess that getBody() gives the one body that a message has. Smack compares its
# language, letter by letter, with that of the stanza or stream: without one there, or with `EN` for `en`, the answer is null, as for a
# message without a body, and so it is for a subject. getBodyLanguages() has it. slixmpp and stanza give the body. Our users meet it where
# somebody writes to a bot on Smack in two languages, or in one that their client names.
#
# Seen with Smack 4.4.8 and 4.5.0-rc1, and otherwise with slixmpp 1.17.0 and stanza 12.22.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages stanza@12.22.1
python_packages slixmpp==1.17.0
cat >messages.txt <<'XML'
<message xmlns='jabber:client'><body>tea</body></message>
<message xmlns='jabber:client'><body xml:lang='en'>tea</body></message>
<message xmlns='jabber:client' xml:lang='en'><body xml:lang='en'>tea</body></message>
<message xmlns='jabber:client' xml:lang='en'><body xml:lang='EN'>tea</body></message>
<message xmlns='jabber:client' xml:lang='fr'><body xml:lang='en'>tea</body><body xml:lang='de'>Tee</body></message>
XML
cat >messages.py <<'PY'
import sys
from xml.etree import ElementTree

from slixmpp import ClientXMPP, Message

client = ClientXMPP('ann@a.example', '')
for line in sys.stdin:
    print('slixmpp:', Message(stream=client, xml=ElementTree.fromstring(line))['body'] or None)
PY
cat >messages.mjs <<'JS'
import { readFileSync } from 'node:fs';

import { createClient, JXT } from 'stanza';

const client = createClient({ jid: 'ann@a.example' });
for (const line of readFileSync('messages.txt', 'utf8').trim().split('\n')) {
  console.log(`stanza: ${client.stanzas.import(JXT.parse(line)).body}`);
}
JS
smack() {  # VERSION, and behind the parser what else its parseStanza() wants
  mkdir "$1"
  maven_packages "$1" org.igniterealtime.smack:smack-extensions:"$1" org.igniterealtime.smack:smack-xmlparser-stax:"$1"
  sed "s/CONTEXT/$2/" >"$1/Messages.java" <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.util.PacketParserUtils;

class Messages {
  public static void main(String[] arguments) throws Exception {
    for (String line : Files.readAllLines(Path.of("messages.txt"))) {
      Message read = (Message) PacketParserUtils.parseStanza(PacketParserUtils.getParserFor(line), XmlEnvironment.EMPTY CONTEXT);
      System.out.println("Smack " + arguments[0] + ": " + read.getBody() + ", in other languages: " + read.getBodyLanguages());
    }
  }
}
JAVA
  java -cp "$1/*" "$1/Messages.java" "$1" >"$1.txt" 2>/dev/null
}
smack 4.4.8 ''
smack 4.5.0-rc1 ', org.jxmpp.JxmppContext.getDefaultContext()'
"$python" messages.py <messages.txt >slixmpp.txt
node messages.mjs >stanza.txt
expect "$(paste -d '\n' messages.txt 4.4.8.txt 4.5.0-rc1.txt slixmpp.txt stanza.txt)" <<'EXPECTED'
<message xmlns='jabber:client'><body>tea</body></message>
Smack 4.4.8: tea, in other languages: []
Smack 4.5.0-rc1: tea, in other languages: []
slixmpp: tea
stanza: tea
<message xmlns='jabber:client'><body xml:lang='en'>tea</body></message>
Smack 4.4.8: null, in other languages: [en]
Smack 4.5.0-rc1: null, in other languages: [en]
slixmpp: tea
stanza: tea
<message xmlns='jabber:client' xml:lang='en'><body xml:lang='en'>tea</body></message>
Smack 4.4.8: tea, in other languages: []
Smack 4.5.0-rc1: tea, in other languages: []
slixmpp: tea
stanza: tea
<message xmlns='jabber:client' xml:lang='en'><body xml:lang='EN'>tea</body></message>
Smack 4.4.8: null, in other languages: [EN]
Smack 4.5.0-rc1: null, in other languages: [EN]
slixmpp: tea
stanza: tea
<message xmlns='jabber:client' xml:lang='fr'><body xml:lang='en'>tea</body><body xml:lang='de'>Tee</body></message>
Smack 4.4.8: null, in other languages: [en, de]
Smack 4.5.0-rc1: null, in other languages: [en, de]
slixmpp: Tee
stanza: tea
EXPECTED
