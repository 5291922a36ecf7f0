"""biboumi (Debian 12: 9.0), a gateway to IRC, as an external component (XEP-0114), with ngIRCd (26.1) behind it and an IRC client there."""
import asyncio
import os
import random
import shutil
import tempfile

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.sentinel import settle
from fixtures.stage import case_table

CASES, case = case_table('biboumi: ')
IRC_PORT = 6667   # biboumi's own default; the address is what is free

NGIRCD = """[Global]
Name = irc.example
Listen = {address}
Ports = {port}
[Options]
DNS = no
Ident = no
PAM = no
"""
BIBOUMI = """hostname={domain}
password={secret}
xmpp_server_ip=127.0.0.1
port={port}
db_name={folder}/biboumi.sqlite
policy_directory={folder}
identd_port=0
"""


class Gateway:
    """ngIRCd, and biboumi as a component of a tenant."""

    def __init__(self, stage, tenant):
        self.stage, self.tenant = stage, tenant
        self.domain = f'irc.{stage.domains[tenant]}'
        self.address = '127.{}.{}.{}'.format(*(random.randint(1, 254) for _ in range(3)))
        self.folder = tempfile.mkdtemp(prefix='teahouse-biboumi-')
        self.programs = []
        stage.closers.append(self.close)

    async def start(self):
        made = await asyncio.to_thread(self.stage.api.call, 'POST', '/v1/components', {'domain': self.domain},
                                       self.stage.tenants[self.tenant]['api_key'])
        await self.run('/usr/sbin/ngircd', '--nodaemon', '--config', self.write('ngircd.conf', NGIRCD.format(address=self.address, port=IRC_PORT)))
        await self.run('biboumi', self.write('biboumi.cfg', BIBOUMI.format(
            domain=self.domain, secret=made.json['secret'], port=self.stage.port('components'), folder=self.folder)))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    async def run(self, *command):
        self.programs.append(await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL))

    def channel(self, name):
        return f'#{name}%{self.address}@{self.domain}'

    async def close(self):
        for program in self.programs:
            if program.returncode is None:
                program.kill()
            await program.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Irc:
    """An IRC client that knows as much as it needs."""

    async def enter(self, address, nick, channel):
        self.reader, self.writer = await poll(lambda: self.try_to_connect(address), what='ngIRCd')
        self.say(f'NICK {nick}', f'USER {nick} 0 * :{nick}')
        await self.hears(' 001 ')
        self.say(f'JOIN #{channel}')
        await self.hears(' 366 ')

    @staticmethod
    async def try_to_connect(address):
        try:
            return await asyncio.open_connection(address, IRC_PORT)
        except OSError:
            return None

    def say(self, *lines):
        self.writer.write(''.join(f'{line}\r\n' for line in lines).encode())

    async def hears(self, text):
        while text not in (line := (await asyncio.wait_for(self.reader.readline(), limits.ANSWER_S)).decode()):
            if not line:
                raise Unexpected(f'ngIRCd closed the connection; {text!r} was awaited')
            if line.startswith('PING'):
                self.say(line.replace('PING', 'PONG').strip())

    def close(self):
        self.writer.close()


async def enter(client, channel, nick):
    """Given when the room says so; the gateway may not be there yet."""
    async def ask():
        client.send(f"<presence to='{channel}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        return await client.pick(lambda e: e.tag == '{jabber:client}presence' and e.get('from') == f'{channel}/{nick}' and (
            e.get('type') == 'error' or e.find('.//{http://jabber.org/protocol/muc#user}status[@code="110"]') is not None))

    await poll(ask, lambda e: e.get('type') != 'error', 'the gateway')
    await client.pick(lambda e: e.find('{jabber:client}subject') is not None)


async def hears(client, sender, text):
    await client.pick(lambda e: e.get('type') == 'groupchat' and e.get('from') == sender and e.findtext('{jabber:client}body') == text)


@case('users of two tenants and one of IRC in a channel')
async def channel(stage):
    """Each hears the two others, and that one goes; who is not there hears nothing."""
    gateway = Gateway(stage, 'montague')
    await gateway.start()
    mercutio = Irc()
    await mercutio.enter(gateway.address, 'Mercutio', 'tea')
    stage.closers.append(mercutio.close)
    romeo, benvolio, juliet, nurse = [await stage.enter(user) for user in stage.users]
    tea = gateway.channel('tea')
    await enter(romeo, tea, 'Romeo')
    await mercutio.hears('JOIN')
    await enter(juliet, tea, 'Juliet')
    await mercutio.hears('JOIN')
    romeo.send(f"<message to='{tea}' type='groupchat'><body>Good morrow &amp; \u2615</body></message>")
    for client in (romeo, juliet):
        await hears(client, f'{tea}/Romeo', 'Good morrow & \u2615')
    await mercutio.hears(':Good morrow & \u2615')
    mercutio.say('PRIVMSG #tea :A plague on both your houses')
    for client in (romeo, juliet):
        await hears(client, f'{tea}/Mercutio', 'A plague on both your houses')
    juliet.send(f"<presence to='{tea}/Juliet' type='unavailable'/>")
    await romeo.pick(lambda e: e.get('from') == f'{tea}/Juliet' and e.get('type') == 'unavailable')
    await mercutio.hears('Juliet')
    await settle(stage.clients)
    for client in (benvolio, nurse):
        if client.inbox:
            raise Unexpected(f'{client.name} received something')
