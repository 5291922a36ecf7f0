// Heads of an export's entries from anywhere: no name leads out, and what is written of a parsed one says the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "transfer/tar.h"

namespace export_tar_fuzz {

using namespace teahouse;

namespace {

void check(const std::string& block) {
  const auto head = transfer::parse_tar_head(block);
  if (!head || !*head) return;
  const std::string& name = (*head)->name;
  if (name.empty() || name.front() == '/' || ("/" + name + "/").find("/../") != std::string::npos) abort();
  if (!(*head)->is_file || name.size() > 100) return;
  const auto again = transfer::parse_tar_head(transfer::write_tar_head(name, (*head)->bytes, 0));
  if (!again || !*again || **again != **head) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string block(reinterpret_cast<const char*>(data), size);
  block.resize(transfer::tar_block_bytes, '\0');
  check(block);
  // With the magic and the sum that are right, so that the code behind those checks is reached.
  block.replace(257, 6, std::string("ustar\0", 6));
  uint64_t sum = 0;
  for (size_t i = 0; i < block.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
  for (size_t i = 156; i-- > 148; sum >>= 3) block[i] = static_cast<char>('0' + (sum & 7));
  check(block);
  return 0;
}

}  // namespace export_tar_fuzz
