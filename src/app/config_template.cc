#include "app/config_template.h"

namespace teahouse {

const std::string_view config_template =
    R"(# teahouse.toml: where this server listens. Everything else (tenants, plans, accounts, keys) is set at run time,
# by the `teahouse` command or the HTTP API. A line that is commented out shows the default. Restart after a change.

[listen]
# An address is "*:5222" (all, IPv4 and IPv6), "127.0.0.1:5222" or "[::1]:5222"; "" switches a listener off.
#c2s = "*:5222"              # XMPP clients, with STARTTLS
#c2s_tls = "*:5223"          # XMPP clients, TLS from the first byte (XEP-0368)
#http = "127.0.0.1:8080"     # API and widget without TLS: for this machine, or a proxy in front
#https = "*:8443"            # API and widget with TLS; XMPP clients too, so that one port can serve all
# External components (XEP-0114), as gateways: without TLS, so for this machine or a network of your own; and under TLS.
#components = ""             # "127.0.0.1:5347"
#components_tls = ""         # "*:5348"
# Files from one user to another by the tenants' proxies (XEP-0065, SOCKS5), where no direct connection can be made.
#proxy65 = ""                # "*:5000"
# Other XMPP servers, so that users talk with those of the whole network: with STARTTLS, and under TLS (XEP-0368).
# docs/operations.md ("Federation") says what else it needs: DNS, certificates, and plans with federated_domains.
#s2s = ""                    # "*:5269"
#s2s_tls = ""                # "*:5270"
# The relay of calls (STUN and TURN), for those whose machines can't reach each other: over UDP and TCP, and over TLS.
# With it on, and [calls] right, TURN over TLS is spoken at listen.https too.
#turn = ""                   # "*:3478"
#turn_tls = ""               # "*:5349"

[public]
# How browsers reach the API and the widget, e.g. "https://chat.example.com"; without a path.
#url = ""
# How clients reach listen.proxy65, as "files.example.com", or with another port "files.example.com:7777". "": at each
# tenant's proxy host (proxy.shop.example), which must then lead here.
#proxy65 = ""
# How clients reach listen.turn, as "relay.example.com", or with another port. "": at each tenant's domain.
#turn = ""
# Proxies in front, by address or network, e.g. ["127.0.0.1", "::1"]: what they say in X-Forwarded-For and
# X-Forwarded-Proto is believed. Without it all who come through a proxy count as one visitor, and are offered neither
# PLAIN nor site tokens over WebSocket.
#trusted_proxies = []

[tls]
# Names for this server's own certificate, besides localhost and the tenants' domains.
#names = []

[c2s]
# false also offers SCRAM (never a plain password) without TLS on listen.c2s: for tests on one machine.
#require_tls = true
#login_timeout_s = 30        # so long a client may take to log in
#refused_timeout_s = 600     # the same after a wrong password: until its user has typed another
# A client that has sent nothing for so many seconds is asked whether it is still there (XEP-0198, XEP-0199, or a
# WebSocket's ping). One that does not answer within a minute is gone: it is shown as such, and what it did not get goes
# on. Each question wakes a phone: less than a few minutes costs its battery. 0: nobody is asked.
#probe_after_s = 600
# Over BOSH (/http-bind) a client whose last request was answered makes another within so many seconds, or is gone.
#bosh_inactivity_s = 60
# A device that has signed in by the password may be given a token for its next logins (XEP-0484), and is listed for the
# account's owner (XEP-0494). One that has not come back for so many days is forgotten. 0: no tokens, and no list.
#device_days = 30
# Sessions that clients can resume (XEP-0198) are written at SIGTERM and go on after the start, within five minutes.
# false: they end with the server, and clients begin anew.
#sessions_outlive_stop = true

[storage]
# All stored messages are read again and again, so slowly that nobody notices, to find what a disk has damaged before it
# is asked for. 0: not at all.
#scrub_mib_per_s = 1
# With less than so many MiB free on the disk of the data folder nothing new is taken: reading, logging in and removing
# go on. On a small disk a sixteenth of it is enough. A part of it is the file `reserve`, which is given up on a disk
# that is quite full, so that the server can start there. 0: the disk may be filled.
#reserve_mib = 256

[files]
# Where users' files are kept: "disk", the folder `files` of the data folder; or "s3", a bucket of Amazon S3 or of
# another server that speaks its protocol. docs/operations.md ("Files in a bucket") says what that means for backups
# and moves.
#store = "disk"
#s3.endpoint = ""            # "https://s3.eu-central-1.amazonaws.com"
#s3.region = "us-east-1"
#s3.bucket = ""              # it is there already, and this house's alone below the prefix
#s3.prefix = ""              # of all keys, as "teahouse/files"
#s3.access_key = ""          # the key's id
#s3.secret_file = ""         # a file with the key's secret; or TEAHOUSE_S3_SECRET in the server's environment
#s3.path_style = true        # false: https://BUCKET.ENDPOINT/, which some servers want
#s3.ca_file = ""             # a PEM file of authorities that vouch for the endpoint; "": the system's
#s3.allow_http = false       # without TLS to another machine too, in a network of your own

[dns]
# The resolver that is asked for other servers, push services and proofs of domains, as "192.0.2.53:53"; "": those of
# /etc/resolv.conf.
#server = ""
# A file with the keys of the root (DS or DNSKEY records), from which DNSSEC is checked, as "/usr/share/dns/root.key" of
# Debian's dns-root-data; the resolver has to hand signatures on. "": nothing is checked, and TLSA records count for
# nothing.
#trust_anchor = ""

[s2s]
# A PEM file of authorities that vouch for other servers; "": the system's.
#ca_file = ""
# false: a server whose certificate nobody vouches for proves itself by DNS alone (dialback), which others on the way
# can forge. For tests.
#require_valid_certificates = true
# Whether servers at private and local addresses are connected to: "allow" is for tests, and for a network of your own.
#private_targets = "deny"
#connect_timeout_s = 30      # so long a server may take until stanzas go to it
#idle_s = 600                # a stream that carries nothing for so long is closed
#queue_days = 3              # so long a message waits for a server that can't be reached; 0: until the next failure

[mail]
# The server that takes mail of this one, for warnings to owners: "smtp://mail.example.com:587" (with STARTTLS), or
# "smtps://mail.example.com:465" (TLS from the first byte). "": no mail is sent. Without TLS it goes to this machine
# itself alone, and without a password.
#server = ""
#from = ""                   # "chat@example.com"
#user = ""                   # its account there, if it wants one
#password_file = ""          # a file with the account's password, on one line
#ca_file = ""                # a PEM file of authorities that vouch for the server; "": the system's

[sign_up]
# Strangers become owners by themselves at /panel/sign-up: an order, a link in a mail, and a site of their own below
# `domain`, on this plan of the operator's. "": nobody does. Mail must be set. `teahouse sign-up off` closes it at once.
#plan = ""                   # "free"
#domain = ""                 # "chat.example.com": sites are NAME.chat.example.com, whose DNS leads here
#per_address_per_h = 5       # orders of one address in an hour; of IPv6, of one /64
#per_h = 100                 # and of all
#tenants_per_person = 3
# A file of domains whose mail is thrown away soon, one a line: their addresses are refused. It is read at the start.
#disposable_mail = ""
#reserved = []               # names that nobody gets, beside www, mail, admin and the like

[push]
# Devices are woken by the push services that their browsers name: any host of the public internet (https), and none of
# this machine's networks, unless this is true: for tests, and for a push service of your own beside it.
#allow_private = false
# A PEM file of authorities that vouch for push services; "": the system's.
#ca_file = ""

[domains]
# The name of this server to which tenants' own domains are to lead (CNAME, SRV), as "im.example.com"; it has this
# machine's addresses. "": the name in public.url.
#target = ""
# Proofs that a domain is its tenant's by a file are asked for at public addresses alone, unless allow_private is true:
# for tests.
#allow_private = false
#ca_file = ""                # a PEM file of authorities that vouch for such web servers; "": the system's

[acme]
# An authority that gives certificates by itself (ACME, RFC 8555), for all names that tenants have proved (`teahouse
# domain`):
# https://acme-v02.api.letsencrypt.org/directory is Let's Encrypt's, whose terms you agree to by writing it
# here. "": there is none. It reaches listen.http at port 80 of each name, or listen.https at its port 443: your
# firewall, or a proxy in front, leads them there.
#directory = ""
#contact = ""                # "admin@example.com": where the authority writes to
#challenge = "http-01"       # what is tried first; "tls-alpn-01" needs port 443 alone. What fails is tried by the other
#profile = ""                # a kind of certificate that the authority offers, as "shortlived"; "": its own choice
# An account that you have with the authority otherwise (external account binding): its key's id, and a file with the
# secret as the authority shows it.
#eab_key_id = ""
#eab_secret_file = ""
#ca_file = ""                # a PEM file of authorities that vouch for the directory's server; "": the system's

[calls]
# The address at which the relay's users are reached by others, as "203.0.113.5", or one of each family:
# ["203.0.113.5", "2001:db8::5"]. It is this machine's, or a router leads the ports below here. "": that of listen.turn,
# or of a "*" the address by which this machine reaches the internet, if that is a public one.
#relay_address = ""
#relay_ports = "49152-65535" # of UDP; open them in the firewall
# Whether the relay sends to private and local addresses: "allow" is for tests, and for a network without an outside.
#private_peers = "deny"
# Group calls: the ports of UDP at which their engine, Janus, takes and sends sound and pictures; "": there are none. As
# "40000-49151"; open them in the firewall. Each participant has one for each other one, and one more.
#media_ports = ""
# The address at which they are reached, as relay_address is written. "": that of the relay, or the one by which this
# machine reaches the internet.
#media_address = ""
#engine = "/usr/bin/janus"   # apt-get install janus

[modules]
# Options of modules for all tenants that do not set them for themselves; docs/modules.md has all of them.
#muc.history_messages = 20

[server]
#loops = 0                   # event loops; 0: one for each core
#log = "info"                # debug, info, warning or error
)";

}  // namespace teahouse
