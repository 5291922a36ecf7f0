// An iterator steps over what is not there without a word. So each of its moves is looked at: from the key where it
// was, or that it was sent to, up to the one where it came to stand, no damage may lie.
//
// A damage is known before its block is replaced. So a reader that finds no damage after it has read has read what was
// whole.
#include "store/rocksdb/fenced_db.h"

#include <rocksdb/utilities/debug.h>

#include <optional>
#include <utility>

namespace teahouse::store::rocks {
namespace {

rocksdb::Status fenced(const Damage& damage) {
  return rocksdb::Status::Corruption(
      "set aside as damaged",
      damage.file + " offset " + std::to_string(damage.block.offset) + " size " + std::to_string(damage.block.bytes));
}

// Whether what is there of a key was written after the damage, in place of all that was there before.
bool came_later(rocksdb::DB& db, const rocksdb::Slice& key, const Damage& damage) {
  const auto parsed = parse_key(key.ToStringView());
  if (parsed && parsed->kind == Kind::bytes) return false;  // a sum, of which the damage may have held the first part
  std::vector<rocksdb::KeyVersion> versions;
  const auto status = rocksdb::GetAllKeyVersions(&db, key, key, 1, &versions);
  return status.ok() && !versions.empty() && versions.front().sequence > damage.sequence;
}

class FencedIterator final : public rocksdb::Iterator {
 public:
  FencedIterator(std::unique_ptr<rocksdb::Iterator> at, const rocksdb::ReadOptions& options, const Damages& damages,
                 const FencedDb::Met& met)
      : at_(std::move(at)), options_(options), damages_(damages), met_(met) {}

  bool Valid() const override { return is_whole_ && at_->Valid(); }
  rocksdb::Slice key() const override { return at_->key(); }
  rocksdb::Slice value() const override { return at_->value(); }
  rocksdb::Status status() const override {
    if (!is_whole_) return status_;
    auto status = at_->status();
    if (status.IsCorruption()) met_(status);
    return status;
  }

  void SeekToFirst() override {
    at_->SeekToFirst();
    if (may_be_damaged()) look(lowest(), here_or(highest()));
  }
  void SeekToLast() override {
    at_->SeekToLast();
    if (may_be_damaged()) look(here_or(lowest()), highest());
  }
  void Seek(const rocksdb::Slice& target) override {
    at_->Seek(target);
    if (may_be_damaged()) look(target.ToString(), here_or(highest()));
  }
  void SeekForPrev(const rocksdb::Slice& target) override {
    at_->SeekForPrev(target);
    if (may_be_damaged()) look(here_or(lowest()), target.ToString());
  }
  // A walk makes thousands of these; nearly always there is no damage.
  void Next() override {
    if (list_) return next_among_damages();
    at_->Next();
    if (may_be_damaged()) [[unlikely]]
      look(lowest(), here_or(highest()));
  }
  void Prev() override {
    if (list_) return prev_among_damages();
    at_->Prev();
    if (may_be_damaged()) [[unlikely]]
      look(here_or(lowest()), highest());
  }

 private:
  bool may_be_damaged() {
    if (const uint64_t version = damages_.version(); version != version_) {
      version_ = version;
      list_ = damages_.all();
    }
    return list_ != nullptr;
  }
  void next_among_damages() {
    const std::string from = at_->key().ToString();
    at_->Next();
    if (may_be_damaged()) look(from, here_or(highest()));
  }
  void prev_among_damages() {
    const std::string from = at_->key().ToString();
    at_->Prev();
    if (may_be_damaged()) look(here_or(lowest()), from);
  }
  // Where it is bounded it can't have passed the bound.
  std::string lowest() const {
    return options_.iterate_lower_bound ? options_.iterate_lower_bound->ToString() : std::string();
  }
  std::string highest() const {
    return options_.iterate_upper_bound ? options_.iterate_upper_bound->ToString() : std::string(9, '\xff');
  }
  std::string here_or(std::string end) const { return at_->Valid() ? at_->key().ToString() : std::move(end); }

  void look(std::string_view first, std::string_view last) {
    is_whole_ = true;
    for (const Damage& damage : *list_) {
      if (!damage.touches(first, last)) continue;
      is_whole_ = false;
      status_ = fenced(damage);
      return;
    }
  }

  const std::unique_ptr<rocksdb::Iterator> at_;
  const rocksdb::ReadOptions options_;
  const Damages& damages_;
  const FencedDb::Met& met_;
  uint64_t version_ = 0;
  std::shared_ptr<const Damages::List> list_;  // of that version
  bool is_whole_ = true;
  rocksdb::Status status_;
};

}  // namespace

rocksdb::Status FencedDb::Get(const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family,
                              const rocksdb::Slice& key, rocksdb::PinnableSlice* value) {
  auto status = StackableDB::Get(options, family, key, value);
  if (status.IsCorruption()) met_(status);
  const auto damages = damages_.all();
  if (!damages || !(status.ok() || status.IsNotFound())) return status;
  for (const Damage& damage : *damages) {
    if (!damage.touches(key.ToStringView(), key.ToStringView())) continue;
    if (!status.ok() || !came_later(*GetRootDB(), key, damage)) return fenced(damage);
  }
  return status;
}

rocksdb::Iterator* FencedDb::NewIterator(const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family) {
  std::unique_ptr<rocksdb::Iterator> at(StackableDB::NewIterator(options, family));
  return std::make_unique<FencedIterator>(std::move(at), options, damages_, met_).release();
}

}  // namespace teahouse::store::rocks
