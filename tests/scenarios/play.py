"""Plays a script: each step's words, and what they do."""
import base64
import re

from fixtures import certificates, pattern, sasl2
from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.shown import END, LOST, show
from bytestream_words import BytestreamWords
from file_words import FileWords
from room_words import RoomWords
from server_words import ServerWords
from words import STEPS, step

STREAM_ERROR = '{http://etherx.jabber.org/streams}error'
STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams'


class Play(BytestreamWords, FileWords, RoomWords, ServerWords):
    """One scenario on its way; `run` ends well or raises Unexpected."""

    def __init__(self, cast, script):
        self.cast, self.script = cast, script
        self.variables = {}
        self.rooms = []   # that may have something to tell (room_words.py)
        self.slots = {}   # by the scenario's names (file_words.py)
        self.step = None
        self.answer = None
        for alias, tenant in cast.tenants.items():
            self.variables.update({f'{alias}.{key}': value for key, value in tenant.items()})
            self.variables[f'{alias}.name'] = cast.names[alias]
        for address, account in cast.accounts.items():
            self.variables.setdefault(f'password.{account.user}', account.password)
            self.variables[f'password.{account.tenant}.{account.user}'] = account.password
        for name, client in cast.clients.items():
            if client.caps:
                self.variables.update({f'caps.{name}': client.caps.element(), f'caps2.{name}': client.caps.optimized()})
        self.variables.update(long='x' * 2000, space=' \n\t ', MONTAGUE=cast.domains['montague.example'].upper(),
                              CAPULET=cast.domains['capulet.example'].upper())

    async def run(self):
        for self.step in self.script.steps:
            self.cast.log.append(f'--- line {self.step.number}: {self.step.text}')
            for words, method in STEPS:
                match = words.match(self.step.text)
                if match:
                    await method(self, *match.groups())
                    break
            else:
                raise Unexpected(f'no such step: {self.step.text!r}')
        self.cast.log.append('--- the end')
        self.step = None
        await self.nothing_more(self.cast.everybody())

    async def nothing_more(self, clients):
        await self.cast.settle(self.rooms)
        left = [(c, e) for c in clients for e in c.inbox]
        if left:
            raise Unexpected('\n'.join(f'{c.name} should have received nothing more; it received\n{show(e)}'
                                       for c, e in left))

    def who(self, name):
        if name not in self.cast.clients:
            raise Unexpected(f'there is no [Client] {name}')
        return self.cast.clients[name]

    def several(self, names):
        return [self.who(n) for n in re.split(r',\s*|\s+and\s+', names)]

    def filled(self, text):
        return pattern.expand(text, self.variables)

    def wire(self, text):
        text = re.sub(r'\{x:(\d+)\}', lambda m: 'x' * int(m.group(1)), text)
        text = re.sub(r'\{certificate:(\w+)\}', lambda m: certificates.base64_of(m.group(1)), text)
        text = self.cast.to_wire(self.filled(text))
        return re.sub(r'\{base64:(.*?)\}', lambda m: base64_of(m.group(1)), text)

    # --- stanzas

    @step(r'(.+?) sends?(?: (\d+) times)?:')
    async def sends(self, names, times):
        for number in range(int(times or 1)):
            self.variables['N'] = number + 1
            for text in split_elements(self.wire(self.step.body)):
                self.notice_rooms(text)
                for client in self.several(names):
                    client.send(text)

    @step(r'(\w+) sends raw:')
    async def sends_raw(self, name):
        self.who(name).send_raw(self.wire(''.join(line.strip() for line in self.step.lines)))

    @step(r'(.+?) may receive:')
    async def may_receive(self, names):
        """Where the RFC leaves it to the server."""
        await self.cast.settle(self.rooms)
        for client in self.several(names):
            for wanted in pattern.parse(self.step.body):
                try:
                    if client.inbox:
                        self.variables = pattern.compare(wanted, client.inbox[0], self.variables)
                        client.inbox.popleft()
                except pattern.Mismatch:
                    pass

    @step(r'(.+?) receives?(?: (\d+) times)?:')
    async def receives(self, names, times):
        for client in self.several(names):
            for number in range(int(times or 1)):
                self.variables['N'] = number + 1
                for wanted in pattern.parse(self.step.body):
                    self.match(client, wanted, await client.receive())

    def match(self, client, wanted, element):
        try:
            self.variables = pattern.compare(wanted, element, self.variables)
        except pattern.Mismatch as mismatch:
            raise Unexpected(f'{client.name} should have received\n{shown(wanted, self.variables)}\nit received\n'
                             f'{show(element)}\ndifference: {mismatch}{self.rest(client)}') from None

    def rest(self, client):
        return ''.join(f'\nand then\n{show(e)}' for e in list(client.inbox)[:5])

    @step(r'(.+?) receives? in any order:')
    async def receives_in_any_order(self, names):
        for client in self.several(names):
            left = pattern.parse(self.step.body)
            while left:
                element = await client.receive()
                for wanted in left:
                    try:
                        self.variables = pattern.compare(wanted, element, self.variables)
                    except pattern.Mismatch:
                        continue
                    left.remove(wanted)
                    break
                else:
                    wants = '\n'.join(shown(w, self.variables) for w in left)
                    raise Unexpected(f'{client.name} should have received one of\n{wants}\nit received\n{show(element)}'
                                     f'{self.rest(client)}')

    @step(r'(.+?) receives? nothing')
    async def receives_nothing(self, names):
        await self.nothing_more(self.several(names))

    @step(r'nobody receives anything')
    async def nobody_receives(self):
        await self.nothing_more(self.cast.everybody())

    @step(r'(.+?) discards? what came')
    async def discards(self, names):
        await self.cast.settle(self.rooms)
        for client in list(self.cast.clients.values()) if names == 'everybody' else self.several(names):
            client.inbox.clear()

    @step(r'(\w+) receives a refusal of some:')
    async def receives_refusals(self, name):
        """At least one stanza, and all match."""
        client, wanted = self.who(name), pattern.parse(self.step.body)[0]
        self.match(client, wanted, await client.receive())
        await client.answer("<iq type='get' id='still-there'><ping xmlns='urn:xmpp:ping'/></iq>")
        while client.inbox:
            self.match(client, wanted, await client.receive())

    @step(r'(\w+) receives all (\d+) of (\w+)')
    async def receives_all_of(self, name, count, whom):
        """So many stanzas from one sender, among others."""
        client, sender = self.who(name), self.who(whom).jid
        for _ in range(int(count)):
            await client.pick(lambda e: e.get('from') == sender)
        client.inbox.clear()

    @step(r'\{(\w+)\} and \{(\w+)\} differ')
    async def differ(self, one, other):
        if self.variables[one] == self.variables[other]:
            raise Unexpected(f'{one} and {other} are both {self.variables[one]}')

    @step(r'everything has arrived')
    async def settles(self):
        await self.cast.settle(self.rooms)

    # --- streams

    @step(r'(\w+) writes white space around everything')
    async def writes_white_space(self, name):
        self.who(name).padding = self.variables['space']

    @step(r'(\w+) connects')
    async def connects(self, name):
        await self.who(name).login()

    @step(r'(\w+) comes online')
    async def comes_online(self, name):
        await self.who(name).login()
        await self.cast.become_available(self.who(name))

    @step(r'(\w+) becomes available')
    async def becomes_available(self, name):
        await self.cast.become_available(self.who(name))

    @step(r'(\w+) gets the roster')
    async def gets_roster(self, name):
        await self.cast.get_roster(self.who(name))

    @step(r'(\w+) opens a socket')
    async def opens_socket(self, name):
        await self.who(name).open_socket()

    @step(r'(\w+) opens a stream without TLS')
    async def opens_plain(self, name):
        await self.who(name).open_socket()
        await self.who(name).open_stream()

    @step(r'(\w+) opens a stream')
    async def opens_stream(self, name):
        await self.who(name).open()

    @step(r'(\w+) starts TLS')
    async def starts_tls(self, name):
        await self.who(name).start_tls()

    @step(r'(\w+) has the features:')
    async def has_features(self, name):
        client = self.who(name)
        self.match(client, pattern.parse(self.step.body)[0], client.features)

    @step(r'(\w+) authenticates(?: by (\S+))?(?: with (.+))?')
    async def authenticates(self, name, mechanism, password):
        refused = await self.who(name).authenticate(mechanism, self.filled(password) if password else None)
        if refused:
            raise Unexpected(f'{name} should have been authenticated; it was refused: {refused}')

    @step(r'(\w+) proves who it is')
    async def proves(self, name):
        """Up to <success/>: the new header is for the scenario to send."""
        refused = await self.who(name).prove()
        if refused:
            raise Unexpected(f'{name} should have been authenticated; it was refused: {refused}')

    @step(r'(\w+) logs in by SASL2(?: by (\S+?))?(?: as ([0-9a-fA-F-]{36}))?(?: with (.+?))?:?')
    async def logs_in_by_sasl2(self, name, mechanism, agent, password):
        """On an open stream, with what stands below as its wishes; then it has <success/> or <failure/> to receive."""
        client = self.who(name)
        wishes = self.wire(self.step.body)
        password = self.filled(password) if password else None
        client.inbox.appendleft(await sasl2.prove(client, wishes, mechanism, agent, password))

    @step(r'(\w+) is refused by (\S+)(?: with (.+?))?: (\S+)')
    async def is_refused(self, name, mechanism, password, condition):
        refused = await self.who(name).authenticate(mechanism, self.filled(password) if password else None)
        if refused != condition:
            raise Unexpected(f'{name} should have been refused with {condition}; it got {refused or "in"}')

    @step(r'(\w+) binds(?: (\S+))?')
    async def binds(self, name, resource):
        await self.who(name).bind(resource)

    @step(r'(\w+) tries until there is room, and binds (\S+)')
    async def binds_at_last(self, name, resource):
        async def refusal():
            try:
                await self.who(name).bind(resource)
            except Unexpected as refused:
                return refused
        await poll(refusal, lambda refused: refused is None, f'a resource for {name}')

    @step(r"(\w+)'s stream ends with ([a-z-]+)(?: and(:)|[: ].*)?")
    async def ends_with(self, name, condition, more):
        """A stream error of this name (a table's cell may say more behind it), then the end of stream and connection."""
        client = self.who(name)
        element = await client.receive()
        found = [c.tag for c in element]
        if element.tag != STREAM_ERROR or f'{{{STREAMS}}}{condition}' not in found:
            raise Unexpected(f"{name}'s stream should have ended with {condition}; it received\n{show(element)}"
                             f'{self.rest(client)}')
        if more:
            self.match(client, pattern.parse(self.step.body)[0], element)
        await self.is_disconnected(name)

    @step(r'(\w+) is disconnected')
    async def is_disconnected(self, name):
        client = self.who(name)
        element = await client.receive()
        if element is END:
            client.transport.send_end()
            element = await client.receive()
        if element is not LOST:
            raise Unexpected(f'{name} should have been disconnected; it received\n{show(element)}{self.rest(client)}')
        client.abort()

    @step(r'(\w+) disconnects')
    async def disconnects(self, name):
        await self.who(name).close()
        self.forget_end(name)

    @step(r'(\w+) is thrown out')
    async def is_thrown_out(self, name):
        """By whatever stream error; others who leave at the same time may be seen leaving."""
        element = await self.who(name).receive()
        while element.tag == '{jabber:client}presence' and element.get('type') == 'unavailable':
            element = await self.who(name).receive()
        if element.tag == STREAM_ERROR:
            await self.is_disconnected(name)
        elif element is not END and element is not LOST:
            raise Unexpected(f'{name} should have been thrown out; it received\n{show(element)}')
        self.who(name).abort()
        self.who(name).inbox.clear()

    @step(r'(\w+) (?:drops|is gone)')
    async def drops(self, name):
        self.who(name).abort()
        self.forget_end(name)

    def forget_end(self, name):
        inbox = self.who(name).inbox
        for element in [e for e in inbox if e is END or e is LOST]:
            inbox.remove(element)

    # --- stream management

    @step(r'(\w+) enables stream management(?: (without) resumption)?')
    async def enables_sm(self, name, without):
        await self.who(name).enable_sm(resume=not without)

    @step(r'(\w+) resumes(?:, refused with (\S+))?')
    async def resumes(self, name, refused):
        answer = await self.who(name).resume()
        if refused:
            found = answer.tag == '{urn:xmpp:sm:3}failed' and [c.tag.split('}')[1] for c in answer]
            if not found or refused not in found:
                raise Unexpected(f'{name} should not have resumed ({refused}); it received\n{show(answer)}')
        elif answer.tag != '{urn:xmpp:sm:3}resumed':
            raise Unexpected(f'{name} should have resumed; it received\n{show(answer)}')

    @step(r'(\w+) resumes the session of (\w+), refused with (\S+)')
    async def resumes_of_other(self, name, whose, refused):
        client = self.who(name)
        client.sm_id = self.who(whose).sm_id if whose in self.cast.clients else whose
        await self.resumes(name, refused)

    @step(r'(\w+) leaves its connection behind')
    async def leaves_behind(self, name):
        """The client goes on with a new connection and does not close the old one; the server must."""
        self.who(name).leave_behind()

    @step(r'(\w+) changes to (\w+)')
    async def changes_to(self, name, transport):
        self.who(name).kind = transport

    @step(r'the server gives up (\w+)')
    async def gives_up(self, name):
        """It closes the connection that the client left behind."""
        await self.who(name).is_left()

    @step(r'(\w+) acknowledges')
    async def acknowledges(self, name):
        client = self.who(name)
        client.send(f"<a xmlns='urn:xmpp:sm:3' h='{client.sm_received}'/>")

    @step(r'(\w+) stops acknowledging')
    async def stops_acknowledging(self, name):
        self.who(name).sulks = True

    @step(r'(\w+) forgets that it received (\d+)')
    async def forgets(self, name, count):
        self.who(name).sm_received -= int(count)

    @step(r'all of (\w+) is acknowledged')
    async def all_acknowledged(self, name):
        await self.who(name).drained()


def base64_of(text):
    """For SASL; `\\0` is the byte 0."""
    return base64.b64encode(text.replace('\\0', '\0').encode()).decode()


def split_elements(text):
    """The top-level elements of a block, as they are written."""
    parts, depth, start = [], 0, None
    for match in re.finditer(r'<(/?)[^<>]*?(/?)>', text):
        if not match.group(1):
            if depth == 0:
                start = match.start()
            if not match.group(2):
                depth += 1
        else:
            depth -= 1
        if depth == 0:
            parts.append(text[start:match.end()])
    return parts


def shown(wanted, variables):
    return pattern.expand(show(wanted), variables)
