#include "transfer/entry_reader.h"

#include <algorithm>

#include "transfer/limits.h"

namespace teahouse::transfer {
namespace {

Error cut_short() {
  return {ErrorKind::bad_request, "The export is cut short: its end is missing. Make it, or copy it, again."};
}

}  // namespace

Task<Result<void>> EntryReader::fill() {
  if (given_ < piece_.size() || ended_) co_return Result<void>();
  auto coming = pieces_();
  auto piece = co_await coming;
  if (!piece) co_return piece.error();
  ended_ = piece->empty();
  piece_ = std::move(*piece);
  given_ = 0;
  co_return Result<void>();
}

Task<Result<std::string>> EntryReader::take(size_t bytes) {
  std::string taken;
  while (taken.size() < bytes) {
    const auto filled = co_await fill();
    if (!filled) co_return filled.error();
    if (ended_) co_return cut_short();
    const size_t some = std::min(bytes - taken.size(), piece_.size() - given_);
    taken.append(piece_, given_, some);
    given_ += some;
  }
  co_return taken;
}

Task<Result<void>> EntryReader::pass(uint64_t bytes) {
  while (bytes > 0) {
    const auto filled = co_await fill();
    if (!filled) co_return filled.error();
    if (ended_) co_return cut_short();
    const auto some = static_cast<size_t>(std::min<uint64_t>(bytes, piece_.size() - given_));
    given_ += some;
    bytes -= some;
  }
  co_return Result<void>();
}

Task<Result<std::optional<TarHead>>> EntryReader::next() {
  uint64_t behind = left_ + tar_padding(head_.bytes);
  while (true) {
    const auto passed = co_await pass(behind);
    if (!passed) co_return passed.error();
    const auto block = co_await take(tar_block_bytes);
    if (!block) co_return block.error();
    auto head = parse_tar_head(*block);
    if (!head) co_return head.error();
    if (!*head) co_return std::optional<TarHead>();
    head_ = std::move(**head);
    left_ = head_.bytes;
    if (head_.is_file) co_return std::optional(head_);
    if (head_.bytes > skipped_bytes_max) {
      co_return Error{ErrorKind::bad_request, "The archive's entry '" + head_.name + "' is of no export."};
    }
    behind = left_ + tar_padding(head_.bytes);
  }
}

Task<Result<std::string>> EntryReader::read(size_t bytes_max) {
  if (left_ == 0) co_return std::string();
  const auto filled = co_await fill();
  if (!filled) co_return filled.error();
  if (ended_) co_return cut_short();
  const auto some = static_cast<size_t>(std::min<uint64_t>({bytes_max, left_, piece_.size() - given_}));
  std::string bytes = piece_.substr(given_, some);
  given_ += some;
  left_ -= some;
  co_return bytes;
}

Task<Result<std::string>> EntryReader::read_all(uint64_t bytes_max) {
  if (head_.bytes > bytes_max) {
    co_return Error{ErrorKind::bad_request, "The export's entry '" + head_.name + "' has " +
                                                std::to_string(head_.bytes) + " bytes; such a one has at most " +
                                                std::to_string(bytes_max) + "."};
  }
  auto bytes = co_await take(static_cast<size_t>(left_));
  if (bytes) left_ = 0;
  co_return bytes;
}

}  // namespace teahouse::transfer
