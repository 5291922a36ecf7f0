#include "store/commit_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/text.h"

namespace teahouse::store {
namespace {
constexpr size_t mark_bytes = 21;  // always all digits and a line's end, so that no old digit stays behind a new one
}

CommitMark::~CommitMark() {
  if (file_ >= 0) ::close(file_);
}

std::optional<uint64_t> CommitMark::read() const {
  const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::array<char, mark_bytes + 1> text{};
  const ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  if (size != static_cast<ssize_t>(mark_bytes) || text[mark_bytes - 1] != '\n') return std::nullopt;
  return parse_decimal<uint64_t>({text.data(), mark_bytes - 1});
}

void CommitMark::note(uint64_t committed) {
  if (path_.empty()) return;
  if (file_ < 0) file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return;
  std::array<char, mark_bytes + 1> text{};
  snprintf(text.data(), text.size(), "%020llu\n", static_cast<unsigned long long>(committed));
  if (::pwrite(file_, text.data(), mark_bytes, 0) < 0) return;  // the next one may succeed
}

}  // namespace teahouse::store
