// A run holds the entries of one owner's archive, in order; any other key is a run of its own, for its versions. Runs
// are found by hash where something is put, and by a tree where something is sought. That a run is one unbroken piece
// of the key space follows from the layout (key.cc): all keys that begin with a row key's prefix are rows of its owner.
//
// Entries are RocksDB's: pointers into the memtable's arena, never moved nor freed before the table. A shared lock
// stands around each look; an iterator keeps the place where it is and looks for it anew when its run was shifted.
#include "store/rocksdb/memtable.h"

#include <rocksdb/memtablerep.h>
#include <rocksdb/slice.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/rocksdb/key.h"

// Of RocksDB's own memory/arena.h, which Debian's package leaves out: an iterator that is asked for with an arena lies
// in it. Declared as the library exports it; another signature would not link.
namespace rocksdb {
class Arena {
 public:
  char* AllocateAligned(size_t bytes, size_t huge_page_bytes, Logger* logger);
};
}  // namespace rocksdb

namespace teahouse::store::rocks {
namespace {

using Compare = rocksdb::MemTableRep::KeyComparator;

constexpr size_t key_trailer_bytes = 8;  // of an internal key: sequence number and type

std::string_view without_trailer(std::string_view internal_key) {
  return internal_key.substr(0, internal_key.size() - key_trailer_bytes);
}

// The bytes that all keys of a run begin with.
std::string_view run_of(std::string_view user_key) {
  return is_row_key(user_key) ? user_key.substr(0, user_key.size() - sizeof(uint64_t)) : user_key;
}

// Entries by their place in RocksDB's order. A new version of a key comes before the older ones, so those of one key
// lie backwards: what is put in is put last either way.
class Run {
 public:
  explicit Run(bool is_of_rows) : backwards_(!is_of_rows) {}

  size_t size() const { return entries_.size(); }
  const char* operator[](size_t place) const { return entries_[backwards_ ? size() - 1 - place : place]; }
  size_t bytes() const { return entries_.capacity() * sizeof(const char*); }
  uint64_t shifts() const { return shifts_; }  // how often an entry was put before others

  // The first place whose entry is not before this internal key.
  size_t lower_bound(const Compare& compare, const rocksdb::Slice& key) const {
    size_t from = 0, to = size();
    while (from < to) {
      const size_t middle = from + (to - from) / 2;
      if (compare((*this)[middle], key) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  void insert(const Compare& compare, const char* entry) {
    const bool is_last = entries_.empty() || (compare(entries_.back(), entry) < 0) != backwards_;
    const size_t place = !is_last ? lower_bound(compare, compare.decode_key(entry)) : backwards_ ? 0 : size();
    if (place < size()) ++shifts_;
    entries_.insert(entries_.begin() + static_cast<ptrdiff_t>(backwards_ ? size() - place : place), entry);
  }

 private:
  std::vector<const char*> entries_;
  uint64_t shifts_ = 0;
  bool backwards_;
};

class RunMemtable final : public rocksdb::MemTableRep {
 public:
  RunMemtable(const Compare& compare, rocksdb::Allocator* allocator) : MemTableRep(allocator), compare_(compare) {}

  void Insert(rocksdb::KeyHandle handle) override {
    const char* entry = static_cast<const char*>(handle);
    const rocksdb::Slice key = UserKey(entry);
    const std::string_view prefix = run_of(key.ToStringView());
    const std::unique_lock lock(mutex_);
    const auto found = by_hash_.find(prefix);
    Run& run = found != by_hash_.end() ? *found->second : add_run(prefix, prefix.size() < key.size());
    const size_t bytes = run.bytes();
    run.insert(compare_, entry);
    bytes_ += run.bytes() - bytes;
  }

  bool Contains(const char* entry) const override {
    const std::shared_lock lock(mutex_);
    const auto found = by_hash_.find(run_of(UserKey(entry).ToStringView()));
    if (found == by_hash_.end()) return false;
    const Run& run = *found->second;
    const size_t place = run.lower_bound(compare_, compare_.decode_key(entry));
    return place < run.size() && compare_(run[place], entry) == 0;
  }

  size_t ApproximateMemoryUsage() override {
    const std::shared_lock lock(mutex_);
    return bytes_;
  }

  Iterator* GetIterator(rocksdb::Arena* arena) override;
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override;

 private:
  class Walk;
  class Glance;
  using Runs = std::map<std::string_view, Run>;  // the keys lie in the arena, as part of the run's first entry
  static constexpr size_t run_bytes = 192;       // of the two nodes and their shares of the hash table, about

  Run& add_run(std::string_view prefix, bool is_of_rows) {
    Run& run = runs_.emplace(prefix, is_of_rows).first->second;
    by_hash_.emplace(prefix, &run);
    bytes_ += run_bytes;
    return run;
  }

  const Compare& compare_;
  mutable std::shared_mutex mutex_;
  Runs runs_;
  std::unordered_map<std::string_view, Run*> by_hash_;
  size_t bytes_ = 0;
};

// Thread: one at a time. Lifetime: not longer than its table.
class RunMemtable::Walk : public rocksdb::MemTableRep::Iterator {
 public:
  explicit Walk(const RunMemtable& table) : table_(table), run_(table.runs_.end()) {}

  bool Valid() const override { return entry_ != nullptr; }
  const char* key() const override { return entry_; }

  void Next() override {
    const std::shared_lock lock(table_.mutex_);
    find_again();
    stand_at(run_, index_ + 1);
  }

  void Prev() override {
    const std::shared_lock lock(table_.mutex_);
    find_again();
    stand_before(run_, index_);
  }

  void Seek(const rocksdb::Slice& internal_key, const char*) override {
    const std::shared_lock lock(table_.mutex_);
    const auto [run, index] = find(internal_key);
    stand_at(run, index);
  }

  void SeekForPrev(const rocksdb::Slice& internal_key, const char*) override {
    const std::shared_lock lock(table_.mutex_);
    const auto [run, index] = find(internal_key);
    stand_at(run, index);
    if (!entry_ || table_.compare_(entry_, internal_key) != 0) stand_before(run, index);
  }

  void SeekToFirst() override {
    const std::shared_lock lock(table_.mutex_);
    stand_at(table_.runs_.begin(), 0);
  }

  void SeekToLast() override {
    const std::shared_lock lock(table_.mutex_);
    stand_before(table_.runs_.end(), 0);
  }

 private:
  // The first entry that is not before the key; its place may be the end of a run.
  std::pair<Runs::const_iterator, size_t> find(const rocksdb::Slice& internal_key) const {
    auto run = table_.runs_.upper_bound(without_trailer(internal_key.ToStringView()));
    if (run == table_.runs_.begin()) return {run, 0};
    --run;
    return {run, run->second.lower_bound(table_.compare_, internal_key)};
  }

  void find_again() {
    if (run_->second.shifts() == shifts_) return;
    index_ = run_->second.lower_bound(table_.compare_, table_.compare_.decode_key(entry_));
  }

  void stand_at(Runs::const_iterator run, size_t index) {
    if (run != table_.runs_.end() && index == run->second.size()) {
      ++run;  // none is empty
      index = 0;
    }
    run_ = run;
    index_ = index;
    entry_ = run == table_.runs_.end() ? nullptr : run->second[index];
    if (entry_) shifts_ = run->second.shifts();
  }

  void stand_before(Runs::const_iterator run, size_t index) {
    if (index > 0) return stand_at(run, index - 1);
    if (run == table_.runs_.begin()) return stand_at(table_.runs_.end(), 0);
    --run;
    stand_at(run, run->second.size() - 1);
  }

  const RunMemtable& table_;
  Runs::const_iterator run_;
  size_t index_ = 0;
  uint64_t shifts_ = 0;
  const char* entry_ = nullptr;
};

rocksdb::MemTableRep::Iterator* RunMemtable::GetIterator(rocksdb::Arena* arena) {
  if (!arena) return new Walk(*this);  // tidy: allow new: RocksDB deletes it
  // tidy: allow new: it is made in the arena
  return new (arena->AllocateAligned(sizeof(Walk), 0, nullptr)) Walk(*this);
}

// Glance: the iterator of a point read: RocksDB 7.8's MemTableRep::Get asks for one and never deletes it. Each thread
// has the memory for one, which its operator delete leaves alone.
class RunMemtable::Glance final : public Walk {
 public:
  using Walk::Walk;
  static void operator delete(void*) {}
};

rocksdb::MemTableRep::Iterator* RunMemtable::GetDynamicPrefixIterator(rocksdb::Arena* arena) {
  if (arena) return GetIterator(arena);
  alignas(Glance) thread_local std::byte room[sizeof(Glance)];
  return new (room) Glance(*this);  // tidy: allow new: it is made in the thread's room
}

class RunMemtableFactory final : public rocksdb::MemTableRepFactory {
 public:
  using MemTableRepFactory::CreateMemTableRep;
  rocksdb::MemTableRep* CreateMemTableRep(const rocksdb::MemTableRep::KeyComparator& compare,
                                          rocksdb::Allocator* allocator, const rocksdb::SliceTransform*,
                                          rocksdb::Logger*) override {
    return new RunMemtable(compare, allocator);  // tidy: allow new: RocksDB deletes it
  }
  const char* Name() const override { return "teahouse.RunMemtable"; }
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> make_memtable_factory() { return std::make_shared<RunMemtableFactory>(); }

}  // namespace teahouse::store::rocks
