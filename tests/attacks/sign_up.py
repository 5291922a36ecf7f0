"""Strangers who sign up: floods of orders, mailboxes of others, guessed links, and headers of mails in what they write."""
import asyncio
import contextlib
import hashlib
import itertools
import json
import re
import socket

from fixtures.client import Unexpected
from fixtures.mailbox import Mailbox
from fixtures.server import Server
from stage import case

ORDER, SITE = '/v1/sign-up', '/v1/sign-up/site'


def solve(offer):
    for answer in itertools.count():
        digest = hashlib.sha256(f'{offer["puzzle"]}:{answer}'.encode()).digest()
        if int.from_bytes(digest[:4], 'big') >> (32 - offer['puzzle_bits']) == 0:
            return str(answer)


@contextlib.asynccontextmanager
async def opened(*settings):
    """A server where strangers may sign up; strangers may say where they come from, as behind a proxy."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    with Mailbox(port) as mailbox:
        async with Server('sign-up-attacks', ['server.loops=2', 'public.trusted_proxies=["127.0.0.1"]', *mailbox.settings(), 'sign_up.plan=free',
                                              'sign_up.domain=host.example', *settings]) as server:
            await asyncio.to_thread(server.api.set_plan, 'free', {'accounts': 20})
            yield server, mailbox


async def call(server, method, path, body=None, address='192.0.2.1', **headers):
    return await asyncio.to_thread(server.api.call, method, path, body, '', {'X-Forwarded-For': address, **headers})


async def order(server, address='192.0.2.1', **fields):
    offer = (await call(server, 'GET', ORDER, address=address)).json
    body = {'email': 'ann@tea.example', 'name': 'Tea', 'puzzle': offer['puzzle'], 'answer': solve(offer), **fields}
    return await call(server, 'POST', ORDER, body, address)


async def link(mailbox, email):
    mail = await asyncio.to_thread(mailbox.take, email)
    return re.search(r'#(su_\w+)', mail.get_content()).group(1)


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should have been {wanted!r}; it was {found!r}')


async def nothing_was_made(server, tenants=0):
    listed = await asyncio.to_thread(server.api.call, 'GET', '/operator/v1/tenants', None, server.api.operator_key)
    must_be('the tenants', len(listed.json['tenants']), tenants)


@case('50 sign-up: a flood of orders')
async def flood(_stage):
    """Of one address, and of a /64 of IPv6, five an hour; of all as many as is set; one that proves no work counts for nothing; others go on."""
    async with opened('sign_up.per_h=12') as (server, mailbox):
        for network in ('192.0.2.7', '2001:db8:7:7::{}'):
            found = [(await order(server, network.format(n), email=f'a{n}@{network[:3]}.example')).status for n in range(7)]
            must_be(f'orders of {network}', found, [202] * 5 + [429] * 2)
        lazy = [(await call(server, 'POST', ORDER, {'email': f'x{n}@b.example', 'name': 'Tea', 'puzzle': 'x', 'answer': '1'}, '192.0.2.8')).status
                for n in range(20)]
        must_be('orders without work', set(lazy), {400})
        must_be('another one', (await order(server, '192.0.2.9', email='bob@b.example')).status, 202)
        must_be('his mail', (await link(mailbox, 'bob@b.example'))[:3], 'su_')
        must_be('the last of the hour', (await order(server, '192.0.2.10', email='cy@c.example')).status, 202)
        late = await order(server, '192.0.2.11', email='dee@d.example')
        must_be('above all', (late.status, int(late.headers['Retry-After']) > 0), (429, True))
        await nothing_was_made(server)


@case('50 sign-up: a mailbox of somebody else is not filled')
async def mailbox_of_others(_stage):
    """Three mails an hour, from however many addresses; the answers do not tell, and the mail has no words of the stranger's."""
    async with opened() as (server, mailbox):
        answers = [(await order(server, f'192.0.2.{n}', email='victor@b.example', name='Buy pills at evil')).body for n in range(1, 7)]
        must_be('the answers', len(set(answers)), 1)
        mails = [await asyncio.to_thread(mailbox.take, 'victor@b.example') for _ in range(3)]
        must_be('words of a stranger', [m.as_string() for m in mails if 'pills at evil' in m.as_string()], [])
        must_be('one who is last', (await order(server, '192.0.2.99', email='wendy@b.example')).status, 202)
        await link(mailbox, 'wendy@b.example')  # it goes behind all that wait
        must_be('more mails', mailbox.count('victor@b.example'), 0)


@case('50 sign-up: headers of mails in e-mail and name')
async def headers(_stage):
    """Line ends, a second recipient, a display name, NUL: each is refused, and no mail goes to anybody."""
    async with opened('sign_up.per_address_per_h=100') as (server, mailbox):
        for email in ('ann@tea.example\r\nBcc: all@c.example', 'ann@tea.example\nBcc: all@c.example', 'ann@tea.example, all@c.example',
                      'Ann <ann@tea.example>', 'ann@tea.example\0', 'ann@tea.example>\r\nRCPT TO:<all@c.example', '"a b"@tea.example', 'ann@[127.0.0.1]'):
            must_be(repr(email), (await order(server, email=email)).status, 400)
        for name in ('Tea\r\nBcc: all@c.example', 'Tea\0', 'Tea\u202eevil', '\u2028'):
            must_be(repr(name), (await order(server, name=name)).status, 400)
        for label in ('tea\r\nx', 'tea.evil', '../tea', 'tea@evil', "tea'--", 'xn--tea', 'tea\u00df', 'TEA SHOP'):
            must_be(repr(label), (await order(server, label=label)).status, 400)
        must_be('a good one', (await order(server, email='bob@b.example')).status, 202)
        await link(mailbox, 'bob@b.example')
        must_be('other mails', mailbox.mails, [])


@case('50 sign-up: guessed and stolen links')
async def guesses(_stage):
    """Sixty tries of an address; a link of another is of no use without its password once it was used, nor in the query."""
    async with opened() as (server, mailbox):
        await order(server, email='ann@tea.example')
        token = await link(mailbox, 'ann@tea.example')
        found = [(await call(server, 'POST', SITE, {'token': f'su_{n:032}', 'password': 'a long password'}, '192.0.2.66')).status for n in range(62)]
        must_be('guesses', found, [403] * 60 + [429] * 2)
        for wrong in (token[:-1], token + 'x', token.upper(), '', 'su_', "su_' OR '1'='1", 'x' * 100000):
            must_be(wrong[:40], (await call(server, 'POST', SITE, {'token': wrong, 'password': 'a long password'})).status in (400, 403), True)
        must_be('in a URL', (await call(server, 'POST', f'{SITE}?token={token}', {'password': 'a long password'})).status, 400)
        must_be('hers', (await call(server, 'POST', SITE, {'token': token, 'password': 'a long password'})).status, 201)
        must_be('a thief', (await call(server, 'POST', SITE, {'token': token, 'password': 'a thief password'}, '192.0.2.67')).status, 403)
        await nothing_was_made(server, 1)


@case('50 sign-up: another page does not sign anybody in')
async def across_sites(_stage):
    """A form of another site gets no cookie, and no script of it an answer."""
    async with opened() as (server, mailbox):
        await order(server)
        token = await link(mailbox, 'ann@tea.example')
        for more in ({'Origin': 'https://evil.example'}, {'Teahouse-Panel': '1', 'Sec-Fetch-Site': 'same-site'}):
            answer = await call(server, 'POST', SITE, {'token': token, 'password': 'a long password'}, **more)
            must_be('the answer', (answer.status, answer.headers.get('Set-Cookie'), answer.headers.get('Access-Control-Allow-Origin')), (201, None, None))


@case('50 sign-up: the same puzzle many times')
async def one_puzzle(_stage):
    """Of twenty orders at once with one work one is taken."""
    async with opened('sign_up.per_address_per_h=100') as (server, _mailbox):
        offer = (await call(server, 'GET', ORDER)).json
        answer = solve(offer)
        found = await asyncio.gather(*(call(server, 'POST', ORDER, {
            'email': f'a{n}@tea.example', 'name': 'Tea', 'puzzle': offer['puzzle'], 'answer': answer}) for n in range(20)))
        must_be('the answers', sorted(each.status for each in found), [202] + [400] * 19)
        must_be('the problem', {json.loads(each.body)['status'] for each in found if each.status == 400}, {400})
