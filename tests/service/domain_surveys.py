"""How a tenant's domain looks from outside, by the API: whose domain it may be, what is found, and what another server says to our proof."""
import asyncio
import os

from federation import SIDES
from fixtures.client import Unexpected
from fixtures.federated import Network
from stage import case, must_equal, must_refuse


def path(tenant, domain):
    return f'/operator/v1/tenants/{tenant}/domains/{domain}/check'


def must_have(survey, area, verdict, words):
    if not any((f['area'], f['verdict']) == (area, verdict) and words in f['told'] for f in survey['findings']):
        raise Unexpected(f'a finding of {area} should be {verdict} with {words!r}; they are\n' + '\n'.join(map(str, survey['findings'])))


def make_network():
    network = Network(SIDES, settings=['domains.allow_private=true'])
    network.settings.append(f'domains.ca_file={os.path.join(network.folder.name, "root.pem")}')
    return network


@case('domains: a look from outside is for those that the tenant has or claims, and not for the other tenant')
async def whose(_stage):
    """404 for a domain of the other tenant's and for a stranger's; an owner's key is good for its own alone; 429 beyond ten a minute."""
    async with make_network() as network:
        east = network.servers['east'].api

        async def call(method, where, body=None, key=None):
            return await asyncio.to_thread(east.call, method, where, body, key)
        keys = {name: (await call('POST', f'/operator/v1/tenants/{name}/keys', {'label': 'k'})).json['api_key'] for name in ('alder', 'acorn')}
        claimed = 'survey.own.example'
        must_equal('the claim', (await call('POST', '/v1/domains', {'domain': claimed}, keys['alder'])).status, 201)
        asked = len(network.dns.asked)
        for domain in (claimed, 'alder.example', 'stranger.example', 'localhost', '127.0.0.1', 'a..b'):
            must_refuse(await call('GET', f'/v1/domains/{domain}/check', key=keys['acorn']), 404, 'among this tenant')
        must_refuse(await call('GET', path('acorn', claimed)), 404, 'among this tenant')
        must_refuse(await call('GET', f'/v1/domains/{claimed}/check', key=''), 401)
        must_equal('that nobody was asked', network.dns.asked[asked:], [])
        for domain in (claimed, 'alder.example'):
            answer = await call('GET', f'/v1/domains/{domain}/check', key=keys['alder'])
            must_equal('the answer for its own', (answer.status, answer.json['domain']), (200, domain))
        answers = [(await call('GET', f'/v1/domains/{claimed}/check', key=keys['alder'])) for _ in range(12)]
        must_equal('that it is bounded', 429 in [answer.status for answer in answers], True)
        must_refuse(next(answer for answer in answers if answer.status == 429), 429, 'again in')
        must_equal('for the other', (await call('GET', '/v1/domains/acorn.example/check', key=keys['acorn'])).status, 200)


@case('domains: a look from outside at a server that federates, with a proof of ours to it, by EXTERNAL and by dialback')
async def federated(_stage):
    """What is another server's is proved to by the tenant's domain; what is served here is not; a tenant that talks with nobody tries nothing."""
    async with make_network() as network:
        east = network.servers['east'].api

        async def look(domain):
            return await asyncio.to_thread(east.must, 'GET', path('alder', domain))
        await asyncio.to_thread(east.must, 'POST', '/operator/v1/tenants/alder/domains', {'domain': 'birch.example'})
        survey = await look('birch.example')
        for words in ('by its certificate', 'by dialback'):
            must_have(survey, 'peer', 'good', words)
        for words in ('dialback', 'good until'):
            must_have(survey, 'servers', 'good', words)
        own = await look('alder.example')
        must_have(own, 'peer', 'untried', 'served by this server itself')
        must_have(own, 'servers', 'good', 'dialback')
        await asyncio.to_thread(east.change_tenant, 'alder', federation='closed')
        must_have(await look('birch.example'), 'peer', 'untried', 'does not talk with birch.example')
