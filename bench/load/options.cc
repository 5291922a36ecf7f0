#include "bench/load/options.h"

#include <charconv>
#include <stdexcept>

namespace teahouse::bench {
namespace {

template <class T>
T parse(const std::string& name, const std::string& text) {
  T value{};
  const char* const end = text.data() + text.size();
  if (text.empty() || std::from_chars(text.data(), end, value).ptr != end) {
    throw std::runtime_error("--" + name + " takes a number, not '" + text + "'.");
  }
  return value;
}

}  // namespace

Options::Options(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      words_.push_back(word);
    } else if (i + 1 == argc) {
      throw std::runtime_error(word + " takes a value.");
    } else {
      values_.emplace(word.substr(2), argv[++i]);
    }
  }
}

const std::string* Options::find(const std::string& name) const {
  read_.insert(name);
  const auto at = values_.find(name);
  return at == values_.end() ? nullptr : &at->second;
}

std::string Options::text(const std::string& name, const std::string& otherwise) const {
  const std::string* value = find(name);
  return value ? *value : otherwise;
}

int64_t Options::number(const std::string& name, int64_t otherwise) const {
  const std::string* value = find(name);
  return value ? parse<int64_t>(name, *value) : otherwise;
}

double Options::real(const std::string& name, double otherwise) const {
  const std::string* value = find(name);
  return value ? parse<double>(name, *value) : otherwise;
}

bool Options::flag(const std::string& name, bool otherwise) const {
  const std::string value = text(name, otherwise ? "on" : "off");
  if (value != "on" && value != "off") throw std::runtime_error("--" + name + " is on or off.");
  return value == "on";
}

std::vector<std::string> Options::all(const std::string& name) const {
  read_.insert(name);
  std::vector<std::string> found;
  const auto [begin, end] = values_.equal_range(name);
  for (auto at = begin; at != end; ++at) found.push_back(at->second);
  return found;
}

void Options::refuse_unread() const {
  for (const auto& [name, value] : values_) {
    if (!read_.contains(name)) throw std::runtime_error("This work knows no --" + name + ".");
  }
}

}  // namespace teahouse::bench
