#include "files/disk_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "crypto/encoding.h"
#include "crypto/hasher.h"

namespace teahouse {
namespace {

namespace fs = std::filesystem;

constexpr size_t piece_bytes = 1 << 20, digest_characters = 64;

// A tenant's folder has its number as its name; "incoming" is no tenant's.
std::optional<TenantId> tenant_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return static_cast<TenantId>(number);
}

// The object's fault, empty where it has none; nothing where the object has gone meanwhile.
std::optional<std::string> find_fault(const std::string& path, std::string_view digest, uint64_t& bytes) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  if (file < 0) return std::string("can't be opened: ") + std::strerror(errno) + ".";
  crypto::Hasher hasher;
  std::string piece(piece_bytes, '\0');
  ssize_t read = 0;
  while ((read = ::read(file, piece.data(), piece.size())) > 0) {
    hasher.add(std::string_view(piece).substr(0, static_cast<size_t>(read)));
    bytes += static_cast<uint64_t>(read);
  }
  const int reason = errno;
  ::close(file);
  if (read < 0) return std::string("can't be read: ") + std::strerror(reason) + ".";
  if (crypto::to_hex(hasher.finish()) != digest) return "has other bytes than it was stored with.";
  return "";
}

void check_object(TenantId tenant, const fs::path& path, ObjectsReport& report) {
  const std::string digest = path.filename().string();
  if (digest.size() != digest_characters || !crypto::parse_hex(digest)) return;  // no object: somebody put it there
  auto fault = find_fault(path.string(), digest, report.bytes);
  if (!fault) return;
  ++report.objects;
  if (!fault->empty()) report.damaged.push_back({tenant, path.string(), std::move(*fault)});
}

}  // namespace

ObjectsReport check_objects(const std::string& folder) {
  ObjectsReport report;
  std::error_code none;
  for (const auto& of_tenant : fs::directory_iterator(folder, none)) {
    const auto tenant = tenant_of(of_tenant.path());
    if (!tenant) continue;
    for (const auto& part : fs::directory_iterator(of_tenant.path(), none)) {
      for (const auto& object : fs::directory_iterator(part.path(), none)) check_object(*tenant, object.path(), report);
    }
  }
  std::sort(report.damaged.begin(), report.damaged.end(),
            [](const DamagedObject& a, const DamagedObject& b) { return a.path < b.path; });
  return report;
}

}  // namespace teahouse
