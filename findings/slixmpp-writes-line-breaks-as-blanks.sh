#!/usr/bin/env bash
# slixmpp, ltx and stanza write a line break in an attribute so that no XML parser gives it back.
#
# Labels of forms and of their choices are attributes. XML has a reader make a blank of a line break or a tab in one (XML 1.0 section 3.3.3),
# for which a writer writes &#10;, as ElementTree does. One would guess that libraries which speak XML all day do so, slixmpp too, which
# escapes by itself but keeps its stanzas in ElementTree. It writes the break as it is, and reads a blank from what it wrote. ltx (of
# @xmpp/client) and stanza write alike, and on reading keep a break that stands in the text, so that they understand each other alone.
#
# Seen with slixmpp 1.17.0, ltx 3.1.2 and stanza 12.22.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages ltx@3.1.2 stanza@12.22.1
python_packages slixmpp==1.17.0
cat >attributes.mjs <<'JS'
import { createRequire } from 'node:module';

import { Element, parse } from 'ltx';

const stanza = createRequire(import.meta.url)('stanza/jxt');
const text = "<option label='one\ntwo'/>";
console.log(
  JSON.stringify({
    written: {
      ltx: new Element('option', { label: 'one\ntwo' }).toString(),
      stanza: new stanza.XMLElement('option', { label: 'one\ntwo' }).toString(),
    },
    read: { ltx: parse(text).attrs.label, stanza: stanza.parse(text).attributes.label },
  }),
);
JS
cat >breaks.py <<'PY'
import json
import subprocess
from xml.etree import ElementTree

from slixmpp.xmlstream.tostring import tostring

option = ElementTree.Element('option', label='one\ntwo')
others = json.loads(subprocess.check_output(['node', 'attributes.mjs']))
written = {'ElementTree': ElementTree.tostring(option, encoding='unicode'), 'slixmpp': tostring(option)}
for name, text in (written | others['written']).items():
    print(f'{name} writes {text!r}, in which an XML parser reads {ElementTree.fromstring(text).get("label")!r}')
for name, label in others['read'].items():
    print(f'{name} reads a line break as {label!r}')
PY
expect "$("$python" breaks.py)" <<'EXPECTED'
ElementTree writes '<option label="one&#10;two" />', in which an XML parser reads 'one\ntwo'
slixmpp writes '<option label="one\ntwo" />', in which an XML parser reads 'one two'
ltx writes '<option label="one\ntwo"/>', in which an XML parser reads 'one two'
stanza writes '<option label="one\ntwo"/>', in which an XML parser reads 'one two'
ltx reads a line break as 'one\ntwo'
stanza reads a line break as 'one\ntwo'
EXPECTED
