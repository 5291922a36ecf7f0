// Two chores must be done even when a crash comes between, so the batch that makes them needful also writes a note of
// them under tenant 0, and the chore's own last write removes it:
//
//   recount  tenant, store, number   a removal was too large to be counted; a random number keeps two of them apart
//   scrub    tenant                  its keys are removed, but dead bytes of them are in the files still
//
// Counting again: a snapshot has both the sum and the rows of one moment; their difference is added to the sum as it is
// by then, so writes may go on meanwhile. Only the removal of a whole tenant can't be added to, and then it is done
// anew.
//
// Scrubbing: try a flush again that has failed before; flush, so that the write-ahead log with the tenant's writes is
// dropped; compact the tenant's range down to the lowest level, so that no file holds its dead rows; remove the note
// and flush that, which writes a manifest that names only files of now (a manifest holds first and last keys of files,
// also of deleted ones).
#include "store/rocksdb/chores.h"

#include <rocksdb/snapshot.h>

#include <future>

#include "base/log.h"
#include "base/random.h"
#include "store/rocksdb/options.h"

namespace teahouse::store::rocks {
namespace {

constexpr std::string_view scrubbing = "taking a removed tenant's bytes off the disk";

std::string notes_of(const char* chore) { return store_prefix(Kind::chore, {TenantId::server, chore}); }

std::string recount_notes(const StoreId& store) {
  std::string key = notes_of("recount");
  add_u64(key, raw(store.tenant));
  key += store.name;
  return key;
}

}  // namespace

std::string recount_chore_key(const StoreId& store) {
  std::string key = recount_notes(store);
  add_u64(key, random_u64());
  return key;
}

std::string scrub_chore_key(TenantId tenant) {
  std::string key = notes_of("scrub");
  add_u64(key, raw(tenant));
  return key;
}

rocksdb::Status Chores::resume() {
  std::unique_ptr<rocksdb::Iterator> notes(db_.NewIterator(rocksdb::ReadOptions()));
  const std::string recounts = notes_of("recount"), scrubs = notes_of("scrub");
  for (notes->Seek(recounts); notes->Valid() && notes->key().starts_with(recounts); notes->Next()) {
    const std::string_view rest = notes->key().ToStringView().substr(recounts.size());
    recount({static_cast<TenantId>(load_u64(rest)), std::string(rest.substr(8, rest.size() - 16))});
  }
  for (notes->Seek(scrubs); notes->Valid() && notes->key().starts_with(scrubs); notes->Next()) {
    scrub(static_cast<TenantId>(load_u64(notes->key().ToStringView().substr(scrubs.size()))));
  }
  return notes->status();
}

void Chores::trim(StoreId store, TrimBefore before, TrimDone done) {
  const Lsn asked = log_.appended();
  worker_.post([this, asked, store = std::move(store), before, done = std::move(done)] {
    if (auto committed = wait(asked); !committed) return done(committed.error());
    done(trim_archive(db_, log_, store, before, [this](Lsn lsn) { return wait(lsn); }));
  });
}

void Chores::recount(StoreId store) {
  worker_.post([this, store = std::move(store)] {
    auto done = do_recount(store);
    if (!done) log::warning("store", done.error().text, {{"tenant", std::to_string(raw(store.tenant))}});
  });
}

void Chores::scrub(TenantId tenant) {
  worker_.post([this, tenant] {
    const auto done = do_scrub(tenant);
    if (finishing_) return;  // the note stays
    const std::string number = std::to_string(raw(tenant));
    const std::lock_guard lock(mutex_);
    if (done) {
      log::info("store", "The bytes of a removed tenant are off the disk", {{"tenant", number}});
      failed_scrubs_.erase(tenant);
    } else if (failed_scrubs_.insert_or_assign(tenant, done.error()).second) {
      log::warning("store", "The bytes of a removed tenant stay on the disk for now. " + done.error().text,
                   {{"tenant", number}});
    }
  });
}

void Chores::retry() {
  const std::lock_guard lock(mutex_);
  for (const auto& [tenant, why] : failed_scrubs_) scrub(tenant);
}

void Chores::when_done(std::function<void(Result<void>)> done) {
  worker_.post([this, done = std::move(done)] {
    std::unique_lock lock(mutex_);
    const Result<void> scrubbed =
        failed_scrubs_.empty() ? Result<void>() : Result<void>(failed_scrubs_.begin()->second);
    lock.unlock();
    done(scrubbed);
  });
}

void Chores::finish() {
  finishing_ = true;
  db_.DisableManualCompaction();
  worker_.finish();
}

Result<void> Chores::wait(Lsn lsn) {
  if (finishing_)
    return Error{ErrorKind::service_unavailable, "data plane: closing; what was asked is not done to its end"};
  std::promise<Result<void>> committed;
  board_.when(lsn, [&](Result<void> result) { committed.set_value(std::move(result)); });
  return committed.get_future().get();
}

Result<void> Chores::do_recount(const StoreId& store) {
  while (true) {
    const uint64_t removals = log_.removals();
    rocksdb::ManagedSnapshot snapshot(&db_);
    rocksdb::ReadOptions options;
    options.snapshot = snapshot.snapshot();
    options.fill_cache = false;
    std::string stored;
    auto status = db_.Get(options, bytes_key(store), &stored);
    if (!status.ok() && !status.IsNotFound()) return disk_error(status, "counting an archive again");
    int64_t missing = -decode_sum(stored);
    std::unique_ptr<rocksdb::Iterator> at(db_.NewIterator(options));
    const std::string rows = store_prefix(Kind::row, store), notes = recount_notes(store);
    for (at->Seek(rows); at->Valid() && at->key().starts_with(rows); at->Next()) {
      if (finishing_) return {};  // the note stays
      missing += static_cast<int64_t>(count_row(at->key().ToStringView(), at->value().ToStringView()));
    }
    std::vector<std::string> done_notes;
    for (at->Seek(notes); at->Valid() && at->key().starts_with(notes); at->Next()) {
      if (at->key().size() == notes.size() + 8) done_notes.push_back(at->key().ToString());
    }
    if (!at->status().ok()) return disk_error(at->status(), "counting an archive again");
    if (missing == 0 && done_notes.empty()) return {};
    const Lsn lsn = log_.append_unless_removed(removals, [&](Group& group) {
      if (missing != 0) group.add_to_sum(bytes_key(store), missing);
      for (const std::string& note : done_notes) group.remove(note);
    });
    if (lsn != Lsn::none) return wait(lsn);
  }
}

rocksdb::Status Chores::compact(TenantId tenant) {
  const std::string from = tenant_prefix(tenant), to = prefix_end(from);
  const rocksdb::Slice begin = from, end = to;
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.exclusive_manual_compaction = false;
  // The rot may be another tenant's, which shares a table with this one.
  return patrol_.set_aside_and([&] { return db_.CompactRange(options, &begin, &end); });
}

Result<void> Chores::do_scrub(TenantId tenant) {
  if (finishing_) return wait(Lsn::none);
  auto done = wait(log_.append_resuming());
  if (done) done = scrub_tables(tenant);
  if (done) done = wait(log_.append_together([&](Group& group) { group.remove(scrub_chore_key(tenant)); }));
  if (!done) return done;
  const auto status = flushing_.flush();
  if (!status.ok()) return disk_error(status, scrubbing);
  return {};
}

Result<void> Chores::scrub_tables(TenantId tenant) {
  patrol_.forget(tenant);
  auto status = flushing_.flush();
  if (status.ok()) status = compact(tenant);
  patrol_.forget(tenant);  // also what only the compaction has met
  if (!status.ok()) return disk_error(status, scrubbing);
  return {};
}

}  // namespace teahouse::store::rocks
