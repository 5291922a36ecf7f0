"""jabberd2 (Debian 12: 2.7.0): four programs around a router, by the configuration that Debian installs, changed where a test needs it."""
import contextlib
import os
import sqlite3
import xml.etree.ElementTree as ElementTree

from .peer import C2S_PORT, S2S_PORT, Peer

INSTALLED = '/etc/jabberd2'
ROUTER_PORT = 5347


class Jabberd2(Peer):
    name = 'jabberd2'
    has_rooms = False       # they are a component of its own that Debian lacks
    has_pep = False         # what it publishes reaches none of the others' users
    has_blocking = False    # it drops what is blocked, and says nothing

    async def begin(self):
        names = self.network.names
        self.write('router-users.xml', '<users><user><name>jabberd</name><secret>secret</secret></user></users>')
        os.mkdir(self.path('fs'))
        with contextlib.closing(sqlite3.connect(self.path('accounts'))) as accounts:
            accounts.execute('CREATE TABLE authreg (username TEXT, realm TEXT, password TEXT)')
            accounts.executemany('INSERT INTO authreg VALUES (?, ?, ?)', ((user, self.domain, password) for user, password in self.users.items()))
            accounts.commit()
        for program in ('router', 'sm', 's2s', 'c2s'):
            tree = ElementTree.parse(os.path.join(INSTALLED, f'{program}.xml')).getroot()
            self.change(program, tree)
            self.write(f'{program}.xml', ElementTree.tostring(tree, encoding='unicode'))
            # udns looks names up, and is told where by the environment.
            await self.run(f'/usr/sbin/jabberd2-{program}', '-c', self.path(f'{program}.xml'), '-D',
                           NAMESERVERS=names.address, RES_OPTIONS=f'port:{names.port} timeout:1')

    def change(self, program, tree):
        self.set(tree, 'pidfile', self.path(f'{program}.pid'))
        self.set(tree, 'log/file', self.path(f'{program}.log'))
        if program == 'router':
            self.set(tree, 'local/ip', self.address)
            self.set(tree, 'local/users', self.path('router-users.xml'))
            tree.find('aci').remove(tree.find('aci/filter'))
            return
        self.set(tree, 'router/ip', self.address)
        self.set(tree, 'router/retry/init', '20')
        self.set(tree, 'router/retry/sleep', '1')
        if program == 'sm':
            self.set(tree, 'local/id', self.domain)
            self.set(tree, 'storage/driver', 'fs')
            self.set(tree, 'storage/fs/path', self.path('fs'))
            ElementTree.SubElement(tree.find('user'), 'auto-create')
            return
        self.set(tree, 'local/ip', self.address)
        self.set(tree, 'local/port', str(C2S_PORT if program == 'c2s' else S2S_PORT))
        if program == 'c2s':
            identity = tree.find('local/id')
            identity.text = self.domain
            identity.attrib.clear()
            identity.attrib.update({'pemfile': self.path('both.pem'), 'require-starttls': 'mu'})
            self.set(tree, 'authreg/sqlite/dbname', self.path('accounts'))
            # It offers EXTERNAL to clients without a certificate, too.
            mechanisms = tree.find('authreg/ssl-mechanisms/sasl')
            mechanisms.remove(mechanisms.find('external'))
            return
        self.set(tree, 'local/pemfile', self.path('both.pem'))
        self.set(tree, 'local/cachain', self.path('ca.pem'))
        if tree.find('security') is None:
            ElementTree.SubElement(tree, 'security')
        ElementTree.SubElement(tree.find('security'), 'require_tls')

    @staticmethod
    def set(tree, path, text):
        at = tree
        for name in path.split('/'):
            found = at.find(name)
            at = ElementTree.SubElement(at, name) if found is None else found
        at.text = text
