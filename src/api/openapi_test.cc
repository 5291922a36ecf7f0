// openapi.json and the route table say the same.
#include "api/openapi.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "api/api_call.h"
#include "api/testing/openapi_check.h"
#include "tenant/tenant_fields.h"

namespace teahouse::api::openapi_test {
namespace {

namespace json = boost::json;
using Names = std::set<std::string>;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(c | 0x20);
  return result;
}

Names names_of(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

Names captures_of(std::string_view pattern) {
  Names names;
  for (size_t open = pattern.find('{'); open != pattern.npos; open = pattern.find('{', open + 1)) {
    names.emplace(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  }
  return names;
}

Names parameters_of(const testing::OpenApi& open_api, const json::object& operation, std::string_view place) {
  Names names;
  if (!operation.contains("parameters")) return names;
  for (const json::value& parameter : operation.at("parameters").as_array()) {
    const json::object& described = open_api.resolve(parameter).as_object();
    if (std::string_view(described.at("in").as_string()) == place)
      names.emplace(std::string_view(described.at("name").as_string()));
  }
  return names;
}

Names fields_of(const testing::OpenApi& open_api, const json::object& operation, json::string_view type) {
  Names names;
  if (!operation.contains("requestBody")) return names;
  const json::value* content = operation.at("requestBody").at("content").as_object().if_contains(type);
  if (!content) return names;  // a body that is no fields
  const json::value& schema = open_api.resolve(content->at("schema"));
  for (const auto& [name, property] : schema.at("properties").as_object()) names.emplace(std::string_view(name));
  return names;
}

Names security_of(const json::object& operation) {
  Names names;
  for (const json::value& way : operation.at("security").as_array()) {
    for (const auto& [name, scopes] : way.as_object()) names.emplace(std::string_view(name));
  }
  return names;
}

Names wanted_security(unsigned kinds) {
  Names names;
  if (kinds & by_operator) names.insert("operatorKey");
  if (kinds & by_owner) names.insert({"apiKey", "apiKeyBasic"});
  if (kinds & by_user) names.insert("siteToken");
  if (kinds & by_reseller) names.insert("resellerKey");
  if (kinds & by_person) names.insert("personSession");
  return names;
}

TEST(OpenApi, DescribesEveryEndpoint) {
  const testing::OpenApi open_api;
  for (const Endpoint& endpoint : endpoints()) {
    const std::string name = std::string(endpoint.method) + " " + endpoint.pattern;
    const json::value* path =
        open_api.paths().if_contains(json::string_view(endpoint.pattern.data(), endpoint.pattern.size()));
    ASSERT_TRUE(path) << name;
    const json::value* found = path->as_object().if_contains(lower(endpoint.method));
    ASSERT_TRUE(found) << name;
    const json::object& operation = found->as_object();
    EXPECT_EQ(parameters_of(open_api, operation, "query"), names_of(endpoint.parameters)) << name;
    EXPECT_EQ(parameters_of(open_api, operation, "path"), captures_of(endpoint.pattern)) << name;
    EXPECT_EQ(parameters_of(open_api, operation, "header"), endpoint.takes_key ? Names{"Idempotency-Key"} : Names())
        << name;
    EXPECT_EQ(fields_of(open_api, operation, "application/json"), names_of(endpoint.fields)) << name;
    EXPECT_EQ(fields_of(open_api, operation, "application/x-www-form-urlencoded"), names_of(endpoint.fields)) << name;
    EXPECT_EQ(security_of(operation), wanted_security(endpoint.kinds)) << name;
  }
}

// Generators of clients send the first kind of body that is listed, or name it in the header, and forms can't say all
// that JSON can.
TEST(OpenApi, ListsJsonFirst) {
  const testing::OpenApi open_api;
  int seen = 0;
  for (const auto& [path, operations] : open_api.paths()) {
    for (const auto& [method, operation] : operations.as_object()) {
      const json::value* body = operation.as_object().if_contains("requestBody");
      if (!body || body->at("content").as_object().size() < 2) continue;
      ++seen;
      const std::string_view first = body->at("content").as_object().begin()->key();
      EXPECT_EQ(first, "application/json") << std::string_view(method) << " " << std::string_view(path);
    }
  }
  EXPECT_GT(seen, 50);
}

TEST(OpenApi, DescribesNothingElse) {
  Names described, there, ids;
  const testing::OpenApi open_api;
  for (const auto& [path, operations] : open_api.paths()) {
    for (const auto& [method, operation] : operations.as_object()) {
      described.insert(std::string(std::string_view(method)) + " " + std::string(std::string_view(path)));
      EXPECT_TRUE(ids.insert(std::string(operation.at("operationId").as_string().c_str())).second) << path;
    }
  }
  for (const Endpoint& endpoint : endpoints()) there.insert(lower(endpoint.method) + " " + endpoint.pattern);
  EXPECT_EQ(described, there);
}

TEST(OpenApi, DescribesEachFieldOfATenantByItsType) {
  const testing::OpenApi open_api;
  const std::map<FieldType, std::string_view> types = {{FieldType::flag, "boolean"},    {FieldType::text, "string"},
                                                       {FieldType::list, "array"},      {FieldType::object, "object"},
                                                       {FieldType::settings, "object"}, {FieldType::number, "integer"}};
  for (const TenantField& field : tenant_fields()) {
    for (const char* schema : {"Tenant", "NewTenant", "CreateTenantFields", "ChangeTenantFields"}) {
      const json::object& properties = open_api.schemas().at(schema).at("properties").as_object();
      const json::value* property = properties.if_contains(json::string_view(field.name.data(), field.name.size()));
      ASSERT_TRUE(property) << schema << " " << field.name;
      EXPECT_EQ(std::string_view(property->at("type").as_string()), types.at(field.type))
          << schema << " " << field.name;
    }
  }
}

// The checker itself: it must find what is wrong.
TEST(OpenApi, TheCheckerSeesWhatIsWrong) {
  const testing::OpenApi open_api;
  const auto check = [&](const char* body) {
    return open_api.check("GET", "/v1/users/42/status", 200, "application/json", body);
  };
  EXPECT_EQ(check(R"({"user":"42","status":"online"})"), "");
  EXPECT_EQ(check(R"({"user":"42"})"), ".status is missing");
  EXPECT_EQ(check(R"({"user":42,"status":"online"})"), ".user is no string");
  EXPECT_EQ(check(R"({"user":"42","status":"asleep"})"), ".status is none of its enum");
  EXPECT_EQ(check(R"({"user":"42","status":"online","x":1})"), ".x is not described");
  EXPECT_EQ(open_api.check("GET", "/v1/users/42/status", 302, "", ""), "status 302 is not described");
  EXPECT_EQ(open_api.check("GET", "/v1/nowhere", 200, "", ""), "not described");
}

}  // namespace
}  // namespace teahouse::api::openapi_test
