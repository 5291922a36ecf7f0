#!/usr/bin/env bash
# pion/turn's handler for shared secrets refuses the user names that pion/turn itself makes for them, and that XMPP servers give out.
#
# Credentials for a time (draft-uberti-behave-turn-rest-00) have a user name of a time, ":" and a name, as in 1796000000:ann, so that a TURN
# server can tell users apart. One would guess that NewLongTermAuthHandler(), which says of itself that it is for time-windowed credentials,
# takes what GenerateLongTermTURNRESTCredentials() makes. It takes bare times alone; of any other it notes that the user name is invalid, and
# the client is answered with 400, as if its request were malformed. LongTermTURNRESTAuthHandler() takes both.
#
# Seen with pion/turn 5.1.2 and 4.1.4.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

cat >go.mod <<'MOD'
module handlers

go 1.24
MOD
for release in 4 5; do
  mkdir "v$release"
  cat >"v$release/main.go" <<GO
package main

import (
	"fmt"
	"net"
	"time"

	"github.com/pion/turn/v$release"
)

const secret = "secret"

func main() {
	bare, _, _ := turn.GenerateLongTermCredentials(secret, time.Hour)
	named, _, _ := turn.GenerateLongTermTURNRESTCredentials(secret, "ann", time.Hour)
	fmt.Printf("pion/turn $release, NewLongTermAuthHandler: a time %v, a time and a name %v\n",
		takes(turn.NewLongTermAuthHandler(secret, nil), bare), takes(turn.NewLongTermAuthHandler(secret, nil), named))
	fmt.Printf("pion/turn $release, LongTermTURNRESTAuthHandler: a time %v, a time and a name %v\n",
		takes(turn.LongTermTURNRESTAuthHandler(secret, nil), bare), takes(turn.LongTermTURNRESTAuthHandler(secret, nil), named))
}

var client = &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5000}
GO
done
cat >>v4/main.go <<'GO'

func takes(handler turn.AuthHandler, username string) bool {
	_, ok := handler(username, "turn.example", client)
	return ok
}
GO
cat >>v5/main.go <<'GO'

func takes(handler turn.AuthHandler, username string) bool {
	_, _, ok := handler(&turn.RequestAttributes{Username: username, Realm: "turn.example", SrcAddr: client})
	return ok
}
GO
export GOFLAGS=-mod=mod
go get github.com/pion/turn/v4@v4.1.4 github.com/pion/turn/v5@v5.1.2 2>/dev/null
expect "$(go run ./v4 2>/dev/null; go run ./v5 2>/dev/null)" <<'EXPECTED'
pion/turn 4, NewLongTermAuthHandler: a time true, a time and a name false
pion/turn 4, LongTermTURNRESTAuthHandler: a time true, a time and a name true
pion/turn 5, NewLongTermAuthHandler: a time true, a time and a name false
pion/turn 5, LongTermTURNRESTAuthHandler: a time true, a time and a name true
EXPECTED
