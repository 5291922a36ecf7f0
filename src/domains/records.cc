#include "domains/records.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/hash.h"
#include "net/dns_records.h"
#include "tenant/names.h"

namespace teahouse::domains {
namespace {

using State = Finding::State;
constexpr size_t shown_bytes_max = 200, shown_max = 10;

std::string wire_name(const Domain& domain) {
  const auto ascii = ascii_domain(domain.domain);
  return ascii ? *ascii : domain.domain;
}

// Of a stranger's record: it goes to a terminal and to a page.
std::string shown(std::string_view text) {
  std::string safe;
  for (const char c : text.substr(0, shown_bytes_max)) safe += c >= 0x20 && c < 0x7f ? c : '?';
  return text.size() > shown_bytes_max ? safe + "..." : safe;
}

void keep(Finding& finding, std::string text) {
  if (finding.found.size() < shown_max) finding.found.push_back(std::move(text));
}

std::string listed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string srv_value(uint16_t port, const std::string& host) {
  return "0 5 " + std::to_string(port) + " " + host + ".";
}

void add_srv(std::vector<Record>& records, Purpose purpose, const std::string& service, const std::string& domain,
             uint16_t port, const std::string& host) {
  if (port == 0) return;
  records.push_back({purpose, net::DnsType::srv, service + "._tcp." + domain, srv_value(port, host)});
}

std::string copy_it(const Record& record) {
  return "Add " + std::string(to_string(record.type)) + " " + record.value + " at " + record.name +
         " where the domain's DNS is kept.";
}

Finding unknown(const Record& record, const Error& error) {
  return {State::unknown,
          {},
          "DNS did not answer for " + record.name + " (" + shown(error.text) +
              "); the domain's name servers are away, or the name is broken. Try again in a few minutes."};
}

Finding missing(const Record& record) {
  return {State::missing,
          {},
          "There is no " + std::string(to_string(record.type)) + " record at " + record.name + ". " + copy_it(record) +
              " A record that was added just now may take an hour to be seen."};
}

void fail(Finding& finding, const Record& record, const std::string& advice) {
  finding.state = State::wrong;
  finding.told = record.name + " has " + listed(finding.found) + "; wanted is " + record.value + ". " + advice;
}

void judge_txt(Finding& finding, const Record& record, const net::DnsAnswer& answer) {
  const std::string wanted = record.value.substr(1, record.value.size() - 2);
  for (const std::string& text : net::read_txt(answer)) {
    const std::string trimmed(text.substr(0, text.find_last_not_of(" \t") + 1));
    if (crypto::constant_time_equal(trimmed, wanted)) finding.state = State::right;
    keep(finding, '"' + shown(text) + '"');
  }
  if (finding.state == State::right) return;
  fail(finding, record, "Add the wanted text as another TXT record; it is another one for each tenant and domain.");
}

void judge_cname(Finding& finding, const Record& record, const net::DnsAnswer& answer) {
  const auto name = net::read_cname(answer);
  keep(finding, name ? *name + "." : "a name that is broken");
  if (name && *name + "." == record.value) {
    finding.state = State::right;
    return;
  }
  fail(finding, record, "Change the record to the wanted name.");
}

void judge_srv(Finding& finding, const Record& record, const net::DnsAnswer& answer) {
  bool leads_here = false, leads_away = false;
  for (const net::SrvRecord& srv : net::read_srv(answer)) {
    const bool here = srv_value(srv.port, srv.target).substr(4) == record.value.substr(4);
    (here ? leads_here : leads_away) = true;
    keep(finding, std::to_string(srv.priority) + " " + std::to_string(srv.weight) + " " + std::to_string(srv.port) +
                      " " + (srv.target.empty() ? "." : srv.target + "."));
  }
  if (leads_here && !leads_away) {
    finding.state = State::right;
  } else if (leads_here) {
    fail(finding, record,
         "Remove the others: by them people come to a server that is not this one, or to a wrong port.");
  } else if (finding.found.empty()) {
    keep(finding, "a record that is broken");
    fail(finding, record, "Change the record to the wanted one.");
  } else {
    fail(finding, record, "Change the record's port and name to the wanted ones; priority and weight may be others.");
  }
}

std::vector<std::string> addresses_in(const std::vector<Result<net::DnsAnswer>>& answers) {
  std::vector<std::string> ips;
  for (const auto& answer : answers) {
    if (!answer) continue;
    for (const net::SocketAddress& address : net::read_addresses(*answer, 0)) {
      ips.push_back(net::format_ip(address.storage));
    }
  }
  return ips;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::string_view to_string(Finding::State state) {
  switch (state) {
    case State::right: return "right";
    case State::missing: return "missing";
    case State::wrong: return "wrong";
    case State::unknown: break;
  }
  return "unknown";
}

std::string_view to_string(Purpose purpose) {
  switch (purpose) {
    case Purpose::proof_by_txt:
    case Purpose::proof_by_cname: return "proof";
    case Purpose::address: return "address";
    case Purpose::clients: return "clients";
    case Purpose::servers: break;
  }
  return "servers";
}

std::string_view to_string(net::DnsType type) {
  switch (type) {
    case net::DnsType::a: return "A";
    case net::DnsType::cname: return "CNAME";
    case net::DnsType::txt: return "TXT";
    case net::DnsType::aaaa: return "AAAA";
    case net::DnsType::srv: return "SRV";
    case net::DnsType::tlsa: break;
  }
  return "TLSA";
}

std::string proof_name(const Domain& domain) { return "_teahouse." + wire_name(domain); }

std::vector<Record> records_of(const Domain& domain, const Target& target) {
  const std::string name = wire_name(domain);
  std::vector<Record> records{
      {Purpose::proof_by_txt, net::DnsType::txt, proof_name(domain), '"' + domain.proof() + '"', true}};
  if (target.host.empty()) return records;
  records.push_back({Purpose::proof_by_cname, net::DnsType::cname, proof_name(domain),
                     lower_ascii(domain.secret) + "." + target.host + ".", true});
  if (domain.use == "accounts") {
    add_srv(records, Purpose::clients, "_xmpp-client", name, target.c2s, target.host);
    add_srv(records, Purpose::clients, "_xmpps-client", name, target.c2s_tls, target.host);
  } else {
    records.push_back({Purpose::address, net::DnsType::cname, name, target.host + "."});
  }
  if (domain.use != web_use && domain.use != "proxy") {
    add_srv(records, Purpose::servers, "_xmpp-server", name, target.s2s, target.host);
    add_srv(records, Purpose::servers, "_xmpps-server", name, target.s2s_tls, target.host);
  }
  return records;
}

Finding judge(const Record& record, const Result<net::DnsAnswer>& answer) {
  if (!answer) return unknown(record, answer.error());
  if (answer->records.empty()) return missing(record);
  Finding finding;
  switch (record.type) {
    case net::DnsType::txt: judge_txt(finding, record, *answer); break;
    case net::DnsType::cname: judge_cname(finding, record, *answer); break;
    case net::DnsType::srv: judge_srv(finding, record, *answer); break;
    case net::DnsType::a:
    case net::DnsType::aaaa:
    case net::DnsType::tlsa: break;
  }
  return finding;
}

Finding judge_address(const Record& record, const std::vector<Result<net::DnsAnswer>>& domain,
                      const std::vector<Result<net::DnsAnswer>>& target) {
  Finding finding;
  const auto ours = addresses_in(target), theirs = addresses_in(domain);
  for (const std::string& ip : theirs) keep(finding, ip);
  if (theirs.empty()) {
    for (const auto& answer : domain) {
      if (!answer) return unknown(record, answer.error());
    }
    return {State::missing,
            {},
            record.name + " has no address. " + copy_it(record) +
                " Where DNS allows no CNAME, as at the top of a domain, copy this server's addresses (" +
                (ours.empty() ? record.value : listed(ours)) + ") into A and AAAA records."};
  }
  if (ours.empty()) {
    finding.told = "The addresses of " + record.value + " itself can't be found now; tell the server's operator.";
    return finding;
  }
  std::vector<std::string> others;
  for (const std::string& ip : theirs) {
    if (!contains(ours, ip)) others.push_back(ip);
  }
  if (others.empty()) {
    finding.state = State::right;
  } else if (others.size() == theirs.size()) {
    fail(finding, record, "It leads to another machine: change it to the wanted one (or to " + listed(ours) + ").");
  } else {
    fail(finding, record, listed(others) + " is not this server: who is led there reaches nobody. Remove it.");
  }
  return finding;
}

bool has_proof(std::string_view file, const Domain& domain) {
  const std::string wanted = domain.proof();
  while (!file.empty()) {
    const size_t end = std::min(file.find('\n'), file.size());
    std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // as some editors begin a file
    if (crypto::constant_time_equal(line, wanted)) return true;
  }
  return false;
}

}  // namespace teahouse::domains
