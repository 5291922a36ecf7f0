#!/usr/bin/env bash
# gosrc.io/xmpp of Go reads `gone` as no error, a pubsub error as another one, and writes none that has no number.
#
# An error has one condition of RFC 6120 section 8.3.3, and may have a text and a condition of an application's behind it, as those of pubsub
# have (XEP-0060). One would guess that `Reason` is the first of these, which each receiver must understand, that each of the 22 is known, and
# that an error which was read can be written. `redirect` is read, but the reason of `gone` is empty, and its address is the text. Of
# `unexpected-request` with `not-subscribed` the reason is `not-subscribed`; of texts in two languages the last one counts. An error
# without one of the old numbers (`code`), which RFC 6120 does not have, is written as nothing. Our users meet it where a room has moved, or a
# bot on this library refuses something: the refusal says not why.
#
# Seen with gosrc.io/xmpp 0.5.1, and otherwise with mellium.im/xmpp 0.22.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

cat >errors.go <<'GO'
package main

import (
	"encoding/xml"
	"fmt"

	gosrc "gosrc.io/xmpp/stanza"
	mellium "mellium.im/xmpp/stanza"
)

const ours, pubsub = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'", "xmlns='http://jabber.org/protocol/pubsub#errors'"

func main() {
	for _, inner := range []string{
		"<redirect " + ours + ">xmpp:b@a.example</redirect>",
		"<gone " + ours + ">xmpp:b@a.example</gone>",
		"<gone " + ours + "/>",
		"<unexpected-request " + ours + "/><not-subscribed " + pubsub + "/>",
		"<bad-request " + ours + "/><invalid-payload " + pubsub + "/>",
		"<conflict " + ours + "/><text " + ours + " xml:lang='en'>taken</text><text " + ours + " xml:lang='de'>vergeben</text>",
	} {
		var iq gosrc.IQ
		if err := xml.Unmarshal([]byte("<iq xmlns='jabber:client' type='error' id='1'><error type='cancel'>"+inner+"</error></iq>"), &iq); err != nil {
			panic(err)
		}
		var read mellium.Error
		if err := xml.Unmarshal([]byte("<error xmlns='jabber:client' type='cancel'>"+inner+"</error>"), &read); err != nil {
			panic(err)
		}
		fmt.Printf("%s\n  gosrc: %q, text %q\n  mellium: %q, texts %v\n", inner, iq.Error.Reason, iq.Error.Text, read.Condition, read.Text)
	}
	for _, code := range []int{0, 409} {
		written, err := xml.Marshal(gosrc.Err{Type: "cancel", Reason: "conflict", Text: "taken", Code: code})
		if err != nil {
			panic(err)
		}
		fmt.Printf("gosrc writes conflict with the code %d: [%s]\n", code, written)
	}
}
GO
export GOPATH=$folder/go GOFLAGS='-mod=mod -modcacherw'
go mod init a.example/errors 2>/dev/null
go get gosrc.io/xmpp@v0.5.1 mellium.im/xmpp@v0.22.0 2>/dev/null
expect "$(go run errors.go)" <<'EXPECTED'
<redirect xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:b@a.example</redirect>
  gosrc: "redirect", text ""
  mellium: "redirect", texts map[]
<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:b@a.example</gone>
  gosrc: "", text "xmpp:b@a.example"
  mellium: "gone", texts map[]
<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
  gosrc: "", text ""
  mellium: "gone", texts map[]
<unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><not-subscribed xmlns='http://jabber.org/protocol/pubsub#errors'/>
  gosrc: "not-subscribed", text ""
  mellium: "unexpected-request", texts map[]
<bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><invalid-payload xmlns='http://jabber.org/protocol/pubsub#errors'/>
  gosrc: "invalid-payload", text ""
  mellium: "bad-request", texts map[]
<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>taken</text><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='de'>vergeben</text>
  gosrc: "conflict", text "vergeben"
  mellium: "conflict", texts map[de:vergeben en:taken]
gosrc writes conflict with the code 0: []
gosrc writes conflict with the code 409: [<error code="409" type="cancel"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"></conflict><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">taken</text></error>]
EXPECTED
