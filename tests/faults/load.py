"""Messages between users of two tenants, in rooms and by the API, with a book of what the server has promised: what an <a/>
covered, what an API 2xx answered, and what was delivered with a stanza-id must be on disk.
"""
import asyncio
import itertools

from fixtures.client import Client, Unexpected, show

MAM = 'urn:xmpp:mam:2'
RSM = 'http://jabber.org/protocol/rsm'
SID = '{urn:xmpp:sid:0}stanza-id'
USERS = {'montague': ('romeo', 'benvolio', 'mercutio'), 'capulet': ('juliet', 'nurse', 'tybalt')}
AWAY = ('mercutio', 'tybalt')  # never online before the fault: their messages wait for them
ROOM = 'square@rooms.montague.example'
WINDOW = 40  # messages on the way to the server without an <a/>


def domain_of(user):
    return next(f'{tenant}.example' for tenant, users in USERS.items() if user in users)


def jid_of(user):
    return f'{user}@{domain_of(user)}'


class Sender:
    """One user's session: what it sent, in order, and how much of that is acknowledged."""

    def __init__(self, client):
        self.client = client
        self.sent = []        # (to, id); the number in the list is the count of stream management
        self.live = []        # (archive, stanza-id, id) of what was delivered to it
        self.refused = {}     # id -> the error that it got

    @property
    def acknowledged(self):
        return self.sent[:self.client.sm_acked]

    def note(self, element):
        """What the server delivers: with the id under which it is in the archive."""
        if element.get('type') == 'error':
            self.refused[element.get('id')] = show(element)
        if not element.tag.endswith('}message') or element.findtext('{jabber:client}body') is None:
            return
        for stamp in element.findall(SID):
            self.live.append((stamp.get('by'), stamp.get('id'), element.get('id')))


class Load:
    """Owns the sessions; `run` sends until enough is promised, and never ends by itself before."""

    def __init__(self, server):
        self.server = server
        self.senders = []
        self.by_api = []      # (to, id of the message)
        self.keys = {}
        self.numbers = itertools.count(1)

    async def set_up(self):
        limits = dict.fromkeys(('stanzas_per_s', 'api_calls_per_min', 'offline_messages', 'archive_bytes'), -1)
        await asyncio.to_thread(self.server.api.set_plan, 'load', limits)
        for tenant, users in USERS.items():
            made = await asyncio.to_thread(self.server.api.create_tenant, tenant, f'{tenant}.example', plan='load')
            self.keys[tenant] = made['api_key']
            for user in users:
                await asyncio.to_thread(self.server.api.create_account, tenant, user, 'pw-' + user)
        await self.enter()

    def client(self, user):
        return Client(self.server, user, user, domain_of(user), 'pw-' + user, mechanism='SCRAM-SHA-1', log=Forgetful())

    async def enter(self):
        """Everybody but those who are away logs in; romeo makes the room, juliet is in it."""
        for users in USERS.values():
            for user in users:
                if user not in AWAY:
                    client = await self.client(user).login()
                    client.send('<presence/>')
                    await client.pick(lambda e, c=client: e.get('from') == c.jid)
                    self.senders.append(Sender(client))
        await self.make_room()
        for sender in self.senders:
            await sender.client.enable_sm(resume=True)
            sender.client.on_stanza = sender.note

    async def make_room(self):
        by_name = {s.client.name: s.client for s in self.senders}
        for user in ('romeo', 'juliet'):
            client = by_name[user]
            client.send(f"<presence to='{ROOM}/{user}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
            await client.pick(lambda e: e.find('{jabber:client}subject') is not None)
            if user == 'romeo':
                await client.answer(
                    f"<iq type='set' id='cfg' to='{ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
                    "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
                    "<value>http://jabber.org/protocol/muc#roomconfig</value></field>"
                    "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")
        await by_name['romeo'].answer("<iq type='get' id='quiet'><ping xmlns='urn:xmpp:ping'/></iq>")
        for client in by_name.values():
            client.inbox.clear()

    async def run(self, enough):
        """Sends until the server has acknowledged `enough` messages, and goes on sending until it is stopped (cancelled) or all
        connections are lost."""
        reached = asyncio.Event()
        tasks = [asyncio.ensure_future(self.send_on(sender, enough, reached)) for sender in self.senders]
        tasks += [asyncio.ensure_future(self.call_on(tenant)) for tenant in USERS]
        await asyncio.wait_for(reached.wait(), 600)
        return tasks

    @staticmethod
    async def stop(tasks):
        """Cancels what run() gave, until all have ended: asyncio.wait_for of Python 3.11 may lose a cancellation."""
        while tasks:
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=1)

    async def send_on(self, sender, enough, reached):
        client = sender.client
        others = [jid_of(u) for users in USERS.values() for u in users if u != client.name]
        targets = others + ([ROOM] if client.name in ('romeo', 'juliet') else [])
        for number in itertools.count():
            if client.lost or client.ended:
                return
            to = targets[number % len(targets)]
            identity = f'{client.name}-{number}'
            kind = 'groupchat' if to == ROOM else 'chat'
            sender.sent.append((to, identity))
            client.send(f"<message to='{to}' type='{kind}' id='{identity}'><body>{identity}</body></message>")
            if number % 10 == 9:
                client.transport.send("<r xmlns='urn:xmpp:sm:3'/>")
            if sum(s.client.sm_acked for s in self.senders) >= enough:
                reached.set()
            await asyncio.sleep(0)
            if len(sender.sent) - client.sm_acked > WINDOW:
                client.transport.send("<r xmlns='urn:xmpp:sm:3'/>")
                await client.until(lambda: len(sender.sent) - client.sm_acked <= WINDOW // 2 or client.lost or client.ended,
                                   what='an <a/>')

    async def call_on(self, tenant):
        """Messages by the API, one after the other."""
        users = [u for u in USERS[tenant]]
        for number in itertools.count():
            to = users[number % len(users)]
            try:
                answer = await asyncio.to_thread(
                    self.server.api.call, 'POST', '/v1/messages',
                    {'to': f'user:{to}', 'from': f'user:{users[(number + 1) % len(users)]}', 'text': f'api {number}'},
                    self.keys[tenant])
            except OSError:
                return
            if answer.status >= 300:
                return
            self.by_api.append((jid_of(to), answer.json['id']))

    def cut(self):
        for sender in self.senders:
            sender.client.abort()

    async def check(self):
        """After the fault: every promise is kept. Gives how many were checked."""
        archives = {jid_of(u): await self.archive(u) for users in USERS.values() for u in users}
        archives[ROOM] = await self.archive('romeo', ROOM)
        missing = []
        promised = 0
        for sender in self.senders:
            mine = jid_of(sender.client.name)
            for to, identity in sender.acknowledged:
                if identity in sender.refused:
                    continue
                promised += 1
                if identity not in archives[to].values():
                    missing.append(f'{identity} was acknowledged and is not in the archive of {to}')
                if to != ROOM and identity not in archives[mine].values():
                    missing.append(f'{identity} was acknowledged and is not in the archive of its sender')
            for by, stamp, identity in sender.live:
                promised += 1
                if archives[by].get(stamp, '-') != (identity or ''):
                    missing.append(f'{identity} was delivered with the stanza-id {stamp} by {by} and is not there')
        for to, stamp in self.by_api:
            promised += 1
            if stamp not in archives[to].values():
                missing.append(f'the API answered {stamp} for a message to {to}, and it is not there')
        if missing:
            raise Unexpected(f'of {promised} promises {len(missing)} were not kept:\n' + '\n'.join(missing[:10]))
        refused = [error for sender in self.senders for error in sender.refused.values()]
        if refused:
            raise Unexpected(f'{len(refused)} messages were refused, for instance\n{refused[0]}')
        await self.check_waiting()
        return promised

    async def check_waiting(self):
        """Who was away gets at his first presence all that was acknowledged."""
        for user in AWAY:
            client = await self.client(user).login()
            came = set()
            client.on_stanza = lambda e, c=came: c.add(e.get('id'))
            client.send('<presence/>')
            wanted = {i for s in self.senders for to, i in s.acknowledged if to == jid_of(user)}
            client.log.clear()
            try:
                await client.until(lambda c=came, w=wanted: w <= c, what='the messages that were kept for it')
            except Unexpected:
                raise Unexpected(f'{user} was away and got {len(came)}; of {len(wanted)} acknowledged messages these are '
                                 f'missing: {sorted(wanted - came)[:10]}') from None
            client.abort()

    async def archive(self, user, owner=None):
        """{archive id: message id} of all that is there."""
        client = await self.client(user).login()
        found, after = {}, ''
        while True:
            client.send(f"<iq type='set' id='q' {f'to={chr(39)}{owner}{chr(39)}' if owner else ''}><query xmlns='{MAM}'>"
                        f"<set xmlns='{RSM}'><max>200</max>{f'<after>{after}</after>' if after else ''}</set></query></iq>")
            while True:
                element = await client.receive()
                result = element.find(f'{{{MAM}}}result')
                if result is not None:
                    message = result.find('.//{jabber:client}message')
                    found[result.get('id')] = message.get('id') or ''
                elif element.get('id') == 'q':
                    break
            fin = element.find(f'{{{MAM}}}fin')
            if fin is None:
                raise Unexpected(f'the archive of {owner or user} was not read: {show(element)}')
            if fin.get('complete') == 'true':
                client.abort()
                return found
            after = fin.findtext(f'.//{{{RSM}}}last')


class Forgetful(list):
    """A log that keeps nothing: the load is too much to keep."""

    def append(self, _):
        pass
