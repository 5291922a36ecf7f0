// Wiped: secret bytes, which are overwritten when their owner goes, lest freed memory tell them.
//
// Thread: any. Limits: what was copied from it is its copier's to wipe.
#pragma once

#include <string>

namespace teahouse::crypto {

void wipe(std::string& bytes);  // overwrites them; the string is empty then

class Wiped {
 public:
  explicit Wiped(std::string bytes) : bytes_(std::move(bytes)) {}
  ~Wiped() { wipe(bytes_); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace teahouse::crypto
