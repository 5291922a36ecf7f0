#!/usr/bin/env bash
# ez-vcard finds nothing in a vCard as XMPP sends it, and says nothing of it.
#
# XEP-0292 sends one card, so that its element is <vcard/>, in the namespace of RFC 6351, without the <vcards/> around it that a file has. One
# would guess that a library which reads XML vCards takes that element by its namespace, or says that there is none. ez-vcard answers an empty
# list, and its list of warnings is empty too: it looks below <vcards/> only. Put in that element, the same card is read whole.
#
# Seen with ez-vcard 0.12.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

maven_packages jars com.googlecode.ez-vcard:ez-vcard:0.12.1
cat >Cards.java <<'JAVA'
import ezvcard.Ezvcard;
import ezvcard.VCard;
import ezvcard.io.ParseWarning;
import java.util.ArrayList;
import java.util.List;

class Cards {
  public static void main(String[] arguments) {
    String card = "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Ann</text></fn>"
        + "<impp><uri>xmpp:ann@a.example</uri></impp></vcard>";
    for (String xml : List.of(card, "<vcards xmlns='urn:ietf:params:xml:ns:vcard-4.0'>" + card + "</vcards>")) {
      List<List<ParseWarning>> warnings = new ArrayList<>();
      List<VCard> read = Ezvcard.parseXml(xml).warnings(warnings).all();
      List<String> found = read.stream().map(one -> one.getFormattedName().getValue() + ", " + one.getImpps().get(0).getUri()).toList();
      System.out.println(xml.substring(0, xml.indexOf(' ')) + ">: found " + found + ", warnings " + warnings);
    }
  }
}
JAVA
expect "$(java -cp 'jars/*' Cards.java)" <<'EXPECTED'
<vcard>: found [], warnings []
<vcards>: found [Ann, xmpp:ann@a.example], warnings [[]]
EXPECTED
