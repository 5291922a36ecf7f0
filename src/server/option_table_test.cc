#include "server/option_table.h"

#include <gtest/gtest.h>

namespace teahouse::option_table_test {
namespace {

const ModuleInfo& rooms() {
  static const ModuleInfo info{.name = "rooms",
                               .summary = "For tests.",
                               .options = {OptionInfo::number("history", 20, 0, 100, "messages", "How many."),
                                           OptionInfo::duration("wait", 900, 60, 86'400, "How long.")}};
  return info;
}
const ModuleInfo& doors() {
  static const ModuleInfo info{.name = "doors",
                               .summary = "For tests.",
                               .options = {OptionInfo::flag("open", true, "Whether they are open."),
                                           OptionInfo::choice("for", {"everyone", "staff"}, "For whom.")}};
  return info;
}

class OptionTableTest : public ::testing::Test {
 protected:
  OptionTableTest() {
    EXPECT_EQ(table_.add(rooms()), 0U);
    EXPECT_EQ(table_.add(doors()), 2U);
  }
  std::string fault(std::string_view options) const {
    const auto checked = table_.check(options);
    return checked ? "" : checked.error().text;
  }
  OptionDefaults defaults_{{"rooms.history", 30}};
  OptionTable table_{defaults_};
};

using Values = std::vector<int64_t>;

TEST_F(OptionTableTest, ReadsWhatATenantSetsOverWhatTheServerHas) {
  EXPECT_EQ(*table_.read(""), (Values{30, 900, 1, 0}));
  EXPECT_EQ(*table_.read(R"({"rooms": {"history": 5, "wait": "2h"}, "doors": {"open": false, "for": "staff"}})"),
            (Values{5, 7200, 0, 1}));
  EXPECT_EQ(*table_.read(R"({"rooms": {"history": "7", "wait": 90}, "doors": {"open": "off"}})"),
            (Values{7, 90, 0, 0}));
}

TEST_F(OptionTableTest, PassesOverWhatIsStoredAndKnownNoMore) {
  EXPECT_EQ(*table_.read(R"({"rooms": {"history": 500, "colour": 1}, "walls": {"open": true}, "doors": {"for": 7}})"),
            (Values{30, 900, 1, 0}));
  EXPECT_EQ(*table_.read("}{"), (Values{30, 900, 1, 0}));
  EXPECT_EQ(*table_.read(R"({"rooms": 5})"), (Values{30, 900, 1, 0}));
}

TEST_F(OptionTableTest, RefusesWhatNoModuleHasAndWhatIsOutOfBounds) {
  EXPECT_EQ(fault(R"({"rooms": {"history": 100, "wait": null}, "doors": {}})"), "");
  EXPECT_EQ(fault(R"({"rooms": {"history": 101}})"),
            "The option 'rooms.history' needs a number of messages from 0 to 100, not '101'.");
  EXPECT_EQ(fault(R"({"rooms": {"wait": "2d"}})"), "The option 'rooms.wait' needs a time from 1m to 1d, not '2d'.");
  EXPECT_EQ(fault(R"({"doors": {"open": 1}})"), "The option 'doors.open' needs true or false, not '1'.");
  EXPECT_EQ(fault(R"({"doors": {"for": "nobody"}})"),
            "The option 'doors.for' needs one of everyone, staff, not 'nobody'.");
  EXPECT_EQ(fault(R"({"doors": {"history": 1}})"),
            "There is no option 'doors.history'. There are: rooms.history, rooms.wait, doors.open, doors.for.");
  EXPECT_NE(fault(R"({"rooms": {"magic": null}})"), "");
  for (const char* shape : {"[]", "7", R"({"rooms": 7})", R"({"rooms": [1]})", R"({"rooms": {"history": {}}})", "{"}) {
    EXPECT_NE(fault(shape), "") << shape;
  }
}

TEST_F(OptionTableTest, FindsAModuleThatIsAttachedAgainAtItsNewPlace) {
  EXPECT_EQ(table_.add(rooms()), 4U);
  EXPECT_EQ(table_.read(R"({"rooms": {"history": 5}})")->at(4), 5);
}

TEST(OptionInfo, ReadsWhatItShows) {
  for (const ModuleInfo* module : {&rooms(), &doors()}) {
    for (const OptionInfo& option : module->options) {
      for (const int64_t value : {option.min, option.standard, option.max}) {
        EXPECT_EQ(*parse_option(option, show_option(option, value)), value) << option.name;
      }
      for (const char* text : {"", "x", "-1", "1e3", " 1", "9223372036854775808", "9223372036854775807d", "m", "d"}) {
        EXPECT_FALSE(parse_option(option, text)) << option.name << " " << text;
      }
    }
  }
}

TEST(OptionInfo, ReadsWhatAnOperatorSetsForAll) {
  const std::vector<const ModuleInfo*> modules = {&rooms(), &doors()};
  EXPECT_EQ(parse_option_default(modules, "rooms.wait", "1h")->second, 3600);
  EXPECT_FALSE(parse_option_default(modules, "rooms.wait", "1s"));
  EXPECT_NE(parse_option_default(modules, "rooms.magic", "1").error().text.find("rooms.history"), std::string::npos);
}

}  // namespace
}  // namespace teahouse::option_table_test
