// Manifests of backups from anywhere: no path leads out of a backup, and what is written of a parsed one says the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "backup/manifest.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace manifest_fuzz {

using namespace teahouse;

namespace {

void check(std::string_view text) {
  const auto manifest = backup::parse_manifest(text);
  if (!manifest) return;
  for (const backup::ManifestFile& file : manifest->files) {
    if (file.path.empty() || file.path.front() == '/' || file.path.find("..") == 0 ||
        file.path.find("/.") != file.path.npos) {
      abort();
    }
  }
  const auto again = backup::parse_manifest(backup::to_text(*manifest));
  if (!again || *again != *manifest) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text);
  // The text with the digest that makes it whole, so that the code behind that check is reached.
  check(text + "\n  \"sha256\": \"" + crypto::to_hex(crypto::sha256(text)) + "\"\n}\n");
  return 0;
}

}  // namespace manifest_fuzz
