// A queue's rows: they come back after a start, and in portions when it is their turn.
#include "base/log.h"
#include "server/home.h"
#include "server/s2s/peer_queue.h"

namespace teahouse::s2s {
namespace {

constexpr size_t portion_bytes = PeerQueue::memory_bytes_max / 2;
constexpr int64_t again_ms = 5'000;

std::string name_before(store::ArchiveId id) {
  return to_string(static_cast<store::ArchiveId>(static_cast<uint64_t>(id) - 1));
}

}  // namespace

// Of those that are on disk alone. One that can't be read stays there, and is tried again after the next start.
Task<void> PeerQueue::give_back(Home& home, store::MapStore rows, std::string key, Stored ids, Error error) {
  for (const store::ArchiveId id : ids) {
    auto loading = rows.load_entry(home.loop(), key, to_string(id));
    const auto row = co_await loading;
    if (!row || !*row) continue;
    const auto stanza = Stanza::parse_stored(**row);
    if (stanza) refuse_remote(home, *stanza, nullptr, error);
    rows.remove(key, to_string(id));
  }
}

void PeerQueue::load(std::function<void()> on_loaded) {
  on_loaded_ = std::move(on_loaded);
  is_loading_ = is_reading_ = true;
  spawn(read(weak_from_this(), {}));
}

void PeerQueue::read_from(store::ArchiveId id) {
  if (std::exchange(is_reading_, true)) return;
  read_for_ = id;
  spawn(read(weak_from_this(), name_before(id)));
}

// One portion of rows: of before, or of what waits and is next.
Task<void> PeerQueue::read(std::weak_ptr<PeerQueue> self, std::string after) {
  auto began = self.lock();
  if (!began) co_return;
  const store::MapStore rows = began->rows_;
  const std::string key = began->key_;
  net::Loop& loop = began->home_.loop();
  began.reset();
  auto loading = rows.load(loop, key, portion_bytes, after);
  const auto loaded = co_await loading;
  const auto there = self.lock();
  if (!there) co_return;
  if (!loaded) {
    log::warning("s2s", "Messages that wait for another server could not be read; it is tried again",
                 {{"ours", there->pair_.ours}, {"peer", there->pair_.peer}, {"why", loaded.error().text}});
    there->again_ = loop.start_timer(again_ms, [self, after] { spawn(read(self, after)); });
    co_return;
  }
  if (there->is_loading_ && there->take_rows(*loaded)) {
    spawn(read(self, loaded->back().name));
    co_return;
  }
  if (!there->is_loading_) there->take_bodies(*loaded);
  there->is_loading_ = there->is_reading_ = false;
  there->on_loaded_();
}

// Those of before this queue was there. True: there may be more.
bool PeerQueue::take_rows(const Rows& rows) {
  for (const auto& row : rows) {
    const auto id = store::parse_archive_id(row.name);
    if (!id || *id >= first_id_) continue;
    auto stanza = Stanza::parse_stored(row.value);
    Entry entry;
    entry.row = *id;
    entry.since_ms = store::time_ms(*id);
    entry.row_bytes = entry.bytes = static_cast<uint32_t>(row.value.size());
    entry.is_kept = true;
    if (stanza) entry.is_patient = is_patient(*stanza);
    if (stanza && !is_memory_full(entry.bytes)) {
      entry.stanza = std::make_unique<Stanza>(std::move(*stanza));
      count_held(entry, 1);
    }
    row_bytes_ += entry.row_bytes;
    tenant_->meter->s2s_queue_bytes.fetch_add(entry.row_bytes, std::memory_order_relaxed);
    restored_.push_back(std::move(entry));
  }
  if (!rows.empty()) return true;
  waiting_.splice(waiting_.begin(), restored_);
  return false;
}

// The row of the message that was next must be among them, or it is lost.
void PeerQueue::take_bodies(const Rows& rows) {
  auto row = rows.begin();
  for (Entry& entry : waiting_) {
    const std::string name = entry.row == store::ArchiveId::none ? std::string() : to_string(entry.row);
    while (row != rows.end() && !name.empty() && row->name < name) ++row;
    if (row == rows.end() || (is_memory_full(0) && &entry != &waiting_.front())) break;
    if (entry.stanza || row->name != name) continue;
    auto stanza = Stanza::parse_stored(row->value);
    if (!stanza) continue;
    entry.stanza = std::make_unique<Stanza>(std::move(*stanza));
    count_held(entry, 1);
  }
  if (waiting_.empty() || waiting_.front().stanza || waiting_.front().row != read_for_) return;
  log::error("s2s", "A message that waited for another server is lost: its row can't be read",
             {{"ours", pair_.ours}, {"peer", pair_.peer}});
  forget(waiting_.front());
  waiting_.pop_front();
}

}  // namespace teahouse::s2s
