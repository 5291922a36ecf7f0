// BoshStrangers: the BOSH sessions of one loop whose clients have not logged in, and which of them ends where another
// comes and there are as many as there may be.
//
// A stranger costs nothing to make: one POST, whose connection may be closed at once. So a crowd must not keep others
// out. Room is made by the crowd itself: by the oldest stranger of the newcomer's network where that is full, else by
// one of the site (/48) that has most. Strangers that no request waits for end before those that are in the middle of a
// login.
//
// Thread: its loop.
// Limits: strangers_max, and of_network_max of one network. A network is full for newcomers while requests of all its
// strangers are open.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/text_map.h"

namespace teahouse::c2s {

class BoshStrangers {
 public:
  static constexpr size_t strangers_max = 1000, of_network_max = 100;

  // elsewhere: it has left the loop, and can't be ended here. waits: a request is open.
  enum class Talk { elsewhere, waits, silent };
  using Look = std::function<Talk(const std::string& sid)>;
  struct Verdict {
    bool may_come = true;
    std::string ends;  // this session ends before; empty: none needs to
  };
  // May another one come from the address?
  Verdict judge(std::string_view address, const Look& look) const;

  void add(const std::string& sid, std::string_view address);
  void remove(const std::string& sid);  // one that is no stranger is passed over
  size_t count() const { return strangers_.size(); }

 private:
  using Group = std::map<uint64_t, std::string>;  // their ids, the oldest first
  struct Stranger {
    uint64_t number;
    std::string network, site;
  };
  static void leave(TextMap<Group>& groups, const std::string& name, uint64_t number);
  std::string find_in_crowd(const Look& look) const;

  TextMap<Stranger> strangers_;
  TextMap<Group> networks_, sites_;
  uint64_t made_ = 0;
};

}  // namespace teahouse::c2s
