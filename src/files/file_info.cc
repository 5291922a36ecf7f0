#include "files/file_info.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/random.h"
#include "base/text.h"

namespace teahouse {
namespace {

constexpr size_t time_digits = 11, chance_characters = 22;
constexpr std::string_view version = "1";

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (lower_ascii(c) >= 'a' && lower_ascii(c) <= 'z'); }

Error no_row() { return {ErrorKind::internal_server_error, "A file's row in the data plane cannot be read."}; }

}  // namespace

std::string make_file_id(int64_t now_ms) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), now_ms, 16).ptr;
  const std::string_view time(digits.data(), static_cast<size_t>(end - digits.data()));
  return std::string(time_digits - std::min(time_digits, time.size()), '0').append(time) +
         random_token(chance_characters);
}

bool is_file_id(std::string_view text) {
  return text.size() == time_digits + chance_characters &&
         std::all_of(text.begin(), text.begin() + time_digits, is_hex) &&
         std::all_of(text.begin() + time_digits, text.end(), is_alphanumeric);
}

// Lines: none of the values can hold a line's end.
std::string write_file_row(const FileInfo& file) {
  std::string row(version);
  for (const std::string& value :
       {std::to_string(file.created_ms), std::to_string(file.bytes), file.digest, file.type, file.owner, file.name}) {
    row.append("\n").append(value);
  }
  return row;
}

Result<FileInfo> parse_file_row(std::string id, std::string_view row) {
  std::array<std::string_view, 7> lines{};
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t end = row.find('\n');
    const bool is_last = i + 1 == lines.size();
    if ((end == std::string_view::npos) != is_last) return no_row();
    lines[i] = row.substr(0, end);
    row.remove_prefix(is_last ? row.size() : end + 1);
  }
  const auto created_ms = parse_decimal<int64_t>(lines[1]);
  const auto bytes = parse_decimal<int64_t>(lines[2]);
  const bool is_digest = lines[3].size() == 64 && std::all_of(lines[3].begin(), lines[3].end(), is_hex);
  if (lines[0] != version || !created_ms || !bytes || *bytes < 0 || !is_digest) return no_row();
  return FileInfo{
      std::move(id), std::string(lines[5]), std::string(lines[6]), std::string(lines[4]), std::string(lines[3]), *bytes,
      *created_ms};
}

}  // namespace teahouse
