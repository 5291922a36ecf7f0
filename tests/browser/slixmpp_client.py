#!/usr/bin/python3
"""A slixmpp client (Debian 12: 1.8.3) for the browser tests, started and told what to do by slixmpp.mjs.

It reads lines of JSON. The first says who it is: {"host", "port", "ca", "jid", "password"}; each one after it is a call,
{"id": 1, "call": "join", "with": {…}}, answered by {"id": 1} or {"id": 1, "error": "…"}. Every message stanza that comes is
told as {"message": {"from", "to", "type", "body", "xml"}}, a carbon by what it carries. At the end of its input it logs out.
"""
import asyncio
import json
import logging
import os
import sys
import warnings

warnings.simplefilter('ignore')
logging.getLogger('slixmpp').setLevel(logging.CRITICAL)
import slixmpp                                          # noqa: E402
from slixmpp.xmlstream.handler import Callback          # noqa: E402
from slixmpp.xmlstream.matcher import MatchXPath        # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..'))
from fixtures.limits import ANSWER_S                    # noqa: E402

PLUGINS = ('xep_0004', 'xep_0030', 'xep_0045', 'xep_0066', 'xep_0184', 'xep_0199', 'xep_0280')


def tell(what):
    sys.stdout.write(json.dumps(what) + '\n')
    sys.stdout.flush()


class Client(slixmpp.ClientXMPP):
    """What JavaScript may call are the methods in CALLS; a method's arguments are the call's."""

    def __init__(self, who):
        # Of all mechanisms only PLAIN knows what a site token is.
        plain = {'feature_mechanisms': {'unencrypted_plain': not who.get('ca')}}
        super().__init__(who['jid'], who['password'], sasl_mech='PLAIN', plugin_config=plain)
        self.address, self.ca_certs = (who['host'], who['port']), who.get('ca')
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self.register_handler(Callback('every message', MatchXPath('{jabber:client}message'), self.got))

    def got(self, message):
        carried = next((message[kind] for kind in ('carbon_received', 'carbon_sent') if message.get_plugin(kind, check=True)),
                       message)
        tell({'message': {'from': str(carried['from']), 'to': str(carried['to']), 'type': carried['type'],
                          'body': carried['body'], 'xml': str(message)}})

    async def login(self):
        """Session started, carbons on, presence sent. Without an authority to trust no TLS."""
        let_in = asyncio.get_running_loop().create_future()
        self.add_event_handler('session_start', let_in.set_result, disposable=True)
        self.add_event_handler('failed_auth', lambda _: let_in.set_exception(PermissionError('the server did not let it in')),
                               disposable=True)
        self.connect(self.address, disable_starttls=not self.ca_certs)
        await asyncio.wait_for(let_in, ANSWER_S)
        await self['xep_0280'].enable()
        self.send_presence()

    async def chat(self, to, body):
        self.send_message(to, body, mtype='chat')

    async def share(self, to, url):
        """A file, as clients of today do: its address as the body, and beside it (XEP-0066)."""
        message = self.make_message(to, url, mtype='chat')
        message['oob']['url'] = url
        message.send()

    async def join(self, room, nick):
        await self['xep_0045'].join_muc_wait(room, nick, maxstanzas=0, timeout=ANSWER_S)

    async def say(self, room, body):
        self.send_message(room, body, mtype='groupchat')

    async def subject(self, room, text):
        self.send_message(room, '', mtype='groupchat', msubject=text)

    async def befriend(self, jid):
        """Asks for a subscription."""
        self.send_presence_subscription(jid)

    async def configure(self, room, options):
        form = await self['xep_0045'].get_room_config(room)
        form.set_values(options)
        await self['xep_0045'].set_room_config(room, form)

    async def set_role(self, room, nick, role, reason):
        await self['xep_0045'].set_role(room, nick, role, reason=reason)

    async def set_affiliation(self, room, jid, affiliation, reason):
        await self['xep_0045'].set_affiliation(room, affiliation, jid=slixmpp.JID(jid), reason=reason)


CALLS = {name: getattr(Client, name) for name in
         ('login', 'chat', 'share', 'join', 'say', 'subject', 'befriend', 'configure', 'set_role', 'set_affiliation')}


async def answer(client, call):
    try:
        await CALLS[call['call']](client, **call.get('with', {}))
        tell({'id': call['id']})
    except Exception as error:  # whatever it is, the test shall say it
        tell({'id': call['id'], 'error': f'{type(error).__name__}: {error}'})


async def main():
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    client = Client(json.loads(await lines.readline()))
    while line := await lines.readline():  # one at a time, so that things are sent in the order in which they are asked for
        await answer(client, json.loads(line))
    await client.disconnect()


if __name__ == '__main__':
    asyncio.run(main())
