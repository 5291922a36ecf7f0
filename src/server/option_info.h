// OptionInfo: a row of a module's table of options: a value that an operator may set for all tenants, and for each.
//
// A value is an int64_t, whatever its type: a flag's is 0 or 1, a duration's seconds, a choice's its place in
// `choices`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace teahouse {

enum class OptionType : uint8_t { flag, number, duration, choice };

struct OptionInfo {
  std::string_view name;  // [a-z_]
  OptionType type;
  int64_t standard;          // the value that holds where nobody sets another
  int64_t min = 0, max = 1;  // of a number or a duration
  std::vector<std::string_view> choices = {};
  std::string_view unit = {};  // of a number, for people
  std::string_view summary;    // a sentence

  static OptionInfo flag(std::string_view name, bool standard, std::string_view summary) {
    return {name, OptionType::flag, standard, 0, 1, {}, {}, summary};
  }
  static OptionInfo number(std::string_view name, int64_t standard, int64_t min, int64_t max, std::string_view unit,
                           std::string_view summary) {
    return {name, OptionType::number, standard, min, max, {}, unit, summary};
  }
  static OptionInfo duration(std::string_view name, int64_t standard_s, int64_t min_s, int64_t max_s,
                             std::string_view summary) {
    return {name, OptionType::duration, standard_s, min_s, max_s, {}, {}, summary};
  }
  // The first choice is the standard.
  static OptionInfo choice(std::string_view name, std::vector<std::string_view> choices, std::string_view summary) {
    const auto last = static_cast<int64_t>(choices.size()) - 1;
    return {name, OptionType::choice, 0, 0, last, std::move(choices), {}, summary};
  }
};

// A value as people write it: true or false (on, off), 20, 15m (also s, h and d, or seconds alone), a choice. Errors:
// bad_request, which says what is needed.
Result<int64_t> parse_option(const OptionInfo& option, std::string_view text);
// The normal spelling: "true", "20", "15m", "staff".
std::string show_option(const OptionInfo& option, int64_t value);
// "a number of messages from 0 to 100".
std::string describe_option(const OptionInfo& option);

}  // namespace teahouse
