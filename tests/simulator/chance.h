// Chance: what happens by chance, as a function of a seed (splitmix64); also the bytes that the server draws.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace teahouse::simulator {

class Chance final : public RandomSource {
 public:
  explicit Chance(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }
  // REQUIRES: count > 0.
  size_t below(size_t count) { return next() % count; }
  int64_t between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(below(static_cast<size_t>(most - least) + 1));
  }
  bool one_in(size_t times) { return below(times) == 0; }
  // REQUIRES: it is not empty.
  template <class T>
  T& pick(std::vector<T>& among) {
    return among[below(among.size())];
  }
  void fill(std::string& bytes) override {
    for (char& byte : bytes) byte = static_cast<char>(next());
  }

 private:
  uint64_t state_;
};

}  // namespace teahouse::simulator
