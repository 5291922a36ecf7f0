#include "store/rocksdb/log_check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace teahouse::store::rocks {
namespace {

constexpr size_t header_bytes = 7;  // CRC (4), length (2), type (1)
constexpr size_t head_bytes = 12;   // of a record: sequence number (8), count (4)
constexpr uint8_t type_zero = 0, type_full = 1, type_first = 2, type_middle = 3, type_last = 4;

// CRC-32C, eight bytes at a time.
using Tables = std::array<std::array<uint32_t, 256>, 8>;
constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0U);
    tables[0][byte] = crc;
  }
  for (size_t table = 1; table < 8; ++table) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[table - 1][byte];
      tables[table][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr Tables crc_tables = make_tables();

template <class Number>
Number load(const char* bytes) {  // little-endian
  Number number = 0;
  for (size_t i = sizeof number; i-- > 0;) {
    number = static_cast<Number>(number << 8 | static_cast<unsigned char>(bytes[i]));
  }
  return number;
}

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~0U;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const uint64_t word = load<uint64_t>(bytes.data()) ^ crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i) crc ^= crc_tables[7 - i][word >> 8 * i & 0xff];
  }
  for (const char byte : bytes) crc = crc >> 8 ^ crc_tables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

// A CRC of bytes that hold CRCs is stored in another form, as RocksDB does.
uint32_t mask(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8U; }

bool is_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == '\0'; });
}

}  // namespace

struct LogCheck::Fragment {
  uint8_t type;
  std::string_view bytes;
};

void LogCheck::break_at(uint64_t at) {
  if (!broken_) broken_at_ = at;
  broken_ = true;
}

void LogCheck::give_up_record(uint64_t at) {
  break_at(in_record_ ? record_at_ : at);
  in_record_ = false;
}

void LogCheck::end_record() {
  ++(broken_ ? records_behind_ : whole_records_);
  if (head_.size() >= head_bytes) {
    const uint64_t first = load<uint64_t>(head_.data());
    const uint64_t end = first + load<uint32_t>(head_.data() + 8);  // an empty batch takes no number
    if (end > 0) last_sequence_ = std::max(last_sequence_, end - 1);
  }
  in_record_ = false;
}

void LogCheck::take(const Fragment& fragment, uint64_t at) {
  const bool begins = fragment.type == type_full || fragment.type == type_first;
  const bool goes_on = fragment.type == type_middle || fragment.type == type_last;
  if (zeros_at_) give_up_record(*zeros_at_);  // a hole, since something comes behind it
  zeros_at_.reset();
  if (!begins && !goes_on) return;  // of a later RocksDB, and whole: not for us
  if (begins) {
    if (in_record_) break_at(record_at_);  // the end of the one before is missing
    in_record_ = true;
    record_at_ = at;
    head_.clear();
  } else if (!in_record_) {
    return break_at(at);  // its begin is missing
  }
  if (head_.size() < head_bytes) head_.append(fragment.bytes.substr(0, head_bytes - head_.size()));
  if (fragment.type == type_full || fragment.type == type_last) end_record();
}

void LogCheck::add_block(std::string_view block) {
  const uint64_t begin = bytes_;
  bytes_ += block.size();
  size_t at = 0;
  while (block.size() - at >= header_bytes) {
    const char* header = block.data() + at;
    const size_t size = load<uint16_t>(header + 4);
    const auto type = static_cast<uint8_t>(header[6]);
    if (type == type_zero && size == 0 && is_zero(block.substr(at))) break;  // room that was made and not written to
    const bool fits = size <= block.size() - at - header_bytes;
    if (!fits || mask(crc32c(block.substr(at + 6, size + 1))) != load<uint32_t>(header)) {
      give_up_record(begin + at);
      return;  // nobody knows where the next fragment of this block would begin
    }
    take({type, block.substr(at + header_bytes, size)}, begin + at);
    at += header_bytes + size;
  }
  const std::string_view rest = block.substr(at);
  if (!is_zero(rest)) {  // less than a header, and not the zeros that fill a block
    give_up_record(begin + at);
  } else if (rest.size() >= header_bytes && !zeros_at_) {
    zeros_at_ = begin + at;
  }
}

void LogCheck::finish() {
  if (in_record_) break_at(record_at_);
  in_record_ = false;
}

Result<std::vector<LogFile>> check_logs(const std::string& directory) {
  std::vector<LogFile> logs;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".log") logs.push_back({at->path().string(), {}});
  }
  // Their names are numbers of six digits at least: a longer one is later.
  std::ranges::sort(logs, {}, [](const LogFile& log) { return std::pair(log.path.size(), log.path); });
  std::string block(LogCheck::block_bytes, '\0');
  for (LogFile& log : logs) {
    std::ifstream file(log.path, std::ios::binary);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
      log.check.add_block({block.data(), static_cast<size_t>(file.gcount())});
    }
    if (!file.is_open() || file.bad()) {
      return Error{ErrorKind::internal_server_error,
                   "data plane: " + log.path + " can't be read: " + std::strerror(errno) + ". Is its disk failing?"};
    }
    log.check.finish();
  }
  if (failed) {
    return Error{ErrorKind::internal_server_error,
                 "data plane: the directory " + directory + " can't be read: " + failed.message()};
  }
  return logs;
}

}  // namespace teahouse::store::rocks
