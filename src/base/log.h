// Log lines: a level, the part of the house, a sentence, and fields as key=value. Never a password, key or message
// body.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace teahouse::log {

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view key;
  std::string value;
};

// Which level is written from now on, to standard error. Thread: before any other thread starts.
void start(Level lowest);

// Thread: any. Blocks only for the write.
void write(Level level, std::string_view part, std::string_view sentence, std::initializer_list<Field> fields = {});

inline void debug(std::string_view part, std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::debug, part, sentence, fields);
}
inline void info(std::string_view part, std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::info, part, sentence, fields);
}
inline void warning(std::string_view part, std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::warning, part, sentence, fields);
}
inline void error(std::string_view part, std::string_view sentence, std::initializer_list<Field> fields = {}) {
  write(Level::error, part, sentence, fields);
}

}  // namespace teahouse::log
