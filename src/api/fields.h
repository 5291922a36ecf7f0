// Fields: the values that a caller sent in the body, from a form or from JSON alike.
//
//   const std::string to = fields.text("to");  const auto name = fields.optional_text("name");
//   if (const auto good = fields.check(); !good) ...
//
// A getter that finds the wrong thing notes the first mistake, for check(), and gives an empty value. In a form a list
// is a field that comes several times, or as "members[]" or "members[0]" (PHP); one value may hold several, separated
// by commas.
//
// Limits: the body's (add_routes), a form 128 KiB; 100 fields; JSON of depth 4; lists of 1,000.
// Errors: bad_request, with a sentence that names the field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace teahouse::api {

class Fields {
 public:
  static constexpr size_t json_depth_max = 4;
  static constexpr size_t fields_max = 100;
  static constexpr size_t list_max = 1000;

  // Reads a body; without a Content-Type, "{" begins JSON and anything else is a form. Errors: also not_acceptable for
  // a type that is neither.
  static Result<Fields> read(const http::Request& request);

  std::string text(std::string_view name);  // required, not empty
  std::optional<std::string> optional_text(std::string_view name);
  std::optional<bool> flag(std::string_view name);  // true, 1, on, yes and their opposites
  std::optional<int64_t> number(std::string_view name);
  std::optional<std::vector<std::string>> list(std::string_view name);  // of texts
  std::optional<std::string> object(std::string_view name);  // as JSON, also a list of objects; in a form, its text

  // The first mistake.
  Result<void> check() const;
  // Notes each field that is not among these as a mistake.
  void allow_only(const std::vector<std::string_view>& names);
  // Takes the field's text away, for a key in a form; empty without.
  std::string take(std::string_view name);
  // A text of all fields, the same in every order in which they may have come.
  std::string describe() const;

 private:
  enum class Kind { text, number, fraction, flag, list, object };
  struct Field {
    std::string name;
    Kind kind = Kind::text;
    std::string text;               // as JSON for an object
    std::vector<std::string> list;  // of a list, and of a form's field, which may come again
  };

  static Result<Fields> read_form(const http::Form& form);
  static Result<Fields> read_json(std::string_view body);
  struct Json;  // reads one value
  const Field* find(std::string_view name) const;
  const Field* find_one(std::string_view name);  // none, and noted, when a form has several
  void note(std::string_view name, std::string_view what);

  std::vector<Field> fields_;
  std::optional<Error> mistake_;
};

}  // namespace teahouse::api
