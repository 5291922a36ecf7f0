// Options: what the command line says, as names and texts; every work reads its own.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace teahouse::bench {

// Errors: std::runtime_error, with a sentence for the person who typed it.
class Options {
 public:
  Options(int argc, char** argv);  // "--name value", and words without a name

  const std::vector<std::string>& words() const { return words_; }
  std::string text(const std::string& name, const std::string& otherwise) const;
  int64_t number(const std::string& name, int64_t otherwise) const;
  double real(const std::string& name, double otherwise) const;
  bool flag(const std::string& name, bool otherwise) const;  // on, off
  std::vector<std::string> all(const std::string& name) const;
  void refuse_unread() const;  // a name that nobody asked for is a slip

 private:
  const std::string* find(const std::string& name) const;
  std::vector<std::string> words_;
  std::multimap<std::string, std::string> values_;
  mutable std::set<std::string> read_;
};

}  // namespace teahouse::bench
