"""A load of people who come and go: sessions that are resumed, lost or closed, contacts, rooms and their affiliations, accounts and
tenants that are made and removed. Their acts are a function of the choices they are given; how these interleave is not.
"""
import asyncio
import itertools

from fixtures.client import Unexpected
from fixtures.poll import pause
from fixtures.shown import show
from load import IN_ROOM, MUC, ROOM, SM, USERS, WINDOW, Load, Sender, archive, is_room, jid_of, persistent

ROOMS = {ROOM: IN_ROOM + ('tybalt',), 'hall@rooms.capulet.example': ('nurse', 'romeo', 'mercutio')}   # the first one is the owner
EVERYBODY = tuple(user for users in USERS.values() for user in users)
STRANGERS = tuple(f'stranger{n}@{tenant}.example' for n in range(3) for tenant in USERS)
ROLES = ('member', 'admin', 'outcast', None)
GUESTS = tuple(f'guest{n}' for n in range(6))
TENANTS = ('paris', 'verona')
NOTHING = (Unexpected, OSError, asyncio.TimeoutError)   # how an act ends without a server
PAUSE_S = 0.03                                          # between two messages of one person, at most


class Person(Sender):
    """One user over all their sessions."""

    def __init__(self, load, user):
        super().__init__(load.client(user), load.book)
        self.load, self.user = load, user
        self.entered = set()
        self.is_here = False
        self.has_sm = True
        self.owed = set()        # the times of being away of which it has not got all that came
        self.asked = itertools.count(1)
        self.times_away = itertools.count(1)

    def note(self, element):
        super().note(element)
        if element.find('{jabber:client}subject') is not None:
            self.entered.add(element.get('from').split('/')[0])

    # --- coming and going

    async def come(self, has_sm=True):
        """A new session: in the rooms, with all that waited."""
        self.count()
        self.client = self.load.client(self.user)
        self.sent, self.answers, self.entered, self.has_sm = [], {}, set(), has_sm
        self.book.begin_session(self.jid)
        if self.jid in self.book.away:
            self.owed.add(self.book.away.pop(self.jid))
        owed = set() if self.jid in self.book.ghosts else set(self.owed)
        await self.client.login()
        if not has_sm:   # messages that are handed over and never arrive are lost
            self.owed -= owed
        self.client.on_stanza = self.note
        if has_sm:
            await self.client.enable_sm(resume=True)
        self.send('<presence/>')
        for room in (room for room, users in ROOMS.items() if self.user in users):
            self.send(f"<presence to='{room}/{self.user}'><x xmlns='{MUC}'><history maxstanzas='0'/></x></presence>")
            await self.until(lambda r=room: r in self.entered)
        self.is_here = True
        await self.wait_for_what_waited(owed)
        self.confirm()

    async def wait_for_what_waited(self, owed):
        wanted = self.book.waiting_for(self.jid, owed)
        try:
            await self.until(lambda: wanted <= self.book.known[self.jid])
        except Unexpected:   # check_waiting tells it
            if self.client.lost or self.client.ended:
                raise
        self.book.check_waiting(self.jid, wanted)
        self.owed -= owed

    async def leave(self):
        """Closes the stream, all being acknowledged both ways."""
        if self.has_sm:
            self.confirm()
            await self.drain(0)
            self.count()
        self.is_here = False
        await self.client.close()
        self.book.away[self.jid] = next(self.times_away)

    def drop(self):
        """The cable is cut."""
        self.is_here = False
        if self.has_sm:
            self.book.lose_session(self.jid)
        self.client.abort()
        for answer in self.answers.values():
            answer.cancel()

    async def resume(self):
        """Stanzas that the server has not had are sent again."""
        self.client.abort()
        answer = await self.client.resume()
        if answer.tag != f'{{{SM}}}resumed':
            raise Unexpected(f'{self.user} resumed and was answered\n{show(answer)}')
        for _, text in self.sent[self.client.sm_acked:]:
            self.send_uncounted(text)

    # --- saying

    def send_uncounted(self, text):
        if not self.client.lost:
            self.client.transport.send(text)

    def confirm(self):
        if self.has_sm:
            self.send_uncounted(f"<a xmlns='{SM}' h='{self.client.sm_received}'/>")
            self.book.confirm(self.jid)

    async def drain(self, left):
        self.send_uncounted(f"<r xmlns='{SM}'/>")
        await self.until(lambda: len(self.sent) - self.client.sm_acked <= left)

    async def until(self, is_it):
        await self.client.until(lambda: is_it() or self.client.lost or self.client.ended)
        if not is_it():
            raise Unexpected(f'{self.user} lost the connection')

    async def ask(self, kind, to, content):
        """The answer to an iq."""
        identity = f'ask-{next(self.asked)}'
        answer = self.answers[identity] = asyncio.get_running_loop().create_future()
        self.send(f"<iq type='{kind}' id='{identity}' to='{to}'>{content}</iq>")
        await self.until(answer.done)
        return answer.result()

    # --- acts

    async def speak(self, choice):
        rooms = [room for room, users in ROOMS.items() if self.user in users]
        for number in range(choice.randint(5, 40)):
            self.say(choice.choice([jid_of(u) for u in EVERYBODY if u != self.user] + rooms))
            if self.has_sm and number % 10 == 9:
                self.confirm()
                self.send_uncounted(f"<r xmlns='{SM}'/>")
            if self.has_sm and len(self.sent) - self.client.sm_acked > WINDOW:
                await self.drain(WINDOW // 2)
            await pause(PAUSE_S * choice.random())

    async def change_roster(self, choice):
        contact = choice.choice([jid_of(u) for u in EVERYBODY if u != self.user])
        name = choice.choice((None, f'name {choice.randint(1, 99)}'))
        item = f"<item jid='{contact}'{' subscription=' + repr('remove') if name is None else f' name={name!r}'}/>"
        await self.change(('roster', self.jid, contact), name, self.jid, f"<query xmlns='jabber:iq:roster'>{item}</query>")

    async def change_affiliation(self, choice):
        room = choice.choice(list(ROOMS))
        stranger, role = choice.choice(STRANGERS), choice.choice(ROLES)
        if ROOMS[room][0] == self.user:
            await self.change(('affiliation', room, stranger), role, room,
                              f"<query xmlns='{MUC}#admin'><item jid='{stranger}' affiliation='{role or 'none'}'/></query>")

    async def change(self, what, value, to, content):
        if len(self.book.facts.get(what, {None})) == 1:
            self.book.change(what, value)
            if (await self.ask('set', to, content)).get('type') == 'result':
                self.book.is_so(what, value)

    async def go_and_come(self, choice):
        await self.leave()
        await pause(choice.random())
        await self.come(has_sm=choice.random() < 0.8)

    async def lose_and_resume(self, choice):
        if self.has_sm:
            self.client.abort()
            await pause(0.2 * choice.random())
            await self.resume()

    async def lose_and_come(self, choice):
        self.drop()
        await pause(0.2 * choice.random())
        await self.come()

    ACTS = ((speak, 6), (change_roster, 3), (change_affiliation, 3), (go_and_come, 2), (lose_and_resume, 2), (lose_and_come, 1))

    async def live(self, choice):
        acts, weights = zip(*self.ACTS)
        while not self.load.is_ending:
            try:
                if not self.is_here:
                    await self.come()
                await self.speak(choice)
                await choice.choices(acts, weights)[0](self, choice)
            except NOTHING:
                if self.load.is_ending:
                    return
                if not self.load.is_disturbed:
                    raise
                self.drop()
                await pause(0.1)


class People(Load):
    """All persons of a house, and calls of the API meanwhile. `is_disturbed`: an act may fail; `is_ending`: each will. `ghosts_last`: the
    server's end was one that sessions outlive."""

    def __init__(self, server):
        super().__init__(server)
        self.persons = [Person(self, user) for user in EVERYBODY]
        self.is_disturbed = self.is_ending = self.ghosts_last = False
        for room, users in ROOMS.items():
            self.book.occupants[room] = {jid_of(user) for user in users}

    async def enter(self):
        for room, users in ROOMS.items():
            owner = next(p for p in self.persons if p.user == users[0])
            reader = await self.client(owner.user).login()
            reader.send(f"<presence to='{room}/{owner.user}'><x xmlns='{MUC}'/></presence>")
            await reader.pick(lambda e: e.find('{jabber:client}subject') is not None)
            await reader.answer(persistent(room))
            await reader.close()
        await self.come_back()

    async def come_back(self):
        self.is_disturbed = self.is_ending = False
        for person in self.persons:
            if not self.ghosts_last:
                self.book.ghosts.pop(person.jid, None)
            await person.come()

    def begin(self, choice, away):
        """Lets them live; those of `away` leave for this round. Gives the tasks."""
        lives = [self.stay_away(p) if p.user in away else p.live(fork(choice)) for p in self.persons]
        lives += [self.call(tenant, fork(choice)) for tenant in USERS]
        lives += [self.keep_accounts(fork(choice)), self.keep_tenants(fork(choice))]
        return [asyncio.ensure_future(life) for life in lives]

    async def stay_away(self, person):
        try:
            await person.leave()
        except NOTHING:
            if not (self.is_ending or self.is_disturbed):
                raise

    async def end(self, tasks):
        """The server is not there any more. Gives the errors of tasks before that."""
        await self.stop(tasks)
        for person in self.persons:
            person.count()
            person.drop()
        return [task.exception() for task in tasks if not task.cancelled() and task.exception()]

    # --- by the API

    async def call(self, tenant, choice):
        rooms = [room for room in ROOMS if f'rooms.{tenant}.' in room]
        while not self.is_ending:
            by = choice.choice(USERS[tenant])
            await self.post(tenant, by, choice.choice([u for u in USERS[tenant] if u != by] + rooms))
            await pause(2 * PAUSE_S * choice.random())

    async def keep_accounts(self, choice):
        while not self.is_ending:
            tenant, guest = choice.choice(list(USERS)), choice.choice(GUESTS)
            path = f'/operator/v1/tenants/{tenant}/accounts'
            await self.toggle(('account', tenant, guest), path, {'localpart': guest, 'password': 'pw'}, f'{path}/{guest}')
            await pause(0.3 * choice.random())

    async def keep_tenants(self, choice):
        while not self.is_ending:
            name = choice.choice(TENANTS)
            path = '/operator/v1/tenants'
            await self.toggle(('tenant', name), path, {'name': name, 'domain': f'{name}.example', 'plan': 'load'}, f'{path}/{name}')
            await pause(choice.random())

    async def toggle(self, what, path, body, own_path):
        """Makes or removes it, as it is not there or is."""
        possible = self.book.facts.get(what, {None})
        if len(possible) == 1:
            value = None if possible == {'there'} else 'there'
            self.book.change(what, value)
            try:
                answer = await asyncio.to_thread(self.server.api.call, 'POST' if value else 'DELETE', path if value else own_path,
                                                 body if value else None)
            except OSError:
                return
            if answer.status < 300:
                self.book.is_so(what, value)

    # --- after the fault

    async def check(self):
        for owner in [jid_of(user) for user in EVERYBODY] + list(ROOMS):
            await self.check_archive(owner)
        self.book.check_promises(ROOMS)
        self.book.verdict()
        await self.come_back()
        for person in self.persons:
            await self.check_roster(person)
        for room, users in ROOMS.items():
            await self.check_affiliations(room, next(p for p in self.persons if p.user == users[0]))
        await self.check_accounts()
        return self.book.checked

    async def check_archive(self, owner, whole=False):
        reader = await self.client(ROOMS[owner][0] if is_room(owner) else owner.split('@')[0]).login()
        known = self.book.archives[owner]
        if whole:
            found = await archive(reader, owner)
            if found != known:
                self.book.blame('lost', f'the archive of {owner} had {len(known)} messages, and not the same {len(found)} any more')
        else:
            self.book.check_archive(owner, await archive(reader, owner, known[-1][0] if known else ''))
        reader.abort()

    async def check_roster(self, person):
        answer = await person.ask('get', person.jid, "<query xmlns='jabber:iq:roster'/>")
        if answer.get('type') != 'result':
            raise Unexpected(f'the roster of {person.user} was answered\n{show(answer)}')
        found = {item.get('jid'): item.get('name') for item in answer.iter('{jabber:iq:roster}item')}
        for contact in [jid_of(u) for u in EVERYBODY if u != person.user]:
            self.book.check_fact(('roster', person.jid, contact), found.pop(contact, None))
        if found:
            self.book.blame('crossed', f'the roster of {person.user} has {found}')

    async def check_affiliations(self, room, owner):
        found = {}
        for role in ROLES[:-1]:
            answer = await owner.ask('get', room, f"<query xmlns='{MUC}#admin'><item affiliation='{role}'/></query>")
            if answer.get('type') != 'result':
                raise Unexpected(f'the {role}s of {room} were answered\n{show(answer)}')
            found.update((item.get('jid'), role) for item in answer.iter(f'{{{MUC}#admin}}item'))
        for stranger in STRANGERS:
            self.book.check_fact(('affiliation', room, stranger), found.pop(stranger, None))
        if found:
            self.book.blame('crossed', f'{room} has the affiliations {found}')

    async def check_accounts(self):
        for tenant in USERS:
            listed = await asyncio.to_thread(self.server.api.must, 'GET', f'/operator/v1/tenants/{tenant}/accounts?limit=200')
            names = {account['localpart'] for account in listed['accounts']}
            for guest in GUESTS:
                self.book.check_fact(('account', tenant, guest), 'there' if guest in names else None)
            if others := names - set(USERS[tenant]) - set(GUESTS):
                self.book.blame('crossed', f'{tenant} has the accounts {others}')
        listed = await asyncio.to_thread(self.server.api.must, 'GET', '/operator/v1/tenants')
        for name in TENANTS:
            states = [tenant['suspended'] for tenant in listed['tenants'] if tenant['name'] == name]
            self.book.check_fact(('tenant', name), 'there' if states == [False] else None)


def fork(choice):
    """So that the acts of one make no difference to the choices of another."""
    return type(choice)(choice.random())
