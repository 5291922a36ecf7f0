#!/usr/bin/env bash
# ΝΊΚΟΣ is one user to PRECIS in Go, and another to PRECIS in Python.
#
# RFC 8265 has user names compared in lower case, by Unicode's toLowercase(), and there a sigma at a word's end is ς: νίκος. One would guess
# that two libraries of one RFC make the same of a common name. precis-i18n writes ς, as JavaScript's toLowerCase() does, by which @xmpp/jid
# goes. Go's x/text has that rule switched off: it writes νίκοσ, and so mellium.im/xmpp does in addresses (precis-profiles 0.2.0 of Rust
# too, which is not run here). Of what was written small all make νίκος, so that with Go a name and its lower-case form are two users.
#
# Seen with golang.org/x/text 0.44.0, mellium.im/xmpp 0.22.0, precis-i18n 1.1.2 and @xmpp/jid 0.14.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @xmpp/jid@0.14.0
python_packages precis-i18n==1.1.2
cat >names.py <<'PY'
import precis_i18n

for name in 'ΝΊΚΟΣ', 'νίκος':
    print(f'precis-i18n: {name} is {precis_i18n.get_profile("UsernameCaseMapped").enforce(name)},',
          f'and as a nickname {precis_i18n.get_profile("NicknameCaseMapped").enforce(name)}')
PY
cat >names.mjs <<'JS'
import jid from '@xmpp/jid';

for (const name of ['ΝΊΚΟΣ', 'νίκος']) {
  console.log(`@xmpp/jid: ${name} is ${jid(`${name}@a.example`).local}`);
}
JS
cat >names.go <<'GO'
package main

import (
	"fmt"

	"golang.org/x/text/secure/precis"
	"mellium.im/xmpp/jid"
)

func main() {
	for _, name := range []string{"ΝΊΚΟΣ", "νίκος"} {
		user, _ := precis.UsernameCaseMapped.String(name)
		nick, _ := precis.Nickname.CompareKey(name)
		fmt.Printf("Go: %s is %s, and as a nickname %s\n", name, user, nick)
		fmt.Printf("mellium: %s is %s\n", name, jid.MustParse(name+"@a.example").Localpart())
	}
}
GO
export GOPATH=$folder/go GOFLAGS='-mod=mod -modcacherw'
go mod init a.example/names 2>/dev/null
go get golang.org/x/text@v0.44.0 mellium.im/xmpp@v0.22.0 2>/dev/null
expect "$("$python" names.py; node names.mjs; go run names.go)" <<'EXPECTED'
precis-i18n: ΝΊΚΟΣ is νίκος, and as a nickname νίκος
precis-i18n: νίκος is νίκος, and as a nickname νίκος
@xmpp/jid: ΝΊΚΟΣ is νίκος
@xmpp/jid: νίκος is νίκος
Go: ΝΊΚΟΣ is νίκοσ, and as a nickname νίκοσ
mellium: ΝΊΚΟΣ is νίκοσ
Go: νίκος is νίκος, and as a nickname νίκος
mellium: νίκος is νίκος
EXPECTED
