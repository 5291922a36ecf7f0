"""Messages between users of two tenants, in rooms and by the API, and a book (book.py) of the server's promises: all that an <a/>
covered, an API 2xx answered, or was delivered with a stanza-id must be on disk.
"""
import asyncio
import copy
import contextlib
import itertools

from book import Book
from fixtures.client import Client, Unexpected
from fixtures.poll import pause
from fixtures.shown import show

MAM = 'urn:xmpp:mam:2'
RSM = 'http://jabber.org/protocol/rsm'
MUC = 'http://jabber.org/protocol/muc'
SM = 'urn:xmpp:sm:3'
SID = '{urn:xmpp:sid:0}stanza-id'
DELAY = '{urn:xmpp:delay}delay'
USERS = {'montague': ('romeo', 'benvolio', 'mercutio'), 'capulet': ('juliet', 'nurse', 'tybalt')}
AWAY = ('mercutio', 'tybalt')  # never online before the fault: their messages wait for them
ROOM = 'square@rooms.montague.example'
IN_ROOM = ('romeo', 'juliet')  # the first one makes it
WINDOW = 40  # messages on the way to the server without an <a/>
LIMITS = dict.fromkeys(('stanzas_per_s', 'api_calls_per_min', 'offline_messages', 'archive_bytes'), -1)


def domain_of(user):
    return next(f'{tenant}.example' for tenant, users in USERS.items() if user in users)


def jid_of(user):
    return f'{user}@{domain_of(user)}'


def is_room(address):
    return '@rooms.' in address


class Sender:
    """One user's session: what it sent, in order, and how much of that is acknowledged."""

    def __init__(self, client, book):
        self.client, self.book = client, book
        self.jid = jid_of(client.name)
        self.sent = []        # as stream management counts: (Said, or None for a stanza that is no message; the stanza)
        self.answers = {}     # id of an iq -> the future of its answer

    def send(self, text, said=None):
        self.sent.append((said, text))
        self.client.send(text)

    def say(self, to):
        said = self.book.say(self.jid, to)
        kind = 'groupchat' if is_room(to) else 'chat'
        self.send(f"<message to='{to}' type='{kind}' id='n{said.number}'><body>{said.text.replace('>', '&gt;')}</body></message>", said)

    def count(self):
        """Writes into the book all that is acknowledged by now."""
        for said, _ in self.sent[:self.client.sm_acked]:
            if said and not said.is_acknowledged:
                self.book.acknowledge(said)

    def note(self, element):
        """A delivery, with the ids under which it is in archives."""
        if element.tag.endswith('}iq') and element.get('id') in self.answers:
            self.answers.pop(element.get('id')).set_result(element)
        if not element.tag.endswith('}message'):
            return
        if element.get('type') == 'error':
            self.book.refused[int(element.get('id').removeprefix('n'))] = show(element)
            return
        body = element.findtext('{jabber:client}body')
        if body is not None:
            stamps = [(stamp.get('by'), stamp.get('id')) for stamp in element.findall(SID)]
            self.book.hear(self.jid, body, stamps, element.find(DELAY) is not None)


class Load:
    """Owns the sessions; `run` sends until enough is promised, and never ends by itself before."""

    def __init__(self, server, book=None):
        self.server = server
        self.book = book or Book()
        self.book.occupants[ROOM] = {jid_of(user) for user in IN_ROOM}
        self.senders = []
        self.keys = {}

    async def set_up(self):
        await asyncio.to_thread(self.server.api.set_plan, 'load', LIMITS)
        for tenant, users in USERS.items():
            made = await asyncio.to_thread(self.server.api.create_tenant, tenant, f'{tenant}.example', plan='load')
            self.keys[tenant] = made['api_key']
            # Rooms of one tenant leave memory as soon as nobody is in them, those of the other stay for a minute.
            await asyncio.to_thread(self.server.api.change_tenant, tenant, modules={'muc': {'idle_room_time': 0 if tenant == 'montague' else 60}})
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
                    self.senders.append(Sender(client, self.book))
                else:
                    self.book.away[jid_of(user)] = 'all the time'
        await self.make_room()
        for sender in self.senders:
            await sender.client.enable_sm(resume=True)
            sender.client.on_stanza = sender.note

    async def make_room(self):
        by_name = {s.client.name: s.client for s in self.senders}
        for user in IN_ROOM:
            await join(by_name[user], ROOM)
            if user == IN_ROOM[0]:
                await by_name[user].answer(persistent(ROOM))
        await by_name[IN_ROOM[0]].answer("<iq type='get' id='quiet'><ping xmlns='urn:xmpp:ping'/></iq>")
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
        targets = others + ([ROOM] if client.name in IN_ROOM else [])
        for number in itertools.count():
            if client.lost or client.ended:
                return
            sender.say(targets[number % len(targets)])
            if number % 10 == 9:
                client.transport.send(f"<r xmlns='{SM}'/>")
            if sum(s.client.sm_acked for s in self.senders) >= enough:
                reached.set()
            await pause(0)
            if len(sender.sent) - client.sm_acked > WINDOW:
                client.transport.send(f"<r xmlns='{SM}'/>")
                await client.until(lambda: len(sender.sent) - client.sm_acked <= WINDOW // 2 or client.lost or client.ended,
                                   what='an <a/>')

    async def call_on(self, tenant):
        """Messages by the API, one after the other."""
        users = USERS[tenant]
        for number in itertools.count():
            if not await self.post(tenant, users[(number + 1) % len(users)], users[number % len(users)]):
                return

    async def post(self, tenant, by, to):
        """One message by the API to a user or, by its address, a room; whether it was taken."""
        said = self.book.say('api:' + jid_of(by), to if is_room(to) else jid_of(to))
        target = f"room:{to.split('@')[0]}" if is_room(to) else f'user:{to}'
        try:
            answer = await asyncio.to_thread(self.server.api.call, 'POST', '/v1/messages',
                                             {'to': target, 'from': f'user:{by}', 'text': said.text}, self.keys[tenant])
        except OSError:
            return False
        if answer.status == 201:
            self.book.acknowledge(said)
        return answer.status == 201

    def cut(self):
        for sender in self.senders:
            sender.client.abort()

    async def check(self):
        """After the fault: every promise is kept. Gives how many were checked."""
        for sender in self.senders:
            sender.count()
        for owner in [jid_of(u) for users in USERS.values() for u in users] + [ROOM]:
            await self.check_archive(owner)
        self.book.check_promises((ROOM,))
        if self.book.refused:
            raise Unexpected(f'{len(self.book.refused)} messages were refused, for instance\n{next(iter(self.book.refused.values()))}')
        for user in AWAY:
            await self.return_home(user)
        self.book.verdict()
        return self.book.checked

    async def check_archive(self, owner):
        reader = await self.client(owner.split('@')[0] if owner != ROOM else IN_ROOM[0]).login()
        known = self.book.archives[owner]
        self.book.check_archive(owner, await archive(reader, owner, known[-1][0] if known else ''))
        reader.abort()

    async def return_home(self, user):
        """Who was away gets at their first presence all that was acknowledged."""
        client = await self.client(user).login()
        client.on_stanza = Sender(client, self.book).note
        wanted = self.book.waiting_for(jid_of(user), {self.book.away[jid_of(user)]})
        client.send('<presence/>')
        with contextlib.suppress(Unexpected):   # check_waiting tells it
            await client.until(lambda: wanted <= self.book.known[jid_of(user)], what='the messages that were kept for it')
        self.book.check_waiting(jid_of(user), wanted)
        client.abort()


async def join(client, room):
    """Whoever enters is told the room's subject behind all else; no history."""
    client.send(f"<presence to='{room}/{client.name}'><x xmlns='{MUC}'><history maxstanzas='0'/></x></presence>")
    await client.pick(lambda e: e.find('{jabber:client}subject') is not None)


def persistent(room):
    return (f"<iq type='set' id='cfg' to='{room}'><query xmlns='{MUC}#owner'>"
            f"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>{MUC}#roomconfig</value></field>"
            "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>")


async def archive(client, owner, after=''):
    """[(archive id, body)] of all that is in an archive, or behind an id of it."""
    found = []
    while True:
        client.send(f"<iq type='set' id='q' to='{owner}'><query xmlns='{MAM}'>"
                    f"<set xmlns='{RSM}'><max>200</max>{f'<after>{after}</after>' if after else ''}</set></query></iq>")
        while True:
            element = await client.receive()
            result = element.find(f'{{{MAM}}}result')
            if result is not None:
                found.append((result.get('id'), result.findtext('.//{jabber:client}body')))
            elif element.get('id') == 'q':
                break
        fin = element.find(f'{{{MAM}}}fin')
        if fin is None:
            raise Unexpected(f'the archive of {owner} was not read: {show(element)}')
        if fin.get('complete') == 'true':
            return found
        after = fin.findtext(f'.//{{{RSM}}}last')


class Forgetful(list):
    """A log that keeps nothing: the load is too much to keep."""

    def append(self, _):
        pass


def promised_until_now(load):
    """What is acknowledged by now, and what was delivered."""
    for sender in load.senders:
        sender.count()
    return {text for text, said in load.book.said.items() if said.is_acknowledged}, list(load.book.live)


def book_of_then(load, promised):
    """A book that knows of all that was said until the end, and of promises only those."""
    book = copy.deepcopy(load.book)
    acknowledged, book.live = promised
    for text, said in book.said.items():
        said.is_acknowledged = text in acknowledged
    return book
