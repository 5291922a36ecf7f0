#!/usr/bin/env bash
# aioice and werift take the last of a STUN answer's attributes of one type, where the first is the one that counts.
#
# An attribute may stand in a message more than once, and then the first is the one to process; those behind it may be ignored (RFC 8489
# section 14). One would guess that libraries which only want one address look for it from the front, as pion/stun and stun of npm do.
# aioice and werift keep attributes by their names, so that each takes the place of the one before it: of an answer that has two mapped
# addresses these four see two different ones, and candidates with them.
#
# Seen with aioice 0.13.0, werift 0.24.4, stun 2.1.0 of npm, and pion/stun 3.1.7.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages werift@0.24.4 stun@2.1.0
python_packages aioice==0.13.0
# A binding success response, with an XOR-MAPPED-ADDRESS of 192.0.2.1 port 5000 and one of 192.0.2.2 port 6000.
printf '%s' 01010018 2112a442 070707070707070707070707 00200008 0001 329a e112a643 00200008 0001 3662 e112a640 >answer
cat >read.py <<'PY'
from aioice import stun

address, port = stun.parse_message(bytes.fromhex(open('answer').read())).attributes['XOR-MAPPED-ADDRESS']
print('aioice:', address, port)
PY
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';

import stun from 'stun';
import { parseMessage } from 'werift';

const bytes = Buffer.from(readFileSync('answer', 'utf8'), 'hex');
console.log('werift:', ...parseMessage(bytes).getAttributeValue('XOR-MAPPED-ADDRESS'));
const { address, port } = stun.decode(bytes).getXorAddress();
console.log('stun of npm:', address, port);
JS
cat >go.mod <<'MOD'
module read

go 1.24
MOD
cat >read.go <<'GO'
package main

import (
	"encoding/hex"
	"fmt"
	"os"

	"github.com/pion/stun/v3"
)

func main() {
	text, _ := os.ReadFile("answer")
	raw, _ := hex.DecodeString(string(text))
	message := &stun.Message{Raw: raw}
	var mapped stun.XORMappedAddress
	if err := message.Decode(); err != nil {
		panic(err)
	}
	if err := mapped.GetFrom(message); err != nil {
		panic(err)
	}
	fmt.Println("pion/stun:", mapped.IP, mapped.Port)
}
GO
export GOFLAGS=-mod=mod
go get github.com/pion/stun/v3@v3.1.7 2>/dev/null
expect "$("$python" read.py; node read.mjs; go run read.go)" <<'EXPECTED'
aioice: 192.0.2.2 6000
werift: 192.0.2.2 6000
stun of npm: 192.0.2.1 5000
pion/stun: 192.0.2.1 5000
EXPECTED
