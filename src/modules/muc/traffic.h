// Traffic: the one line in which everything that a room sends stands, so that nothing overtakes and nothing leaves
// before what it tells of is on disk.
//
// A message that was appended to the archive puts a gate into the line (wait_for); what comes after it, presence too,
// stands behind. A joiner's history takes its place (reserve) while it is being read. Nothing leaves while the room is
// at work (Batch): a stanza that is routed can come back into the room at once, as a bounce or a closed session.
//
// Thread: its room's home loop.
// Lifetime: shared, because what stands in it may outlive the room (the last words of one that was destroyed).
// Limits: while it is_full() the room takes nothing that would make it longer (handle_stanza).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "server/commit_ticket.h"
#include "xmpp/stanza.h"

namespace teahouse {
class ModuleContext;
}

namespace teahouse::muc {

class Traffic : public std::enable_shared_from_this<Traffic> {
 public:
  using Recipients = std::shared_ptr<const std::vector<FullJid>>;

  explicit Traffic(ModuleContext& context) : context_(context) {}

  // `to` and `from` are set.
  void send(Stanza stanza, TicketPtr ticket = nullptr);
  // The same, for an answer, which waits neither for a disk that fails nor where much waits.
  void answer(Stanza stanza);
  // One copy for each; the content is shared.
  void send_all(Stanza stanza, Recipients recipients);
  // A stanza that is sent from now on waits until this is on disk, and so does the stanza that the room is at work on.
  void wait_for(Lsn lsn);
  // Done when everything before it has left.
  void run(std::function<void()> work);
  // A place for stanzas that are not known yet: what is sent from now on waits until the function is called, once.
  std::function<void(std::vector<Stanza>)> reserve();

  size_t waiting() const { return line_.size(); }
  bool is_full() const;
  static Error full();  // the answer to a sender that is refused then
  // The last of what it waits for, or has waited for.
  Lsn gate() const { return gate_; }
  // The ticket of the stanza that the room is at work on.
  const TicketPtr& ticket() const { return ticket_; }

  // The room is at work on one stanza (`ticket`: its): while this lives, nothing leaves.
  class Batch {
   public:
    explicit Batch(std::shared_ptr<Traffic> traffic, TicketPtr ticket = nullptr) : traffic_(std::move(traffic)) {
      ++traffic_->held_;
      traffic_->ticket_ = std::move(ticket);
    }
    ~Batch() {
      --traffic_->held_;
      traffic_->ticket_.reset();
      traffic_->pump();
    }
    Batch(const Batch&) = delete;

   private:
    std::shared_ptr<Traffic> traffic_;
  };

 private:
  struct Item {
    std::function<void()> work;  // empty: a gate
    Lsn gate = Lsn::none;
    std::shared_ptr<bool> ready;  // null: it is
  };
  void push(Item item);
  void pump();

  ModuleContext& context_;
  std::deque<Item> line_;
  Lsn gate_ = Lsn::none;
  TicketPtr ticket_;
  int held_ = 0;
  bool pumping_ = false;
};

}  // namespace teahouse::muc
