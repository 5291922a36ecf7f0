#include "xmpp/data_form.h"

#include <gtest/gtest.h>

#include "xmpp/namespaces.h"

namespace teahouse::data_form_test {
namespace {

xml::Document parse(std::string text) {
  auto document = xml::Document::parse(SharedBytes(std::move(text)));
  EXPECT_TRUE(document);
  return *document;
}

TEST(DataForm, ReadsASubmission) {
  const auto document = parse(
      "<x xmlns='jabber:x:data' type='submit'>"
      "<field var='FORM_TYPE' type='hidden'><value>urn:test</value></field>"
      "<field var='a'><value>1</value></field>"
      "<field var='b'><value>x</value><value>y</value></field>"
      "<field var='c'/>"
      "<field var='e'><value> false\n</value></field>"
      "<field><value>nameless</value></field>"
      "<other xmlns='urn:x'/></x>");
  const auto form = DataForm::read(document.root());
  ASSERT_TRUE(form);
  EXPECT_EQ(form->type(), DataForm::Type::submit);
  EXPECT_EQ(form->form_type(), "urn:test");
  ASSERT_EQ(form->fields().size(), 5U);
  EXPECT_EQ(form->find("a")->boolean(), true);
  EXPECT_EQ(form->find("e")->boolean(), false);
  EXPECT_EQ(form->find("b")->values, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(form->find("b")->boolean(), std::nullopt);
  EXPECT_EQ(form->find("c")->value(), "");
  EXPECT_EQ(form->find("d"), nullptr);
}

TEST(DataForm, SaysWhichValuesAFieldTakes) {
  DataForm form(DataForm::Type::form);
  form.add("n", "text-single", "N", std::string("7")).range.emplace(0, 90);
  form.add("o", "list-single", "O").open = true;
  std::string text;
  xml::Writer writer(text);
  form.write(writer);
  EXPECT_NE(text.find("datatype='xs:integer'><range min='0' max='90'/></validate><value>7</value>"), text.npos) << text;
  EXPECT_NE(text.find("datatype='xs:string'><open/></validate>"), text.npos) << text;
}

TEST(DataForm, RefusesUnknownTypes) {
  EXPECT_FALSE(DataForm::read(parse("<x xmlns='jabber:x:data'/>").root()));
  EXPECT_FALSE(DataForm::read(parse("<x xmlns='jabber:x:data' type='subm1t'/>").root()));
  EXPECT_TRUE(DataForm::read(parse("<x xmlns='jabber:x:data' type='cancel'/>").root()));
}

TEST(DataForm, ReadsWhatItWrites) {
  DataForm form(DataForm::Type::form, "urn:test");
  form.title = "A <title>";
  form.add("flag", "boolean", "Is it so?", true);
  auto& list = form.add("list", "list-single", "Which?", std::string("b & c"));
  list.options = {{"a", "An A"}, {"b & c", ""}};
  list.required = true;
  form.add("many", "text-multi", {}).values = {"1", "2"};
  std::string out;
  xml::Writer writer(out);
  form.write(writer);
  const auto document = parse(out);
  const auto read = DataForm::read(document.root());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->title, "A <title>");
  EXPECT_EQ(read->form_type(), "urn:test");
  EXPECT_EQ(read->find("flag")->boolean(), true);
  EXPECT_EQ(read->find("list")->value(), "b & c");
  ASSERT_EQ(read->find("list")->options.size(), 2U);
  EXPECT_EQ(read->find("list")->options[0].label, "An A");
  EXPECT_EQ(read->find("list")->options[1].value, "b & c");
  EXPECT_TRUE(read->find("list")->required);
  EXPECT_EQ(read->find("many")->values.size(), 2U);
}

}  // namespace
}  // namespace teahouse::data_form_test
