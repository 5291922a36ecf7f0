"""poezio (Debian 12: 0.14, over slixmpp 1.8.3) in a terminal, trusting the server's own certificate authority."""
import os
import shutil

from fixtures.stage import case_table
from terminal import Terminal, chat, talk_in

CASES, case = case_table('poezio: ')
NOBODY = 65534  # poezio refuses to run as root

CONFIG = """[Poezio]
jid = {jid}/terminal
password = {password}
custom_host = 127.0.0.1
custom_port = {port}
ca_cert_path = {home}/ca.pem
default_nick = Romeo
"""


class Poezio(Terminal):
    program = ('poezio',)

    async def login(self, user):
        config = os.path.join(self.home, 'poezio.cfg')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(jid=self.stage.jid(user), password=self.stage.password(user), port=self.stage.port(), home=self.home))
        shutil.copy(self.stage.ca, os.path.join(self.home, 'ca.pem'))
        self.program = ('poezio', '-f', config)
        if os.geteuid() == 0:
            self.program = ('setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups', *self.program)
            for path in (self.home, config, os.path.join(self.home, 'ca.pem')):
                os.chown(path, NOBODY, NOBODY)
        await self.start()
        await self.shows('Your JID is')

    async def command(self, line):
        """What comes in one burst is taken for pasted text: so the slash goes before the rest, and the Enter behind it."""
        await self.press('-l', '/')
        await self.shows('│/')
        await self.say(line, f'│/{line}')

    async def tell(self, jid, text):
        await self.command(f'message {jid} "{text}"')

    async def say(self, line, shown=None):
        await self.press('-l', line)
        await self.shows(shown or f'│{line}')
        await self.press('Enter')


@case('login and chat')
async def login_and_chat(stage):
    """Poezio logs in and talks with a user of the other tenant."""
    await chat(stage, Poezio(stage))


@case('room')
async def room(stage):
    """Poezio makes a room, unlocks it by its form, talks in it and hears a user of the other tenant."""
    place = f'garden@rooms.{stage.domains["montague"]}'
    poezio = Poezio(stage)
    await poezio.login('romeo')
    await poezio.command(f'join {place}/Romeo')
    await poezio.shows('You (Romeo) joined')
    await poezio.command('configure')
    await poezio.shows('Ctrl+Y: send form')
    await poezio.shows('As many as come')   # a choice by its label
    await poezio.press('C-y')
    await talk_in(stage, poezio, place)
