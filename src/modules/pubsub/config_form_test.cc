#include "modules/pubsub/config_form.h"

#include <gtest/gtest.h>

namespace teahouse::pubsub::config_form_test {
namespace {

constexpr ConfigBounds account{100, true}, host{100, false};

DataForm submit(const char* type, const std::vector<std::pair<std::string, std::string>>& values) {
  DataForm form(DataForm::Type::submit, type);
  for (const auto& [var, value] : values) form.add(var, {}, {}, value);
  return form;
}
std::string fault_of(const Result<NodeConfig>& result) { return result ? "none" : result.error().text; }

TEST(ConfigForm, IsReadAsItWasWritten) {
  NodeConfig config;
  config.title = "News";
  config.access = AccessModel::roster;
  config.publish = PublishModel::subscribers;
  config.send_last = SendLast::never;
  config.max_items = items_unbounded;
  config.notify_config = true;
  config.show_publisher = true;
  config.groups = {"Friends", "Work"};
  DataForm form = submit(node_config_form, {});
  const DataForm made = make_config_form(config, account);
  for (const FormField& field : made.fields()) {
    if (field.var != "FORM_TYPE") form.add(field.var, {}, {}).values = field.values;
  }
  const auto read = parse_config_form(form, {}, account);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(*read, config);
  EXPECT_EQ(read_config(write_config(config), {}), config);
}

TEST(ConfigForm, RefusesWhatCannotBe) {
  const auto parse = [](const char* var, const char* value, const ConfigBounds& bounds = account) {
    return fault_of(parse_config_form(submit(node_config_form, {{var, value}}), {}, bounds));
  };
  EXPECT_EQ(parse("pubsub#max_items", "max"), "none");
  EXPECT_EQ(parse("pubsub#max_items", "100"), "none");
  EXPECT_EQ(parse("pubsub#unheard_of", "1"), "none");
  for (const auto& [var, value] : std::vector<std::pair<const char*, const char*>>{{"pubsub#max_items", "101"},
                                                                                   {"pubsub#max_items", "-1"},
                                                                                   {"pubsub#max_items", "many"},
                                                                                   {"pubsub#access_model", "closed"},
                                                                                   {"pubsub#persist_items", "maybe"},
                                                                                   {"pubsub#itemreply", "x"}}) {
    EXPECT_NE(parse(var, value).find(var), std::string::npos) << var << " " << value;
  }
  EXPECT_NE(parse("pubsub#access_model", "presence", host), "none");
  EXPECT_EQ(parse("pubsub#access_model", "whitelist", host), "none");
  EXPECT_NE(parse("pubsub#title", std::string(text_bytes_max + 1, 'x').c_str()), "none");
}

TEST(ConfigForm, OfPublishOptionsIsAConditionOfANodeThatIsThere) {
  NodeConfig config;
  config.access = AccessModel::whitelist;
  config.max_items = 10;
  const auto unmet = [&](const char* var, const char* value) {
    return find_unmet(submit(publish_options_form, {{var, value}}), config);
  };
  EXPECT_EQ(unmet("pubsub#access_model", "whitelist"), "");
  EXPECT_EQ(unmet("pubsub#persist_items", "true"), "");  // as "1" is
  EXPECT_EQ(unmet("pubsub#access_model", "open"), "pubsub#access_model");
  EXPECT_EQ(unmet("pubsub#max_items", "max"), "pubsub#max_items");
  EXPECT_FALSE(parse_options(submit(publish_options_form, {{"pubsub#unheard_of", "1"}}), {}, account));
  EXPECT_FALSE(parse_options(submit(node_config_form, {{"pubsub#access_model", "open"}}), {}, account));
}

}  // namespace
}  // namespace teahouse::pubsub::config_form_test
