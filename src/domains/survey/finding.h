// Finding: one thing of a domain that was looked at from outside, with a sentence about it; Survey: all of a domain.
// Values.
//
// Limits: of a stranger's words 200 bytes are shown, in printable ASCII; findings_max.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace teahouse::survey {

inline constexpr size_t findings_max = 200;

enum class Verdict : uint8_t {
  good,
  untried,  // nobody could look, or had to
  note,     // not as good as it could be
  warn,     // some are kept out, or will be soon
  bad,      // it does not work
};

struct Finding {
  std::string_view area;  // "clients", "servers", "web" or "peer"; a literal
  std::string subject;    // "_xmpp-client._tcp.shop.example SRV", "192.0.2.1 port 5222, STARTTLS"
  Verdict verdict = Verdict::good;
  std::string told;    // what is there; where it is not good, what is wrong and what to do
  std::string record;  // to be copied into DNS, as a zone file has it; empty: none helps
};

struct Survey {
  std::string domain;  // as parse_tenant_domain() gives it
  std::vector<Finding> findings;

  // No more than findings_max are kept.
  void add(Finding finding);
  Verdict worst() const;  // good where nothing is worse than a note
};

std::string_view to_string(Verdict verdict);
// {"domain", "verdict", "told", "findings": [{"area", "subject", "verdict", "told", "record"}]}
std::string make_json(const Survey& survey);
// The whole in one sentence.
std::string summarize(const Survey& survey);

// A stranger's words as they go to a terminal and to a page.
std::string shown(std::string_view text);
// "one, two and three"
std::string listed(const std::vector<std::string>& texts);

}  // namespace teahouse::survey
