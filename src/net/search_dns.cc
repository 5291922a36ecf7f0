#include "net/search_dns.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "net/dns_records.h"

namespace teahouse::net {

namespace {
constexpr size_t domains_max = 6;
}  // namespace

// One name's candidates, asked for one after the other until one has records.
struct SearchDns::Search final : Query {
  Search(Dns& behind, DnsType of, Done told) : dns(behind), type(of), done(std::move(told)) {}

  void ask() {
    query = dns.find(candidates[next++], type, [this](Result<DnsAnswer> answer) { on_answer(std::move(answer)); });
  }
  void on_answer(Result<DnsAnswer> answer) {
    const auto answered = std::move(query);  // it is what calls
    if (answer && answer->records.empty() && next < candidates.size()) return ask();
    const auto told = std::move(done);  // may destroy this
    told(std::move(answer));
  }

  Dns& dns;
  DnsType type;
  Done done;
  std::vector<std::string> candidates;
  size_t next = 0;
  std::unique_ptr<Query> query;
};

SearchList read_search_list(std::string_view resolv_conf) {
  SearchList list;
  std::istringstream lines{std::string(resolv_conf)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    const bool is_search = word == "search" || word == "domain";
    if (is_search) list.domains.clear();  // the last one counts
    if (!is_search && word != "options") continue;
    while (words >> word) {
      if (const auto domain = normal_dns_name(word); is_search && domain && list.domains.size() < domains_max) {
        list.domains.push_back(*domain);
      } else if (!is_search && word.starts_with("ndots:")) {
        list.dots = parse_decimal<size_t>(std::string_view(word).substr(6)).value_or(list.dots);
      }
    }
  }
  return list;
}

SearchDns::SearchDns(Dns& dns, SearchList list) : dns_(dns), list_(std::move(list)) {}

std::unique_ptr<Dns::Query> SearchDns::find(const std::string& name, DnsType type, Done done) {
  auto search = std::make_unique<Search>(dns_, type, std::move(done));
  if (!name.ends_with('.')) {
    for (const std::string& domain : list_.domains) search->candidates.push_back(name + "." + domain);
  }
  const auto dots = static_cast<size_t>(std::ranges::count(name, '.'));
  const bool is_first = dots >= list_.dots;
  search->candidates.insert(is_first ? search->candidates.begin() : search->candidates.end(), name);
  search->ask();
  return search;
}

}  // namespace teahouse::net
