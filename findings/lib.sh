# Shared by the findings (sourced, not run): a temporary folder, pinned packages in it, and what is expected to be seen.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# shellcheck disable=SC2034  # the findings use it
python=$folder/python/bin/python

npm_packages() {  # name@version...
  npm init --yes >/dev/null
  npm install --silent --no-audit --no-fund --no-save "$@" >&2
}

python_packages() {  # name==version...
  python3 -m venv python
  python/bin/pip --quiet --disable-pip-version-check install "$@" >&2
}

debian_packages() {  # name=version..., of Debian 12: unpacked in debian/, nothing is installed
  (mkdir archives && cd archives && apt-get --quiet --quiet download "$@" >&2)
  for archive in archives/*.deb; do dpkg-deb --extract "$archive" debian; done
}

maven_packages() {  # FOLDER group:artifact:version...: as jars in FOLDER, with all that they need
  local package group artifact version
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>a.example</groupId><artifactId>finding</artifactId><version>1</version><dependencies>'
    for package in "${@:2}"; do
      IFS=: read -r group artifact version <<<"$package"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >pom.xml
  mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory="$1" >&2
}

# expect SEEN, with what is expected on standard input: says what was seen, and fails where it differs.
expect() {
  local seen=$1 expected
  expected=$(cat)
  printf '%s\n' "$seen"
  if [ "$seen" = "$expected" ]; then
    echo "still so"
  else
    printf 'this has changed; expected was:\n%s\n' "$expected" >&2
    exit 1
  fi
}

# For the findings about answers to offers.

# Installs aiortc and werift, and libwebrtc as @roamhq/wrtc.
webrtc_packages() {
  npm_packages werift@0.24.4 @roamhq/wrtc@0.10.0
  python_packages aiortc==1.16.0
  cat >answer.py <<'PY'
import asyncio
import sys

from aiortc import RTCPeerConnection, RTCSessionDescription


async def main():
    peer = RTCPeerConnection()
    try:
        await peer.setRemoteDescription(RTCSessionDescription(open(sys.argv[1], newline='').read(), 'offer'))
        print((await peer.createAnswer()).sdp)
    except Exception as error:
        print(f'a={type(error).__name__}: {error}')
    await peer.close()


asyncio.run(main())
PY
  cat >answer.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';

const library = await import(argv[2]);
const { RTCPeerConnection } = library.default ?? library;
const peer = new RTCPeerConnection();
try {
  await peer.setRemoteDescription({ type: 'offer', sdp: readFileSync(argv[3], 'utf8') });
  console.log((await peer.createAnswer()).sdp);
} catch (error) {
  console.log(`a=${error}`);
}
process.exit();
JS
}

# stream MEDIUM NUMBER MID RTPMAP: one m= line of a description, and what belongs to it.
stream() {
  cat <<SDP
m=$1 9 UDP/TLS/RTP/SAVPF $2
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=sendrecv
a=rtcp-mux
a=mid:$3
a=rtpmap:$4
SDP
}

# description: its lines before the first m=; with the streams on standard input, as SDP ends lines.
description() {
  printf '%s\r\n' v=0 'o=- 1 2 IN IP4 127.0.0.1' s=- 't=0 0'
  sed 's/$/\r/'
}

answers() {  # of each library to the offer in the file $1
  "$python" answer.py "$1" >aiortc
  timeout 60 node answer.mjs werift "$1" >werift
  timeout 60 node answer.mjs @roamhq/wrtc "$1" >libwebrtc
  for library in aiortc werift libwebrtc; do
    echo "  $library: $(tr -d '\r' <"$library" | grep -E '^(m=|a=(rtpmap|.*[Ee]rror))' | paste -sd ' ')"
  done
}

# For the findings about Converse.js: it is installed, with a server that lets it in and answers each question with nothing, and runs in the
# machine's Chromium (CHROMIUM names another). converse.mjs gives `signIn(hear)`: a tab where ann@a.example has come online. What she sends is
# told to `hear(text, stream)`, whose answers, where it gives any, go back instead of the usual one.
converse_packages() {
  npm_packages playwright-core@1.57.0 ws@8.18.0
  npm pack --silent converse.js@14.0.0 >/dev/null
  tar xzf converse.js-14.0.0.tgz
  cat >converse.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';

const features = (inner) => `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${inner}</stream:features>`;
const bind = "xmlns='urn:ietf:params:xml:ns:xmpp-bind'";
export const attribute = (text, name) => new RegExp(`^<[^>]* ${name}=["']([^"']*)`).exec(text)?.[1];

function answer(text, stream) {
  const name = /^<(\w+)/.exec(text)?.[1];
  if (name === 'open') {
    const opened = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a.example' id='1' version='1.0'/>";
    const mechanisms = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
    return [opened, features(stream.known ? `<bind ${bind}/><sm xmlns='urn:xmpp:sm:3'/>` : mechanisms)];
  }
  if (name === 'auth') {
    stream.known = true;
    return ["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"];
  }
  if (name === 'enable') return ["<failed xmlns='urn:xmpp:sm:3'/>"];
  if (name !== 'iq' || !['get', 'set'].includes(attribute(text, 'type'))) return [];
  const resource = /<resource>([^<]+)/.exec(text)?.[1];
  const inner = resource ? `<bind ${bind}><jid>ann@a.example/${resource}</jid></bind>` : '';
  return [`<iq xmlns='jabber:client' type='result' id='${attribute(text, 'id')}' to='ann@a.example'>${inner}</iq>`];
}

const page = (port) => `<!doctype html><html><head><link rel="stylesheet" href="converse.min.css"></head><body><script type="module">
import './converse.min.js';
converse.initialize({ websocket_url: 'ws://127.0.0.1:${port}/', jid: 'ann@a.example', password: 'secret', auto_login: true, view_mode: 'fullscreen',
  discover_connection_methods: false, i18n: 'en', assets_path: '.' });
</script></body></html>`;

export async function signIn(hear) {
  const types = { js: 'text/javascript', css: 'text/css' };
  const server = createServer((request, response) => {
    if (request.url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(page(server.address().port));
    try {
      const bytes = readFileSync(`package/dist${request.url}`);
      response.writeHead(200, { 'content-type': types[request.url.split('.').pop()] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  new WebSocketServer({ server, handleProtocols: () => 'xmpp' }).on('connection', (socket) => {
    const stream = { send: (line) => socket.send(line) };
    socket.on('message', (data) => (hear(data.toString(), stream) ?? answer(data.toString(), stream)).forEach(stream.send));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.locator('converse-user-profile').waitFor();
  return tab;
}
JS
}
