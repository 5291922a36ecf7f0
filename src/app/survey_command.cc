#include "app/survey_command.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "app/print.h"
#include "domains/survey/surveyor.h"
#include "net/unbound_dns.h"
#include "tenant/names.h"

namespace teahouse {
namespace {

using survey::Finding;
using survey::Survey;
using survey::Verdict;

constexpr const char* system_trust_anchor = "/usr/share/dns/root.key";  // of Debian's dns-root-data

int fail(int status, const std::string& text) {
  fprintf(stderr, "teahouse check: %s\n", text.c_str());  // tidy: allow print: a sentence for them
  return status;
}

const char* colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good: return "\x1b[32m";
    case Verdict::warn: return "\x1b[33m";
    case Verdict::bad: return "\x1b[31m";
    case Verdict::untried:
    case Verdict::note: break;
  }
  return "\x1b[36m";
}

std::string coloured(Verdict verdict, std::string text) {
  static const bool has_colours = ::isatty(STDOUT_FILENO) == 1 && !std::getenv("NO_COLOR");
  return has_colours ? colour_of(verdict) + text + "\x1b[0m" : text;
}

// The verdict in a column of its own, then what was looked at; below it the sentence, and the record to be copied.
void print_finding(const Finding& finding) {
  constexpr size_t column = 9;
  std::string word(to_string(finding.verdict));
  word.resize(column, ' ');
  print(coloured(finding.verdict, word) + finding.subject);
  const std::string indent(column, ' ');
  print(indent + finding.told);
  if (!finding.record.empty()) print(indent + "Record: " + finding.record);
}

void print_survey(const Survey& survey) {
  const std::pair<std::string_view, const char*> areas[] = {{"clients", "For its people"},
                                                            {"servers", "For other servers"},
                                                            {"web", "On its web server"},
                                                            {"peer", "With a server of ours"}};
  for (const auto& [area, title] : areas) {
    bool has_title = false;
    for (const Finding& each : survey.findings) {
      if (each.area != area) continue;
      if (!has_title) print(title);
      has_title = true;
      print_finding(each);
    }
    if (has_title) print("");
  }
  print(coloured(survey.worst(), summarize(survey)));
}

Task<void> look(survey::Surveyor& surveyor, std::string domain, std::optional<Survey>& found, net::Loop& loop) {
  auto looking = surveyor.look(
      std::move(domain), {},
      "there is no server of ours here to try it with; a tenant's own domain is tried by the panel, or by the API.");
  found = co_await looking;
  loop.stop();
}

}  // namespace

int survey_domain(const SurveyOptions& options) {
  const auto domain = parse_tenant_domain(options.domain, domain_bytes_max);
  const auto ascii = domain ? ascii_domain(*domain) : domain;
  if (!ascii) return fail(2, ascii.error().text);
  auto trust = net::TlsTrust::make(options.ca_file);
  if (!trust) return fail(2, trust.error().text);
  net::UnboundOptions dns_options{.server = options.dns_server, .trust_anchor_file = options.trust_anchor_file};
  if (dns_options.trust_anchor_file.empty() && ::access(system_trust_anchor, R_OK) == 0) {
    dns_options.trust_anchor_file = system_trust_anchor;
  }
  const SystemClock clock;
  net::Loop loop(0, clock);
  auto dns = net::UnboundDns::make(loop, std::move(dns_options));
  if (!dns) return fail(2, dns.error().text);
  http::ClientOptions client_options;
  if (!options.any_address) client_options.guard = net::AddressGuard::public_only();
  const net::AddressGuard guard = client_options.guard;
  http::Client client(loop, **dns, *trust, std::move(client_options));
  survey::Surveyor surveyor({{loop, **dns, guard, *trust},
                             [&client](http::ClientRequest request, http::Client::Done done) {
                               return client.fetch(std::move(request), std::move(done));
                             },
                             options.any_address});
  std::optional<Survey> found;
  loop.post([&] { spawn(look(surveyor, *domain, found, loop)); });
  loop.run();
  if (options.as_json) {
    print(make_json(*found));
  } else {
    print_survey(*found);
  }
  return found->worst() == Verdict::bad ? 1 : 0;
}

}  // namespace teahouse
