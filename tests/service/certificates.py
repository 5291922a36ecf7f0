"""Certificates that the operator uploads: which one a client meets, and which ones are refused."""
import asyncio
import re
import tempfile

from authority import FAR, LONG_AGO, PAST, THEN, Authority
from fixtures.client import Unexpected
from sockets import secure
from stage import case, must_equal, must_refuse

WAYS = {  # how a client comes to TLS -> listener, ALPN, whether it says the name by SNI
    'direct TLS': ('c2s_tls', ['xmpp-client'], True),
    'direct TLS without ALPN': ('c2s_tls', None, True),
    'STARTTLS': ('c2s', None, True),
    'STARTTLS without SNI': ('c2s', None, False),
    'HTTPS': ('https', ['http/1.1'], True),
    'XMPP on the HTTPS port': ('https', ['xmpp-client'], True),
}


def met(server, way, domain, ca=None):
    """The certificate (DER) that a client meets; with `ca`, one who verifies chain and name."""
    listener, alpn, says_name = WAYS[way]
    if ca and not says_name:
        return met(server, way, domain)  # a client cannot verify a name that it does not say
    with secure(server, listener, domain if says_name else None, starttls_to=stream_of(domain), ca=ca, alpn=alpn) as sock:
        return sock.getpeercert(binary_form=True)


def stream_of(domain):
    """Accounts are served for the tenant's domain only."""
    return domain.removeprefix('rooms.')


async def met_everywhere(stage, domain, ca=None):
    ways = [way for way, (listener, _, says_name) in WAYS.items() if is_possible(stage, domain, listener, says_name)]
    return {way: await asyncio.to_thread(met, stage.server, way, domain, ca) for way in ways}


def is_possible(stage, domain, listener, says_name):
    """STARTTLS needs a stream to a tenant, and who says no name asks for that tenant's."""
    return listener != 'c2s' or (stream_of(domain) if says_name else domain) in stage.domains.values()


async def must_meet(stage, domain, issued, ca=None):
    for way, der in (await met_everywhere(stage, domain, ca)).items():
        if der != issued.der:
            raise Unexpected(f'by {way} the certificate of {domain} should be the one that was uploaded; it is another')


async def upload(stage, tenant, issued, key=None, chain=None, **details):
    return await stage.call('PUT', f'/operator/v1/tenants/{stage.names[tenant]}/certificate',
                            {'chain': issued.chain if chain is None else chain, 'private_key': key or issued.key, **details})


async def must_upload(stage, tenant, issued, **details):
    answer = await upload(stage, tenant, issued, **details)
    must_equal('the status of the upload', answer.status, 200)
    return answer.json


def own_ca(stage):
    return stage.server.data + '/ca.pem'


@case('certificate: a tenant has its own by SNI, the other keeps its own')
async def chosen(stage):
    """From the upload on, all ways into TLS show the uploaded certificate with its chain for that domain (README: tenants are independent
    servers); the rooms domain, the other tenant's domain and names that nobody has go on as before."""
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        mine, others = stage.domains['montague'], [stage.domains['capulet'], 'rooms.' + stage.domains['montague'], 'localhost']
        before = {domain: await met_everywhere(stage, domain, own_ca(stage)) for domain in others}
        await met_everywhere(stage, mine, own_ca(stage))
        issued = authority.issue(mine)
        shown = await must_upload(stage, 'montague', issued)
        must_equal('the answer', shown, {'domain': mine, 'not_after': '2099-12-31T00:00:00.000Z'})
        await must_meet(stage, mine, issued, authority.path('root.pem'))
        for domain in others:
            must_equal(f'the certificate of {domain}', await met_everywhere(stage, domain, own_ca(stage)), before[domain])
        listed = await stage.call('GET', f'/operator/v1/tenants/{stage.names["capulet"]}/certificate')
        must_equal("the other tenant's certificates", listed.json, {'certificates': []})


@case('certificate: both tenants, their rooms, a wildcard')
async def many(stage):
    """Each domain of each tenant may have its own; a wildcard stands for one label."""
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        root, domains = authority.path('root.pem'), stage.domains
        rooms, other_rooms = 'rooms.' + domains['montague'], 'rooms.' + domains['capulet']
        before = await met_everywhere(stage, other_rooms, own_ca(stage))
        issued = {domains['montague']: authority.issue('elsewhere.example', domains['montague']),
                  domains['capulet']: authority.issue('*.' + domains['capulet'].split('.', 1)[1]), rooms: authority.issue('*.' + domains['montague'])}
        await must_upload(stage, 'montague', issued[domains['montague']])
        await must_upload(stage, 'capulet', issued[domains['capulet']])
        await must_upload(stage, 'montague', issued[rooms], domain=rooms)
        for domain, one in issued.items():
            await must_meet(stage, domain, one, root)
        must_equal('what has no own one', await met_everywhere(stage, other_rooms, own_ca(stage)), before)
        listed = await stage.call('GET', f'/operator/v1/tenants/{stage.names["montague"]}/certificate')
        must_equal('the list', [row['domain'] for row in listed.json['certificates']], sorted([domains['montague'], rooms]))


@case('certificate: replaced while streams are open')
async def replaced(stage):
    """New connections meet the new certificate without a restart, and streams that are open go on."""
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        domain, process = stage.domains['montague'], stage.server.process.pid
        first, second = authority.issue(domain), authority.issue(domain)
        await must_upload(stage, 'montague', first)
        sessions = [await stage.enter('romeo', way) for way in ('tcp', 'tls', 'wss')]
        benvolio, juliet, nurse = [await stage.enter(user, 'tls') for user in ('benvolio', 'juliet', 'nurse')]
        for client in (*sessions, benvolio, juliet, nurse):
            client.inbox.clear()
        await must_upload(stage, 'montague', second)
        await must_meet(stage, domain, second, authority.path('root.pem'))
        for client in sessions:
            old = client.transport.wire.transport.get_extra_info('ssl_object').getpeercert(binary_form=True)
            must_equal('the open stream has the first certificate', old == first.der, True)
            await stage.must_say(client, benvolio, 'within the tenant')
            await stage.must_say(client, juliet, 'to the other')
        await stage.must_say(juliet, nurse, 'within the other')
        must_equal('the process', stage.server.process.pid, process)


@case('certificate: stays over a restart, and goes')
async def kept(stage):
    """The uploaded one is there after a restart. Forgotten, the domain has one of the server's own authority again; so has one of the same name
    that is made after a removal."""
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        root = authority.path('root.pem')
        issued = {tenant: authority.issue(domain) for tenant, domain in stage.domains.items()}
        for tenant, one in issued.items():
            await must_upload(stage, tenant, one)
        await asyncio.to_thread(stage.server.terminate)
        await asyncio.to_thread(stage.server.start)
        stage.api = stage.server.api
        for tenant, one in issued.items():
            await must_meet(stage, stage.domains[tenant], one, root)
        path = f'/operator/v1/tenants/{stage.names["montague"]}'
        must_equal('the status of DELETE', (await stage.call('DELETE', path + '/certificate')).status, 204)
        await met_everywhere(stage, stage.domains['montague'], own_ca(stage))
        must_refuse(await stage.call('DELETE', path + '/certificate'), 404)
        await must_meet(stage, stage.domains['capulet'], issued['capulet'], root)
        await must_upload(stage, 'montague', issued['montague'])
        await asyncio.to_thread(stage.api.remove, stage.names['montague'])
        await stage.make_tenant('montague')
        await met_everywhere(stage, stage.domains['montague'], own_ca(stage))
        must_equal('its list', (await stage.call('GET', path + '/certificate')).json, {'certificates': []})
        await asyncio.to_thread(stage.server.terminate)
        await asyncio.to_thread(stage.server.start)
        await met_everywhere(stage, stage.domains['montague'], own_ca(stage))
        await must_meet(stage, stage.domains['capulet'], issued['capulet'], root)


def refusals(authority, domain, other):
    """name -> (what is uploaded, words of the sentence)."""
    good, foreign = authority.issue(domain), authority.issue(other)
    authority.openssl('pkey', '-in', f'leaf{authority.count}.key', '-aes128', '-passout', 'pass:secret', '-out', 'locked.key')
    return {
        'the key of another certificate': ({'issued': good, 'key': foreign.key}, ('key',)),
        'expired': ({'issued': authority.issue(domain, begin=PAST, end=THEN)}, ('2016-01-01',)),
        'not valid yet': ({'issued': authority.issue(domain, begin=FAR)}, ('2090-01-01',)),
        'for another host': ({'issued': foreign}, (domain,)),
        'for a host below': ({'issued': authority.issue('www.' + domain)}, (domain,)),
        'wildcard of the hosts below': ({'issued': authority.issue('*.' + domain)}, (domain,)),
        'for a host whose name begins so': ({'issued': authority.issue(domain + '.evil.example')}, (domain,)),
        'only the common name says it': ({'issued': foreign, 'domain': domain}, (domain,)),
        'the domain of the other tenant': ({'issued': foreign, 'domain': other}, (domain,)),
        'the issuer before the certificate': ({'issued': good, 'chain': '\n'.join(reversed(blocks(good.chain)))}, ()),
        'no certificate': ({'issued': good, 'chain': good.key}, ('certificate',)),
        'a chain that is cut off': ({'issued': good, 'chain': good.chain[:-100]}, ()),
        'no key': ({'issued': good, 'key': good.chain}, ('key',)),
        'a key under a passphrase': ({'issued': foreign, 'key': authority.text('locked.key')}, ('passphrase',)),
    }


def blocks(chain):
    return re.findall(r'-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n', chain, re.DOTALL)


@case('certificate: what cannot serve is refused with a sentence')
async def refused(stage):
    """400 with a sentence that says what is wrong, and the certificate that was there stays."""
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        domain, other = stage.domains['montague'], stage.domains['capulet']
        good = authority.issue(domain, begin=LONG_AGO)
        await must_upload(stage, 'montague', good)
        before = await met_everywhere(stage, other)
        for name, (what, words) in refusals(authority, domain, other).items():
            try:
                must_refuse(await upload(stage, 'montague', **what), 400, *words)
            except Unexpected as unexpected:
                raise Unexpected(f'{name}: {unexpected}') from None
            await must_meet(stage, domain, good, authority.path('root.pem'))
        must_equal("the other tenant's certificate", await met_everywhere(stage, other), before)
        listed = await stage.call('GET', f'/operator/v1/tenants/{stage.names["capulet"]}/certificate')
        must_equal("the other tenant's list", listed.json, {'certificates': []})


async def subject_for(stage, name):
    """As openssl asks for it, to the letter: Python would mend the name first."""
    process = await asyncio.create_subprocess_exec(
        'openssl', 's_client', '-connect', stage.server.addresses['c2s_tls'], '-servername', name, '-alpn', 'xmpp-client',
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    told = (await process.communicate())[0].decode(errors='replace')
    return next((line for line in told.splitlines() if line.startswith('subject=')), None)


@case('certificate: another spelling of a host is a name that nobody has')
async def spellings(stage):
    """A local certificate is made for a host's own name, in any case of its letters (RFC 6066 section 3). Other ways to write it ("shop.example.", wide
    letters) get what an unknown name gets, so that a stranger who thinks of ever more of them makes nothing grow."""
    domain = stage.domains['montague']
    unknown = await subject_for(stage, 'nobody.example')
    must_equal('the own name', await subject_for(stage, domain), f'subject=CN = {domain}')
    must_equal('in capitals', await subject_for(stage, domain.upper()), f'subject=CN = {domain}')
    for other in (domain + '.', '\uff4d' + domain[1:]):
        must_equal(repr(other), await subject_for(stage, other), unknown)


@case('certificate: only the operator uploads')
async def operator_only(stage):
    """A tenant's own key and no key at all are 401; an unknown tenant is 404; nothing changes."""
    with tempfile.TemporaryDirectory() as folder:
        authority = await asyncio.to_thread(Authority, folder)
        before = await met_everywhere(stage, stage.domains['montague'])
        issued = authority.issue(stage.domains['montague'])
        body = {'chain': issued.chain, 'private_key': issued.key}
        path = f'/operator/v1/tenants/{stage.names["montague"]}/certificate'
        for key in (stage.tenants['montague']['api_key'], stage.tenants['capulet']['api_key'], ''):
            for method in ('PUT', 'GET', 'DELETE'):
                must_refuse(await stage.call(method, path, body if method == 'PUT' else None, key), 401)
        must_refuse(await stage.call('PUT', '/operator/v1/tenants/nobody-has-this/certificate', body), 404)
        must_equal('the certificate', await met_everywhere(stage, stage.domains['montague']), before)
