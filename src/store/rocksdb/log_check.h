// LogCheck: whether a write-ahead log of RocksDB is whole, cut off at its end, or damaged before it.
//
// One write at most is on its way to the disk at any time, and nobody was told that it is stored. So a power cut leaves
// at most one torn record, with no whole record behind it: that tail may be dropped. A whole record behind a damaged
// place was acknowledged, and so may have been what is damaged. RocksDB's own recovery cannot tell the two apart.
//
// Spec: RocksDB's wiki, "Write Ahead Log File Format": blocks of 32 KiB, fragments with CRC-32C, length and type.
// Thread: one at a time. Limits: holds no more than a block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::store::rocks {

class LogCheck {
 public:
  static constexpr size_t block_bytes = 32 << 10;

  // The log's next block; all but the last have block_bytes. REQUIRES: not empty.
  void add_block(std::string_view block);
  void finish();  // after the last one

  uint64_t bytes() const { return bytes_; }
  uint64_t whole_records() const { return whole_records_; }
  uint64_t last_sequence() const { return last_sequence_; }    // of the last whole record; 0 without one
  bool is_broken() const { return broken_; }                   // a part of it is no record
  uint64_t broken_at() const { return broken_at_; }            // where the first such part begins
  uint64_t records_behind() const { return records_behind_; }  // whole records behind it

 private:
  struct Fragment;

  void take(const Fragment& fragment, uint64_t at);
  void break_at(uint64_t at);
  void give_up_record(uint64_t at);  // the one that has begun, or what should begin here
  void end_record();

  uint64_t bytes_ = 0, whole_records_ = 0, last_sequence_ = 0, broken_at_ = 0, records_behind_ = 0;
  bool broken_ = false;
  bool in_record_ = false;  // its first fragment was seen, and not yet its last
  uint64_t record_at_ = 0;
  std::optional<uint64_t> zeros_at_;  // of the file's end, unless something comes behind them
  std::string head_;                  // the record's first bytes: its sequence number and count
};

// All logs of a database's directory, in their order.
struct LogFile {
  std::string path;
  LogCheck check;
};
Result<std::vector<LogFile>> check_logs(const std::string& directory);

}  // namespace teahouse::store::rocks
