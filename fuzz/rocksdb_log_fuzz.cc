// A write-ahead log of the data plane, damaged in any way: what is counted lies in it, and nothing stands behind a log
// that is whole.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/rocksdb/log_check.h"

namespace rocksdb_log_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using teahouse::store::rocks::LogCheck;
  std::string_view log(reinterpret_cast<const char*>(data), size);
  LogCheck check;
  while (!log.empty()) {
    const std::string_view block = log.substr(0, LogCheck::block_bytes);
    check.add_block(block);
    log.remove_prefix(block.size());
  }
  check.finish();
  constexpr uint64_t header_bytes = 7;
  if (check.bytes() != size || (check.whole_records() + check.records_behind()) * header_bytes > size) abort();
  if (!check.is_broken() && (check.records_behind() != 0 || check.broken_at() != 0)) abort();
  if (check.is_broken() && check.broken_at() >= size) abort();
  return 0;
}

}  // namespace rocksdb_log_fuzz
