#include "modules/caps/waiting.h"

#include <algorithm>
#include <utility>

namespace teahouse::caps {
namespace {

std::string pair_of(const BareJid& asker, const Jid& client) { return client.str() + '\n' + asker.str(); }

}  // namespace

uint64_t Waiting::add(Wait wait) {
  const uint64_t number = ++made_;
  by_pair_.emplace(pair_of(wait.asker, wait.client), number);
  Crowd& crowd = tenants_[wait.tenant];
  crowd.accounts[std::string(wait.client.bare_view())].insert(number);
  ++crowd.count;
  waits_.emplace(number, std::move(wait));
  return number;
}

Wait Waiting::take(uint64_t number) {
  Wait wait = std::move(waits_.extract(number).mapped());
  by_pair_.erase(pair_of(wait.asker, wait.client));
  const auto crowd = tenants_.find(wait.tenant);
  const auto account = crowd->second.accounts.find(wait.client.bare_view());
  account->second.erase(number);
  if (account->second.empty()) crowd->second.accounts.erase(account);
  if (--crowd->second.count == 0) tenants_.erase(crowd);
  return wait;
}

std::optional<uint64_t> Waiting::find(const BareJid& asker, const Jid& client) const {
  const auto found = by_pair_.find(pair_of(asker, client));
  return found == by_pair_.end() ? std::nullopt : std::optional(found->second);
}

uint64_t Waiting::find_in_crowd() const {
  const auto tenant = std::max_element(tenants_.begin(), tenants_.end(),
                                       [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
  const auto& accounts = tenant->second.accounts;
  const auto account = std::max_element(accounts.begin(), accounts.end(),
                                        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  return *account->second.begin();
}

}  // namespace teahouse::caps
