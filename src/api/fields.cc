#include "api/fields.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "http/form.h"

namespace teahouse::api {
namespace {

namespace json = boost::json;

std::string quoted(std::string_view name) { return "'" + std::string(name.substr(0, 64)) + "'"; }

// "members[]" and "members[3]" are "members".
std::string_view without_index(std::string_view name) {
  const size_t open = name.find('[');
  return name.ends_with(']') && open != 0 && open != name.npos ? name.substr(0, open) : name;
}

// The number of members that the outermost object is written with; of those with one name the parser keeps the last.
// REQUIRES: it was parsed.
size_t count_members(std::string_view json) {
  size_t members = 0, depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') quoted = !quoted;
    if (c == '\\') ++i;  // only in quotes, and an escaped one ends none
    if (quoted) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ':' && depth == 1) ++members;
  }
  return members;
}

std::string_view media_type(std::string_view content_type) {
  return http::trim(content_type.substr(0, content_type.find(';')));
}

}  // namespace

struct Fields::Json {
  static Result<std::string> text(const std::string& name, const json::value& value) {
    if (value.is_string()) {
      const std::string text(std::string_view(value.get_string()));
      if (!is_text(text)) {
        return bad_request("The field " + quoted(name) +
                           " holds what is no text: a control character, U+FFFE or U+FFFF.");
      }
      return text;
    }
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    return bad_request("The field " + quoted(name) + " must be a text.");
  }

  static Result<Field> field(const std::string& name, const json::value& value) {
    Field field{name, Kind::text, {}, {}};
    if (value.is_bool()) {
      field.kind = Kind::flag;
      field.text = value.get_bool() ? "true" : "false";
    } else if (value.is_object()) {
      field.kind = Kind::object;
      field.text = json::serialize(value);
    } else if (value.is_array()) {
      const auto is_object = [](const json::value& each) { return each.is_object(); };
      const auto& items = value.get_array();
      if (!items.empty() && std::all_of(items.begin(), items.end(), is_object)) {
        field.kind = Kind::object;
        field.text = json::serialize(value);
        return field;
      }
      field.kind = Kind::list;
      if (value.get_array().size() > list_max)
        return bad_request("The field " + quoted(name) + " has more than 1000 values.");
      for (const json::value& each : value.get_array()) {
        auto item = text(name, each);
        if (!item) return item.error();
        field.list.push_back(std::move(*item));
      }
    } else if (value.is_double()) {
      field.kind = Kind::fraction;
    } else {
      field.kind = value.is_string() ? Kind::text : Kind::number;
      auto shown = text(name, value);
      if (!shown) return shown.error();
      field.text = std::move(*shown);
    }
    return field;
  }
};

Result<Fields> Fields::read(const http::Request& request) {
  if (request.body.empty()) return Fields();
  const std::string_view type = request.headers.value("Content-Type");
  if (http::equal_ignoring_case(media_type(type), "application/json") || (type.empty() && request.body[0] == '{')) {
    return read_json(request.body);
  }
  auto form = type.empty() ? http::parse_form(request.body, http::Charset::utf8) : request.form();
  if (form) return read_form(*form);
  if (form.error().kind == ErrorKind::bad_request) {
    return bad_request(
        "The body cannot be read: " + form.error().text +
        ". A form in GBK or Big5 says so in its Content-Type: application/x-www-form-urlencoded; charset=gbk.");
  }
  if (form.error().kind != ErrorKind::not_acceptable)
    return bad_request("The body cannot be read: " + form.error().text + ".");
  return Error{
      ErrorKind::not_acceptable,
      "The body must be a form (Content-Type: application/x-www-form-urlencoded, in UTF-8, GBK or Big5) or JSON "
      "(Content-Type: application/json)."};
}

Result<Fields> Fields::read_form(const http::Form& form) {
  Fields fields;
  for (const auto& [written, value] : form.fields()) {
    const std::string_view name = without_index(written);
    const auto known = std::find_if(fields.fields_.begin(), fields.fields_.end(),
                                    [&](const Field& field) { return field.name == name; });
    if (known != fields.fields_.end()) {
      known->list.push_back(value);
    } else {
      fields.fields_.push_back({std::string(name), Kind::text, value, {value}});
    }
  }
  return fields;
}

Result<Fields> Fields::read_json(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);  // a byte order mark, which RFC 8259 lets us pass over
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::error_code failed;
  const json::value value = json::parse({body.data(), body.size()}, failed, {}, options);
  if (failed) return bad_request("The body is no JSON that can be read: " + failed.message() + ".");
  if (!value.is_object()) return bad_request("The body must be a JSON object, such as {\"name\": \"Ann\"}.");
  if (count_members(body) != value.get_object().size()) return bad_request("The body has a field more than once.");
  if (value.get_object().size() > fields_max) return bad_request("The body has more than 100 fields.");
  Fields fields;
  for (const auto& member : value.get_object()) {
    if (member.value().is_null()) continue;
    auto field = Json::field(std::string(std::string_view(member.key())), member.value());
    if (!field) return field.error();
    fields.fields_.push_back(std::move(*field));
  }
  return fields;
}

const Fields::Field* Fields::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const Fields::Field* Fields::find_one(std::string_view name) {
  const Field* field = find(name);
  if (!field || field->kind != Kind::text || field->list.size() < 2) return field;
  note(name, "is there more than once.");
  return nullptr;
}

void Fields::note(std::string_view name, std::string_view what) {
  if (!mistake_) mistake_ = bad_request("The field " + quoted(name) + " " + std::string(what));
}

Result<void> Fields::check() const {
  if (mistake_) return *mistake_;
  return {};
}

void Fields::allow_only(const std::vector<std::string_view>& names) {
  for (const Field& field : fields_) {
    if (std::find(names.begin(), names.end(), field.name) != names.end()) continue;
    std::string known;
    for (const std::string_view name : names) known.append(known.empty() ? "" : ", ").append(name);
    note(field.name, known.empty() ? "is not known here; this call takes no fields."
                                   : "is not known here; this call takes: " + known + ".");
    return;
  }
}

std::string Fields::describe() const {
  std::vector<std::string> all;
  for (const Field& field : fields_) {
    std::string text = std::to_string(static_cast<int>(field.kind));
    const auto append = [&text](const std::string& part) { text += std::to_string(part.size()) + ":" + part; };
    append(field.name);
    append(field.text);
    for (const std::string& each : field.list) append(each);
    all.push_back(std::move(text));
  }
  std::sort(all.begin(), all.end());
  std::string described;
  for (const std::string& text : all) described += std::to_string(text.size()) + ":" + text;
  return described;
}

std::string Fields::take(std::string_view name) {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
  if (found == fields_.end()) return {};
  std::string text = std::move(found->text);
  fields_.erase(found);
  return text;
}

std::string Fields::text(std::string_view name) {
  auto text = optional_text(name);
  if (text && !text->empty()) return std::move(*text);
  note(name, "is missing.");
  return {};
}

std::optional<std::string> Fields::optional_text(std::string_view name) {
  const Field* field = find_one(name);
  if (!field) return std::nullopt;
  if (field->kind == Kind::text || field->kind == Kind::number) return field->text;
  note(name, "must be a text.");
  return std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view name) {
  const Field* field = find_one(name);
  if (!field) return std::nullopt;
  if (field->kind == Kind::flag || field->kind == Kind::text || field->kind == Kind::number) {
    for (const std::string_view yes : {"true", "1", "on", "yes"}) {
      if (http::equal_ignoring_case(field->text, yes)) return true;
    }
    for (const std::string_view no : {"false", "0", "off", "no", ""}) {
      if (http::equal_ignoring_case(field->text, no)) return false;
    }
  }
  note(name, "must be true or false (in a form also 1 or 0, on or off).");
  return std::nullopt;
}

std::optional<int64_t> Fields::number(std::string_view name) {
  const Field* field = find_one(name);
  if (!field) return std::nullopt;
  const bool readable = field->kind == Kind::number || field->kind == Kind::text;
  const auto number = readable ? parse_decimal<int64_t>(field->text) : std::nullopt;
  if (!number) note(name, "must be a whole number.");
  return number;
}

std::optional<std::vector<std::string>> Fields::list(std::string_view name) {
  const Field* field = find(name);
  if (!field) return std::nullopt;
  if (field->kind == Kind::list) return field->list;
  if (field->kind == Kind::flag || field->kind == Kind::object || field->kind == Kind::fraction) {
    note(name, "must be a list of texts.");
    return std::nullopt;
  }
  std::vector<std::string> values;
  const std::vector<std::string> texts = field->list.empty() ? std::vector<std::string>{field->text} : field->list;
  for (const std::string& text : texts) {
    for (std::string_view rest = text; !rest.empty();) {
      const size_t end = std::min(rest.find(','), rest.size());
      const std::string_view value = http::trim(rest.substr(0, end));
      if (!value.empty()) values.emplace_back(value);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  if (values.size() > list_max) note(name, "has more than 1000 values.");
  return values;
}

std::optional<std::string> Fields::object(std::string_view name) {
  const Field* field = find_one(name);
  if (!field) return std::nullopt;
  if (field->kind == Kind::object || field->kind == Kind::text) return field->text;
  if (field->kind == Kind::list && field->list.empty()) return "[]";
  note(name, "must be a JSON object.");
  return std::nullopt;
}

}  // namespace teahouse::api
