"""What every account of the peers has: SCRAM keys of one password with one salt (so the load derives them once), one certificate."""
import hashlib
import hmac
import subprocess

SALT = b'bench-salt-16-by'
ITERATIONS = 10_000  # as teahouse


def scram_keys(password, digest='sha256'):
    """(stored key, server key), raw. RFC 5802 section 3."""
    salted = hashlib.pbkdf2_hmac(digest, password.encode(), SALT, ITERATIONS)
    stored = hashlib.new(digest, hmac.digest(salted, b'Client Key', digest)).digest()
    return stored, hmac.digest(salted, b'Server Key', digest)


def make_certificate(path, domains):
    """One file with an ECDSA P-256 key and its certificate, the kind that teahouse and the floor make themselves."""
    names = ','.join(f'DNS:{domain}' for domain in domains)
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                    '-subj', f'/CN={domains[0]}', '-addext', f'subjectAltName={names}', '-keyout', path + '.key', '-out', path + '.crt'],
                   check=True, capture_output=True)
    with open(path, 'wb') as whole:
        for part in ('.key', '.crt'):
            with open(path + part, 'rb') as file:
                whole.write(file.read())
