"""Mail out: to a real mail server (aiosmtpd), which takes it, says to come later, refuses it, hangs or is away."""
import asyncio
import contextlib
import email
import email.policy
import os
import socket
import sqlite3
import ssl
import tempfile

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from command_line import REFUSED, Commands
from fixtures import certificates
from fixtures.poll import poll
from fixtures.server import Server
from stage import Stage, case, must_equal

USER, PASSWORD, OWNER = 'chat', 'correct horse', 'owner@montague.example'


class MailServer:
    """On a port of its own; what it was given, and what it answers."""

    def __init__(self, folder, implicit=False):
        self.folder, self.implicit = folder, implicit
        self.mails, self.logins = [], []
        self.of_recipient, self.of_data = '250 ok', '250 taken'
        self.is_hanging = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            self.port = probe.getsockname()[1]
        self.ca = os.path.join(folder, 'mail.pem')
        with open(self.ca, 'wb') as file:
            file.write(certificates.made('localhost')[0])
        self.controller = None

    async def open(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.ca)
        tls = {'ssl_context': context, 'auth_require_tls': False} if self.implicit else {'tls_context': context, 'require_starttls': True}
        self.controller = Controller(self, hostname='127.0.0.1', port=self.port, authenticator=self.authenticate, auth_required=True, **tls)
        await asyncio.to_thread(self.controller.start)
        return self

    async def close(self):
        controller, self.controller = self.controller, None
        if controller:
            await asyncio.to_thread(controller.stop)

    def settings(self):
        password = os.path.join(self.folder, 'password')
        with open(password, 'w', encoding='ascii') as file:
            file.write(PASSWORD + '\n')
        os.chmod(password, 0o600)
        return [f'mail.server={"smtps" if self.implicit else "smtp"}://localhost:{self.port}', 'mail.from=chat@im.example', f'mail.user={USER}',
                f'mail.password_file={password}', f'mail.ca_file={self.ca}']

    # aiosmtpd calls these by their names.
    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # pylint: disable=invalid-name
        if self.of_recipient.startswith('250'):
            envelope.rcpt_tos.append(address)
        return self.of_recipient

    async def handle_DATA(self, _server, session, envelope):  # pylint: disable=invalid-name
        if self.of_data == 'hang':
            self.loop.call_soon_threadsafe(self.is_hanging.set)
            await asyncio.Event().wait()
        if self.of_data.startswith('250'):
            self.mails.append((bool(session.ssl) or self.implicit, envelope.mail_from, envelope.rcpt_tos,
                               email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return self.of_data

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        good = data.login == USER.encode() and data.password == PASSWORD.encode()
        self.logins.append(good)
        return AuthResult(success=good)


@contextlib.asynccontextmanager
async def with_mail(implicit=False):
    """A stage on a server of its own, and the mail server that takes its mail."""
    with tempfile.TemporaryDirectory() as folder:
        mail = await MailServer(folder, implicit).open()
        try:
            async with Server('mail', ['server.loops=2', *mail.settings()]) as server:
                own = Stage(server, 202)
                await own.set_up()
                try:
                    yield own, mail, Commands(own, 'data')
                finally:
                    own.leave()
        finally:
            await mail.close()


async def start_again(stage, end):
    await asyncio.to_thread(end)
    await asyncio.to_thread(stage.server.start)
    stage.api = stage.server.api


@case('mail: a test mail, by STARTTLS and by TLS from the first byte')
async def tested(_stage):
    """`teahouse mail test` says what the mail server says; the mail came over TLS, from our account there, with text in both languages."""
    for implicit in (False, True):
        async with with_mail(implicit) as (_own, mail, commands):
            must_equal('said', await commands.good('mail', 'test', 'ann@shop.example'), 'The mail server has taken it.\n')
            [(is_secure, sender, recipients, message)] = mail.mails
            must_equal('the way', (is_secure, sender, recipients), (True, 'chat@im.example', ['ann@shop.example']))
            must_equal('the headers', (message['To'], message['Subject'], message['Auto-Submitted']),
                       ('ann@shop.example', 'Teahouse: test mail · 测试邮件', 'auto-generated'))
            must_equal('both languages', [words in message.get_content() for words in ('can send mail', '可以发送邮件')], [True, True])
            must_equal('the logins', mail.logins, [True])


@case('mail: what a mail server does not take is said')
async def refused(_stage):
    """Greylisting, a refusal, a wrong password, nobody there, and an address that would be another header."""
    async with with_mail() as (own, mail, commands):
        for words in ('ann@shop.example\r\nBcc: all@shop.example', 'ann@shop.example>,<bob@shop.example', 'ann', 'ann@shop.example, bob@shop.example'):
            await commands.refused(REFUSED, 'e-mail address', 'mail', 'test', words)
        mail.of_recipient = '451 4.7.1 come later'
        await commands.refused(REFUSED, '451', 'mail', 'test', 'ann@shop.example')
        mail.of_recipient = '550 5.1.1 nobody here'
        await commands.refused(REFUSED, '550', 'mail', 'test', 'ann@shop.example')
        mail.of_recipient, mail.of_data = '250 ok', '554 5.7.1 no'
        await commands.refused(REFUSED, '554', 'mail', 'test', 'ann@shop.example')
        await mail.close()
        await commands.refused(REFUSED, 'mail server', 'mail', 'test', 'ann@shop.example')
        must_equal('the mails', mail.mails, [])
        romeo, benvolio = [await own.enter(user) for user in ('romeo', 'benvolio')]
        await own.must_say(romeo, benvolio, 'no mail, but tea')


@case('mail: the owner is warned of a limit, once, and whatever becomes of both servers')
async def warned(_stage):
    """At 100 % a mail goes to the tenant's contact; with the mail server away it waits over a kill; the other tenant's owner gets none."""
    async with with_mail() as (own, mail, commands):
        name = own.names['montague']
        await commands.good('tenant', 'set', name, '--contact', f'admin=mailto:{OWNER}', '--event', 'tenant')
        await commands.good('tenant', 'set', own.names['capulet'], '--contact', 'admin=mailto:owner@capulet.example')
        await commands.good('plan', 'set', 'small', '--accounts', '2')
        await asyncio.to_thread(own.api.change_tenant, name, plan='small')
        await mail.close()
        await start_again(own, own.server.terminate)  # it looks at the start, and then each minute

        async def events():
            answer = await own.call('GET', '/v1/events?kinds=tenant', None, own.tenants['montague']['api_key'])
            return [each for each in answer.json['events'] if each['type'] == 'tenant.warned']
        await poll(lambda: tries(own) == [1], what='a try that reaches nobody')
        await poll(events, what='the event')
        must_equal('mails', mail.mails, [])
        await asyncio.to_thread(own.server.kill)
        await mail.open()
        let_it_be_time(own)
        await asyncio.to_thread(own.server.start)
        own.api = own.server.api
        await poll(lambda: mail.mails, what='the mail')
        await poll(lambda: tries(own) == [], what='the end of the queue')
        [(is_secure, _sender, recipients, message)] = mail.mails
        must_equal('to', (is_secure, recipients), (True, [OWNER]))
        must_equal('what it says', [words in message.get_content() for words in (own.domains['montague'], '100 %', '2 / 2', '限额')], [True] * 4)
        await start_again(own, own.server.terminate)
        await commands.good('mail', 'test', 'ann@shop.example')  # goes behind all that waits
        must_equal('the mails', [each[2] for each in mail.mails], [[OWNER], ['ann@shop.example']])
        must_equal('the events', [(each['limit'], each['percent']) for each in await events()], [('accounts', '100')])
        audit = (await own.call('GET', '/operator/v1/audit', None, own.api.operator_key)).json['lines']
        must_equal('the audit', [each['detail'] for each in audit if each['action'] == 'quota.warning'],
                   [f'{name}: 100 % of accounts (2 of 2)'])


@case('mail: a mail server that hangs keeps nobody waiting')
async def hanging(_stage):
    """Messages go on meanwhile, and the server stops in time; the mail is not lost."""
    async with with_mail() as (own, mail, commands):
        mail.of_data = 'hang'
        trying = asyncio.create_task(commands.run('mail', 'test', 'ann@shop.example'))
        await mail.is_hanging.wait()
        romeo, benvolio = [await own.enter(user) for user in ('romeo', 'benvolio')]
        await own.must_say(romeo, benvolio, 'we go on')
        must_equal('the end of the server', await asyncio.to_thread(own.server.terminate), 0)
        must_equal('the command', (await trying).returncode != 0, True)
        must_equal('the mails', mail.mails, [])


def queue(stage, sql):
    with contextlib.closing(sqlite3.connect(os.path.join(stage.server.data, 'control.db'), timeout=30)) as control:
        rows = control.execute(sql).fetchall()
        control.commit()
        return rows


def tries(stage):
    return [count for (count,) in queue(stage, 'SELECT tries FROM mail_queue')]


def let_it_be_time(stage):
    """As if the pause were over: time cannot be moved here. The server is down."""
    queue(stage, 'UPDATE mail_queue SET next_ms = 0')
