#include "app/config.h"

#include <toml++/toml.h>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "acme/answers.h"
#include "app/config_template.h"
#include "app/modules.h"
#include "base/text.h"
#include "http/message.h"
#include "net/address.h"
#include "tenant/names.h"
#include "tenant/origin.h"
#include "tenant/whole_file.h"

namespace teahouse {
namespace {

Error wrong(std::string_view name, std::string_view needs) {
  return {ErrorKind::bad_request, "The setting '" + std::string(name) + "' needs " + std::string(needs) + "."};
}

Result<void> set_address(std::string& target, std::string_view name, const toml::node& value) {
  const auto text = value.value<std::string>();
  const bool good = text && (text->empty() || net::parse_address(*text));
  if (!good)
    return wrong(name, "an address with its port in quotes, as \"127.0.0.1:8080\", \"[::1]:8080\" or \"*:8080\"");
  target = *text;
  return {};
}

template <class Number>
Result<void> set_number(Number& target, std::string_view name, const toml::node& value, int64_t min, int64_t max) {
  const auto number = value.value_exact<int64_t>();
  if (!number || *number < min || *number > max) {
    return wrong(name, "a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  target = static_cast<Number>(*number);
  return {};
}

Result<void> set_flag(bool& target, std::string_view name, const toml::node& value) {
  const auto flag = value.value_exact<bool>();
  if (!flag) return wrong(name, "true or false");
  target = *flag;
  return {};
}

// An origin, perhaps with the slash that browsers show behind it. The widget looks for the server at its host's root.
Result<void> set_public_url(std::string& target, std::string_view name, const toml::node& value) {
  const auto text = value.value<std::string>();
  if (!text) return wrong(name, "an address in quotes, as \"https://chat.example.com\"");
  target.clear();
  if (text->empty()) return {};
  const auto origin = parse_origin(text->substr(0, text->size() - (text->ends_with('/') ? 1 : 0)));
  if (!origin || !(origin->starts_with("http://") || origin->starts_with("https://"))) {
    return wrong(
        name, "an address as \"https://chat.example.com\", with its scheme and without a path; not \"" + *text + "\"");
  }
  target = *origin;
  return {};
}

// As clients are told it: a name that DNS has, or an address without brackets.
Result<void> set_host_port(net::HostPort& target, std::string_view name, const toml::node& value) {
  const auto text = value.value<std::string>();
  auto parsed = text ? net::parse_host_port(*text) : std::nullopt;
  const auto ip = parsed ? net::normal_ip(parsed->host) : std::nullopt;
  const auto domain =
      parsed && !ip && !parsed->host.empty() ? parse_tenant_domain(parsed->host) : Result<std::string>("");
  const auto ascii = domain && !domain->empty() ? ascii_domain(*domain) : domain;
  if (!parsed || !ascii) {
    return wrong(name, "a name or an IP address, with a port or without, as \"files.example.com:5000\"");
  }
  target = {ip ? *ip : *ascii, parsed->port};
  return {};
}

Result<void> set_ports(uint16_t& first_port, uint16_t& last_port, std::string_view name, const toml::node& value) {
  const std::string text = value.value_or<std::string>("");
  const size_t dash = text.find('-');
  const auto first = parse_decimal<uint16_t>(std::string_view(text).substr(0, dash));
  const auto last = dash == text.npos ? first : parse_decimal<uint16_t>(std::string_view(text).substr(dash + 1));
  if (!first || !last || *first < 1024 || *first > *last) {
    return wrong(name, "a range of ports from 1024 on, as \"49152-65535\"");
  }
  first_port = *first;
  last_port = *last;
  return {};
}

std::optional<std::vector<std::string>> read_texts(const toml::node& value) {
  const toml::array* list = value.as_array();
  if (!list) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& each : *list) {
    const auto text = each.value<std::string>();
    if (!text) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}

// Takes names as clients ask for them in a handshake.
Result<void> set_tls_names(std::vector<std::string>& target, std::string_view name, const toml::node& value) {
  const auto texts = read_texts(value);
  if (!texts) return wrong(name, "a list of names in quotes");
  target.clear();
  for (const std::string& text : *texts) {
    const std::string wildcard = text.starts_with("*.") ? "*." : "";
    const auto domain = parse_tenant_domain(text.substr(wildcard.size()));
    const auto ascii = domain ? ascii_domain(*domain) : domain;
    const auto ip = net::normal_ip(text);
    if (!ascii && !ip) {
      return wrong(name, "names of hosts or IP addresses, as \"chat.example.com\"; not \"" + text + "\"");
    }
    target.push_back(ip ? *ip : wildcard + *ascii);
  }
  return {};
}

// One of a family: as clients and peers reach it.
Result<void> set_ip_addresses(std::vector<std::string>& target, std::string_view name, const toml::node& value) {
  auto texts = value.is_string() ? std::vector<std::string>{value.value_or<std::string>("")} : read_texts(value);
  const auto fail = [name] {
    return wrong(name, "an IP address, or a list of one of IPv4 and one of IPv6, as \"203.0.113.5\"");
  };
  if (!texts) return fail();
  if (*texts == std::vector<std::string>{""}) texts->clear();
  std::vector<int> families;
  for (std::string& text : *texts) {
    const auto ip = net::normal_ip(text);
    const auto address = ip ? net::make_address(*ip, 0) : std::nullopt;
    if (!address || std::ranges::find(families, address->family()) != families.end()) return fail();
    families.push_back(address->family());
    text = *ip;
  }
  target = std::move(*texts);
  return {};
}

Result<void> set_private_peers(bool& target, std::string_view name, const toml::node& value) {
  const std::string text = value.value_or<std::string>("");
  if (text != "deny" && text != "allow") return wrong(name, "\"deny\" or \"allow\"");
  target = text == "allow";
  return {};
}

Result<void> set_text(std::string& target, std::string_view name, const toml::node& value, std::string_view what);

Result<void> set_media_ports(Config& config, std::string_view name, const toml::node& value) {
  if (!value.value_or<std::string>("").empty()) {
    return set_ports(config.calls_first_media_port, config.calls_last_media_port, name, value);
  }
  if (!value.is_string()) return wrong(name, "a range of ports from 1024 on, as \"40000-49151\"");
  config.calls_first_media_port = config.calls_last_media_port = 0;
  return {};
}

Result<void> set_calls(Config& config, const std::string& name, const toml::node& value) {
  if (name == "calls.relay_address") return set_ip_addresses(config.calls_relay_address, name, value);
  if (name == "calls.relay_ports") return set_ports(config.calls_first_port, config.calls_last_port, name, value);
  if (name == "calls.private_peers") return set_private_peers(config.calls_allow_private, name, value);
  if (name == "calls.media_ports") return set_media_ports(config, name, value);
  if (name == "calls.media_address") return set_ip_addresses(config.calls_media_address, name, value);
  if (name == "calls.engine") return set_text(config.calls_engine, name, value, "the name of a file");
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_text(std::string& target, std::string_view name, const toml::node& value, std::string_view what) {
  const auto text = value.value<std::string>();
  if (!text) return wrong(name, std::string(what) + " in quotes");
  target = *text;
  return {};
}

// A name alone, as DNS has it.
Result<void> set_target(std::string& target, std::string_view name, const toml::node& value) {
  const auto text = value.value<std::string>();
  if (!text) return wrong(name, "a name in quotes, as \"im.example.com\"");
  target.clear();
  if (text->empty()) return {};
  const auto domain = parse_tenant_domain(*text);
  const auto ascii = domain ? ascii_domain(*domain) : domain;
  if (!ascii) return wrong(name, "a name that DNS has, as \"im.example.com\"; not \"" + *text + "\"");
  target = *ascii;
  return {};
}

Result<void> set_directory(std::string& target, std::string_view name, const toml::node& value) {
  const auto text = value.value<std::string>();
  if (!text || !(text->empty() || acme::is_good_url(*text))) {
    return wrong(name, "the https address of an ACME directory, as \"https://acme-v02.api.letsencrypt.org/directory\"");
  }
  target = *text;
  return {};
}

Result<void> set_challenge(std::string& target, std::string_view name, const toml::node& value) {
  const std::string text = value.value_or<std::string>("");
  if (text != "http-01" && text != "tls-alpn-01") return wrong(name, "\"http-01\" or \"tls-alpn-01\"");
  target = text;
  return {};
}

// An address of mail is one of a URL.
Result<void> set_contact(std::vector<std::string>& target, std::string_view name, const toml::node& value) {
  auto texts = value.is_string() ? std::vector<std::string>{value.value_or<std::string>("")} : read_texts(value);
  if (!texts) return wrong(name, "an address of mail in quotes, or a list of them");
  if (*texts == std::vector<std::string>{""}) texts->clear();
  for (std::string& text : *texts) {
    if (text.find('@') == text.npos)
      return wrong(name, "an address of mail, as \"admin@example.com\"; not \"" + text + "\"");
    if (!text.starts_with("mailto:")) text.insert(0, "mailto:");
  }
  target = std::move(*texts);
  return {};
}

Result<void> set_acme(Config& config, const std::string& name, const toml::node& value) {
  if (name == "acme.directory") return set_directory(config.acme_directory, name, value);
  if (name == "acme.contact") return set_contact(config.acme_contact, name, value);
  if (name == "acme.eab_key_id") return set_text(config.acme_eab_key_id, name, value, "the id of a key");
  if (name == "acme.eab_secret_file") return set_text(config.acme_eab_secret_file, name, value, "the name of a file");
  if (name == "acme.profile") return set_text(config.acme_profile, name, value, "the name of a profile");
  if (name == "acme.ca_file") return set_text(config.acme_ca_file, name, value, "the name of a file");
  if (name == "acme.challenge") return set_challenge(config.acme_challenge, name, value);
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_domains(Config& config, const std::string& name, const toml::node& value) {
  if (name == "domains.target") return set_target(config.domains_target, name, value);
  if (name == "domains.ca_file") return set_text(config.domains_ca_file, name, value, "the name of a file");
  if (name == "domains.allow_private") return set_flag(config.domains_allow_private, name, value);
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_store(bool& target, std::string_view name, const toml::node& value) {
  const std::string text = value.value_or<std::string>("");
  if (text != "disk" && text != "s3") return wrong(name, "\"disk\" or \"s3\"");
  target = text == "s3";
  return {};
}

// The secret stands in no file that backups have and people show around.
Result<void> set_s3(Config& config, const std::string& name, const toml::node& value) {
  s3::S3Settings& s3 = config.s3;
  if (name == "files.s3.endpoint") return set_text(s3.endpoint, name, value, "an address");
  if (name == "files.s3.region") return set_text(s3.region, name, value, "the name of a region");
  if (name == "files.s3.bucket") return set_text(s3.bucket, name, value, "the name of a bucket");
  if (name == "files.s3.prefix") return set_text(s3.prefix, name, value, "the beginning of all keys");
  if (name == "files.s3.access_key") return set_text(s3.access_key, name, value, "the id of a key");
  if (name == "files.s3.secret_file") return set_text(config.s3_secret_file, name, value, "the name of a file");
  if (name == "files.s3.ca_file") return set_text(s3.ca_file, name, value, "the name of a file");
  if (name == "files.s3.path_style") return set_flag(s3.path_style, name, value);
  if (name == "files.s3.allow_http") return set_flag(s3.allow_http, name, value);
  const bool is_secret = name == "files.s3.secret" || name == "files.s3.secret_key";
  return Error{ErrorKind::bad_request,
               is_secret
                   ? "The secret of files.s3 does not stand in settings: put it into a file of its own, and the "
                     "file's name into files.s3.secret_file; or into TEAHOUSE_S3_SECRET in the server's environment."
                   : "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_dns_server(std::string& target, std::string_view name, const toml::node& value) {
  const auto text = value.value<std::string>();
  const auto address = net::parse_address(text.value_or(""));
  if (!text || (!text->empty() && (!address || address->both_families))) {
    return wrong(name, "a resolver's address with its port, as \"192.0.2.53:53\"");
  }
  target = *text;
  return {};
}

Result<void> set_s2s(Config& config, const std::string& name, const toml::node& value) {
  if (name == "s2s.ca_file") return set_text(config.s2s_ca_file, name, value, "the name of a file");
  if (name == "s2s.private_targets") return set_private_peers(config.s2s_allow_private, name, value);
  if (name == "s2s.connect_timeout_s") return set_number(config.s2s_connect_timeout_s, name, value, 1, 300);
  if (name == "s2s.idle_s") return set_number(config.s2s_idle_s, name, value, 10, 86400);
  if (name == "s2s.queue_days") return set_number(config.s2s_queue_days, name, value, 0, 30);
  if (name == "s2s.require_valid_certificates") { return set_flag(config.s2s_require_valid_certificates, name, value); }
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_level(log::Level& target, const toml::node& value) {
  const std::string text = value.value_or<std::string>("");
  for (const auto& [name, level] : {std::pair{"debug", log::Level::debug},
                                    {"info", log::Level::info},
                                    {"warning", log::Level::warning},
                                    {"error", log::Level::error}}) {
    if (text == name) {
      target = level;
      return {};
    }
  }
  return wrong("server.log", "one of \"debug\", \"info\", \"warning\" and \"error\"");
}

// "modules.muc.history_messages": an option of a module, for all tenants that do not set it.
Result<void> set_option(OptionDefaults& target, const std::string& name, const toml::node& value) {
  static const std::vector<std::unique_ptr<Module>> modules = make_modules();
  std::vector<const ModuleInfo*> infos;
  infos.reserve(modules.size());
  for (const auto& module : modules) infos.push_back(&module->info());
  std::ostringstream text;
  if (const auto* string = value.as_string()) {
    text << string->get();
  } else if (value.is_boolean()) {
    text << (value.value_or(false) ? "true" : "false");
  } else if (const auto* number = value.as_integer()) {
    text << number->get();
  } else {
    return wrong(name, "true, false, a number or a text in quotes");
  }
  auto option =
      parse_option_default(infos, std::string_view(name).substr(std::string_view("modules.").size()), text.str());
  if (!option) return Error{option.error().kind, "The setting '" + name + "': " + option.error().text};
  target.insert_or_assign(option->first, option->second);
  return {};
}

Result<void> set_mail(Config& config, const std::string& name, const toml::node& value) {
  if (name == "mail.server") return set_text(config.mail.server, name, value, "an address");
  if (name == "mail.from") return set_text(config.mail.from, name, value, "an e-mail address");
  if (name == "mail.user") return set_text(config.mail.user, name, value, "a name");
  if (name == "mail.password_file") return set_text(config.mail.password_file, name, value, "the name of a file");
  if (name == "mail.ca_file") return set_text(config.mail.ca_file, name, value, "the name of a file");
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

// Each label as it is compared; one that is none keeps nobody out.
Result<void> set_reserved(std::vector<std::string>& target, const std::string& name, const toml::node& value) {
  auto texts = read_texts(value);
  if (!texts) return wrong(name, "a list of names in quotes, as [\"intranet\", \"tea\"]");
  for (std::string& text : *texts) {
    auto label = parse_short_name("A name", text, tenant_name_bytes_max);
    if (!label) return wrong(name, "a list of names of a to z, digits and hyphens; not \"" + text + "\"");
    text = std::move(*label);
  }
  target = std::move(*texts);
  return {};
}

Result<void> set_sign_up(Config& config, const std::string& name, const toml::node& value) {
  sign_up::Settings& target = config.sign_up;
  if (name == "sign_up.plan") return set_text(target.plan, name, value, "the name of a plan");
  if (name == "sign_up.domain") {
    const std::string text = value.value_or<std::string>("");
    auto domain = text.empty() ? Result<std::string>(text) : parse_tenant_domain(text);
    if (!domain || !value.is_string()) return wrong(name, "a domain in quotes, as \"chat.example.com\"");
    target.domain = std::move(*domain);
    return {};
  }
  if (name == "sign_up.per_address_per_h") return set_number(target.per_address_per_h, name, value, 1, 1000);
  if (name == "sign_up.per_h") return set_number(target.per_h, name, value, 1, sign_up::per_h_max);
  if (name == "sign_up.tenants_per_person") return set_number(target.tenants_per_person, name, value, 1, 100);
  if (name == "sign_up.disposable_mail") return set_text(target.disposable_mail, name, value, "the name of a file");
  if (name == "sign_up.reserved") return set_reserved(target.reserved, name, value);
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_one(Config& config, const std::string& name, const toml::node& value) {
  if (name == "listen.c2s") return set_address(config.listen_c2s, name, value);
  if (name == "listen.c2s_tls") return set_address(config.listen_c2s_tls, name, value);
  if (name == "listen.http") return set_address(config.listen_http, name, value);
  if (name == "listen.https") return set_address(config.listen_https, name, value);
  if (name == "listen.components") return set_address(config.listen_components, name, value);
  if (name == "listen.components_tls") return set_address(config.listen_components_tls, name, value);
  if (name == "listen.proxy65") return set_address(config.listen_proxy65, name, value);
  if (name == "listen.s2s") return set_address(config.listen_s2s, name, value);
  if (name == "listen.s2s_tls") return set_address(config.listen_s2s_tls, name, value);
  if (name == "dns.server") return set_dns_server(config.dns_server, name, value);
  if (name == "dns.trust_anchor") return set_text(config.dns_trust_anchor, name, value, "the name of a file");
  if (name.starts_with("s2s.")) return set_s2s(config, name, value);
  if (name == "listen.turn") return set_address(config.listen_turn, name, value);
  if (name == "listen.turn_tls") return set_address(config.listen_turn_tls, name, value);
  if (name == "public.turn") return set_host_port(config.public_turn, name, value);
  if (name.starts_with("calls.")) return set_calls(config, name, value);
  if (name == "public.proxy65") return set_host_port(config.public_proxy65, name, value);
  if (name == "public.url") return set_public_url(config.public_url, name, value);
  if (name == "public.trusted_proxies") {
    const auto texts = read_texts(value);
    if (!texts) return wrong(name, "a list of addresses in quotes");
    auto networks = net::Networks::parse(*texts);
    if (!networks) return Error{networks.error().kind, "The setting '" + name + "': " + networks.error().text + "."};
    config.trusted_proxies = std::move(*networks);
    return {};
  }
  if (name == "server.log") return set_level(config.log_level, value);
  if (name == "c2s.require_tls") return set_flag(config.c2s_require_tls, name, value);
  if (name == "push.allow_private") return set_flag(config.push_allow_private, name, value);
  if (name.starts_with("mail.")) return set_mail(config, name, value);
  if (name.starts_with("sign_up.")) return set_sign_up(config, name, value);
  if (name == "push.ca_file") return set_text(config.push_ca_file, name, value, "the name of a file");
  if (name.starts_with("acme.")) return set_acme(config, name, value);
  if (name.starts_with("domains.")) return set_domains(config, name, value);
  if (name == "files.store") return set_store(config.files_in_s3, name, value);
  if (name.starts_with("files.s3.")) return set_s3(config, name, value);
  if (name == "c2s.login_timeout_s") return set_number(config.c2s_login_timeout_s, name, value, 1, 3600);
  if (name == "c2s.refused_timeout_s") return set_number(config.c2s_refused_timeout_s, name, value, 1, 86400);
  if (name == "c2s.probe_after_s") return set_number(config.c2s_probe_after_s, name, value, 0, 86400);
  if (name == "c2s.bosh_inactivity_s") return set_number(config.c2s_bosh_inactivity_s, name, value, 1, 600);
  if (name == "c2s.device_days") return set_number(config.c2s_device_days, name, value, 0, 365);
  if (name == "c2s.sessions_outlive_stop") return set_flag(config.c2s_sessions_outlive_stop, name, value);
  if (name == "storage.scrub_mib_per_s") return set_number(config.storage_scrub_mib_per_s, name, value, 0, 1024);
  if (name == "storage.reserve_mib") return set_number(config.storage_reserve_mib, name, value, 0, 1'000'000);
  if (name == "server.loops") return set_number(config.loops, name, value, 0, 256);
  if (name == "tls.names") return set_tls_names(config.tls_names, name, value);
  if (name.starts_with("modules.")) return set_option(config.option_defaults, name, value);
  return Error{ErrorKind::bad_request,
               "There is no setting '" + name + "'. teahouse.toml explains those that there are."};
}

Result<void> set_table(Config& config, const toml::table& table, const std::string& prefix) {
  for (const auto& [key, value] : table) {
    const std::string name = prefix + std::string(key.str());
    const Result<void> set =
        value.is_table() ? set_table(config, *value.as_table(), name + ".") : set_one(config, name, value);
    if (!set) return set;
  }
  return {};
}

// --set server.loops=2 and --set listen.http=127.0.0.1:8080: a value that is no number, truth value or list is a text.
Result<void> set_override(Config& config, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return Error{ErrorKind::bad_request,
                 "--set takes name=value, as in --set listen.http=127.0.0.1:8080; not '" + text + "'."};
  }
  const std::string name = text.substr(0, equals), value = text.substr(equals + 1);
  toml::table table;
  try {
    table = toml::parse("v = " + value);
  } catch (const toml::parse_error&) { table.insert("v", value); }
  if (table.size() != 1) table = toml::table{{"v", value}};
  return set_one(config, name, *table.get("v"));
}

// The environment's secret comes before the file's.
Result<void> complete_s3(Config& config) {
  if (const char* secret = std::getenv("TEAHOUSE_S3_SECRET"); secret && *secret) {
    config.s3.secret = secret;
  } else if (!config.s3_secret_file.empty()) {
    auto text = read_whole_file(config.s3_secret_file);
    if (!text) return Error{text.error().kind, "The setting 'files.s3.secret_file': " + text.error().text};
    warn_of_open_key(config.s3_secret_file);
    config.s3.secret = std::string(http::trim(text->substr(0, text->find_first_of("\r\n"))));
  }
  auto checked = s3::check(config.s3);
  if (!checked) return checked.error();
  config.s3 = std::move(*checked);
  return {};
}

// Made for its owner alone, as is all that comes into it (serve.cc sets the umask). One that is there keeps its mode:
// others may use it too.
Result<void> prepare_directory(const std::string& path) {
  using std::filesystem::perms;
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  const auto status = failed ? std::filesystem::file_status() : std::filesystem::status(path, failed);
  if (failed) {
    return Error{ErrorKind::bad_request, "The data directory " + path + " can't be made: " + failed.message() + "."};
  }
  if ((status.permissions() & (perms::others_write | perms::group_write)) != perms::none) {
    log::warning("server", "Other users of this machine can write to the data directory; close it: chmod 700 DIR",
                 {{"directory", path}});
  }
  return {};
}

}  // namespace

Result<Config> load_config(const std::string& data_directory, const std::vector<std::string>& overrides) {
  Config config;
  config.data_directory = data_directory;
  const auto prepared = prepare_directory(data_directory);
  if (!prepared) return prepared.error();
  const std::string path = data_directory + "/teahouse.toml";
  const auto there = has_file(path);
  if (!there) return there.error();
  if (!*there) {
    const auto written = write_whole_file(path, config_template, 0644);
    if (!written) return written.error();
  }
  const auto settings = read_whole_file(path);
  if (!settings) return settings.error();
  try {
    const auto set = set_table(config, toml::parse(*settings, path), "");
    if (!set) return Error{set.error().kind, path + ": " + set.error().text};
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << path << ", line " << error.source().begin.line << ": " << error.description() << ".";
    return Error{ErrorKind::bad_request, where.str()};
  }
  for (const std::string& text : overrides) {
    const auto set = set_override(config, text);
    if (!set) return set.error();
  }
  if (config.files_in_s3) {
    if (auto completed = complete_s3(config); !completed) return completed.error();
  }
  if (const std::string& file = config.sign_up.disposable_mail; !file.empty()) {
    const auto text = read_whole_file(file);
    auto domains = text ? sign_up::MailDomains::parse(*text) : Result<sign_up::MailDomains>(text.error());
    if (!domains) {
      return Error{domains.error().kind, "The setting 'sign_up.disposable_mail' names " + file + ": " +
                                             domains.error().text + " Name a file with a domain on each line."};
    }
    config.disposable_mail = std::move(*domains);
  }
  if (config.mail.are_set()) {
    auto checked = mail::check(config.mail);
    if (!checked) return checked.error();
    config.mail = std::move(*checked);
  }
  return config;
}

}  // namespace teahouse
