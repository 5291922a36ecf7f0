// BlockBook: which accounts hear nothing from which, as far as their clients can know (XEP-0191).
//
// A block holds from its answer on, until the next change is asked for. While one is on its way nobody can tell what
// passes; one whose client has lost its session may still arrive, until the process is killed.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace teahouse::simulator {

class BlockBook {
 public:
  // A block or its end is asked for; gives the number of the request.
  uint64_t begin(const std::string& account, const std::string& contact);
  // It was answered; a block shuts out the messages that have a higher number than `said`.
  void end(const std::string& account, const std::string& contact, uint64_t request, bool blocks, size_t said);
  void kill();
  // The account is removed: so are its blocks, but not those of others.
  void forget(const std::string& account);

  // Set: the account hears nothing of what the contact has said after the message with this number.
  std::optional<size_t> shut_since(const std::string& account, const std::string& contact) const;
  // A message between the two may be refused.
  bool may_refuse(const std::string& one, const std::string& other) const {
    return states_.contains({one, other}) || states_.contains({other, one});
  }
  // It has asked for that once.
  bool has_blocked(const std::string& account, const std::string& contact) const {
    return were_.contains({account, contact});
  }
  bool has_parted(const std::string& one, const std::string& other) const {
    return has_blocked(one, other) || has_blocked(other, one);
  }

 private:
  using Pair = std::pair<std::string, std::string>;  // the account, and whom it blocks
  struct State {
    std::set<uint64_t> on_their_way;
    uint64_t latest = 0;
    std::optional<size_t> shut_since;
  };
  std::map<Pair, State> states_;
  std::set<Pair> were_;
  uint64_t requests_ = 0;
};

}  // namespace teahouse::simulator
