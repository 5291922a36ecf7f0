// Delivery: one message that has reached an account, however many of its sessions get it: as itself, as a carbon, or as
// one of the stanzas that a room sends to each session behind a nick.
//
// A session that was given the message holds the delivery until the client has it (acknowledged, or written where
// nothing is acknowledged) or the session ends. A session that ends before that gives it up, and the message goes on to
// sessions that have not had it (Redelivery); where there are none, and no other session holds it or has taken it,
// the message is kept or refused. Where none that holds it has a stream, it is on disk too, if the account's offline
// queue keeps such a message and is not full: then it outlives a crash.
//
// Thread: its account's home loop.
// Spec: RFC 6121 section 8.5.2, XEP-0198 section 4.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "store/archive_id.h"
#include "xmpp/stanza.h"

namespace teahouse {

using StanzaPtr = std::shared_ptr<const Stanza>;

// A message's row on disk while sessions hold the message. While this lives nobody else is handed what is in the row;
// the row is there for later, unless it was dropped.
class HeldRow {
 public:
  virtual ~HeldRow() = default;
  virtual void drop() = 0;
  virtual const std::string& name() const = 0;  // of the row, among the account's
};

class Delivery {
 public:
  // The message that goes on: the original, also where a session was given a copy.
  StanzaPtr message;

  // Its sender (a room) gives it to each session that it is for: others get it only when it is lost.
  bool is_addressed = false;

  // It is of a copy that one session has of a message that is kept besides: without a row it goes nowhere.
  bool is_of_copy = false;

  // Its id in the account's archive; none when it is not archived, or not yet.
  store::ArchiveId archived = store::ArchiveId::none;
  Lsn gate = Lsn::none;

  // Where it waits on disk, lest a crash loses what sessions have not handed to their clients (InboundPhase::hold);
  // none while there is no need. It is dropped when a session takes the message.
  std::unique_ptr<HeldRow> row;

  // Sessions are named by Session::number().
  void give(uint64_t session) {
    had_by_.push_back(session);
    ++holders_;
  }
  // The session has it by another delivery.
  void note_had(uint64_t session) { had_by_.push_back(session); }
  void take() {
    --holders_;
    taken_ = true;
    if (row) std::exchange(row, nullptr)->drop();
  }
  void give_up() { --holders_; }
  void note_taken() { taken_ = true; }  // by a session that is not there any more

  bool was_given(uint64_t session) const { return std::find(had_by_.begin(), had_by_.end(), session) != had_by_.end(); }
  const std::vector<uint64_t>& had_by() const { return had_by_; }
  bool is_taken() const { return taken_; }
  // No session has the message, nor will any that holds it.
  bool is_lost() const { return holders_ == 0 && !taken_; }

 private:
  std::vector<uint64_t> had_by_;
  uint32_t holders_ = 0;
  bool taken_ = false;
};
using DeliveryPtr = std::shared_ptr<Delivery>;

// Undelivered: a message that a session had not handed to its client when it ended or lost its stream, and since when
// it was waiting for that (wall clock).
struct Undelivered {
  DeliveryPtr delivery;
  int64_t since_ms = 0;
};

}  // namespace teahouse
