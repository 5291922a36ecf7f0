#include "domains/survey/places.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/address_guard.h"
#include "net/dns_records.h"

namespace teahouse::survey {
namespace {

constexpr uint16_t first_free_port = 1024, https_port = 443;

std::string srv_record(const Service& service, const std::string& ascii, uint16_t port, const std::string& host) {
  return service_name(service, ascii) + ". 3600 IN SRV 0 5 " + std::to_string(port) + " " + host + ".";
}

std::string no_answer(const std::string& name, const Error& error) {
  return "DNS did not answer for " + name + " (" + shown(error.text) +
         "): its name servers are away, or its zone is broken.";
}

// A record's target; told, and none, where it is not to be tried.
std::optional<Target> read_target(Survey& survey, const Service& service, const std::string& ascii,
                                  const net::SrvRecord& record, bool is_validated) {
  const std::string name = service_name(service, ascii);
  const auto refuse = [&](std::string told) {
    survey.add({service.area, name + " SRV", Verdict::bad, std::move(told),
                srv_record(service, ascii, service.usual_port, record.target)});
    return std::nullopt;
  };
  const std::string port = std::to_string(record.port);
  if (net::make_address(record.target, 0)) {
    survey.add({service.area,
                name + " SRV",
                Verdict::bad,
                "A record leads to the address " + record.target +
                    "; it must name a host, which has that address in an A or AAAA record.",
                {}});
    return std::nullopt;
  }
  if (record.port < first_free_port && record.port != https_port) {
    return refuse("A record leads to port " + port + " of " + record.target +
                  ", which is that of another protocol: other servers refuse to go there, and it was not tried.");
  }
  return Target{&service, record.target, record.port, is_validated};
}

struct Read {
  std::vector<Target> targets;
  bool says_none = false, is_unknown = false;
};

Read judge_service(Survey& survey, const Service& service, const std::string& ascii, const DnsResult& answer) {
  const std::string name = service_name(service, ascii), subject = name + " SRV";
  Read read;
  if (!answer) {
    read.is_unknown = true;
    survey.add({service.area, subject, Verdict::bad, no_answer(name, answer.error()), {}});
    return read;
  }
  auto records = net::order_srv(net::read_srv(*answer), [](uint32_t) { return 0U; });
  if (records.size() < answer->records.size()) {
    survey.add({service.area, subject, Verdict::bad, "A record is broken, and others pass it over.", {}});
  }
  if (std::ranges::any_of(records, [](const net::SrvRecord& each) { return each.target.empty(); })) {
    read.says_none = records.size() == 1;
    survey.add({service.area,
                subject,
                read.says_none ? Verdict::note : Verdict::bad,
                read.says_none
                    ? "It says \".\": this is decidedly not served."
                    : "One record says \".\" (not served) and others say that it is: remove the one or the others.",
                {}});
    std::erase_if(records, [](const net::SrvRecord& each) { return each.target.empty(); });
  }
  if (records.size() > targets_max) {
    survey.add({service.area,
                subject,
                Verdict::note,
                "It has " + std::to_string(records.size()) + " records; the first " + std::to_string(targets_max) +
                    " are looked at, and others try hardly more.",
                {}});
    records.resize(targets_max);
  }
  std::vector<std::string> texts;
  for (const net::SrvRecord& each : records) {
    auto target = read_target(survey, service, ascii, each, answer->validated);
    if (!target) continue;
    texts.push_back(each.target + " port " + std::to_string(each.port));
    read.targets.push_back(std::move(*target));
  }
  if (!texts.empty()) survey.add({service.area, subject, Verdict::good, "It leads to " + listed(texts) + ".", {}});
  return read;
}

// One kind has no record, and its other one may have.
void judge_missing(Survey& survey, const Service& plain, const Service& direct, const std::string& ascii,
                   const Read& of_plain, const Read& of_direct) {
  const std::string who = plain.area == "clients" ? "Clients" : "Other servers";
  const bool has_plain = !of_plain.targets.empty(), has_direct = !of_direct.targets.empty();
  if (has_plain && !has_direct && !of_direct.says_none && !of_direct.is_unknown) {
    survey.add({direct.area, service_name(direct, ascii) + " SRV", Verdict::note,
                "There is none. Where the server has a port for TLS from the first byte on, add the record: " + who +
                    " are there sooner, and through more firewalls.",
                srv_record(direct, ascii, direct.usual_port, of_plain.targets.front().host)});
  }
  if (has_direct && !has_plain && !of_plain.says_none && !of_plain.is_unknown) {
    survey.add({plain.area, service_name(plain, ascii) + " SRV", Verdict::warn,
                "There is none, and not all know the records of direct TLS. Add the record; or, where STARTTLS is not "
                "served, one that says so: \"0 0 0 .\".",
                srv_record(plain, ascii, plain.usual_port, of_direct.targets.front().host)});
  }
}

const HostAnswers* find_host(const std::vector<HostAnswers>& hosts, const std::string& host) {
  const auto found = std::ranges::find(hosts, host, &HostAnswers::host);
  return found == hosts.end() ? nullptr : &*found;
}

std::string_view area_of(const std::vector<Target>& targets, const std::string& host) {
  const auto found = std::ranges::find(targets, host, &Target::host);
  return found == targets.end() ? "clients" : found->service->area;
}

// The addresses of one family that may be tried.
std::vector<net::SocketAddress> judge_addresses(Survey& survey, std::string_view area, const std::string& subject,
                                                const DnsResult& answer, bool any_address) {
  if (!answer) return {};
  std::vector<net::SocketAddress> tried;
  size_t passed_over = 0;
  for (const net::SocketAddress& each : net::read_addresses(*answer, 0)) {
    const std::string_view use = net::special_use(each);
    if (!use.empty()) {
      survey.add({area,
                  subject,
                  any_address ? Verdict::note : Verdict::bad,
                  net::format_ip(each.storage) + " is no address of the public internet (" + std::string(use) +
                      "): nobody outside gets there" + (any_address ? "." : ", and it was not tried.") +
                      " Put the server's public address in its place.",
                  {}});
    }
    if (!use.empty() && !any_address) continue;
    if (tried.size() == addresses_max) {
      ++passed_over;
      continue;
    }
    tried.push_back(each);
  }
  if (passed_over > 0) {
    survey.add({area,
                subject,
                Verdict::untried,
                std::to_string(passed_over) +
                    " more of its addresses were not tried: " + std::to_string(addresses_max) + " of a family are.",
                {}});
  }
  return tried;
}

std::vector<net::SocketAddress> judge_host(Survey& survey, std::string_view area, const HostAnswers& host,
                                           bool may_be_alias, bool any_address) {
  const std::string subject = host.host + " addresses";
  const auto alias = host.cname ? net::read_cname(*host.cname) : std::nullopt;
  if (alias && !may_be_alias) {
    survey.add({area,
                host.host + " CNAME",
                Verdict::warn,
                "It is an alias of " + *alias +
                    ". The host of an SRV record must be none, and some do not follow it: name " + *alias +
                    " in the SRV record, or give " + host.host + " addresses of its own.",
                {}});
  }
  for (const DnsResult* each : {&host.a, &host.aaaa}) {
    if (!*each) survey.add({area, subject, Verdict::bad, no_answer(host.host, each->error()), {}});
  }
  auto tried = judge_addresses(survey, area, subject, host.a, any_address);
  auto six = judge_addresses(survey, area, subject, host.aaaa, any_address);
  if (host.a && host.aaaa && host.a->records.empty() && host.aaaa->records.empty()) {
    survey.add({area, subject, Verdict::bad,
                host.host + " has no address, so that nobody gets there. Add an A record (and AAAA) with the server's.",
                host.host + ". 3600 IN A 192.0.2.1"});
  } else if (host.aaaa && host.aaaa->records.empty()) {
    survey.add({area,
                subject,
                Verdict::note,
                "It has no IPv6 address; who has IPv6 alone gets there by a translator, or not at all.",
                {}});
  } else if (host.a && host.a->records.empty()) {
    survey.add({area, subject, Verdict::warn, "It has no IPv4 address: most of the internet does not get there.", {}});
  }
  tried.insert(tried.end(), six.begin(), six.end());
  return tried;
}

}  // namespace

std::string service_name(const Service& service, const std::string& ascii) {
  return std::string(service.label) + "._tcp." + ascii;
}

std::string subject_of(const Place& place) {
  const std::string ip = net::format_ip(place.address.storage);
  return place.target.host + ", " + ip + " port " + std::to_string(place.target.port) +
         (place.target.service->is_direct ? ", direct TLS" : ", STARTTLS");
}

std::vector<Target> judge_services(Survey& survey, const std::string& ascii, const std::vector<DnsResult>& answers) {
  std::vector<Target> targets;
  for (size_t at = 0; at + 1 < services.size() && at + 1 < answers.size(); at += 2) {
    const Service &plain = services[at], &direct = services[at + 1];
    Read of_plain = judge_service(survey, plain, ascii, answers[at]);
    Read of_direct = judge_service(survey, direct, ascii, answers[at + 1]);
    judge_missing(survey, plain, direct, ascii, of_plain, of_direct);
    const bool has_records =
        (answers[at] && !answers[at]->records.empty()) || (answers[at + 1] && !answers[at + 1]->records.empty());
    if (!has_records && answers[at]) {
      survey.add({plain.area, service_name(plain, ascii) + " SRV", Verdict::note,
                  "There is none, so that " + ascii + " itself is tried at port " + std::to_string(plain.usual_port) +
                      ". With the record the server may be another machine than the web server.",
                  srv_record(plain, ascii, plain.usual_port, ascii)});
      targets.push_back({&plain, ascii, plain.usual_port, answers[at]->validated});
    }
    for (Read* read : {&of_plain, &of_direct}) { std::ranges::move(read->targets, std::back_inserter(targets)); }
  }
  return targets;
}

std::vector<std::string> hosts_of(const std::vector<Target>& targets) {
  std::vector<std::string> hosts;
  for (const Target& each : targets) {
    if (std::ranges::find(hosts, each.host) == hosts.end()) hosts.push_back(each.host);
  }
  return hosts;
}

std::vector<Place> judge_hosts(Survey& survey, const std::string& ascii, const std::vector<Target>& targets,
                               const std::vector<HostAnswers>& hosts, bool any_address) {
  std::vector<Place> places;
  for (const std::string& host : hosts_of(targets)) {
    const HostAnswers* const answers = find_host(hosts, host);
    if (!answers) continue;
    const auto addresses = judge_host(survey, area_of(targets, host), *answers, host == ascii, any_address);
    for (const Target& target : targets) {
      if (target.host != host) continue;
      for (const net::SocketAddress& address : addresses) {
        const auto same = [&](const Place& each) {
          return each.target.service == target.service && each.target.port == target.port &&
                 net::format_ip(each.address.storage) == net::format_ip(address.storage);
        };
        if (std::ranges::none_of(places, same)) places.push_back({target, address});
      }
    }
  }
  return places;
}

}  // namespace teahouse::survey
