// Checks answers against openapi.json: the part of JSON Schema that it uses. For tests.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/openapi.h"

namespace teahouse::api::testing {

namespace json = boost::json;

class OpenApi {
 public:
  OpenApi() : document_(json::parse(json::string_view(openapi_json().data(), openapi_json().size()))) {}
  const json::object& schemas() const { return document_.at("components").at("schemas").as_object(); }
  const json::object& paths() const { return document_.at("paths").as_object(); }

  // Follows "$ref".
  const json::value& resolve(const json::value& value) const {
    const json::value* found = &value;
    while (found->is_object() && found->as_object().contains("$ref")) {
      std::string_view pointer = std::string_view(found->at("$ref").as_string());
      pointer.remove_prefix(2);
      found = &document_;
      while (!pointer.empty()) {
        const size_t end = std::min(pointer.find('/'), pointer.size());
        found = &found->at(json::string_view(pointer.data(), end));
        pointer.remove_prefix(std::min(end + 1, pointer.size()));
      }
    }
    return *found;
  }

  // The path of openapi.json that this URL path is of; empty for none.
  std::string find_path(std::string_view path) const {
    for (const auto& [pattern, operations] : paths()) {
      if (matches(split(std::string_view(pattern)), split(path))) return std::string(std::string_view(pattern));
    }
    return {};
  }

  // The fault of an answer; empty when it is as described.
  std::string check(const std::string& method, std::string_view path, int status, const std::string& type,
                    const std::string& body) const {
    const std::string pattern = find_path(path);
    std::string verb = method;
    for (char& c : verb) c = static_cast<char>(c | 0x20);
    if (pattern.empty() || !paths().at(pattern).as_object().contains(verb)) return "not described";
    const json::object& responses = paths().at(pattern).at(verb).at("responses").as_object();
    const json::value* response = responses.if_contains(std::to_string(status));
    if (!response) return "status " + std::to_string(status) + " is not described";
    const json::object& described = resolve(*response).as_object();
    if (!described.contains("content")) return body.empty() ? "" : "a body is not described";
    const json::value* content = described.at("content").as_object().if_contains(type.substr(0, type.find(';')));
    if (!content) return "content type " + type + " is not described";
    if (type.starts_with("text/") || type == "application/x-tar") return {};
    return check_value(json::parse(body), content->at("schema"), "");
  }

 private:
  static std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    path = path.substr(0, path.find('?'));
    while (!path.empty()) {
      path.remove_prefix(1);
      const size_t end = std::min(path.find('/'), path.size());
      parts.push_back(path.substr(0, end));
      path.remove_prefix(end);
    }
    return parts;
  }
  static bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
    return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                      [](std::string_view a, std::string_view b) { return a == b || a.starts_with('{'); });
  }

  std::string check_value(const json::value& value, const json::value& reference, const std::string& place) const {
    const json::object& schema = resolve(reference).as_object();
    const json::value* type = schema.if_contains("type");
    const std::string wanted = type ? std::string(std::string_view(type->as_string())) : "";
    if (wanted == "object")
      return value.is_object() ? check_object(value.as_object(), schema, place) : place + " is no object";
    if (wanted == "array") {
      if (!value.is_array()) return place + " is no array";
      for (const json::value& each : value.as_array()) {
        std::string wrong = check_value(each, schema.at("items"), place + "[]");
        if (!wrong.empty()) return wrong;
      }
      return {};
    }
    if (wanted == "string" && !value.is_string()) return place + " is no string";
    if (wanted == "boolean" && !value.is_bool()) return place + " is no boolean";
    if (wanted == "integer") {
      if (!value.is_int64() && !value.is_uint64()) return place + " is no integer";
      const int64_t number = value.to_number<int64_t>();
      if (schema.contains("minimum") && number < schema.at("minimum").as_int64()) return place + " is too small";
      if (schema.contains("maximum") && number > schema.at("maximum").as_int64()) return place + " is too large";
    }
    if (const json::value* choices = schema.if_contains("enum")) {
      const auto& all = choices->as_array();
      if (std::find(all.begin(), all.end(), value) == all.end()) return place + " is none of its enum";
    }
    return {};
  }

  std::string check_object(const json::object& object, const json::object& schema, const std::string& place) const {
    if (const json::value* required = schema.if_contains("required")) {
      for (const json::value& name : required->as_array()) {
        if (!object.contains(name.as_string()))
          return place + "." + std::string(name.as_string().c_str()) + " is missing";
      }
    }
    const json::value* properties = schema.if_contains("properties");
    if (!properties) return {};
    for (const auto& [name, member] : object) {
      const std::string inner = place + "." + std::string(std::string_view(name));
      const json::value* property = properties->as_object().if_contains(name);
      if (!property) return inner + " is not described";
      std::string wrong = check_value(member, *property, inner);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  json::value document_;
};

}  // namespace teahouse::api::testing
