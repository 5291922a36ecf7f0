#include "http/form.h"

#include <gtest/gtest.h>

namespace teahouse::http::form_test {
namespace {

TEST(Form, ReadsFieldsInOrder) {
  const auto form =
      parse_form("user=romeo&say=Hello+%22Juliet%22%21&&tea=%E8%8C%B6&flag&user=juliet&=x", Charset::utf8);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->fields().size(), 6U);
  EXPECT_EQ(form->value("user"), "romeo");
  EXPECT_EQ(form->value("say"), "Hello \"Juliet\"!");
  EXPECT_EQ(form->value("tea"), "茶");
  ASSERT_NE(form->find("flag"), nullptr);
  EXPECT_EQ(*form->find("flag"), "");
  EXPECT_EQ(form->find("other"), nullptr);
  EXPECT_EQ(form->value("other"), "");
  EXPECT_TRUE(parse_form("", Charset::utf8)->fields().empty());
}

TEST(Form, ReadsGbk) {
  const auto form = parse_form("%B2%E8=%B9%DD&raw=\xB2\xE8&four=%810%810&price=%8012.50&last=%B2%80%80", Charset::gbk);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->value("茶"), "馆");
  EXPECT_EQ(form->value("raw"), "茶");
  EXPECT_EQ(form->value("price"), "€12.50");
  EXPECT_EQ(form->value("last"), "瞼€");  // the first 0x80 is half of a character
}

TEST(Form, ReadsBig5) {
  const auto form = parse_form("%AF%F9=%C0%5D&hk=%FB%FD&katakana=%C7%A4&sign=%A1%E3", Charset::big5);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->value("茶"), "館");
  EXPECT_EQ(form->value("hk"), "廴");
  EXPECT_EQ(form->value("katakana"), "エ");
  EXPECT_EQ(form->value("sign"), "～");
}

TEST(Form, RefusesWhatIsNotWellEncoded) {
  for (const char* text :
       {"a=%", "a=%4", "a=%zz", "a=%u8336", "a=%FF", "a=%C0%AF", "a=%00", "a=%1b", "%ED%A0%80=a", "a=%B2%E8"}) {
    const auto form = parse_form(text, Charset::utf8);
    ASSERT_FALSE(form) << text;
    EXPECT_EQ(form.error().kind, ErrorKind::bad_request);
  }
  for (const char* text : {"a=%B2", "a=%FF", "a=%80%FF"}) EXPECT_FALSE(parse_form(text, Charset::gbk)) << text;
  for (const char* text : {"a=%AF", "a=%80", "a=%FF", "a=%A1%01"})
    EXPECT_FALSE(parse_form(text, Charset::big5)) << text;
}

TEST(Form, HoldsText) {
  EXPECT_FALSE(parse_form("a=%EF%BF%BE", Charset::utf8));
  EXPECT_FALSE(parse_form("a=%00", Charset::utf8));
}

TEST(Form, HasLimits) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "a=b&";
  EXPECT_TRUE(parse_form(many, Charset::utf8));
  const auto too_many = parse_form(many + "c=d", Charset::utf8);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(parse_form("a=" + std::string(131070, 'x'), Charset::utf8));
  EXPECT_FALSE(parse_form("a=" + std::string(131071, 'x'), Charset::utf8));
}

TEST(Form, ReadsItsContentType) {
  EXPECT_EQ(*parse_form_content_type("application/x-www-form-urlencoded"), Charset::utf8);
  EXPECT_EQ(*parse_form_content_type("Application/X-WWW-Form-Urlencoded; x=y; Charset=\"GBK\""), Charset::gbk);
  EXPECT_EQ(*parse_form_content_type("application/x-www-form-urlencoded;charset=UTF-8"), Charset::utf8);
  for (const char* bad : {"", "application/json", "application/x-www-form-urlencoded; charset=latin1"}) {
    const auto result = parse_form_content_type(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().kind, ErrorKind::not_acceptable);
  }
}

}  // namespace
}  // namespace teahouse::http::form_test
