#!/usr/bin/env bash
# Four WebRTC libraries read the same TURN URIs differently: capitals and IPv6 addresses part them.
#
# A URI's scheme is the same in capitals, and so are the words of RFC 7065's grammar, as "tcp" is; an IPv6 address stands in brackets, as
# in every URI. One would guess that all four take "TURN:" or all refuse it, and that whoever takes that takes "TCP" as well. libwebrtc
# refuses the scheme in capitals and takes the transport; pion takes the scheme and refuses the transport. werift and aiortc drop a server
# with "TCP" without an error, as they drop transports that they don't know, so that a call just has no relay; and to aiortc each IPv6
# address is a malformed URI, with which it opens no connection at all.
#
# Seen with aiortc 1.16.0, werift 0.24.4, libwebrtc as @roamhq/wrtc 0.10.0, and pion/stun 3.1.7.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

webrtc_packages
uris=(turn:turn.example?transport=tcp TURN:turn.example?transport=tcp turn:turn.example?transport=TCP 'turn:[2001:db8::1]:3478?transport=tcp')
cat >servers.py <<'PY'
import sys

from aiortc import RTCIceServer
from aiortc.rtcicetransport import connection_kwargs

for uri in sys.argv[1:]:
    try:
        server = connection_kwargs([RTCIceServer(uri, 'ann', 'secret')]).get('turn_server')
        print(f'{uri} by aiortc:', 'taken' if server else 'dropped')
    except ValueError as error:
        print(f'{uri} by aiortc: {error}')
PY
cat >servers.mjs <<'JS'
import wrtc from '@roamhq/wrtc';
import { parseIceServers } from 'werift';

for (const urls of process.argv.slice(2)) {
  const iceServers = [{ urls, username: 'ann', credential: 'secret' }];
  console.log(`${urls} by werift: ${parseIceServers(iceServers).turnServer ? 'taken' : 'dropped'}`);
  try {
    new wrtc.RTCPeerConnection({ iceServers }).close();
    console.log(`${urls} by libwebrtc: taken`);
  } catch (error) {
    console.log(`${urls} by libwebrtc: ${error.message}`);
  }
}
process.exit();
JS
cat >go.mod <<'MOD'
module servers

go 1.24
MOD
cat >servers.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/pion/stun/v3"
)

func main() {
	for _, uri := range os.Args[1:] {
		if _, err := stun.ParseURI(uri); err != nil {
			fmt.Println(uri, "by pion:", err)
		} else {
			fmt.Println(uri, "by pion: taken")
		}
	}
}
GO
export GOFLAGS=-mod=mod
go get github.com/pion/stun/v3@v3.1.7 2>/dev/null
expect "$({ "$python" servers.py "${uris[@]}"; node servers.mjs "${uris[@]}"; go run servers.go "${uris[@]}"; } | LC_ALL=C sort)" <<'EXPECTED'
TURN:turn.example?transport=tcp by aiortc: malformed uri: invalid scheme
TURN:turn.example?transport=tcp by libwebrtc: ICE server parse failed
TURN:turn.example?transport=tcp by pion: taken
TURN:turn.example?transport=tcp by werift: taken
turn:[2001:db8::1]:3478?transport=tcp by aiortc: malformed uri
turn:[2001:db8::1]:3478?transport=tcp by libwebrtc: taken
turn:[2001:db8::1]:3478?transport=tcp by pion: taken
turn:[2001:db8::1]:3478?transport=tcp by werift: taken
turn:turn.example?transport=TCP by aiortc: dropped
turn:turn.example?transport=TCP by libwebrtc: taken
turn:turn.example?transport=TCP by pion: invalid transport protocol type
turn:turn.example?transport=TCP by werift: dropped
turn:turn.example?transport=tcp by aiortc: taken
turn:turn.example?transport=tcp by libwebrtc: taken
turn:turn.example?transport=tcp by pion: taken
turn:turn.example?transport=tcp by werift: taken
EXPECTED
