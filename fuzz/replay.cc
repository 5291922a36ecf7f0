// Runs files through a fuzz target, for builds without libFuzzer: replay TARGET FILE-OR-FOLDER... All targets are in
// this program; targets.inc, which CMake writes, lists them.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#define TARGET(name) extern "C" int name##_input(const uint8_t* data, size_t size);
#include "targets.inc"
#undef TARGET

namespace {

using Input = int (*)(const uint8_t* data, size_t size);

#define TARGET(name) {#name, name##_input},
const std::map<std::string, Input> targets = {
#include "targets.inc"
};
#undef TARGET

bool run_file(Input input, const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "replay: cannot read %s\n", path.c_str());
    return false;
  }
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  input(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto target = targets.find(argc > 1 ? argv[1] : "");
  if (target == targets.end()) {
    std::fprintf(stderr, "replay: name a target, as %s, and files or folders\n", targets.begin()->first.c_str());
    return 1;
  }
  size_t count = 0;
  for (int i = 2; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (!std::filesystem::is_directory(path)) {
      if (!run_file(target->second, path)) return 1;
      ++count;
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (!entry.is_regular_file()) continue;
      if (!run_file(target->second, entry.path())) return 1;
      ++count;
    }
  }
  std::printf("%zu inputs\n", count);
  return count == 0 ? 1 : 0;
}
