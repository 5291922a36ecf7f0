// Form: the fields of an HTML form or a query string, in order, as UTF-8.
//
// Limits: 128 KiB and 100 fields. Errors: bad_request for a broken escape, bytes that are not of the charset, or are
// no text (is_text); resource_constraint above a limit. Spec: WHATWG URL, application/x-www-form-urlencoded; "+" is
// a space.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/charset.h"

namespace teahouse::http {

class Form {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  const std::string* find(std::string_view name) const;  // the first of this name; nullptr without
  std::string_view value(std::string_view name) const;   // "" without
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

Result<Form> parse_form(std::string_view text, Charset charset);
// The charset of "application/x-www-form-urlencoded; charset=gbk". Errors: not_acceptable for another type or charset.
Result<Charset> parse_form_content_type(std::string_view content_type);

// "%E8%8C%B6" -> its bytes. False for a broken escape.
bool decode_percent(std::string_view text, bool plus_is_space, std::string& into);

}  // namespace teahouse::http
