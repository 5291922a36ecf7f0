#!/usr/bin/env bash
# Three libraries for vCards lose a picture that stands in the card, each in another way, when they read the card and write it again.
#
# In vCard 4 a picture is a data: URI (RFC 6350 section 6.2.4), as it is in XMPP's vCard4 (XEP-0292). One would guess that a URI comes out as it went
# in. vobject takes its ";" and "," for those of its own format: what is behind the comma is gone, and a backslash is put before the
# semicolon. ical.js writes a backslash before the comma, which is part of no URI. ez-vcard reads URIs with base64 only: of an SVG that is
# percent-encoded, as style sheets have it, the type remains and the property is empty. None of them says so.
#
# Seen with vobject 0.9.9, ical.js 2.2.1 and ez-vcard 0.12.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages ical.js@2.2.1
python_packages vobject==0.9.9
cat >pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>a.example</groupId>
  <artifactId>cards</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>com.googlecode.ez-vcard</groupId><artifactId>ez-vcard</artifactId><version>0.12.1</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=jars >&2
printf '%s\r\n' BEGIN:VCARD VERSION:4.0 FN:Ann 'PHOTO:data:image/png;base64,iVBORw0KGgo=' END:VCARD >png.vcf
printf '%s\r\n' BEGIN:VCARD VERSION:4.0 FN:Ann 'PHOTO:data:image/svg+xml,%3Csvg%2F%3E' END:VCARD >svg.vcf
cat >cards.py <<'PY'
import vobject

for name in 'png.vcf', 'svg.vcf':
    print('vobject:', next(line for line in vobject.readOne(open(name)).serialize().splitlines() if 'PHOTO' in line))
PY
cat >cards.mjs <<'JS'
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';

for (const name of ['png.vcf', 'svg.vcf']) {
  const card = new ICAL.Component(ICAL.parse(readFileSync(name, 'utf8'))).toString();
  console.log(`ical.js: ${card.split('\r\n').find((line) => line.startsWith('PHOTO'))}`);
}
JS
cat >Cards.java <<'JAVA'
import ezvcard.Ezvcard;
import ezvcard.VCardVersion;
import java.nio.file.Path;

class Cards {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      String card = Ezvcard.write(Ezvcard.parse(Path.of(name)).first()).version(VCardVersion.V4_0).go();
      card.lines().filter(line -> line.startsWith("PHOTO")).forEach(line -> System.out.println("ez-vcard: " + line));
    }
  }
}
JAVA
expect "$("$python" cards.py; node cards.mjs; java -cp 'jars/*' Cards.java png.vcf svg.vcf)" <<'EXPECTED'
vobject: PHOTO:data:image/png\;base64
vobject: PHOTO:data:image/svg+xml
ical.js: PHOTO:data:image/png;base64\,iVBORw0KGgo=
ical.js: PHOTO:data:image/svg+xml\,%3Csvg%2F%3E
ez-vcard: PHOTO:data:image/png;base64,iVBORw0KGgo=
ez-vcard: PHOTO:
EXPECTED
