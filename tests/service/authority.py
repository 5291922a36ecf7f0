"""A certificate authority for a test, by the openssl command. Dates are fixed, so that nothing hangs on the clock."""
import os
import ssl
import subprocess

PAST, THEN, LONG_AGO = '20150101000000Z', '20160101000000Z', '20200101000000Z'
FAR, FURTHER = '20900101000000Z', '20991231000000Z'
CONFIG = '''[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
policy = any
default_md = sha256
email_in_dn = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
'''


class Issued:
    """A certificate and its private key, as PEM."""

    def __init__(self, chain, key):
        self.chain, self.key = chain, key

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.chain[:self.chain.index('-----END CERTIFICATE-----') + 26])


class Authority:
    """A root and, below it, an issuer: a chain has two certificates to be sent. Works in a folder that the caller removes."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0
        with open(self.path('ca.cnf'), 'w', encoding='ascii') as file:
            file.write(CONFIG)
        with open(self.path('index.txt'), 'w', encoding='ascii'):
            pass
        self.make_key('root.key')
        self.openssl('req', '-new', '-config', 'ca.cnf', '-key', 'root.key', '-subj', '/CN=Root of a test', '-out', 'root.csr')
        self.openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', '-selfsign', '-keyfile', 'root.key', '-in', 'root.csr',
                     '-out', 'root.pem', '-startdate', LONG_AGO, '-enddate', FURTHER, '-extensions', 'authority')
        self.make_key('issuer.key')
        self.sign('issuer', 'Issuer of a test', ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'], 'root')

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments):
        done = subprocess.run(['openssl', *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f'openssl {arguments} ended with {done.returncode}: {done.stderr}')

    def text(self, name):
        with open(self.path(name), encoding='ascii') as file:
            return file.read()

    def make_key(self, name):
        self.openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', name)

    def sign(self, name, common_name, extensions, issuer, begin=LONG_AGO, end=FURTHER):
        with open(self.path(name + '.ext'), 'w', encoding='ascii') as file:
            file.write('\n'.join(extensions) + '\n')
        self.openssl('req', '-new', '-config', 'ca.cnf', '-key', name + '.key', '-subj', '/CN=' + common_name, '-out', name + '.csr')
        self.openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', issuer + '.pem', '-keyfile', issuer + '.key', '-in',
                     name + '.csr', '-out', name + '.pem', '-startdate', begin, '-enddate', end, '-extfile', name + '.ext')

    def issue(self, *names, begin=LONG_AGO, end=FURTHER):
        """For these DNS names."""
        self.count += 1
        name = f'leaf{self.count}'
        self.make_key(name + '.key')
        self.sign(name, 'somebody', ['basicConstraints=CA:FALSE', 'extendedKeyUsage=serverAuth',
                                     'subjectAltName=' + ','.join('DNS:' + n for n in names)], 'issuer', begin, end)
        return Issued(self.text(name + '.pem') + self.text('issuer.pem'), self.text(name + '.key'))
