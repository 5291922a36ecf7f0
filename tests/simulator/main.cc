// teahouse_simulate: runs seeds; script/simulate is its front.
//
//   teahouse_simulate [--cheat lose|double|cross|reorder] [--loud] [--twice] [--sites] FIRST [LAST]
//
// Exit status: 0 where all seeds keep all rules, 1 where one breaks some, 2 for wrong arguments.
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/log.h"
#include "tests/simulator/allocations.h"
#include "tests/simulator/simulation.h"

namespace teahouse::simulator {
namespace {

struct Options {
  Cheat cheat = Cheat::none;
  bool loud = false, twice = false, sites = false;
  uint64_t first = 0, last = 0;
};

std::optional<Cheat> parse_cheat(const std::string& name) {
  if (name == "lose") return Cheat::lose;
  if (name == "double") return Cheat::double_up;
  if (name == "cross") return Cheat::cross;
  if (name == "reorder") return Cheat::reorder;
  return std::nullopt;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  int numbers = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--loud") {
      options.loud = true;
    } else if (word == "--twice") {
      options.twice = true;
    } else if (word == "--sites") {
      options.sites = true;
    } else if (word == "--cheat" && i + 1 < argc) {
      const auto cheat = parse_cheat(argv[++i]);
      if (!cheat) return std::nullopt;
      options.cheat = *cheat;
    } else if (word.find_first_not_of("0123456789") == std::string::npos && !word.empty() && numbers < 2) {
      (numbers++ == 0 ? options.first : options.last) = std::strtoull(word.c_str(), nullptr, 10);
    } else {
      return std::nullopt;
    }
  }
  if (numbers == 0) return std::nullopt;
  if (numbers == 1) options.last = options.first;
  return options;
}

struct Outcome {
  std::string violation;
  uint64_t digest = 0;
};

Outcome run_to_end(Town& town, uint64_t seed, const Options& options, size_t& said) {
  Simulation simulation(town, seed, options.cheat, options.sites);
  if (options.loud) simulation.trace().set_loud();
  Outcome outcome{simulation.run()};
  outcome.digest = simulation.trace().digest();
  said += simulation.said();
  if (outcome.violation.empty()) return outcome;
  std::printf("seed %llu, step %d: %s\n", static_cast<unsigned long long>(seed), simulation.trace().step(),
              outcome.violation.c_str());
  if (!options.loud) {
    for (const std::string& line : simulation.trace().last()) std::printf("    %s\n", line.c_str());
  }
  return outcome;
}

// The digest of its trace; nothing: it broke a rule.
std::optional<uint64_t> run(Town& town, uint64_t seed, const Options& options, size_t& said) {
  const auto outcome = run_to_end(town, seed, options, said);
  return outcome.violation.empty() ? std::optional(outcome.digest) : std::nullopt;
}

// A seed that leaves something behind is run again: then the things that one run makes for all are there already.
std::optional<uint64_t> run_and_count(Town& town, uint64_t seed, const Options& options, size_t& said) {
  std::optional<uint64_t> digest;
  int64_t left = 0;
  for (int i = 0; i < 2; ++i) {
    size_t again = 0;
    const int64_t before = count_allocations();
    digest = run(town, seed, options, i == 0 ? said : again);
    left = count_allocations() - before;
    if (!digest || left <= 0) return digest;
  }
  std::printf("seed %llu: left behind: %lld objects in memory, although the server is gone\n",
              static_cast<unsigned long long>(seed), static_cast<long long>(left));
  return std::nullopt;
}

int run_all(const Options& options) {
  Town town;
  size_t said = 0, failed = 0;
  for (uint64_t seed = options.first; seed <= options.last; ++seed) {
    const auto digest = run_and_count(town, seed, options, said);
    size_t again = 0;
    if (!digest) {
      ++failed;
    } else if (options.twice && run(town, seed, options, again) != digest) {
      std::printf("seed %llu: two runs of it differ\n", static_cast<unsigned long long>(seed));
      ++failed;
    }
  }
  const auto seeds = static_cast<size_t>(options.last - options.first) + 1;
  std::printf("%zu seeds, %zu messages, %zu failed\n", seeds, said, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace teahouse::simulator

int main(int argc, char** argv) {
  const auto options = teahouse::simulator::parse(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "teahouse_simulate [--cheat lose|double|cross|reorder] [--loud] [--twice] [--sites] FIRST [LAST]\n");
    return 2;
  }
  teahouse::log::start(teahouse::log::Level::error);
  return teahouse::simulator::run_all(*options);
}
