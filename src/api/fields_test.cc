#include "api/fields.h"

#include <gtest/gtest.h>

namespace teahouse::api::fields_test {
namespace {

Result<Fields> read(const std::string& type, const std::string& body) {
  http::Request request;
  if (!type.empty()) request.headers.add("Content-Type", type);
  request.body = body;
  return Fields::read(request);
}

const std::string form = "application/x-www-form-urlencoded", json_type = "application/json";

TEST(Fields, AFormAndJsonReadTheSame) {
  const std::pair<std::string, std::string> bodies[] = {
      {form, "to=user%3A42&guests=on&ttl=60&rooms%5B%5D=a&rooms%5B%5D=b"},
      {form + "; charset=UTF-8", "to=user:42&guests=1&ttl=60&rooms[0]=a&rooms[1]=b"},
      {form, "to=user:42&guests=true&ttl=60&rooms=a,+b"},
      {"", "to=user:42&guests=yes&ttl=60&rooms=a&rooms=b"},
      {json_type, R"({"to":"user:42","guests":true,"ttl":60,"rooms":["a","b"]})"},
      {"", R"({"to":"user:42","guests":"on","ttl":"60","rooms":"a,b"})"},
  };
  for (const auto& [type, body] : bodies) {
    auto fields = read(type, body);
    ASSERT_TRUE(fields) << body << " " << fields.error().text;
    EXPECT_EQ(fields->text("to"), "user:42") << body;
    EXPECT_EQ(fields->flag("guests"), true) << body;
    EXPECT_EQ(fields->number("ttl"), 60) << body;
    EXPECT_EQ(fields->list("rooms"), (std::vector<std::string>{"a", "b"})) << body;
    EXPECT_EQ(fields->optional_text("nothing"), std::nullopt);
    EXPECT_TRUE(fields->check()) << body;
  }
}

TEST(Fields, ReadsGbkAsOldForumsSendIt) {
  auto fields = read(form + "; charset=gbk", "text=%C4%E3%BA%C3");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text("text"), "你好");
}

TEST(Fields, ANumberIsATextToo) {
  auto fields = read(json_type, R"({"user":42,"name":null})");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text("user"), "42");
  EXPECT_EQ(fields->optional_text("name"), std::nullopt);
  EXPECT_TRUE(fields->check());
}

TEST(Fields, TheFirstMistakeIsNamed) {
  auto fields = read(form, "ttl=soon&guests=perhaps&txt=x");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text("text"), "");
  EXPECT_EQ(fields->number("ttl"), std::nullopt);
  EXPECT_EQ(fields->check().error().text, "The field 'text' is missing.");
  auto others = read(form, "ttl=soon&txt=x");
  others->allow_only({"to", "text", "ttl"});
  EXPECT_EQ(others->check().error().text, "The field 'txt' is not known here; this call takes: to, text, ttl.");
  auto flags = read(form, "guests=perhaps");
  EXPECT_EQ(flags->flag("guests"), std::nullopt);
  EXPECT_FALSE(flags->check());
}

TEST(Fields, OneValueIsGivenOnce) {
  auto fields = read(form, "to=user:1&to=user:2&ttl=1&ttl=2&rooms=a&rooms=b");
  EXPECT_EQ(fields->text("to"), "");
  EXPECT_EQ(fields->check().error().text, "The field 'to' is there more than once.");
  EXPECT_EQ(fields->number("ttl"), std::nullopt);
  EXPECT_EQ(fields->list("rooms")->size(), 2u);
  EXPECT_FALSE(read(json_type, R"({"to":"user:1","text":"x","to":"user:2"})"));
  EXPECT_FALSE(read(json_type, R"({"to":"user:1","\u0074o":"user:2"})"));
  EXPECT_TRUE(read(json_type, R"({"a":{"x:\"":[{"x":1}],"y":2},"b":"a:\\","c":[":"]})"));
}

TEST(Fields, SaysThatAFractionIsNoWholeNumber) {
  auto fields = read(json_type, "\xEF\xBB\xBF{\"accounts\":1.5}");  // as Windows' editors save it
  ASSERT_TRUE(fields) << fields.error().text;
  EXPECT_EQ(fields->number("accounts"), std::nullopt);
  EXPECT_EQ(fields->check().error().text, "The field 'accounts' must be a whole number.");
  EXPECT_EQ(read(json_type, R"({"name":1.5})")->optional_text("name"), std::nullopt);
  EXPECT_EQ(read(json_type, R"({"name":1.5})")->list("name"), std::nullopt);
}

TEST(Fields, RefusesWhatIsTooDeepTooLargeOrNoObject) {
  const std::string deep = "{\"a\":" + std::string(100'000, '[');
  for (const std::string& body :
       {deep, std::string("[1]"), std::string("{"), std::string("{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}"),
        std::string("{\"a\":\"\\u0000\"}"), std::string("{\"a\":\"\\uFFFE\"}"), std::string("{\"a\":[\"\\uFFFF\"]}"),
        std::string("{\"a\":[1.5]}"), std::string("{\"a\":\"\xff\"}")}) {
    EXPECT_FALSE(read(json_type, body)) << body.substr(0, 40);
  }
  std::string many = "{\"a\":0";
  for (int i = 0; i < 100; ++i) many += ",\"f" + std::to_string(i) + "\":0";
  EXPECT_FALSE(read(json_type, many + "}"));
  std::string list = "{\"a\":[0";
  for (size_t i = 0; i < Fields::list_max; ++i) list += ",0";
  EXPECT_FALSE(read(json_type, list + "]}"));
  EXPECT_EQ(read("multipart/form-data; boundary=x", "--x").error().kind, ErrorKind::not_acceptable);
}

TEST(Fields, AKeyInAFormIsTakenAway) {
  auto fields = read(form, "key=sk_1&text=x");
  EXPECT_EQ(fields->take("key"), "sk_1");
  fields->allow_only({"text"});
  EXPECT_TRUE(fields->check());
}

}  // namespace
}  // namespace teahouse::api::fields_test
