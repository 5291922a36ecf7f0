// A queue has two lists: `unacknowledged_`, then `waiting_`. Their order is that in which stanzas came, and that of the
// rows' names (ArchiveIds): rows are given from the first message on, so that what is read after a restart is in order
// too. A message of `waiting_` that has a row may have no stanza in memory; it is read before it is its turn.
//
// Invariants: a ticket is held as long as its message is neither on disk nor with the peer; unstored_ counts the
// messages that are_unstored(); row_bytes_ is this queue's share of the tenant's Meter::s2s_queue_bytes.
#include "server/s2s/peer_queue.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/home.h"
#include "xmpp/delay.h"
#include "xmpp/keeping.h"

namespace teahouse::s2s {
namespace {

constexpr int64_t told_delay_ms = 10'000;  // what has waited for so long says since when

bool is_kept_message(const Stanza& stanza) {
  if (stanza.kind != StanzaKind::message) return false;
  return is_worth_keeping(stanza, Keeper::offline_queue) || is_worth_keeping(stanza, Keeper::room_archive);
}

Error no_room() {
  return {ErrorKind::resource_constraint, "As much waits for other servers as this site's plan keeps."};
}

}  // namespace

// To enter a room is a question, unlike to tell a user that somebody is here (Arrivals).
void refuse_remote(Home& home, const Stanza& stanza, const TicketPtr& ticket, const Error& error) {
  const bool asks = stanza.kind == StanzaKind::presence && stanza.type == StanzaType::none && stanza.to->is_full();
  if (!asks) return home.router().refuse(stanza, ticket, error);
  if (ticket) ticket->refuse(error);
  home.router().reply_error(stanza, error);
}

PeerQueue::PeerQueue(Home& home, const Pair& pair, TenantPtr tenant)
    : home_(home),
      pair_(pair),
      key_(make_key(pair)),
      tenant_(std::move(tenant)),
      rows_(home.data().map(tenant_->id, store_name)),
      first_id_(home.make_arrival().id) {}

PeerQueue::~PeerQueue() { let_go(); }

std::optional<Pair> PeerQueue::parse_key(std::string_view key) {
  const size_t space = key.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == key.size()) return std::nullopt;
  return Pair{std::string(key.substr(0, space)), std::string(key.substr(space + 1))};
}

// A room's talk is for those who are there now.
bool PeerQueue::is_patient(const Stanza& stanza) {
  return stanza.kind == StanzaKind::message && is_worth_keeping(stanza, Keeper::offline_queue);
}

bool PeerQueue::is_unstored(const Entry& entry) {
  return entry.is_kept && !entry.has_no_room && entry.row == store::ArchiveId::none;
}

void PeerQueue::count_held(const Entry& entry, int sign) {
  if (!entry.stanza) return;
  held_ = static_cast<size_t>(static_cast<int64_t>(held_) + sign);
  held_bytes_ = static_cast<size_t>(static_cast<int64_t>(held_bytes_) + sign * static_cast<int64_t>(entry.bytes));
}

void PeerQueue::add(Stanza&& stanza, TicketPtr ticket) {
  Entry entry;
  entry.is_kept = is_kept_message(stanza);
  entry.is_patient = is_patient(stanza);
  entry.bytes = static_cast<uint32_t>(stanza.approximate_bytes());
  entry.since_ms = home_.clock().wall_ms();
  entry.came_ms = home_.clock().monotonic_ms();
  const bool is_full = is_memory_full(entry.bytes);
  if (count() >= entries_max || (is_full && !entry.is_kept)) {
    return refuse_remote(home_, stanza, ticket,
                         {ErrorKind::resource_constraint, "Too much waits for " + pair_.peer + " already."});
  }
  stanza.shrink_to_fit();
  entry.stanza = std::make_unique<Stanza>(std::move(stanza));
  entry.ticket = std::move(ticket);
  if (is_unstored(entry)) ++unstored_;
  waiting_.push_back(std::move(entry));
  count_held(waiting_.back(), 1);
  if (is_full) write_rows();
}

// The row tells since when the message waits. Its own stanza goes from memory where that is full.
bool PeerQueue::store(Entry& entry) {
  Stanza kept = *entry.stanza;
  if (!is_delayed_by(kept, pair_.ours)) kept.stamp(make_delay(pair_.ours, entry.since_ms));
  std::string bytes;
  kept.write(bytes, true);
  const auto size = static_cast<int64_t>(bytes.size());
  if (!Meter::take(tenant_->meter->s2s_queue_bytes, tenant_->limits().s2s_queue_bytes, size)) return false;
  --unstored_;
  entry.row = home_.make_arrival().id;
  entry.row_bytes = static_cast<uint32_t>(bytes.size());
  row_bytes_ += bytes.size();
  const Lsn lsn = rows_.store(key_, to_string(entry.row), bytes);
  await(entry.ticket, lsn);
  note(entry.ticket, Ended::queued);
  entry.ticket.reset();
  return true;
}

void PeerQueue::write_rows(int64_t age_ms) {
  const int64_t until_ms = home_.clock().monotonic_ms() - age_ms;
  size_t left = unstored_;
  for (Entry& entry : unacknowledged_) {
    if (!is_unstored(entry)) continue;
    --left;
    if (entry.came_ms > until_ms) return;
    if (store(entry)) continue;
    entry.has_no_room = true;  // the peer may have it
    --unstored_;
  }
  auto at = waiting_.end();
  for (; left > 0; --left) {
    do --at;
    while (!is_unstored(*at));
  }
  Entries refused;
  while (at != waiting_.end() && at->came_ms <= until_ms) {
    const auto here = at++;
    if (!is_unstored(*here)) continue;
    if (!store(*here)) {
      take_out(here, refused);
    } else if (is_memory_full(0)) {
      count_held(*here, -1);
      here->stanza.reset();
    }
  }
  refuse(std::move(refused), no_room());
}

void PeerQueue::take_out(Entries::iterator at, Entries& to) {
  count_held(*at, -1);
  to.splice(to.end(), waiting_, at);
}

const Stanza* PeerQueue::next() {
  if (is_loading_ || waiting_.empty()) return nullptr;
  Entry& entry = waiting_.front();
  if (!entry.stanza) {
    read_from(entry.row);
    return nullptr;
  }
  const bool is_late = entry.is_kept && home_.clock().wall_ms() - entry.since_ms >= told_delay_ms;
  if (is_late && !is_delayed_by(*entry.stanza, pair_.ours)) {
    entry.stanza->stamp(make_delay(pair_.ours, entry.since_ms));
  }
  return entry.stanza.get();
}

bool PeerQueue::is_window_full() const {
  return unacknowledged_.size() >= window_max || window_bytes_ >= window_bytes_max;
}

void PeerQueue::on_written(bool is_counted) {
  Entry& entry = waiting_.front();
  if (!is_counted) {
    Entries done;
    take_out(waiting_.begin(), done);
    return finish(done.front());
  }
  if (!entry.is_kept) {  // nobody waits for it
    note(entry.ticket, Ended::delivered);
    entry.ticket.reset();
  }
  count_held(entry, -1);
  window_bytes_ += entry.bytes;
  unacknowledged_.splice(unacknowledged_.end(), waiting_, waiting_.begin());
}

void PeerQueue::refuse_next(const Error& error) {
  Entries refused;
  take_out(waiting_.begin(), refused);
  refuse(std::move(refused), error);
}

bool PeerQueue::acknowledge(uint32_t h) {
  const uint32_t more = h - acknowledged_;  // mod 2^32
  if (more > unacknowledged_.size()) return false;
  acknowledged_ = h;
  for (uint32_t i = 0; i < more; ++i) {
    finish(unacknowledged_.front());
    window_bytes_ -= unacknowledged_.front().bytes;
    unacknowledged_.pop_front();
  }
  return true;
}

void PeerQueue::begin_count() {
  acknowledged_ = 0;
  window_bytes_ = 0;
  unacknowledged_.remove_if([](const Entry& entry) { return !entry.stanza; });
  for (Entry& entry : unacknowledged_) {
    count_held(entry, 1);
    if (std::exchange(entry.has_no_room, false)) ++unstored_;
  }
  waiting_.splice(waiting_.begin(), unacknowledged_);
}

// Those without a stanza were refused meanwhile, and were kept for the count.
void PeerQueue::for_each_unacknowledged(const std::function<void(const Stanza&)>& act) {
  unacknowledged_.remove_if([](const Entry& entry) { return !entry.stanza; });
  for (const Entry& entry : unacknowledged_) act(*entry.stanza);
}

size_t PeerQueue::give_up_unacknowledged() {
  size_t messages = 0;
  for (Entry& entry : unacknowledged_) {
    messages += entry.is_kept ? 1 : 0;
    finish(entry);
  }
  unacknowledged_.clear();
  window_bytes_ = 0;
  return messages;
}

void PeerQueue::finish(Entry& entry) {
  note(entry.ticket, Ended::delivered);
  forget(entry);
}

void PeerQueue::forget(Entry& entry) {
  if (is_unstored(entry)) --unstored_;
  entry.ticket.reset();
  if (entry.row == store::ArchiveId::none) return;
  rows_.remove(key_, to_string(entry.row));
  give_back_bytes(entry.row_bytes);
}

void PeerQueue::give_back_bytes(size_t bytes) {
  row_bytes_ -= bytes;
  Meter::give_back(tenant_->meter->s2s_queue_bytes, static_cast<int64_t>(bytes));
}

// Nothing is left of it but its place in a list.
void PeerQueue::refuse(Entry& entry, const Error& error, Stored& stored) {
  if (entry.row != store::ArchiveId::none) {  // its sender may be gone by now
    log::warning("s2s", "A message to another server goes back to its sender",
                 {{"ours", pair_.ours}, {"peer", pair_.peer}, {"why", error.text}});
  }
  const TicketPtr ticket = entry.ticket;
  const auto stanza = std::move(entry.stanza);
  if (stanza) {
    refuse_remote(home_, *stanza, ticket, error);
    forget(entry);
  } else if (entry.row != store::ArchiveId::none) {
    stored.push_back(entry.row);
    give_back_bytes(entry.row_bytes);
  }
  entry.row = store::ArchiveId::none;
  entry.is_kept = false;
}

// They are out of the queue by then: an error may lead to another stanza for the peer at once.
void PeerQueue::refuse(Entries refused, const Error& error) {
  Stored stored;
  for (Entry& entry : refused) refuse(entry, error, stored);
  refuse_stored(std::move(stored), error);
}

void PeerQueue::refuse_stored(Stored stored, const Error& error) {
  if (!stored.empty()) spawn(give_back(home_, rows_, key_, std::move(stored), error));
}

void PeerQueue::refuse_where(const std::function<bool(const Entry&)>& holds, const Error& error) {
  Entries refused;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto here = at++;
    if (holds(*here)) take_out(here, refused);
  }
  Stored none;  // those that were written are in memory
  for (Entry& entry : unacknowledged_) {
    if (entry.stanza && holds(entry)) refuse(entry, error, none);
  }
  refuse(std::move(refused), error);
}

void PeerQueue::refuse_impatient(const Error& error) {
  refuse_where([](const Entry& entry) { return !entry.is_patient; }, error);
}

void PeerQueue::refuse_unstored(const Error& error) {
  refuse_where([](const Entry& entry) { return entry.row == store::ArchiveId::none; }, error);
}

void PeerQueue::refuse_older(int64_t age_ms, const Error& error) {
  const int64_t from_ms = home_.clock().wall_ms() - age_ms;
  refuse_where([from_ms](const Entry& entry) { return entry.is_kept && entry.since_ms <= from_ms; }, error);
}

void PeerQueue::refuse_all(const Error& error) {
  refuse_where([](const Entry&) { return true; }, error);
  unacknowledged_.clear();
  window_bytes_ = 0;
}

unsigned PeerQueue::count_failure() {
  if (!unacknowledged_.empty()) return ++unacknowledged_.front().failures;
  return waiting_.empty() ? 0 : ++waiting_.front().failures;
}

void PeerQueue::let_go() {
  unacknowledged_.clear();
  waiting_.clear();
  restored_.clear();
  held_ = held_bytes_ = window_bytes_ = unstored_ = 0;
  give_back_bytes(row_bytes_);
}

}  // namespace teahouse::s2s
