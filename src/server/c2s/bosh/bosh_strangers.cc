#include "server/c2s/bosh/bosh_strangers.h"

#include <algorithm>
#include <vector>

#include "account/network.h"

namespace teahouse::c2s {
namespace {

// "": there is none.
std::string find_oldest(const std::map<uint64_t, std::string>& group, const BoshStrangers::Look& look,
                        BoshStrangers::Talk talk) {
  const auto found =
      std::find_if(group.begin(), group.end(), [&](const auto& each) { return look(each.second) == talk; });
  return found == group.end() ? std::string() : found->second;
}

}  // namespace

BoshStrangers::Verdict BoshStrangers::judge(std::string_view address, const Look& look) const {
  const auto network = networks_.find(network_of(address));
  if (network != networks_.end() && network->second.size() >= of_network_max) {
    std::string ends = find_oldest(network->second, look, Talk::silent);
    const bool may_come = !ends.empty();
    return {may_come, std::move(ends)};
  }
  if (strangers_.size() < strangers_max) return {};
  std::string ends = find_in_crowd(look);
  const bool may_come = !ends.empty();
  return {may_come, std::move(ends)};
}

// Of the largest site, though all its strangers wait for answers: else those who keep requests open would have the
// others' places.
std::string BoshStrangers::find_in_crowd(const Look& look) const {
  std::vector<const Group*> groups;
  for (const auto& [name, group] : sites_) groups.push_back(&group);
  std::sort(groups.begin(), groups.end(), [](const Group* a, const Group* b) {
    return a->size() != b->size() ? a->size() > b->size() : a->begin()->first < b->begin()->first;
  });
  for (const Group* group : groups) {
    for (const Talk talk : {Talk::silent, Talk::waits}) {
      if (std::string found = find_oldest(*group, look, talk); !found.empty()) return found;
    }
  }
  return {};
}

void BoshStrangers::add(const std::string& sid, std::string_view address) {
  const Stranger stranger{++made_, network_of(address), site_of(address)};
  networks_[stranger.network].emplace(stranger.number, sid);
  sites_[stranger.site].emplace(stranger.number, sid);
  strangers_.emplace(sid, stranger);
}

void BoshStrangers::remove(const std::string& sid) {
  const auto found = strangers_.find(sid);
  if (found == strangers_.end()) return;
  leave(networks_, found->second.network, found->second.number);
  leave(sites_, found->second.site, found->second.number);
  strangers_.erase(found);
}

void BoshStrangers::leave(TextMap<Group>& groups, const std::string& name, uint64_t number) {
  const auto group = groups.find(name);
  group->second.erase(number);
  if (group->second.empty()) groups.erase(group);
}

}  // namespace teahouse::c2s
