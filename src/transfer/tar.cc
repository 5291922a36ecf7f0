#include "transfer/tar.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/text.h"

namespace teahouse::transfer {
namespace {

// The fields of a head: where they begin, and how long they are.
struct Field {
  size_t at, bytes;
};
constexpr Field name_field{0, 100}, mode_field{100, 8}, owner_field{108, 8}, group_field{116, 8}, size_field{124, 12},
    time_field{136, 12}, sum_field{148, 8}, type_field{156, 1}, magic_field{257, 8}, prefix_field{345, 155};
constexpr char binary_mark = '\x80';  // of a number that is not in octal digits
constexpr uint64_t octal_end = uint64_t{1} << 33;

std::string_view read(std::string_view block, Field field) { return block.substr(field.at, field.bytes); }

std::string_view read_text(std::string_view block, Field field) {
  const std::string_view bytes = read(block, field);
  return bytes.substr(0, bytes.find('\0'));
}

void put(std::string& block, Field field, std::string_view bytes) {
  block.replace(field.at, std::min(field.bytes, bytes.size()), bytes.substr(0, field.bytes));
}

std::string to_octal(uint64_t number, size_t digits) {
  std::string text(digits, '0');
  for (size_t at = digits; at-- > 0; number >>= 3) text[at] = static_cast<char>('0' + (number & 7));
  return text;
}

std::string to_binary(uint64_t number) {
  std::string bytes(size_field.bytes, '\0');
  for (size_t at = bytes.size(); at-- > 4; number >>= 8) bytes[at] = static_cast<char>(number & 0xff);
  bytes[0] = binary_mark;
  return bytes;
}

// Digits between blanks; a NUL is a blank too.
std::optional<uint64_t> parse_octal(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\0'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    number = number << 3 | static_cast<uint64_t>(c - '0');
  }
  return text.empty() ? std::nullopt : std::optional(number);
}

std::optional<uint64_t> parse_size(std::string_view field) {
  if (field.front() != binary_mark) return parse_octal(field);
  uint64_t number = 0;
  for (size_t at = 1; at < field.size(); ++at) {
    if (at < 4 && field[at] != '\0') return std::nullopt;
    number = number << 8 | static_cast<unsigned char>(field[at]);
  }
  return number < uint64_t{1} << 62 ? std::optional(number) : std::nullopt;
}

uint64_t sum_of(std::string_view block) {
  uint64_t sum = 0;
  for (size_t at = 0; at < block.size(); ++at) {
    const bool is_of_sum = at >= sum_field.at && at < sum_field.at + sum_field.bytes;
    sum += is_of_sum ? ' ' : static_cast<unsigned char>(block[at]);
  }
  return sum;
}

bool leads_out(std::string_view name) {
  if (name.empty() || name.front() == '/') return true;
  for (std::string_view rest = name; !rest.empty();) {
    const size_t end = std::min(rest.find('/'), rest.size());
    if (rest.substr(0, end) == "..") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::string write_tar_head(std::string_view name, uint64_t bytes, int64_t at_s) {
  assert(!name.empty() && name.size() <= name_field.bytes);
  std::string block(tar_block_bytes, '\0');
  put(block, name_field, name);
  put(block, mode_field, "0000600");
  put(block, owner_field, "0000000");
  put(block, group_field, "0000000");
  put(block, size_field, bytes < octal_end ? to_octal(bytes, 11) : to_binary(bytes));
  put(block, time_field, to_octal(static_cast<uint64_t>(std::max<int64_t>(0, at_s)), 11));
  put(block, type_field, "0");
  put(block, magic_field, std::string_view("ustar\00000", 8));
  put(block, sum_field, to_octal(sum_of(block), 6) + std::string("\0 ", 2));
  return block;
}

std::string write_tar_end() { return std::string(2 * tar_block_bytes, '\0'); }

Result<std::optional<TarHead>> parse_tar_head(std::string_view block) {
  assert(block.size() == tar_block_bytes);
  if (std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) return std::optional<TarHead>();
  if (!read(block, magic_field).starts_with("ustar") || parse_octal(read(block, sum_field)) != sum_of(block)) {
    return bad_request("This is no tar archive, or it is damaged.");
  }
  TarHead head;
  head.name = read_text(block, name_field);
  const std::string_view prefix = read_text(block, prefix_field);
  // GNU tar has other things at that place.
  if (!prefix.empty() && read(block, magic_field)[5] == '\0') head.name = std::string(prefix) + "/" + head.name;
  if (head.name.starts_with("./") && head.name.size() > 2) head.name.erase(0, 2);
  if (!is_text(head.name) || leads_out(head.name)) {
    return bad_request("The archive has an entry whose name leads out of it, or is none.");
  }
  const auto bytes = parse_size(read(block, size_field));
  if (!bytes) return bad_request("The archive's entry '" + head.name + "' is of no size that can be.");
  head.bytes = *bytes;
  const char type = read(block, type_field).front();
  head.is_file = type == '0' || type == '\0';
  if (head.is_file || type == '5' || type == 'x' || type == 'g') return std::optional(std::move(head));
  return bad_request("The archive's entry '" + head.name + "' is no file: an export has no links and no devices.");
}

}  // namespace teahouse::transfer
