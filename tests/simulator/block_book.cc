#include "tests/simulator/block_book.h"

namespace teahouse::simulator {

uint64_t BlockBook::begin(const std::string& account, const std::string& contact) {
  State& state = states_[{account, contact}];
  state.shut_since.reset();
  state.latest = ++requests_;
  state.on_their_way.insert(state.latest);
  were_.emplace(account, contact);
  return state.latest;
}

void BlockBook::end(const std::string& account, const std::string& contact, uint64_t request, bool blocks,
                    size_t said) {
  const auto found = states_.find({account, contact});
  if (found == states_.end() || found->second.on_their_way.erase(request) == 0) return;
  State& state = found->second;
  if (request != state.latest || !state.on_their_way.empty()) return;
  if (blocks) {
    state.shut_since = said;
  } else {
    states_.erase(found);
  }
}

void BlockBook::kill() {
  for (auto& [pair, state] : states_) state.on_their_way.clear();
}

void BlockBook::forget(const std::string& account) {
  std::erase_if(states_, [&](const auto& each) { return each.first.first == account; });
}

std::optional<size_t> BlockBook::shut_since(const std::string& account, const std::string& contact) const {
  const auto found = states_.find({account, contact});
  return found == states_.end() ? std::nullopt : found->second.shut_since;
}

}  // namespace teahouse::simulator
