// Delivery: one message that has reached an account, however many of its sessions get it: as itself, as a carbon, or as
// one of the stanzas that a room sends to each session behind a nick.
//
// A session that was given the message holds the delivery until the client has it (acknowledged, or written where
// nothing is acknowledged) or the session ends. A session that ends before that gives it up, and the message goes on to
// sessions that have not had it (Home::redeliver); where there are none, and no other session holds it or has taken it,
// the message is kept or refused.
//
// Thread: its account's home loop.
// Spec: RFC 6121 section 8.5.2, XEP-0198 section 4.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "store/archive_id.h"
#include "xmpp/stanza.h"

namespace teahouse {

using StanzaPtr = std::shared_ptr<const Stanza>;

class Delivery {
 public:
  // The message that goes on: the original, also where a session was given a copy.
  StanzaPtr message;

  // Its sender (a room) gives it to each session that it is for: others get it only when it is lost.
  bool is_addressed = false;

  // Its id in the account's archive; none when it is not archived, or not yet.
  store::ArchiveId archived = store::ArchiveId::none;
  Lsn gate = 0;

  // Sessions are named by Session::number().
  void give(uint64_t session) {
    had_by_.push_back(session);
    ++holders_;
  }
  void take() {
    --holders_;
    taken_ = true;
  }
  void give_up() { --holders_; }

  bool was_given(uint64_t session) const { return std::find(had_by_.begin(), had_by_.end(), session) != had_by_.end(); }
  // No session has the message, nor will any that holds it.
  bool is_lost() const { return holders_ == 0 && !taken_; }

 private:
  std::vector<uint64_t> had_by_;
  uint32_t holders_ = 0;
  bool taken_ = false;
};
using DeliveryPtr = std::shared_ptr<Delivery>;

// What a session that ended had not handed to its client, and since when it was waiting for that (wall clock).
struct Undelivered {
  DeliveryPtr delivery;
  int64_t since_ms = 0;
};

}  // namespace teahouse
