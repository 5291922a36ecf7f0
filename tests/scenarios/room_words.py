"""Steps in rooms (XEP-0045)."""
import re

from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.shown import show
from words import step

ROOM = re.compile(r"to='([^'/@]+@rooms\.[^'/]+)")


class RoomWords:
    """A part of Play: what it uses of it stands there."""

    def notice_rooms(self, text):
        """Those that are written to."""
        for room in ROOM.findall(text):
            self.knows_room(room)

    def knows_room(self, room):
        room = self.cast.from_wire(room)
        if room not in self.rooms:
            self.rooms.append(room)

    @step(r'(\w+) joins (\S+) as (.+)')
    async def joins(self, name, room, nick):
        """Takes all up to the subject, which ends joining (XEP-0045 section 7.2.15)."""
        self.knows_room(room)
        await self.join(self.who(name), room, nick)

    async def join(self, client, room, nick):
        client.send(self.wire(f"<presence to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>"))
        while True:
            element = await client.receive()
            if element.get('type') == 'error':
                raise Unexpected(f'{client.name} should have joined {room}; it received\n{show(element)}')
            if element.tag.endswith('}message') and element.find('{jabber:client}subject') is not None:
                return

    @step(r'(\w+) makes (\S+) as (.+?)(:)?')
    async def makes(self, name, room, nick, configured):
        """An instant room (XEP-0045 section 10.1.2), or with the fields of the block as `name: value` lines."""
        client = self.who(name)
        await self.joins(name, room, nick)
        fields = ''
        if configured:
            fields = "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"
            for line in self.step.lines:
                if line.strip():
                    key, value = line.strip().split(':', 1)
                    fields += f"<field var='{key}'><value>{value.strip()}</value></field>"
        answer = await client.answer(self.wire(
            f"<iq type='set' to='{room}' id='configure'><query xmlns='http://jabber.org/protocol/muc#owner'>"
            f"<x xmlns='jabber:x:data' type='submit'>{fields}</x></query></iq>"))
        if answer.get('type') != 'result':
            raise Unexpected(f'{name} could not configure {room}; it received\n{show(answer)}')
        await self.cast.settle(self.rooms)
        client.inbox.clear()

    @step(r'all rooms sleep')
    async def all_rooms_sleep(self):
        """No room is in memory any more, on a server of the scenario's own."""
        async def count():
            answer = await self.cast.api(self.cast.server.api.call, 'GET', '/operator/v1/metrics')
            return next(each['value'] for each in answer.json['metrics'] if each['name'] == 'teahouse_muc_rooms')
        await poll(count, lambda rooms: rooms == 0, 'that all rooms sleep')

    @step(r'(\w+) makes (\w+) (a|an) (owner|admin|member|outcast) of (\S+)')
    async def makes_affiliated(self, name, whom, _article, affiliation, room):
        await self.admin(name, room, f"jid='{self.cast.address_of(whom)}' affiliation='{affiliation}'")

    @step(r'(\w+) makes (\S+) (a|an) (moderator|participant|visitor) in (\S+)')
    async def makes_role(self, name, nick, _article, role, room):
        await self.admin(name, room, f"nick='{nick}' role='{role}'")

    async def admin(self, name, room, item):
        """Does it, and everybody forgets what came of it."""
        self.knows_room(room)
        answer = await self.who(name).answer(self.wire(
            f"<iq type='set' to='{room}' id='admin'><query xmlns='http://jabber.org/protocol/muc#admin'>"
            f'<item {item}/></query></iq>'))
        if answer.get('type') != 'result':
            raise Unexpected(f'{name} could not do this in {room}; it received\n{show(answer)}')
        await self.discards('everybody')
