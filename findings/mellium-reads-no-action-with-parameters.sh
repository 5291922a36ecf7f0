#!/usr/bin/env bash
# mellium's reader of XMPP links finds no action where there are parameters, and @xmpp/uri another user where there are percent signs.
#
# A link is an address in percent-encoding, "?", an action, and parameters behind semicolons (RFC 5122, XEP-0147). One would guess that readers
# made for these links read what those documents show. mellium.im/xmpp/uri has Go take the query apart, which passes over whatever has
# a semicolon: `?register;preauth=...` has the action "", as an address alone has; and String() writes the decoded query, so that a password
# with %3B becomes a password and a further parameter. @xmpp/uri leaves %C3%AD in the address, in small letters, and makes a blank of "+" in a value.
# stanza reads all of these. Our users meet it with links of invitations, which have parameters, and with names beyond ASCII.
#
# Seen with mellium.im/xmpp 0.22.0 and @xmpp/uri 0.13.1, and otherwise with stanza 12.22.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

links=('xmpp:room@muc.a.example?join' 'xmpp:a.example?register;preauth=abc' 'xmpp:room@muc.a.example?join;password=a%3Bb'
  'xmpp:n%C3%ADkos@a.example?message;body=1+1')
npm_packages @xmpp/uri@0.13.1 stanza@12.22.1
cat >links.mjs <<'JS'
import { argv } from 'node:process';

import { parse } from '@xmpp/uri';
import { JID } from 'stanza';

for (const link of argv.slice(2)) {
  const { path, query } = parse(link);
  console.log(`@xmpp/uri: ${link} is ${path}, "${query.type}" ${JSON.stringify(query.params)}`);
  const { jid, action, parameters } = JID.parseURI(link);
  console.log(`stanza: ${link} is ${jid}, "${action}" ${JSON.stringify(parameters)}`);
}
JS
cat >links.go <<'GO'
package main

import (
	"fmt"
	"os"

	"mellium.im/xmpp/uri"
)

func main() {
	for _, link := range os.Args[1:] {
		read, err := uri.Parse(link)
		if err != nil {
			panic(err)
		}
		fmt.Printf("mellium: %s is %s, %q %v, and written %s\n", link, read.ToAddr, read.Action, read.Query(), read)
	}
}
GO
export GOPATH=$folder/go GOFLAGS='-mod=mod -modcacherw'
go mod init a.example/links 2>/dev/null
go get mellium.im/xmpp@v0.22.0 2>/dev/null
expect "$(go run links.go "${links[@]}"; node links.mjs "${links[@]}")" <<'EXPECTED'
mellium: xmpp:room@muc.a.example?join is room@muc.a.example, "join" map[join:[]], and written xmpp:room@muc.a.example?join
mellium: xmpp:a.example?register;preauth=abc is a.example, "" map[], and written xmpp:a.example?register;preauth=abc
mellium: xmpp:room@muc.a.example?join;password=a%3Bb is room@muc.a.example, "" map[], and written xmpp:room@muc.a.example?join;password=a;b
mellium: xmpp:n%C3%ADkos@a.example?message;body=1+1 is níkos@a.example, "" map[], and written xmpp:níkos@a.example?message;body=1+1
@xmpp/uri: xmpp:room@muc.a.example?join is room@muc.a.example, "join" {}
stanza: xmpp:room@muc.a.example?join is room@muc.a.example, "join" {}
@xmpp/uri: xmpp:a.example?register;preauth=abc is a.example, "register" {"preauth":"abc"}
stanza: xmpp:a.example?register;preauth=abc is a.example, "register" {"preauth":"abc"}
@xmpp/uri: xmpp:room@muc.a.example?join;password=a%3Bb is room@muc.a.example, "join" {"password":"a;b"}
stanza: xmpp:room@muc.a.example?join;password=a%3Bb is room@muc.a.example, "join" {"password":"a;b"}
@xmpp/uri: xmpp:n%C3%ADkos@a.example?message;body=1+1 is n%c3%adkos@a.example, "message" {"body":"1 1"}
stanza: xmpp:n%C3%ADkos@a.example?message;body=1+1 is níkos@a.example, "message" {"body":"1+1"}
EXPECTED
