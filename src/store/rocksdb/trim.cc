// First the rows, owner by owner, then the pair rows whose whole span is older. Each step removes about a thousand rows
// and waits for its commit, so that a large trim stays a small part of each group and nobody else waits for it. A pair
// row is removed together with all old rows of its owner, so that whatever is appended meanwhile, no row stays without
// its pair row.
#include "store/rocksdb/trim.h"

#include <string>
#include <utility>
#include <vector>

#include "store/rocksdb/options.h"

namespace teahouse::store::rocks {
namespace {

constexpr uint64_t step_rows = 1'000;

class Walk {
 public:
  Walk(rocksdb::DB& db, CommitLog& log, const StoreId& store, TrimBefore before,
       const std::function<Result<void>(Lsn)>& wait)
      : log_(log),
        store_(store),
        before_(before),
        cutoff_(static_cast<uint64_t>(first_id_at(before.at_ms))),
        looks_end_(static_cast<uint64_t>(first_id_at(std::max(before.at_ms, before.latest_id_ms + 1)))),
        wait_(wait),
        end_(prefix_end(tenant_prefix(store.tenant))) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.iterate_upper_bound = &end_slice_;
    keys_.reset(db.NewIterator(options));
  }

  Result<void> remove_rows() {
    const std::string all = store_prefix(Kind::row, store_);
    keys_->Seek(all);
    while (keys_->Valid() && keys_->key().starts_with(all)) {
      const std::string owner = owner_of(all);
      uint64_t first = id_of_row(keys_->key().ToStringView()), last = 0, rows = 0;
      for (; in_owner(owner) && id() < looks_end_; keys_->Next()) {
        const bool goes = is_old();
        if (rows > 0 && (rows == step_rows || !goes)) {
          removals_.push_back({owner, {first, last}, {}});
          if (rows == step_rows || removals_.size() >= step_rows) {
            if (auto done = step(); !done) return done;
          }
          rows = 0;
        }
        if (!goes) continue;
        if (rows == 0) first = id();
        last = id();
        ++rows;
        ++gathered_;
        ++trimmed_.rows;
        trimmed_.bytes += count_row(keys_->key().ToStringView(), keys_->value().ToStringView());
      }
      if (rows > 0) removals_.push_back({owner, {first, last}, {}});
      if (gathered_ >= step_rows) {
        if (auto done = step(); !done) return done;
      }
      if (in_owner(owner)) keys_->Seek(prefix_end(part_prefix(Kind::row, store_, owner)));
    }
    return finish();
  }

  Result<void> remove_pairs() {
    const std::string all = store_prefix(Kind::pair, store_);
    for (keys_->Seek(all); keys_->Valid() && keys_->key().starts_with(all); keys_->Next()) {
      if (span_of_pair(keys_->key().ToStringView()) >= span_of(cutoff_)) continue;
      std::string owner = owner_of(all);
      if (removals_.empty() || removals_.back().owner != owner) {
        if (gathered_ >= step_rows) {
          if (auto done = step(); !done) return done;
        }
        removals_.push_back({std::move(owner), {0, cutoff_ - 1}, {}});
      }
      removals_.back().pairs.push_back(keys_->key().ToString());
      ++gathered_;
    }
    return finish();
  }

  ArchiveStore::Trimmed trimmed() const { return trimmed_; }

 private:
  struct Removal {
    std::string owner;
    IdRange ids;
    std::vector<std::string> pairs;
  };

  std::string owner_of(const std::string& all) const {
    std::string_view rest = keys_->key().ToStringView().substr(all.size());
    auto owner = take_part(rest);
    return std::string(owner.value_or(std::string_view()));
  }
  bool in_owner(const std::string& owner) const {
    return keys_->Valid() && keys_->key().starts_with(part_prefix(Kind::row, store_, owner));
  }
  uint64_t id() const { return id_of_row(keys_->key().ToStringView()); }
  bool is_old() const {
    if (id() < cutoff_) return true;
    const auto row = parse_row(keys_->value().ToStringView(), id());
    return row && row->at_ms < before_.at_ms;
  }

  Result<void> step() {
    gathered_ = 0;
    const std::vector<Removal> removals = std::exchange(removals_, {});
    if (removals.empty()) return {};
    return wait_(log_.append_together([&](Group& group) {
      for (const Removal& removal : removals) {
        group.remove_rows(part_prefix(Kind::row, store_, removal.owner), removal.ids);
        if (removal.pairs.empty()) continue;
        log_.forget_pairs(part_prefix(Kind::pair, store_, removal.owner));
        for (const std::string& pair : removal.pairs) group.remove(pair);
      }
    }));
  }
  Result<void> finish() {
    if (!keys_->status().ok()) return disk_error(keys_->status(), "trimming an archive");
    return step();
  }

  CommitLog& log_;
  const StoreId& store_;
  const TrimBefore before_;
  const uint64_t cutoff_;     // all rows before this id go,
  const uint64_t looks_end_;  // and before this one those that came early enough
  const std::function<Result<void>(Lsn)>& wait_;
  const std::string end_;
  const rocksdb::Slice end_slice_ = end_;
  std::unique_ptr<rocksdb::Iterator> keys_;
  std::vector<Removal> removals_;
  uint64_t gathered_ = 0;
  ArchiveStore::Trimmed trimmed_;
};

}  // namespace

Result<ArchiveStore::Trimmed> trim_archive(rocksdb::DB& db, CommitLog& log, const StoreId& store, TrimBefore before,
                                           const std::function<Result<void>(Lsn)>& wait) {
  Walk walk(db, log, store, before, wait);
  if (auto done = walk.remove_rows(); !done) return done.error();
  if (auto done = walk.remove_pairs(); !done) return done.error();
  return walk.trimmed();
}

}  // namespace teahouse::store::rocks
