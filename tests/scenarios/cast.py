"""Who is on stage: the tenants, accounts and clients of one scenario, made afresh for it on a server that many share.

Scenarios say montague.example and capulet.example; on the wire each scenario has domains of its own. `to_wire` and `from_wire`
translate. Each scenario also has a source address of its own (127.x.y.z), so that what the server counts by address is its own.
"""
import asyncio
import secrets

from fixtures.caps import Caps
from fixtures.client import Client
from fixtures.sentinel import settle

TENANTS = ('montague', 'capulet')
USERS = {'romeo': 'montague', 'benvolio': 'montague', 'juliet': 'capulet', 'nurse': 'capulet'}
RESOURCES = {'romeo': 'orchard', 'benvolio': 'street', 'juliet': 'balcony', 'nurse': 'chamber'}
UNLIMITED = ('accounts', 'sessions', 'sessions_per_account', 'rooms', 'rooms_per_account', 'room_members', 'stanzas_per_s', 'archive_bytes',
             'archive_days', 'offline_messages', 'files_total_bytes', 'file_days', 'api_calls_per_min')
STATES = {  # a state of RFC 6121 appendix A -> who sends what, to get there; 'me' is the one whose state it is
    'None': [],
    'None + Pending Out': [('me', 'subscribe')],
    'None + Pending In': [('other', 'subscribe')],
    'None + Pending Out+In': [('me', 'subscribe'), ('other', 'subscribe')],
    'To': [('me', 'subscribe'), ('other', 'subscribed')],
    'To + Pending In': [('me', 'subscribe'), ('other', 'subscribed'), ('other', 'subscribe')],
    'From': [('other', 'subscribe'), ('me', 'subscribed')],
    'From + Pending Out': [('other', 'subscribe'), ('me', 'subscribed'), ('me', 'subscribe')],
    'Both': [('me', 'subscribe'), ('other', 'subscribed'), ('other', 'subscribe'), ('me', 'subscribed')],
}


class Account:
    """An address as the scenario writes it, and its password."""

    def __init__(self, address):
        self.address = address
        self.user, self.domain = address.split('@')
        self.tenant = self.domain.split('.')[0]
        self.password = 'pw-' + secrets.token_hex(6)


class Cast:
    """Owns all that a scenario made; `leave` takes the clients off the stage."""

    def __init__(self, server, script, number, log):
        self.server, self.script, self.number, self.log = server, script, number, log
        self.source = f'127.{1 + number // 62500}.{(number // 250) % 250}.{2 + number % 250}'
        self.domains = {f'{t}.example': f'{t}-{number}.example' for t in TENANTS}
        self.names = {t: f'{t}-{number}' for t in TENANTS}
        self.tenants = {}      # alias -> what the API said when it was made: site, api_key, signing_secret
        self.accounts = {}     # address -> Account
        self.clients = {}      # name -> Client
        self.bystanders = []
        self.lines = {}        # to the proxy, by the scenario's names (bytestream_words.py)

    def to_wire(self, text):
        for shown, real in self.domains.items():
            text = text.replace(shown, real)
        return text

    def from_wire(self, text):
        for shown, real in self.domains.items():
            text = text.replace(real, shown)
        return text

    def rename(self, element):
        for part in element.iter():
            for name, value in part.attrib.items():
                if '.example' in value:
                    part.set(name, self.from_wire(value))
            if part.text and '.example' in part.text:
                part.text = self.from_wire(part.text)

    async def api(self, function, *arguments, **keywords):
        return await asyncio.to_thread(function, *arguments, **keywords)

    async def set_up(self):
        addresses = [self.account_of(name, options) for name, options in self.script.clients.items()]
        if self.script.bystanders:
            addresses += [f'{user}@{tenant}.example' for user, tenant in USERS.items()]
        addresses += self.script.accounts
        await asyncio.gather(*[self.make_tenant(alias) for alias in TENANTS])
        await asyncio.gather(*[self.make_account(address) for address in dict.fromkeys(addresses)])
        for name, options in self.script.clients.items():
            self.clients[name] = self.make_client(name, options)
        for first, state, second in self.script.relations:
            await self.relate(self.address_of(first), state, self.address_of(second))
        if self.script.bystanders:
            taken = {c.account for c in self.clients.values()}
            for user, tenant in USERS.items():
                if f'{user}@{tenant}.example' not in taken:
                    self.bystanders.append(self.make_client(user, {'resource': 'bystander'}))
        for client in self.everybody():
            if client.state != 'offline':
                await self.enter(client)
        await self.settle()
        self.clear()

    def account_of(self, name, options):
        return options.get('account') or f'{name}@{USERS[name]}.example'

    def address_of(self, who):
        return self.clients[who].account if who in self.clients else who if '@' in who else f'{who}@{USERS[who]}.example'

    async def make_tenant(self, alias):
        """With a plan of its own, in which only what the scenario names has a limit."""
        options = dict(self.script.tenants.get(alias, {}))
        details = {name: options.pop(name) == 'on' for name in ('registration', 'guests') if name in options}
        details.update({name: [options.pop(name)] for name in ('origins',) if name in options})
        plan = {'stanza_bytes': 262144, **{name: -1 for name in UNLIMITED}}
        for name, value in options.items():
            plan[name] = int(value)
        if options or not await self._has_default_plan():
            name = f'plan-{self.names[alias]}' if options else 'open'
            await self.api(self.server.api.set_plan, name, plan)
        else:
            name = 'open'
        self.tenants[alias] = await self.api(self.server.api.create_tenant, self.names[alias],
                                             self.domains[f'{alias}.example'], plan=name, **details)

    async def _has_default_plan(self):
        answer = await self.api(self.server.api.call, 'GET', '/operator/v1/plans/open')
        return answer.status == 200

    async def make_account(self, address, password=None):
        account = Account(address)
        account.password = password or account.password
        self.accounts[address] = account
        await self.api(self.server.api.create_account, self.names[account.tenant], account.user, account.password)

    def make_client(self, name, options):
        address = self.account_of(name, options)
        account = self.accounts[address]
        client = Client(self.server, name, account.user, self.domains[account.domain],
                        options.get('password', account.password),
                        options.get('resource') or RESOURCES.get(name, name), options.get('transport', 'tcp'),
                        self.source, options.get('mechanism', 'SCRAM-SHA-1'), self.log, self.rename)
        client.account = address
        client.state = options.get('state', 'available')
        client.priority = options.get('priority')
        client.certificate = options.get('certificate')
        client.address_back = self.to_wire
        if 'features' in options:
            client.caps = Caps(options['features'].split(), 'lies' in options)
        return client

    def everybody(self):
        return [*self.clients.values(), *self.bystanders]

    async def enter(self, client):
        """Logs in and does what its state says."""
        await client.login()
        if client.state == 'interested':
            await self.get_roster(client)
        if client.state in ('available', 'interested'):
            await self.become_available(client)

    async def get_roster(self, client):
        return await client.answer("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>")

    async def become_available(self, client):
        priority = f'<priority>{client.priority}</priority>' if client.priority else ''
        caps = client.caps.element() if client.caps else ''
        client.send(f'<presence>{priority}{caps}</presence>')
        await client.pick(lambda e: e.tag.endswith('}presence') and e.get('from') == client.jid)

    async def relate(self, mine, state, theirs):
        """Brings the roster of `mine` to a state by the protocol, with sessions that are gone before the play begins."""
        me, other = (self.make_client(role, {'account': address, 'resource': 'setting', 'state': 'interested'})
                     for role, address in (('me', mine), ('other', theirs)))
        await asyncio.gather(me.login(), other.login())
        await self.get_roster(me)
        await self.get_roster(other)
        for who, kind in STATES[state]:
            sender, to = (me, theirs) if who == 'me' else (other, mine)
            sender.send(self.to_wire(f"<presence type='{kind}' to='{to}'/>"))
            await settle([me, other])
        await asyncio.gather(me.close(), other.close())

    def rooms(self):
        return []

    async def settle(self, rooms=()):
        """What clients answer by themselves may have come of what came before."""
        for _ in range(2 if any(client.caps for client in self.everybody()) else 1):
            await settle(self.everybody(), [self.to_wire(room) for room in rooms])

    def clear(self):
        for client in self.everybody():
            client.inbox.clear()

    def leave(self):
        for one in [*self.everybody(), *self.lines.values()]:
            one.abort()
