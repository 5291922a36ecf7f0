"""Steps that call the API, sign tokens, and stop and start the server."""
import json

from fixtures import pattern
from fixtures.api import site_token
from fixtures.client import LOST, Unexpected, show
from fixtures.poll import poll
from words import step


class ServerWords:
    """A part of Play: what it uses of it stands there."""

    @step(r'(\w+) calls(?: (\d+) times)? (GET|POST|PUT|PATCH|DELETE) (\S+?)(?: while it is (\d+))?( as text)?(?: from (\S+?))?(?: under (\S+?))?(?: at (\S+?))?(:)?')
    async def calls(self, who, times, method, path, busy, as_text, origin, once, host, _body):
        """`operator`, a tenant (with its first API key), `anybody` (no key), or a variable that holds a key or token; `from` a page's
        origin; `under` an Idempotency-Key; `at` a host, over TLS; again and again `while it is` answered so. A body that begins with { is JSON. Of several times
        all must be answered alike."""
        key = None if who == 'operator' else '' if who == 'anybody' else \
            self.variables[who] if who in self.variables else self.cast.tenants[who]['api_key']
        body = self.wire(self.step.body.strip()).encode() or None
        headers = {'Content-Type': 'application/json' if body and body[:1] == b'{' else
                   'application/x-www-form-urlencoded'} if body else {}
        headers.update({'Accept': 'text/plain'} if as_text else {}, **({'Origin': self.filled(origin)} if origin else {}))
        headers.update({'Idempotency-Key': self.filled(once)} if once else {})

        at = (self.cast.server.addresses['https'], self.wire(host)) if host else None

        async def call():
            self.answer = await self.cast.api(self.cast.server.api.call, method, self.wire(path), body, key, headers, at)
            self.cast.log.append(f'{who} < {self.answer}')
            wrong = await self.cast.api(self.cast.server.api.wrong, method, path, self.answer)
            if wrong:
                raise Unexpected(f'{method} {path} is not answered as /openapi.json says: {wrong}; the answer is {self.answer}')
            return self.answer.status

        statuses = [await poll(call, lambda status: status != int(busy or 0), f'another answer of {method} {path}') for _ in range(int(times or 1))]
        if len(set(statuses)) > 1:
            raise Unexpected(f'all should have been answered alike; the answers are {statuses}')

    @step(r'the answer is (\d+)(:)?')
    async def the_answer(self, status, body):
        if self.answer.status != int(status):
            raise Unexpected(f'the answer should have been {status}; it is {self.answer}')
        if body:
            self.match_json(json.loads(self.filled(self.step.body)))

    def match_json(self, wanted):
        actual = json.loads(self.cast.from_wire(self.answer.body.decode()))
        try:
            self.variables = pattern.compare_json(wanted, actual, self.variables)
        except pattern.Mismatch as mismatch:
            raise Unexpected(f'{mismatch}\nthe answer is {self.answer}') from None

    @step(r'the answer is (\d+) as text:')
    async def the_answer_as_text(self, status):
        """One value or one line of error, with a line end or without."""
        await self.the_answer(status, None)
        self.must_be_type('text/plain')
        try:
            text = self.cast.from_wire(self.answer.body.decode()).removesuffix('\n')
            self.variables = pattern.checked(self.step.body.strip(), text, self.variables, 'the answer')
        except pattern.Mismatch as mismatch:
            raise Unexpected(f'{mismatch}\nthe answer is {self.answer}') from None

    @step(r'the answer is the problem (\d+) (\S+?)(:)?')
    async def the_problem(self, status, code, body):
        """RFC 9457, with a sentence for people."""
        await self.the_answer(status, None)
        self.must_be_type('application/problem+json')
        self.match_json({'type': 'about:blank', 'status': int(status), 'code': code, 'title': '{ANY}',
                         'request_id': self.answer.headers.get('Request-Id'), 'detail': r'{MATCH:[A-Z\'"].* .*[.)]}'})
        if body:
            self.match_json(json.loads(self.filled(self.step.body)))

    def must_be_type(self, wanted):
        found = self.answer.headers.get('Content-Type', '')
        if found.split(';')[0] != wanted:
            raise Unexpected(f'the answer should have been {wanted}; it is {found}: {self.answer}')

    @step(r'the answer has the header ([\w-]+): (.+)')
    async def the_answer_has_header(self, name, value):
        try:
            self.variables = pattern.checked(self.filled(value), self.answer.headers.get(name) or '', self.variables, name)
        except pattern.Mismatch as mismatch:
            raise Unexpected(str(mismatch)) from None

    @step(r'the answer has no header ([\w-]+)')
    async def the_answer_has_no_header(self, name):
        if name in self.answer.headers:
            raise Unexpected(f'the answer has {name}: {self.answer.headers[name]}')

    @step(r'(\w+) signs a token (\w+) for (.+?)(:)?')
    async def signs(self, tenant, variable, user, claims):
        made = self.cast.tenants[tenant]
        more = json.loads(self.filled(self.step.body)) if claims else {}
        self.variables[variable] = site_token(more.pop('iss', made['site']), more.pop('secret', made['signing_secret']),
                                              self.filled(user), more.pop('expires_in_s', 3600), **more)
        for name, value in self.variables.items():
            if name == variable:
                self.cast.log.append(f'{name} = {value}')

    @step(r'(\w+) is now (\S+)')
    async def is_now(self, name, user):
        """The client logs in as another user of the tenant."""
        self.who(name).user = self.filled(user)

    @step(r'the server restarts')
    async def restarts(self):
        await self.cast.api(self.cast.server.terminate)
        await self.all_lost()
        await self.cast.api(self.cast.server.start)

    @step(r'the server stops')
    async def stops(self):
        """What the clients hear of it is for the scenario to say."""
        await self.cast.api(self.cast.server.terminate)

    @step(r"(\w+)'s connection is cut")
    async def is_cut(self, name):
        """Without an end of its stream, which would be the end of its session too."""
        client = self.who(name)
        element = await client.receive()
        if element is not LOST:
            raise Unexpected(f"{name}'s connection should have been cut; it received\n{show(element)}{self.rest(client)}")
        client.abort()

    @step(r'the server is stopped')
    async def is_stopped(self):
        await self.cast.api(self.cast.server.terminate)
        await self.all_lost()

    @step(r'the server is killed')
    async def is_killed(self):
        await self.cast.api(self.cast.server.kill)
        await self.all_lost()

    async def all_lost(self):
        for client in self.cast.everybody():
            await client.until(lambda c=client: c.lost, what='the end of its connection')
            client.abort()
            client.inbox.clear()

    @step(r'the server starts')
    async def starts(self):
        await self.cast.api(self.cast.server.start)
