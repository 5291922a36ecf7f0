"""pebble (Debian's), an ACME authority by other people, which refuses a fifth of all good nonces: certificates for proved domains, by both challenges, renewed,
kept over a restart; with an external account; and none for a domain that nobody has proved."""
import asyncio
import os
import ssl

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.pebble import Pebble, shown
from fixtures.poll import poll
from fixtures.server import Server, logs_folder


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {str(wanted)[:100]}; it is {str(found)[:300]}')


class Owner:
    """One tenant's, by its key."""

    def __init__(self, stage, house):
        self.stage, self.key = stage, stage.tenants[house]['api_key']

    async def must(self, method, path, body=None):
        return await asyncio.to_thread(self.stage.api.must, method, path, body, self.key)

    async def prove(self, pebble, domain):
        claimed = await self.must('POST', '/v1/domains', {'domain': domain})
        must_be('the claim', claimed['state'], 'waiting')
        await pebble.say_txt('_teahouse.' + domain, claimed['file']['content'])
        checked = await self.must('POST', f'/v1/domains/{domain}/check')
        must_be('the domain', (checked['state'], checked.get('proved_by')), ('proved', 'txt'))
        return checked

    async def certificate(self, domain):
        for row in (await self.must('GET', '/v1/certificates'))['certificates']:
            if row['domain'] == domain:
                return row
        return {'state': 'none'}

    async def issued(self, domain):
        return await poll(lambda: self.certificate(domain), lambda row: row['state'] == 'issued', f'a certificate for {domain}', limits.EXCHANGE_S)


async def play(stage, settings, case, external_account=None):
    with Pebble(os.path.join(logs_folder(), f'pebble-{stage.number}.log'), external_account) as pebble:
        async with Server(f'pebble-{stage.number}', ['server.loops=2', *pebble.settings(), *settings]) as server:
            own = type(stage)(server, stage.number)
            await own.set_up()
            try:
                await pebble.begin(server.port('http'), server.port('https'), PEBBLE_WFE_NONCEREJECT='20', PEBBLE_AUTHZREUSE='0')
                await case(pebble, server, Owner(own, 'montague'), Owner(own, 'capulet'))
            finally:
                await own.close()


async def refused_by(port, name, root):
    try:
        await shown(port, name, root)
    except ssl.SSLError:
        return True
    return False


async def both_tenants(pebble, server, montague, capulet):
    checked = await montague.prove(pebble, 'chat.tea.example')
    must_be('the address', [row['state'] for row in checked['records'] if row['for'] == 'address'], ['right'])
    await capulet.must('POST', '/v1/domains', {'domain': 'never.proved.example'})
    # Its name leads to this machine: nobody makes the server ask itself, or its neighbours, for a file.
    checked = await capulet.must('POST', '/v1/domains/never.proved.example/check')
    if checked['state'] != 'waiting' or 'loopback' not in checked['file']['told']:
        raise Unexpected(f'a file at this machine should not be asked for; the check says {checked}')
    await pebble.say_txt('_teahouse.never.proved.example', 'teahouse-domain=guessed')
    checked = await capulet.must('POST', '/v1/domains/never.proved.example/check')
    must_be('a wrong text', [row['state'] for row in checked['records'] if row['type'] == 'TXT'], ['wrong'])
    await montague.issued('chat.tea.example')
    root = pebble.root()
    first = await shown(server.port('https'), 'chat.tea.example', root)
    must_be('a certificate for what is only claimed', await refused_by(server.port('https'), 'never.proved.example', root), True)
    must_be("the other's certificates", (await capulet.must('GET', '/v1/certificates'))['certificates'], [])

    await capulet.prove(pebble, 'chat.rose.example')
    await capulet.issued('chat.rose.example')
    await asyncio.to_thread(server.terminate)
    await asyncio.to_thread(server.start)
    must_be('the certificate after a restart', await shown(server.port('https'), 'chat.tea.example', root), first)
    must_be('its state', (await montague.certificate('chat.tea.example'))['state'], 'issued')

    await montague.must('POST', '/v1/certificates/chat.tea.example/renew')

    async def serial():
        return await shown(server.port('https'), 'chat.tea.example', root)
    await poll(serial, lambda found: found != first, 'another certificate', limits.EXCHANGE_S)
    await montague.must('DELETE', '/v1/domains/chat.tea.example')
    must_be('a certificate for what was given up', await refused_by(server.port('https'), 'chat.tea.example', root), True)
    await shown(server.port('https'), 'chat.rose.example', root)


async def by_http(stage):
    """http-01, for two tenants; renewed, and over a restart."""
    await play(stage, [], both_tenants)


async def one_name(pebble, server, montague, capulet):
    await montague.prove(pebble, 'chat.tea.example')
    await montague.issued('chat.tea.example')
    await shown(server.port('https'), 'chat.tea.example', pebble.root())
    must_be("the other's certificates", (await capulet.must('GET', '/v1/certificates'))['certificates'], [])


async def by_tls(stage):
    """tls-alpn-01."""
    await play(stage, ['acme.challenge=tls-alpn-01'], one_name)


async def by_external_account(stage):
    """An account that is bound to another; pebble wants no other."""
    await play(stage, [], one_name, ('kid-1', 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W'))


async def without_http(pebble, server, montague, _):
    await montague.prove(pebble, 'chat.tea.example')
    row = await poll(lambda: montague.certificate('chat.tea.example'), lambda found: found['state'] == 'failing', 'a failure', limits.EXCHANGE_S)
    if 'chat.tea.example' not in row['told'] or 'next_try' not in row:
        raise Unexpected(f'a failure should be told in words, with the next try; it is {row}')
    # The next try is by the other challenge.
    await montague.must('POST', '/v1/certificates/chat.tea.example/renew')
    await montague.issued('chat.tea.example')


async def killed(pebble, server, montague, capulet):
    for number in range(3):
        domain = f'kill-{number}.tea.example'
        await montague.prove(pebble, domain)     # from here on the order is under way
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await montague.issued(domain)
        await shown(server.port('https'), domain, pebble.root())
    must_be("the other's certificates", (await capulet.must('GET', '/v1/certificates'))['certificates'], [])


async def over_a_kill(stage):
    """kill -9 in an order: it goes on, or is begun again."""
    await play(stage, [], killed)


async def by_the_other(stage):
    """http-01 fails, for nobody answers at its port: told in words, and tried by tls-alpn-01."""
    with Pebble(os.path.join(logs_folder(), f'pebble-{stage.number}.log')) as pebble:
        async with Server(f'pebble-{stage.number}', ['server.loops=2', *pebble.settings()]) as server:
            own = type(stage)(server, stage.number)
            await own.set_up()
            try:
                await pebble.begin(pebble.management, server.port('https'), PEBBLE_WFE_NONCEREJECT='0', PEBBLE_AUTHZREUSE='0')
                await without_http(pebble, server, Owner(own, 'montague'), Owner(own, 'capulet'))
            finally:
                await own.close()


CASES = [('pebble: certificates for two tenants by http-01, renewed and kept', by_http), ('pebble: a certificate by tls-alpn-01', by_tls),
         ('pebble: an external account', by_external_account), ('pebble: the other challenge where one fails', by_the_other),
         ('pebble: an order that is killed', over_a_kill)]
