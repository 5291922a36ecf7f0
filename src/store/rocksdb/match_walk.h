// MatchWalk: an owner's archive rows within a range of ids whose contents match a query, forwards or backwards.
#pragma once

#include <rocksdb/db.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/data_engine.h"
#include "store/rocksdb/key.h"

namespace teahouse::store::rocks {

// Thread: one. Lifetime: within that of the snapshot and of the query.
class MatchWalk {
 public:
  MatchWalk(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, const StoreId& store, std::string_view owner,
            const ArchiveQuery& query, IdRange ids, bool backwards);

  // To the next match; false at the end, when reading fails (status), and when it gave up.
  bool next();
  // Takes the row apart; false when it is damaged (status). A count of all rows needs none of them.
  bool read() { return is_read_ || parse_row_at(id()); }
  uint64_t id() const { return id_of_row(rows_->key().ToStringView()); }
  // REQUIRES of these: read().
  std::string_view with() const { return row_.with; }
  std::string_view bytes() const { return row_.bytes; }
  int64_t at_ms() const { return row_.at_ms; }
  uint64_t looked() const { return looked_; }  // at how many rows so far
  rocksdb::Status status() const;
  // True when so many rows' bytes were looked into (ArchiveQuery::matches) that more would be at others' cost.
  bool gave_up() const { return query_.matches && looked_ > looks_into_max; }

 private:
  static constexpr uint64_t looks_into_max = 100'000;

  bool next_part();
  void seek_rows();
  bool parse_row_at(uint64_t here);

  const std::string rows_prefix_, pairs_prefix_;
  const std::string from_, to_;  // bounds of the rows
  const rocksdb::Slice from_slice_, to_slice_;
  const std::string pairs_end_;
  const rocksdb::Slice pairs_from_slice_, pairs_to_slice_;
  const ArchiveQuery& query_;
  const IdRange ids_;
  const bool backwards_;
  std::unique_ptr<rocksdb::Iterator> rows_, pairs_;  // pairs_ only when `with` is asked for
  IdRange part_;                                     // where rows_ is walking: all ids, or a run of spans
  bool started_ = false, in_part_ = false, damaged_ = false;
  ParsedRow row_;
  bool is_read_ = false;  // row_ is the row's
  uint64_t looked_ = 0;
};

}  // namespace teahouse::store::rocks
