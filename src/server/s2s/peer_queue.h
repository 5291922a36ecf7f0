// PeerQueue: what one host of ours has to say to one domain elsewhere, in order: the stanzas that were written and are
// not acknowledged by the peer (XEP-0198), then those that wait. It knows no stream.
//
// A message is held by its ticket until the peer has it. Where that takes longer than a moment it gets a row on disk
// (write_rows), and its sender is acknowledged: it is never lost then, but said again after a restart. One that the
// peer acknowledges in time costs no write. Presence and iqs have no rows.
//
// Thread: its home's. Lifetime: the home outlives it.
// Limits: of what waits, memory_max stanzas of memory_bytes_max are in memory; more messages are on disk alone, and
// come back in portions. Rows of all queues of a tenant: the plan's s2s_queue_bytes; entries_max of one queue.
// window_max stanzas of window_bytes_max are written and not acknowledged. Errors: to the sender of each stanza, once:
// resource_constraint past a limit, else what the caller says. Spec: XEP-0198 section 4, XEP-0203; docs/decisions/0056.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "net/loop.h"
#include "server/commit_ticket.h"
#include "server/s2s/house.h"
#include "store/stores.h"
#include "tenant/tenant.h"
#include "xmpp/stanza.h"

namespace teahouse {
class Home;
}

namespace teahouse::s2s {

// Refuses a stanza that goes to another server: its sender hears so, also of a presence that asked to enter a room.
void refuse_remote(Home& home, const Stanza& stanza, const TicketPtr& ticket, const Error& error);

class PeerQueue : public std::enable_shared_from_this<PeerQueue> {
 public:
  static constexpr size_t memory_max = 1000, memory_bytes_max = 1 << 20, entries_max = 100'000;
  static constexpr size_t window_max = 500, window_bytes_max = 512 << 10;
  static constexpr const char* store_name = "s2s_queue";

  PeerQueue(Home& home, const Pair& pair, TenantPtr tenant);
  ~PeerQueue();
  PeerQueue(const PeerQueue&) = delete;

  // In the data plane: the pair whose queue has this key, and back.
  static std::string make_key(const Pair& pair) { return pair.ours + " " + pair.peer; }
  static std::optional<Pair> parse_key(std::string_view key);

  // Reads the rows of before; they come before all else. `on_loaded` is called then, and whenever more of what waits
  // has come into memory.
  void load(std::function<void()> on_loaded);
  void set_tenant(TenantPtr tenant) { tenant_ = std::move(tenant); }

  // A message that waits for a peer that can't be reached; all else hears of it at once.
  static bool is_patient(const Stanza& stanza);
  void add(Stanza&& stanza, TicketPtr ticket);
  bool empty() const { return waiting_.empty() && unacknowledged_.empty() && !is_loading_; }
  bool is_loading() const { return is_loading_; }  // what waits on disk of before
  size_t count() const { return waiting_.size() + unacknowledged_.size(); }
  size_t bytes() const { return row_bytes_; }  // of its rows
  // Messages have neither a row nor been acknowledged by the peer.
  bool has_unstored() const { return unstored_ > 0; }
  // Those that are as old get rows; where the plan has no room they are refused, unless they are with the peer already.
  void write_rows(int64_t age_ms = 0);

  // The stanza to be written next. Null: nothing, or it is not in memory yet.
  const Stanza* next();
  bool is_window_full() const;
  // That was written. `is_counted`: the peer will acknowledge it; else it is done.
  void on_written(bool is_counted);
  // The next one can't be sent.
  void refuse_next(const Error& error);

  // --- XEP-0198
  bool has_unacknowledged() const { return !unacknowledged_.empty(); }
  // False: the peer has acknowledged more than was sent, or less than before.
  bool acknowledge(uint32_t h);
  // The peer counts from 0: what was not acknowledged waits again, before all else.
  void begin_count();
  // Those that are to be said again on a stream that was resumed.
  void for_each_unacknowledged(const std::function<void(const Stanza&)>& act);
  // Nothing more is known of what was written: it is taken for delivered. Gives how many messages.
  size_t give_up_unacknowledged();

  // --- the peer can't be reached
  void refuse_impatient(const Error& error);
  void refuse_unstored(const Error& error);  // all that has no row
  void refuse_older(int64_t age_ms, const Error& error);
  void refuse_all(const Error& error);
  // A stream broke before the first stanza was acknowledged. Gives how many did so by now.
  unsigned count_failure();
  void refuse_first(const Error& error);
  // Forgets all; the rows stay. For a tenant that is gone, or suspended.
  void let_go();

 private:
  struct Entry {
    std::unique_ptr<Stanza> stanza;  // null: on disk alone
    TicketPtr ticket;
    store::ArchiveId row = store::ArchiveId::none;
    int64_t since_ms = 0;  // wall clock
    int64_t came_ms = 0;   // monotonic clock
    uint32_t bytes = 0, row_bytes = 0;
    unsigned failures = 0;
    bool is_patient = false, is_kept = false;  // is_kept: it may have a row
    bool has_no_room = false;                  // it may not, while the peer may have it
  };
  using Entries = std::list<Entry>;

  using Rows = std::vector<store::MapStore::Entry>;
  using Stored = std::vector<store::ArchiveId>;

  static Task<void> read(std::weak_ptr<PeerQueue> self, std::string after);
  static Task<void> give_back(Home& home, store::MapStore rows, std::string key, Stored ids, Error error);
  void refuse_stored(Stored stored, const Error& error);
  void read_from(store::ArchiveId id);
  bool take_rows(const Rows& rows);
  void take_bodies(const Rows& rows);
  bool store(Entry& entry);
  bool is_memory_full(size_t bytes) const { return held_ >= memory_max || held_bytes_ + bytes > memory_bytes_max; }
  void count_held(const Entry& entry, int sign);
  static bool is_unstored(const Entry& entry);
  void finish(Entry& entry);
  void forget(Entry& entry);
  void give_back_bytes(size_t bytes);
  void take_out(Entries::iterator at, Entries& to);  // of waiting_
  void refuse(Entry& entry, const Error& error, Stored& stored);
  void refuse(Entries refused, const Error& error);
  void refuse_where(const std::function<bool(const Entry&)>& holds, const Error& error);

  Home& home_;
  const Pair pair_;
  const std::string key_;
  TenantPtr tenant_;
  const store::MapStore rows_;
  const store::ArchiveId first_id_;  // rows of later ones are this queue's own
  Entries unacknowledged_, waiting_, restored_;
  size_t held_ = 0, held_bytes_ = 0;  // of waiting_, in memory
  size_t window_bytes_ = 0;           // of unacknowledged_
  size_t unstored_ = 0;               // messages that have no row and may have one
  size_t row_bytes_ = 0;
  uint32_t acknowledged_ = 0;
  bool is_loading_ = false;  // the rows of before
  bool is_reading_ = false;
  store::ArchiveId read_for_ = store::ArchiveId::none;  // what was next then
  std::function<void()> on_loaded_;
  net::Timer again_;
};

}  // namespace teahouse::s2s
