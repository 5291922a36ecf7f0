#include "http/form.h"

#include <algorithm>

#include "base/text.h"
#include "http/message.h"

namespace teahouse::http {

namespace {

constexpr size_t form_bytes_max = 128 * 1024;
constexpr size_t fields_max = 100;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

const std::string* Form::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (field.first == name) return &field.second;
  }
  return nullptr;
}

std::string_view Form::value(std::string_view name) const {
  const std::string* found = find(name);
  return found ? std::string_view(*found) : std::string_view();
}

bool decode_percent(std::string_view text, bool plus_is_space, std::string& into) {
  into.clear();
  into.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      into += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      into += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

Result<Form> parse_form(std::string_view text, Charset charset) {
  if (text.size() > form_bytes_max) return Error{ErrorKind::resource_constraint, "the form is larger than 128 KiB"};
  Form form;
  const auto decode = [charset](std::string_view part, std::string& into) {
    std::string bytes;
    if (!decode_percent(part, true, bytes)) return false;
    auto utf8 = to_utf8(std::move(bytes), charset);
    if (!utf8 || !is_text(*utf8)) return false;
    into = std::move(*utf8);
    return true;
  };
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (form.fields().size() == fields_max) {
      return Error{ErrorKind::resource_constraint, "the form has more than 100 fields"};
    }
    const size_t equals = std::min(pair.find('='), pair.size());
    std::string name;
    std::string value;
    if (!decode(pair.substr(0, equals), name) || !decode(pair.substr(std::min(equals + 1, pair.size())), value)) {
      return Error{ErrorKind::bad_request,
                   "field " + std::to_string(form.fields().size() + 1) +
                       " of the form is no text that is well encoded; send UTF-8 with %XX escapes"};
    }
    form.add(std::move(name), std::move(value));
  }
  return form;
}

Result<Charset> parse_form_content_type(std::string_view content_type) {
  const size_t semicolon = std::min(content_type.find(';'), content_type.size());
  if (!equal_ignoring_case(trim(content_type.substr(0, semicolon)), "application/x-www-form-urlencoded")) {
    return Error{ErrorKind::not_acceptable, "the body must be application/x-www-form-urlencoded"};
  }
  std::string_view rest = content_type.substr(semicolon);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the semicolon
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view parameter = trim(rest.substr(0, end));
    rest.remove_prefix(end);
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !equal_ignoring_case(parameter.substr(0, equals), "charset")) continue;
    std::string_view name = parameter.substr(equals + 1);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    return parse_charset(trim(name));
  }
  return Charset::utf8;
}

}  // namespace teahouse::http
