"""nginx of Debian: files below one folder, taken by PUT and served by sendfile, plain and over TLS."""
import os
import shutil

from .credentials import make_certificate
from .peer import Peer, await_ports, debian_version, free_ports

CONFIG = '''
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 0;
  client_body_temp_path {folder}/incoming;
  proxy_temp_path {folder}/unused; fastcgi_temp_path {folder}/unused; uwsgi_temp_path {folder}/unused; scgi_temp_path {folder}/unused;
  ssl_certificate {folder}/server.pem.crt;
  ssl_certificate_key {folder}/server.pem.key;
  ssl_protocols TLSv1.3;
  server {{
    listen {plain};
    listen {tls} ssl;
    root {folder}/files;
    dav_methods PUT;
  }}
}}
'''


class Nginx(Peer):
    """`nginx` with one worker."""

    name = 'nginx'

    def prepare(self):
        for folder in ('files', 'incoming'):
            os.makedirs(self.path(folder))
        make_certificate(self.path('server.pem'), [self.domain_of(0)])
        self.addresses = dict(zip(('http', 'https'), (f'127.0.0.1:{port}' for port in free_ports(2))))
        with open(self.path('nginx.conf'), 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(folder=self.folder, plain=self.addresses['http'], tls=self.addresses['https'],
                                     user='user root;' if os.geteuid() == 0 else ''))

    def start(self):
        program = shutil.which('nginx') or '/usr/sbin/nginx'
        self.process = self.spawn([program, '-p', self.folder, '-c', self.path('nginx.conf'), '-e', self.path('error.log')])
        await_ports(self, self.addresses.values())

    def versions(self):
        return {'nginx': debian_version('nginx')}
