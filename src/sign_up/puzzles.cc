#include "sign_up/puzzles.h"

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::sign_up {
namespace {

constexpr size_t key_bytes = 32, chance_characters = 22, seal_bytes = 16, puzzle_bytes_max = 128, answer_bytes_max = 16;

int zero_bits(std::string_view bytes) {
  int bits = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte == 0) {
      bits += 8;
      continue;
    }
    return bits + __builtin_clz(byte) - 24;
  }
  return bits;
}

}  // namespace

bool is_answer(std::string_view puzzle, std::string_view answer, int bits) {
  return zero_bits(crypto::sha256(std::string(puzzle).append(":").append(answer))) >= bits;
}

Puzzles::Puzzles(const Clock& clock) : clock_(clock), key_(random_bytes(key_bytes)) {}

std::string Puzzles::seal(std::string_view text) const {
  return crypto::to_hex(crypto::hmac_sha256(key_, text).substr(0, seal_bytes));
}

std::string Puzzles::make() const {
  const std::string text = std::to_string(clock_.monotonic_ms() + good_ms) + "." + random_token(chance_characters);
  return text + "." + seal(text);
}

int64_t Puzzles::end_of(std::string_view puzzle) const {
  if (puzzle.size() > puzzle_bytes_max) return 0;
  const size_t first = puzzle.find('.'), last = puzzle.rfind('.');
  if (first == puzzle.npos || first == last) return 0;
  if (!crypto::constant_time_equal(seal(puzzle.substr(0, last)), puzzle.substr(last + 1))) return 0;
  return parse_decimal<int64_t>(puzzle.substr(0, first)).value_or(0);
}

bool Puzzles::is_solved(std::string_view puzzle, std::string_view answer) const {
  if (answer.empty() || answer.size() > answer_bytes_max) return false;
  if (!std::all_of(answer.begin(), answer.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  return end_of(puzzle) > clock_.monotonic_ms() && is_answer(puzzle, answer, bits);
}

bool Puzzles::spend(std::string_view puzzle) {
  const std::lock_guard lock(mutex_);
  const int64_t now_ms = clock_.monotonic_ms();
  if (spent_.size() >= spent_max) {
    std::erase_if(spent_, [now_ms](const auto& each) { return each.second <= now_ms; });
    if (spent_.size() >= spent_max) return false;
  }
  return spent_.emplace(std::string(puzzle), end_of(puzzle)).second;
}

}  // namespace teahouse::sign_up
