#include "server/option_info.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace teahouse {
namespace {

struct Unit {
  char letter;
  int64_t seconds;
};
constexpr std::array<Unit, 4> units = {{{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};  // the largest first

std::optional<int64_t> read_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int64_t> read_duration(std::string_view text) {
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& each) { return !text.empty() && text.back() == each.letter; });
  if (unit == units.end()) return read_number(text);
  text.remove_suffix(1);
  const auto number = read_number(text);
  if (!number || *number < 0 || *number > INT64_MAX / unit->seconds) return std::nullopt;
  return *number * unit->seconds;
}

std::optional<int64_t> read_flag(std::string_view text) {
  if (text == "true" || text == "on") return 1;
  if (text == "false" || text == "off") return 0;
  return std::nullopt;
}

std::optional<int64_t> read_choice(const OptionInfo& option, std::string_view text) {
  const auto found = std::find(option.choices.begin(), option.choices.end(), text);
  return found == option.choices.end() ? std::nullopt : std::optional<int64_t>(found - option.choices.begin());
}

std::optional<int64_t> read(const OptionInfo& option, std::string_view text) {
  if (option.type == OptionType::flag) return read_flag(text);
  if (option.type == OptionType::choice) return read_choice(option, text);
  const auto number = option.type == OptionType::number ? read_number(text) : read_duration(text);
  return number && *number >= option.min && *number <= option.max ? number : std::nullopt;
}

}  // namespace

std::string show_option(const OptionInfo& option, int64_t value) {
  if (option.type == OptionType::flag) return value != 0 ? "true" : "false";
  if (option.type == OptionType::choice) return std::string(option.choices[static_cast<size_t>(value)]);
  if (option.type == OptionType::number) return std::to_string(value);
  for (const Unit& unit : units) {
    if (value % unit.seconds == 0 && value != 0) return std::to_string(value / unit.seconds) + unit.letter;
  }
  return "0s";
}

std::string describe_option(const OptionInfo& option) {
  if (option.type == OptionType::flag) return "true or false";
  std::string text;
  if (option.type == OptionType::choice) {
    for (const std::string_view choice : option.choices) text.append(text.empty() ? "one of " : ", ").append(choice);
    return text;
  }
  text = option.type == OptionType::number ? "a number of " + std::string(option.unit) : "a time";
  return text + " from " + show_option(option, option.min) + " to " + show_option(option, option.max);
}

Result<int64_t> parse_option(const OptionInfo& option, std::string_view text) {
  if (const auto value = read(option, text)) return *value;
  return Error{ErrorKind::bad_request,
               "needs " + describe_option(option) + ", not '" + std::string(text.substr(0, 64)) + "'"};
}

}  // namespace teahouse
