"""What the cases share: a stage made afresh for each, and words for what must come of it."""
import asyncio

import fixtures.stage
from fixtures.client import Unexpected
from fixtures.sentinel import settle
from fixtures.shown import show
from fixtures.stage import USERS, case_table

CASES, case = case_table()


def must_equal(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {wanted!r}; it is {found!r}')


class Stage(fixtures.stage.Stage):
    """Of one case. Each client has an address of its own (127.7.x.y)."""

    plan = 'service'

    def client(self, user, transport='tcp', password=None, resource=None):
        return super().client(user, transport, password, resource, source=f'127.7.{self.number}.{2 + len(self.clients)}', mechanism='SCRAM-SHA-1')

    async def enter_all(self, transport='tcp'):
        return [await self.enter(user, transport) for user in USERS]

    async def call(self, method, path, body=None, key=None, headers=None):
        return await asyncio.to_thread(self.api.call, method, path, body, key, headers)

    async def must_say(self, sender, receiver, text):
        """A message from one to the other arrives, and the answer too."""
        for one, other in ((sender, receiver), (receiver, sender)):
            one.send(f"<message to='{other.jid}' type='headline'><body>{text}</body></message>")
            element = await other.receive()
            if element.get('from') != one.jid or element.findtext('{jabber:client}body') != text:
                raise Unexpected(f'{other.name} should have received {text!r} of {one.name}; it received\n{show(element)}')

    async def nobody_received_more(self):
        await settle(self.clients)
        left = [(c, e) for c in self.clients for e in c.inbox if not c.lost]
        if left:
            raise Unexpected('\n'.join(f'{c.name} should have received nothing more; it received\n{show(e)}' for c, e in left))


def must_refuse(answer, status, *words):
    """A problem (RFC 9457) with this status and a sentence that has the words."""
    problem = answer.json if answer.headers.get('Content-Type', '').startswith('application/problem+json') else None
    detail = problem.get('detail', '') if isinstance(problem, dict) else ''
    if answer.status != status or not is_sentence(detail) or any(word not in detail for word in words):
        raise Unexpected(f'a problem with status {status} and a sentence with {words} was expected; the answer is {answer}')


def is_sentence(text):
    """Three words or more, a capital or a quote at its begin, a full stop at its end."""
    return len(text.split()) > 2 and text.endswith(('.', '.)')) and '\n' not in text and (text[0].isupper() or text[0] in '\'"')
