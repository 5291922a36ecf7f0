#!/usr/bin/env bash
# Smack's release candidate writes the text of an error as an element of the stanza, so that the receiver finds no text.
#
# The text of an error is in the namespace of its condition, urn:ietf:params:xml:ns:xmpp-stanzas (RFC 6120 section 8.3.2). One would guess that
# 4.5.0-rc1 writes an error as 4.4.8 does. It writes `<text xml:lang='en'>` without the namespace, also where it has read it with one.
# Libraries that look for it by the namespace, as slixmpp, have an empty text then. Our users see no reason where a bot on that Smack
# refuses something.
#
# Seen with Smack 4.5.0-rc1, and otherwise with 4.4.8; read by slixmpp 1.17.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages slixmpp==1.17.0
cat >Errors.java <<'JAVA'
import org.jivesoftware.smack.packet.StanzaError;

class Errors {
  public static void main(String[] arguments) {
    System.out.println(StanzaError.from(StanzaError.Condition.conflict, "taken").build().toXML());
  }
}
JAVA
cat >errors.py <<'PY'
import sys
from xml.etree import ElementTree

from slixmpp import ClientXMPP, Iq

iq = f"<iq xmlns='jabber:client' type='error' id='1'>{sys.argv[1]}</iq>"
error = Iq(stream=ClientXMPP('ann@a.example', ''), xml=ElementTree.fromstring(iq))['error']
print(f'  slixmpp reads: {error["condition"]}, "{error["text"]}"')
PY
expect "$(
  for version in 4.4.8 4.5.0-rc1; do
    maven_packages "$version" org.igniterealtime.smack:smack-core:"$version" org.igniterealtime.smack:smack-xmlparser-stax:"$version"
    written=$(java -cp "$version/*" Errors.java 2>/dev/null)
    echo "Smack $version: $written"
    "$python" errors.py "$written"
  done
)" <<'EXPECTED'
Smack 4.4.8: <error xmlns='jabber:client' type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>taken</text></error>
  slixmpp reads: conflict, "taken"
Smack 4.5.0-rc1: <error xmlns='jabber:client' type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xml:lang='en'>taken</text></error>
  slixmpp reads: conflict, ""
EXPECTED
