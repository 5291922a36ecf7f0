"""What comes at the ports of other servers: stanzas before proof, forged senders, foreign pairs, keys of others, floods."""
import asyncio
import contextlib

from fixtures.client import Unexpected
from fixtures.federated import Network, People
from fixtures.server_peer import Authoritative, ServerPeer
from fixtures.shown import show
from stage import case

MESSAGE = "<message from='{}' to='{}' type='chat' id='x'><body>Trust me</body></message>"
EAST = {'east': ['alder.example', 'acorn.example']}


class Ring:
    """A server with two tenants, one person of each there; and peers with certificates of their own."""

    def __init__(self, network, people, victims):
        self.network, self.people, self.victims = network, people, victims
        self.server, self.peers = network.servers['east'], []

    async def peer(self, domain='evil.example', to='alder.example', certified=True):
        issued = await asyncio.to_thread(self.network.authority.issue, domain) if certified else None
        self.peers.append(ServerPeer(self.server, domain, to, issued))
        return self.peers[-1]

    async def proved(self, **details):
        peer = await (await self.peer(**details)).open()
        return await peer.prove()


@contextlib.asynccontextmanager
async def ring(**details):
    async with Network(EAST, **details) as network:
        people = People(network)
        try:
            victims = [await people.enter(address) for address in ('ann@alder.example', 'bob@acorn.example')]
            here = Ring(network, people, victims)
            yield here
            # One who may is still heard, by the one it is for alone.
            honest = await here.proved(domain='honest.example')
            honest.send(MESSAGE.format('me@honest.example/x', victims[0].jid))
            element = await victims[0].receive()
            if element.get('from') != 'me@honest.example/x':
                raise Unexpected(f'an honest server should be heard; what came is\n{show(element)}')
            await people.nobody_received_more()
            for peer in here.peers:
                peer.close()
        finally:
            people.leave()


def must(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {wanted!r}; it is {found!r}')


@case('47 s2s: a stanza before TLS, and before proof')
async def before_proof(_stage):
    """policy-violation and not-authorized; nobody gets it."""
    async with ring() as here:
        for way in ('before TLS', 'before proof', 'before proof, without a certificate'):
            peer = await here.peer(certified='without' not in way)
            if way == 'before TLS':
                await peer.connect()
                peer.send_header()
                await peer.take_header()
            else:
                await peer.open()
            peer.send(MESSAGE.format('mallory@evil.example/x', here.victims[0].jid))
            await peer.ends_with('policy-violation' if way == 'before TLS' else 'not-authorized')


@case('s2s: senders that are not proved, of our own domains and of others')
async def forged(_stage):
    """invalid-from (RFC 6120 section 4.9.3.9): on a stream that has proved another domain."""
    async with ring() as here:
        for sender in ('ann@alder.example/r', 'bob@acorn.example/r', 'rooms.alder.example', 'me@other.example/x', 'me@sub.evil.example/x'):
            peer = await here.proved()
            peer.send(MESSAGE.format(sender, here.victims[0].jid))
            await peer.ends_with('invalid-from')
        for stanza in ("<message to='{}'><body>x</body></message>", "<message from='mallory@evil.example/x'><body>x</body></message>",
                       "<message from='' to='{}'><body>x</body></message>"):
            peer = await here.proved()
            peer.send(stanza.format(here.victims[0].jid))
            await peer.ends_with('improper-addressing')


@case('s2s: a pair of domains that was not proved, on a stream that has proved another one')
async def foreign_pair(_stage):
    """What is proved for one tenant is not for the other, nor for its rooms."""
    async with ring() as here:
        for to in (here.victims[1].jid, 'lobby@rooms.alder.example/x', 'nobody@elsewhere.example'):
            peer = await here.proved()
            peer.send(MESSAGE.format('mallory@evil.example/x', to))
            await peer.ends_with('invalid-from')


@case('s2s: headers in our own name, for nobody, for closed tenants, and giant ones')
async def headers(_stage):
    """invalid-from, host-unknown, improper-addressing, policy-violation."""
    async with ring() as here:
        await asyncio.to_thread(here.server.api.change_tenant, 'acorn', federation='closed')
        for domain, to, condition in (('acorn.example', 'alder.example', 'invalid-from'), ('alder.example', 'alder.example', 'invalid-from'),
                                      ('evil.example', 'nobody.example', 'host-unknown'), ('evil.example', '', 'improper-addressing'),
                                      ('evil.example', 'acorn.example', 'host-unknown'), ('a b', 'alder.example', 'improper-addressing'),
                                      ('user@evil.example', 'alder.example', 'improper-addressing'),
                                      ('x' * 20000, 'alder.example', 'policy-violation')):
            peer = await (await here.peer(certified=False)).connect()
            peer.send_header(domain, to)
            await peer.ends_with(condition)
        await asyncio.to_thread(here.server.api.change_tenant, 'acorn', federation='open')


@case('s2s: EXTERNAL with a certificate of another domain, of nobody, and in the name of another')
async def external(_stage):
    """It is not offered, and refused where it is tried."""
    async with ring() as here:
        other = await asyncio.to_thread(here.network.authority.issue, 'other.example')
        for issued in (None, other):
            peer = ServerPeer(here.server, 'evil.example', 'alder.example', issued)
            here.peers.append(peer)
            await peer.open()
            must('that EXTERNAL is offered', peer.offers('EXTERNAL'), False)
            peer.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>")
            must('the answer', (await peer.receive()).tag.rpartition('}')[2], 'failure')
            peer.send(MESSAGE.format('mallory@evil.example/x', here.victims[0].jid))
            await peer.ends_with('not-authorized')
        peer = await (await here.peer()).open()
        must('that EXTERNAL is offered', peer.offers('EXTERNAL'), True)
        peer.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>b3RoZXIuZXhhbXBsZQ==</auth>")   # other.example
        must('the answer', (await peer.receive()).tag.rpartition('}')[2], 'failure')


@case('s2s: dialback with keys that the domain does not know, of a domain whose server can not be asked, and of ours')
async def dialback(_stage):
    """invalid, error, invalid-from; an answer that nobody has asked for proves nothing."""
    async with ring() as here:
        issued = await asyncio.to_thread(here.network.authority.issue, 'liar.example', 'friend.example')
        async with Authoritative(issued, {'liar.example': 'invalid', 'friend.example': 'valid'}) as asked:
            for domain in ('liar.example', 'friend.example'):
                here.network.dns.serve_domain(domain, asked.port, direct=True)
            peer = await (await here.peer(domain='liar.example', certified=False)).open()
            must('what is said of a wrong key', await peer.dialback(), ('invalid', None))
            must('what is said of a domain without a server', (await peer.dialback('unknown.example'))[0], 'error')
            must('what is said of a host that we do not have', await peer.dialback(to='nobody.example'), ('error', 'item-not-found'))
            peer.send("<db:result from='liar.example' to='alder.example' type='valid'/>"
                      "<db:verify from='liar.example' to='alder.example' id='1' type='valid'/>")
            peer.send(MESSAGE.format('mallory@liar.example/x', here.victims[0].jid))
            await peer.ends_with('not-authorized')
            friend = await (await here.peer(domain='friend.example', certified=False)).open()
            must('what is said of a right key', await friend.dialback(), ('valid', None))
            must('what its server was asked', asked.asked[-1], ('alder.example', 'friend.example', 'some-key'))
            friend.send(MESSAGE.format('me@friend.example/x', here.victims[0].jid))
            must('who is heard', (await here.victims[0].receive()).get('from'), 'me@friend.example/x')
            friend.send(MESSAGE.format('me@friend.example/x', here.victims[1].jid))
            await friend.ends_with('invalid-from')
        peer = await (await here.peer(certified=False)).open()
        peer.send("<db:result from='acorn.example' to='alder.example'>key</db:result>")
        await peer.ends_with('invalid-from')


@case('s2s: questions about dialback keys that we have never made')
async def verify(_stage):
    """invalid, for any id and key; item-not-found for a domain that we do not have."""
    async with ring() as here:
        peer = await (await here.peer(certified=False)).open()
        for key in ('', 'x', '0' * 64):
            peer.send(f"<db:verify from='evil.example' to='alder.example' id='1'>{key}</db:verify>")
            must('the answer', (await peer.receive()).get('type'), 'invalid')
        peer.send("<db:verify from='evil.example' to='nobody.example' id='1'>key</db:verify>")
        must('the answer', (await peer.receive()).get('type'), 'error')


@case('s2s: many streams that prove nothing')
async def half_open(_stage):
    """Of one network 20 are kept; the rest hear resource-constraint."""
    async with ring() as here:
        peers = [await (await here.peer(certified=False)).connect() for _ in range(120)]
        for peer in peers:
            peer.send_header()
        ended = 0
        for peer in peers:
            header = await peer.receive()
            second = await peer.receive() if header is not None else None
            ended += second is None or second.tag.endswith('}error')
        if ended < 120 - 3 * 20:   # each of three loops keeps its own
            raise Unexpected(f'of 120 streams 60 at least should have been ended; {ended} were')
        for peer in peers:   # so that the server knows that they have gone
            peer.send('</stream:stream>')
            while not peer.reading.done() or not peer.came.empty():
                if await peer.receive() is None:
                    break


SM = "xmlns='urn:xmpp:sm:3'"


async def managed(here, **details):
    """A peer whose stream is counted, and the id under which it can be resumed."""
    peer = await here.proved(**details)
    peer.send(f"<enable {SM} resume='true'/>")
    enabled = await peer.receive()
    must('the answer to <enable/>', enabled.tag, '{urn:xmpp:sm:3}enabled')
    return peer, enabled.get('id')


async def must_fail(peer, text, condition):
    peer.send(text)
    answer = await peer.receive()
    must('the answer', (answer.tag, [child.tag.rpartition('}')[2] for child in answer]), ('{urn:xmpp:sm:3}failed', [condition]))


@case('s2s: acknowledgements of what was never sent, counting before proof and twice')
async def counts(_stage):
    """XEP-0198 section 4: undefined-condition; unexpected-request."""
    async with ring() as here:
        for text, condition in (("<a {} h='1'/>", 'undefined-condition'), ("<a {} h='4294967295'/>", 'undefined-condition'), ("<a {} h='-1'/>", 'invalid-xml'),
                                ("<a {} h='x'/>", 'invalid-xml'), ("<a {}/>", 'invalid-xml')):
            peer, _ = await managed(here)
            peer.send("<a xmlns='urn:xmpp:sm:3' h='0'/>" + text.format(SM))
            await peer.ends_with(condition)
        peer = await (await here.peer(certified=False)).open()
        for text in ("<enable {}/>", "<resume {} previd='x' h='0'/>", "<r {}/>", "<a {} h='0'/>"):
            await must_fail(peer, text.format(SM), 'unexpected-request')
        peer, own = await managed(here)
        for text in ("<enable {}/>", f"<resume {{}} previd='{own}' h='0'/>", "<fly {}/>"):
            await must_fail(peer, text.format(SM), 'unexpected-request')


@case('s2s: a stream of somebody else, or of another tenant, is not resumed, and goes on')
async def foreign_resumption(_stage):
    """item-not-found, as for an id that never was."""
    async with ring() as here:
        owner, owned = await managed(here, domain='friend.example')
        for details in ({'domain': 'evil.example'}, {'domain': 'friend.example', 'to': 'acorn.example'}):
            thief = await here.proved(**details)
            for previd in (owned, owned[:-1], '', 'x' * 5000, '0.' + owned):
                await must_fail(thief, f"<resume {SM} previd='{previd}' h='0'/>", 'item-not-found')
            await must_fail(thief, f"<resume {SM} previd='{owned}' h='many'/>", 'bad-request')
            thief.send(f"<resume {SM} previd='{owned}' h='7'/>")
            await thief.ends_with('undefined-condition')
        owner.send(MESSAGE.format('me@friend.example/x', here.victims[0].jid) + f'<r {SM}/>')
        must('who is heard', (await here.victims[0].receive()).get('from'), 'me@friend.example/x')
        must('what its stream has', (await owner.receive()).get('h'), '1')


@case('s2s: floods of <r/> and <enable/>, read and unread')
async def questions(_stage):
    """Each is answered at the peer's own pace; others are served meanwhile."""
    async with ring() as here:
        peer, _ = await managed(here)
        peer.send(f'<r {SM}/>' * 2000)
        for _ in range(2000):
            must('the answer', (await peer.receive()).get('h'), '0')
        deaf, _ = await managed(here, domain='deaf.example')
        deaf.reading.cancel()
        deaf.send((f'<r {SM}/>' + f'<enable {SM}/>') * 20000)
        peer.send(MESSAGE.format('me@evil.example/x', here.victims[0].jid) + f'<r {SM}/>')
        must('who is heard', (await here.victims[0].receive()).get('from'), 'me@evil.example/x')
        must('what its stream has', (await peer.receive()).get('h'), '1')
