// Without `with` there is one part: the whole range of ids. With it the parts are runs of neighbouring spans that have
// a pair row; a run is walked in one go, so a long conversation costs one seek for many spans.
#include "store/rocksdb/match_walk.h"

#include <algorithm>
#include <utility>

namespace teahouse::store::rocks {
namespace {

constexpr unsigned run_spans_max = 64;  // of the pair rows read ahead, the page may need none

std::string at_id(std::string prefix, uint64_t id) {
  add_u64(prefix, id);
  return prefix;
}

std::string at_span(const std::string& prefix, uint32_t span) {
  std::string key = prefix;
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(span >> shift & 0xff);
  return key;
}

constexpr uint64_t first_of_span(uint32_t span) { return uint64_t{span} << span_shift; }
constexpr uint64_t last_of_span(uint32_t span) { return first_of_span(span) | ((uint64_t{1} << span_shift) - 1); }

}  // namespace

MatchWalk::MatchWalk(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, const StoreId& store, std::string_view owner,
                     const ArchiveQuery& query, IdRange ids, bool backwards)
    : rows_prefix_(part_prefix(Kind::row, store, owner)),
      pairs_prefix_(query.with ? pair_prefix(store, owner, *query.with) : std::string()),
      from_(at_id(rows_prefix_, ids.first)),
      to_(ids.last == UINT64_MAX ? prefix_end(rows_prefix_) : at_id(rows_prefix_, ids.last + 1)),
      from_slice_(from_),
      to_slice_(to_),
      pairs_end_(query.with ? prefix_end(pairs_prefix_) : std::string()),
      pairs_from_slice_(pairs_prefix_),
      pairs_to_slice_(pairs_end_),
      query_(query),
      ids_(ids),
      backwards_(backwards),
      part_(ids) {
  if (ids.empty()) return;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_lower_bound = &from_slice_;
  options.iterate_upper_bound = &to_slice_;
  rows_.reset(db.NewIterator(options));
  if (!query.with) return;
  options.iterate_lower_bound = &pairs_from_slice_;
  options.iterate_upper_bound = &pairs_to_slice_;
  pairs_.reset(db.NewIterator(options));
}

rocksdb::Status MatchWalk::status() const {
  if (damaged_) return rocksdb::Status::Corruption("an archive row of a later version, or damaged");
  if (rows_ && !rows_->status().ok()) return rows_->status();
  return pairs_ ? pairs_->status() : rocksdb::Status::OK();
}

bool MatchWalk::next() {
  if (ids_.empty() || damaged_) return false;
  while (true) {
    if (in_part_) {
      backwards_ ? rows_->Prev() : rows_->Next();
    } else {
      if (!next_part()) return false;
      seek_rows();
      in_part_ = true;
    }
    const bool is_there = rows_->Valid();
    const uint64_t here = is_there ? id() : 0;
    if (!is_there || !part_.has(here)) {
      in_part_ = false;
      if (!rows_->status().ok()) return false;
      continue;
    }
    ++looked_;
    if (gave_up()) return false;
    is_read_ = false;
    if (!has_conditions(query_)) return true;
    if (!parse_row_at(here)) return false;
    if (is_match(query_, row_.with, row_.bytes, row_.at_ms)) return true;
  }
}

bool MatchWalk::parse_row_at(uint64_t here) {
  auto row = parse_row(rows_->value().ToStringView(), here);
  damaged_ = !row;
  is_read_ = row.has_value();
  if (row) row_ = *row;
  return row.has_value();
}

void MatchWalk::seek_rows() {
  const std::string key = at_id(rows_prefix_, backwards_ ? part_.last : part_.first);
  backwards_ ? rows_->SeekForPrev(key) : rows_->Seek(key);
}

bool MatchWalk::next_part() {
  if (!query_.with) return !std::exchange(started_, true);
  if (!std::exchange(started_, true)) {
    const std::string key = at_span(pairs_prefix_, span_of(backwards_ ? ids_.last : ids_.first));
    backwards_ ? pairs_->SeekForPrev(key) : pairs_->Seek(key);
  }
  if (!pairs_->Valid()) return false;
  const uint32_t first = span_of_pair(pairs_->key().ToStringView());
  uint32_t last = first;
  for (unsigned spans = 1;; ++spans) {
    backwards_ ? pairs_->Prev() : pairs_->Next();
    if (spans == run_spans_max || !pairs_->Valid()) break;
    const uint32_t span = span_of_pair(pairs_->key().ToStringView());
    if (span != (backwards_ ? last - 1 : last + 1)) break;
    last = span;
  }
  part_.first = std::max(ids_.first, first_of_span(std::min(first, last)));
  part_.last = std::min(ids_.last, last_of_span(std::max(first, last)));
  return !part_.empty();
}

}  // namespace teahouse::store::rocks
