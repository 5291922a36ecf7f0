#!/usr/bin/env bash
# slixmpp takes each read from a SOCKS5 proxy for one whole message, and knows a refusal only by an error of another kind.
#
# SOCKS5 runs over TCP, which keeps no borders. One would guess that a protocol of asyncio gathers bytes until the reply that it waits for is
# whole, and that a refusal ends `connected` with ReplyError and nothing more. slixmpp looks at the bytes of one call of data_received() alone: a
# reply that comes in two parts raises IndexError and then ProtocolMismatch, one with the first bytes of the stream right behind it "Size
# mismatch", and `connected` then never ends. A refusal does end it with ReplyError, and then UnboundLocalError comes out of data_received(),
# for which asyncio cuts the connection.
#
# Seen with slixmpp 1.17.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages slixmpp==1.17.0
cat >replies.py <<'PY'
import asyncio

from slixmpp.plugins.xep_0065.socks5 import Socks5Protocol

HASH = '972b7bf47291ca609517f67f86b5081086052dad'
REPLY = b'\x05\x00\x00\x03\x28' + HASH.encode() + b'\x00\x00'
REFUSAL = b'\x05\x02\x00\x01' + bytes(6)


class Transport:
    def write(self, data):
        pass


async def tell(name, *reads):
    protocol = Socks5Protocol(HASH, 0, lambda *_: None)
    protocol.connection_made(Transport())
    protocol.data_received(b'\x05\x00')
    raised = 'nothing'
    for read in reads:
        try:
            protocol.data_received(read)
        except Exception as error:
            raised = type(error).__name__
    done = protocol.connected.done()
    state = type(protocol.connected.exception()).__name__ if done and protocol.connected.exception() else 'connected' if done else 'waits'
    print(f'{name}: raises {raised}, {state}')


async def main():
    await tell('a reply in one read', REPLY)
    await tell('a reply in two', REPLY[:5], REPLY[5:])
    await tell('a reply and the first bytes', REPLY + b'hello')
    await tell('a refusal', REFUSAL)


asyncio.run(main())
PY
expect "$("$python" replies.py)" <<'EXPECTED'
a reply in one read: raises nothing, connected
a reply in two: raises ProtocolMismatch, waits
a reply and the first bytes: raises Exception, waits
a refusal: raises UnboundLocalError, ReplyError
EXPECTED
