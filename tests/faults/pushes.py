"""Push services (XEP-0357) and push endpoints, while the server is killed: what was enabled stays, what was taken is there, and old answers say nothing."""
import asyncio

from fixtures.client import Unexpected, show
from fixtures.component import Component
from waiting import Company

CASES = []
PUBLISH = '{http://jabber.org/protocol/pubsub}pubsub/{http://jabber.org/protocol/pubsub}publish'
COUNT = "{urn:xmpp:push:0}notification/{jabber:x:data}x/{jabber:x:data}field[@var='message-count']/{jabber:x:data}value"


class Service(Component):
    """A push service of a tenant, by its owner's key."""

    @classmethod
    async def make(cls, server, tenant):
        name = f'push.{tenant}.example'
        made = await asyncio.to_thread(server.api.must, 'POST', f'/operator/v1/tenants/{tenant}/components', {'domain': name})
        return cls(server, name, made['secret'])

    async def published(self):
        """The id of the next publish, its account, its node, and how many messages wait."""
        iq = await self.receive()
        publish = None if iq is None else iq.find(PUBLISH)
        if publish is None:
            raise Unexpected(f'{self.name} should have been published to; it received\n{"nothing" if iq is None else show(iq)}')
        return iq.get('id'), iq.get('from'), publish.get('node'), publish.findtext(f'{{http://jabber.org/protocol/pubsub}}item/{COUNT}')

    def reply(self, identity, to, error=''):
        self.send(f"<iq type='{'error' if error else 'result'}' id='{identity}' from='{self.name}' to='{to}'>{error}</iq>")


async def killed_while_pushing(server):
    """kill -9 between a publish and its answer: the service stays enabled, the message waits, the next one wakes. An answer to what was published
    before the kill ends nothing, and the other tenant's service hears nothing of it all."""
    company = Company(server)
    await company.make()
    service, other = [await Service.make(server, tenant) for tenant in ('montague', 'capulet')]
    for user, push in (('benvolio', service), ('nurse', other)):
        await company.enter(user)
        answer = await company.clients[user].answer(f"<iq type='set' id='en'><enable xmlns='urn:xmpp:push:0' jid='{push.name}' node='n'/></iq>")
        if answer.get('type') != 'result':
            raise Unexpected(f'a push service was refused\n{show(answer)}')
        await company.clients[user].close()
        await push.enter()
    await company.enter('romeo')
    await company.write('benvolio', ['m1'])
    benvolio = 'benvolio@montague.example'
    old, *rest = await service.published()
    if rest != [benvolio, 'n', '1']:
        raise Unexpected(f'{rest} was published of the first message')
    server.kill()
    server.start()
    for push in (service, other):
        push.close()
        push.came = asyncio.Queue()
        await push.enter()
    gone = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
    service.reply(old, benvolio, gone)
    service.send(f"<iq type='get' id='p' from='{service.name}' to='{benvolio}'><ping xmlns='urn:xmpp:ping'/></iq>")
    await service.receive()   # behind the old answer
    company.clients['romeo'].abort()
    await company.enter('romeo')
    await company.write('benvolio', ['m2'])
    identity, *rest = await service.published()
    if rest != [benvolio, 'n', '1']:
        raise Unexpected(f'{rest} was published after the restart')
    service.reply(identity, benvolio)
    if other.came.qsize():
        raise Unexpected(f'{other.name} was told\n{show(other.came.get_nowait())}')
    got = await company.again('benvolio')
    found = [element.get('id') for element in got if element.get('id') in ('m1', 'm2')]
    if found != ['m1', 'm2']:
        raise Unexpected(f'of the two messages there came {found}')
    for push in (service, other):
        push.close()
CASES.append(('push: killed between a publish and its answer', killed_while_pushing))
