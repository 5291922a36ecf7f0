// Config: the settings that must be known before the control plane can be read: where to listen, where the data is. All
// else is in the control plane.
//
// Errors: bad_request with file, line and what to do, for a setting that does not parse, is unknown or has the wrong
// type.
#pragma once

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "files/s3/settings.h"
#include "mail/smtp.h"
#include "net/address.h"
#include "net/networks.h"
#include "server/option_table.h"
#include "sign_up/mail_domains.h"
#include "sign_up/settings.h"

namespace teahouse {

struct Config {
  std::string data_directory;
  std::string listen_c2s = "*:5222";      // XMPP with STARTTLS
  std::string listen_c2s_tls = "*:5223";  // XMPP under TLS from the first byte (XEP-0368); HTTP too, by ALPN
  std::string listen_http = "127.0.0.1:8080";
  std::string listen_https = "*:8443";  // HTTP under TLS; XMPP too, by ALPN or the first byte
  std::string listen_components;        // external components (XEP-0114), not encrypted; off
  std::string listen_components_tls;    // the same under TLS from the first byte; off
  std::string listen_proxy65;           // SOCKS5 of the tenants' proxies (XEP-0065); off
  std::string listen_s2s;               // other servers, with STARTTLS; off
  std::string listen_s2s_tls;           // the same under TLS from the first byte (XEP-0368); off
  std::string listen_turn;              // the calls' relay, over UDP and TCP; off
  std::string listen_turn_tls;          // the same under TLS; off
  std::string public_url;               // how browsers reach listen_http or listen_https; empty: as it listens
  net::HostPort public_proxy65;        // how clients reach listen_proxy65; no host: at the proxy's domain; 0: that port
  net::HostPort public_turn;           // the same of listen_turn; no host: at each tenant's domain
  net::Networks trusted_proxies;       // in front of listen_http and listen_https: whose X-Forwarded-For is believed
  std::vector<std::string> tls_names;  // names for the house's own certificate, besides localhost
  bool c2s_require_tls = true;
  int64_t c2s_login_timeout_s = 30;
  int64_t c2s_refused_timeout_s = 600;  // after a wrong password
  int64_t c2s_probe_after_s = 600;      // 0: never
  int64_t c2s_bosh_inactivity_s = 60;   // without a request (XEP-0124)
  int64_t c2s_device_days = 30;         // 0: no devices are kept, and given tokens
  bool c2s_sessions_outlive_stop = true;
  int64_t storage_scrub_mib_per_s = 1;  // so fast stored data is read again and again, to find damage; 0: not at all
  int64_t storage_reserve_mib = 256;    // store/disk_watch.h; 0: none
  bool files_in_s3 = false;             // files.store = "s3"; else they are in the data directory
  s3::S3Settings s3;                    // checked where files_in_s3 is set
  std::string s3_secret_file;           // where the secret of `s3` came from; it may come from the environment
  std::string push_ca_file;             // whom to trust as a push service; empty: the system's authorities
  bool push_allow_private = false;      // push services in this machine's own networks
  std::string dns_server;               // the resolver that is asked; empty: those of /etc/resolv.conf
  std::string dns_trust_anchor;         // a file by which DNSSEC is checked; empty: nothing is validated
  std::string s2s_ca_file;  // whom to trust for other servers' certificates; empty: the system's authorities
  bool s2s_require_valid_certificates = true;
  bool s2s_allow_private = false;  // other servers in this machine's own networks
  int64_t s2s_connect_timeout_s = 30;
  int64_t s2s_idle_s = 600;               // without a stanza
  int64_t s2s_queue_days = 3;             // that a message waits for a server that can't be reached
  std::string acme_directory;             // of the authority of certificates (RFC 8555); empty: there is none
  std::vector<std::string> acme_contact;  // "mailto:admin@example.com"
  std::string acme_eab_key_id, acme_eab_secret_file, acme_profile;
  std::string acme_ca_file;            // whom to trust as the authority's web server; empty: the system's authorities
  std::string acme_challenge;          // the one that is tried first; empty: "http-01"
  std::string domains_target;          // the name that owners' records lead to; empty: the host of public_url
  std::string domains_ca_file;         // whom to trust for a proof's file at https; empty: the system's authorities
  bool domains_allow_private = false;  // such files in this machine's own networks
  mail::SmtpSettings mail;             // checked where a server is set
  sign_up::Settings sign_up;
  sign_up::MailDomains disposable_mail;          // of the file that `sign_up` names
  std::vector<std::string> calls_relay_address;  // of each family one; none: where listen_turn is
  uint16_t calls_first_port = 49152, calls_last_port = 65535;
  bool calls_allow_private = false;                                // peers in this machine's own networks
  uint16_t calls_first_media_port = 0, calls_last_media_port = 0;  // of group calls' engines; 0: there are none
  std::vector<std::string> calls_media_address;                    // of each family one; none: that of the relay
  std::string calls_engine = "/usr/bin/janus";
  unsigned loops = 0;  // 0: one for each core
  bool has_group_calls() const { return calls_first_media_port != 0; }
  bool has_federation() const { return !listen_s2s.empty() || !listen_s2s_tls.empty(); }
  bool has_relay() const { return !listen_turn.empty() || !listen_turn_tls.empty(); }
  unsigned loop_count() const { return loops ? loops : std::max(1U, std::thread::hardware_concurrency()); }
  log::Level log_level = log::Level::info;
  OptionDefaults option_defaults;  // [modules.muc] history_messages = 20
  bool accept_loss = false;        // --accept-loss: go on with what is whole of a damaged house
  bool believe_clock = false;      // --believe-clock: store/clock_watch.h
};

// Reads DIR/teahouse.toml, which is made, with every setting explained, when it is not there; then the `--set
// name=value`s.
Result<Config> load_config(const std::string& data_directory, const std::vector<std::string>& overrides);

}  // namespace teahouse
