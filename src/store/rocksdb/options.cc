// Many small rows, appended in the order of owners' ids, read back in runs; memory bounded whatever is stored:
// the block cache (64 MiB) holds index and filter blocks too, memtables take at most 3 x 32 MiB, at most 512 files are
// open.
#include "store/rocksdb/options.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "base/log.h"
#include "store/rocksdb/memtable.h"

namespace teahouse::store::rocks {
namespace {

class AddSums final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger*) const override {
    const int64_t old = existing ? decode_sum(existing->ToStringView()) : 0;
    *merged = encode_sum(old + decode_sum(value.ToStringView()));
    return true;
  }
  const char* Name() const override { return "teahouse.AddSums"; }
};

bool has_compression(rocksdb::CompressionType wanted) {
  for (auto type : rocksdb::GetSupportedCompressions()) {
    if (type == wanted) return true;
  }
  return false;
}

// RocksDB's log lines go where all others do; a log of its own would end the process on a full disk.
class OurLog final : public rocksdb::Logger {
 public:
  OurLog() : Logger(rocksdb::WARN_LEVEL) {}
  using Logger::Logv;
  void LogHeader(const char*, va_list) override {}
  void Logv(const char* format, va_list arguments) override { Logv(rocksdb::WARN_LEVEL, format, arguments); }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level >= rocksdb::HEADER_LEVEL) return;
    std::array<char, 512> line{};
    vsnprintf(line.data(), line.size(), format, arguments);
    // Behind the first line may come a list of files with the first and last key of each.
    const std::string_view text(line.data());
    const std::string first(text.substr(0, text.find_first_of("\r\n{")));
    log::write(level == rocksdb::WARN_LEVEL ? log::Level::info : log::Level::warning, "store",
               "RocksDB says: " + first);
  }
};

}  // namespace

rocksdb::Options make_options(rocksdb::Env* env) {
  rocksdb::Options options;
  if (env) options.env = env;
  options.create_if_missing = true;
  options.merge_operator = std::make_shared<AddSums>();

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(64 << 20);
  table.block_size = 16 << 10;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;  // table_check.cc reads it, and its checksums
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  options.write_buffer_size = 32 << 20;
  options.max_write_buffer_number = 3;
  options.max_total_wal_size = 128 << 20;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  options.level_compaction_dynamic_level_bytes = true;
  options.allow_concurrent_memtable_write = false;  // one thread writes
  options.memtable_factory = make_memtable_factory();
  options.bytes_per_sync = 1 << 20;
  options.writable_file_max_buffer_size = 64 << 10;  // a portion that Pace hears of

  if (has_compression(rocksdb::kLZ4Compression)) options.compression = rocksdb::kLZ4Compression;
  if (has_compression(rocksdb::kZSTD)) {
    options.bottommost_compression = rocksdb::kZSTD;
    options.bottommost_compression_opts.enabled = true;
    options.bottommost_compression_opts.level = 1;
  }
  // Queues are filled and emptied: tombstones in a run are compacted away early, or reads would wade through them.
  options.table_properties_collector_factories.push_back(rocksdb::NewCompactOnDeletionCollectorFactory(256, 128));

  // Keys hold people's addresses, and the manifest holds keys: it is written anew with each change of the set of files,
  // so that those of a removed tenant don't stay in it.
  options.max_manifest_file_size = 1;
  options.max_bgerror_resume_count = 0;  // the committer resumes; a thread that does can keep Close() waiting for ever
  options.info_log = std::make_shared<OurLog>();
  return options;
}

std::string encode_sum(int64_t sum) {
  std::string bytes(sizeof sum, '\0');
  std::memcpy(bytes.data(), &sum, sizeof sum);
  return bytes;
}

int64_t decode_sum(std::string_view bytes) {
  int64_t sum = 0;
  if (bytes.size() == sizeof sum) std::memcpy(&sum, bytes.data(), sizeof sum);
  return sum;
}

Error disk_error(const rocksdb::Status& status, std::string_view doing) {
  return {ErrorKind::internal_server_error, "data plane: " + std::string(doing) + ": " + status.ToString()};
}

}  // namespace teahouse::store::rocks

#if defined(__SANITIZE_THREAD__)
// Debian's librocksdb is built without ThreadSanitizer, which so misses the atomic reference counts by which RocksDB
// hands a Version from its readers to the background thread that deletes it. Both ends of that report are inside the
// library.
extern "C" const char* __tsan_default_suppressions() { return "race:rocksdb::Version::Unref\n"; }
#endif
