// Redelivery: the third way, of what a session had not handed to its client when it lost its stream or closed. The
// message was looked at, archived and copied when it came, so that it only finds sessions that have not had it, or is
// kept.
//
// Thread: the home's.
// Limits: 64 stanzas a turn are held and 1,024 passed on, since they may be tens of thousands.
// Spec: XEP-0198 section 4.
#pragma once

#include <vector>

#include "base/fifo.h"
#include "server/delivery.h"
#include "server/resident.h"

namespace teahouse {

class Home;

class Redelivery {
 public:
  explicit Redelivery(Home& home) : home_(home) {}

  // A session lost its stream: what it holds alone is held on disk, in a later turn: it may close by then, or its
  // client come back.
  void hold(std::vector<Undelivered> held);
  // A session closed: what it has not delivered looks for others.
  void pass_on(std::vector<Undelivered> undelivered);
  // As far as this turn goes; all of it, once the home refuses more.
  void pass_on_waiting();

 private:
  void hold_waiting();
  void pass_on(const Undelivered& undelivered);
  void pass_on_at(Resident& resident, const Undelivered& undelivered);

  Home& home_;
  Fifo<Undelivered> unheld_;
  bool unheld_waits_ = false;  // for a later turn
  Fifo<Undelivered> undelivered_;
  bool undelivered_waits_ = false;  // for a later turn
};

}  // namespace teahouse
