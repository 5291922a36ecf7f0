"""Sign-ups: by mail, over a restart, and how the operator switches them off; nobody else's tenant is touched."""
import asyncio
import contextlib
import hashlib
import itertools
import os
import re
import socket
import tempfile

from command_line import Commands, pairs
from fixtures.mailbox import Mailbox
from fixtures.server import Server
from stage import Stage, case, must_equal, must_refuse

PASSWORD = 'a long password'
WORDS = {'name': "Ann's Tea", 'page': 'https://tea.example/'}


def solve(offer):
    """The work that an order proves, by another SHA-256 than the server's and the page's."""
    for answer in itertools.count():
        digest = hashlib.sha256(f'{offer["puzzle"]}:{answer}'.encode()).digest()
        if int.from_bytes(digest[:4], 'big') >> (32 - offer['puzzle_bits']) == 0:
            return str(answer)


class Visitors:
    def __init__(self, stage, mailbox):
        self.stage, self.mailbox = stage, mailbox

    async def call(self, method, path, body=None, headers=None):
        return await self.stage.call(method, path, body, '', headers)

    async def order(self, email, **more):
        offer = (await self.call('GET', '/v1/sign-up')).json
        if not offer['open']:
            offer = {'puzzle': '1', 'puzzle_bits': 0}
        return await self.call('POST', '/v1/sign-up', {'email': email, **WORDS, **more, 'puzzle': offer['puzzle'], 'answer': solve(offer)})

    async def link(self, email):
        mail = await asyncio.to_thread(self.mailbox.take, email)
        return re.search(r'https?://\S+/panel/sign-up#(su_\w+)', mail.get_content()).group(1)

    async def have_site(self, token, **more):
        return await self.call('POST', '/v1/sign-up/site', {'token': token, 'password': PASSWORD, **more})


@contextlib.asynccontextmanager
async def opened(settings=()):
    """A stage on a server of its own where strangers may sign up."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    with Mailbox(port) as mailbox:
        async with Server('sign-up', ['server.loops=2', *mailbox.settings(), 'sign_up.plan=free', 'sign_up.domain=host.example', *settings]) as server:
            await asyncio.to_thread(server.api.set_plan, 'free', {'accounts': 20})
            own = Stage(server, 303)
            await own.set_up()
            try:
                yield own, Visitors(own, mailbox), Commands(own, 'data')
            finally:
                own.leave()


async def start_again(stage, end):
    await asyncio.to_thread(end)
    await asyncio.to_thread(stage.server.start)
    stage.api = stage.server.api


@case('sign-up: a link is good over a kill, and its answer can be had again')
async def over_a_kill(_stage):
    """An order that was acknowledged is kept; what was made of it is whole; the tenants of others are as they were."""
    async with opened() as (own, visitors, commands):
        must_equal('ordered', (await visitors.order('ann@tea.example')).json, {'domain': 'anns-tea.host.example'})
        token = await visitors.link('ann@tea.example')
        await start_again(own, own.server.kill)
        made = await visitors.have_site(token)
        must_equal('made', (made.status, made.json['tenant'], made.json['origins']), (201, 'anns-tea', ['https://tea.example']))
        await start_again(own, own.server.kill)
        again = await visitors.have_site(token)
        must_equal('again', (again.status, again.json['site']), (201, made.json['site']))
        must_refuse(await visitors.have_site(token, password='another password'), 403)
        session = again.json['token']
        must_equal('her users', (await own.call('GET', '/v1/users', None, session)).json['users'], [])
        other = await own.call('GET', '/v1/users', None, session, {'Teahouse-Tenant': own.names['montague']})
        must_refuse(other, 403)
        shown = pairs(await commands.good('tenant', 'show', 'anns-tea'))
        must_equal('the tenant', (shown['plan'], shown['domain']), ('free', 'anns-tea.host.example'))
        audit = (await own.call('GET', '/operator/v1/audit', None, own.api.operator_key)).json['lines']
        must_equal('the audit', [each['actor'] for each in audit if each['action'] == 'person.create'], ['person:ann@tea.example'])


@case('sign-up: the operator switches it off and on, and it stays so')
async def switched(_stage):
    """Off, orders and links are refused, over a restart too; a link from before is good when it is on again."""
    async with opened() as (own, visitors, commands):
        await visitors.order('ann@tea.example')
        token = await visitors.link('ann@tea.example')
        must_equal('said', await commands.good('sign-up', 'off'), 'Nobody can sign up any more.\n')
        await start_again(own, own.server.terminate)
        must_equal('the offer', (await visitors.call('GET', '/v1/sign-up')).json, {'open': False})
        must_refuse(await visitors.order('bob@tea.example'), 403, 'at present')
        must_refuse(await visitors.have_site(token), 403, 'at present')
        shown = pairs(await commands.good('sign-up', 'show'))
        must_equal('what is shown', (shown['on'], shown['mail'], shown['waiting'], shown['domain']), ('no', 'yes', '1', 'host.example'))
        must_equal('said', await commands.good('sign-up', 'on'), 'Sign-ups are on.\n')
        must_equal('made', (await visitors.have_site(token)).status, 201)
        must_equal('mails to bob', visitors.mailbox.count('bob@tea.example'), 0)


@case('sign-up: is closed at first')
async def at_first(stage):
    """Without its settings nobody can order, and the operator is told how it stands."""
    must_equal('the offer', (await stage.call('GET', '/v1/sign-up', None, '')).json, {'open': False})
    must_refuse(await stage.call('POST', '/v1/sign-up', {'email': 'a@b.example', 'name': 'Tea', 'puzzle': '1', 'answer': '1'}, ''), 403)
    must_refuse(await stage.call('PUT', '/operator/v1/sign-up', {'on': False}, stage.tenants['montague']['api_key']), 401)
    shown = pairs(await Commands(stage, 'data').good('sign-up', 'show'))
    must_equal('what is shown', (shown['on'], shown['mail'], shown['waiting']), ('yes', 'no', '0'))


@case('sign-up: mail that is thrown away and names that are kept back')
async def refused(_stage):
    """The file's domains, and those below; the operator's own reserved names; look-alikes of tenants that are there."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'thrown-away')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('# thrown away\nthrow.example\n')
        async with opened([f'sign_up.disposable_mail={path}', 'sign_up.reserved=["intranet"]']) as (own, visitors, _commands):
            must_refuse(await visitors.order('ann@x.throw.example'), 400, "'email'")
            for label in ('intranet', 'intr4net', 'n3O3', 'www'):
                must_refuse(await visitors.order('ann@tea.example', label=label), 409, f'{label.lower()}-chat is free')
            must_equal('the mails', visitors.mailbox.count('ann@tea.example'), 0)
            must_equal('the tenants', len((await own.call('GET', '/operator/v1/tenants', None, own.api.operator_key)).json['tenants']), 2)
