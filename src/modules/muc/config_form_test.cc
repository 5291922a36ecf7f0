#include "modules/muc/config_form.h"

#include <gtest/gtest.h>

namespace teahouse::muc::config_form_test {
namespace {

DataForm submit(std::vector<std::pair<std::string, std::string>> fields) {
  DataForm form(DataForm::Type::submit, roomconfig_form);
  for (auto& [var, value] : fields) form.add(var, {}, {}, std::move(value));
  return form;
}

RoomConfig after(std::vector<std::pair<std::string, std::string>> fields) {
  const auto change = parse_config_form(submit(std::move(fields)), RoomConfig{});
  EXPECT_TRUE(change) << change.error().text;
  return change->config;
}

ErrorKind refusal(std::vector<std::pair<std::string, std::string>> fields) {
  const auto change = parse_config_form(submit(std::move(fields)), RoomConfig{});
  return change ? ErrorKind::undefined_condition : change.error().kind;
}

TEST(ConfigForm, ReadsWhatItShows) {
  RoomConfig config;
  config.name = "A Dark Cave";
  config.persistent = config.members_only = config.non_anonymous = true;
  config.password = "cauldronburn";
  config.max_users = 30;
  config.slow_mode_s = 45;
  config.private_messages = PrivateMessages::moderators;
  config.broadcast[1] = false;
  const auto owner = *BareJid::parse("crone1@shakespeare.lit");
  const auto shown = make_config_form(config, {owner}, {});
  DataForm form(DataForm::Type::submit);
  for (const auto& field : shown.fields()) form.add(field.var, {}, {}).values = field.values;
  const auto read = parse_config_form(form, RoomConfig{});
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->config, config);
  ASSERT_TRUE(read->owners && read->admins);
  EXPECT_EQ(*read->owners, std::vector<BareJid>{owner});
  EXPECT_TRUE(read->admins->empty());
}

TEST(ConfigForm, LeavesOutWhatIsNotSubmitted) {
  EXPECT_EQ(after({}), RoomConfig{});
  EXPECT_EQ(after({{"muc#roomconfig_nonsense", "1"}, {"x", ""}}), RoomConfig{});
  RoomConfig expected;
  expected.moderated = true;
  EXPECT_EQ(after({{"muc#roomconfig_moderatedroom", "true"}}), expected);
}

TEST(ConfigForm, WhiteSpaceAroundNumbersAndBooleansSaysNothing) {
  RoomConfig expected;
  expected.moderated = true;
  expected.max_users = 30;
  expected.max_history = 7;
  EXPECT_EQ(after({{"muc#roomconfig_moderatedroom", " 1 "},
                   {"muc#roomconfig_maxusers", "\n30\n"},
                   {"muc#maxhistoryfetch", " 7"}}),
            expected);
}

TEST(ConfigForm, Passwords) {
  EXPECT_EQ(after({{"muc#roomconfig_passwordprotectedroom", "1"}, {"muc#roomconfig_roomsecret", "x"}}).password, "x");
  EXPECT_EQ(after({{"muc#roomconfig_passwordprotectedroom", "0"}, {"muc#roomconfig_roomsecret", "x"}}).password, "");
  EXPECT_EQ(after({{"muc#roomconfig_roomsecret", "x"}}).password, "x");
  EXPECT_EQ(refusal({{"muc#roomconfig_passwordprotectedroom", "1"}}), ErrorKind::not_acceptable);
}

TEST(ConfigForm, RefusesJunk) {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  for (const Fields& fields : std::vector<Fields>{{{"muc#roomconfig_persistentroom", "maybe"}},
                                                  {{"muc#roomconfig_persistentroom", ""}},
                                                  {{"muc#roomconfig_whois", "nobody"}},
                                                  {{"muc#roomconfig_allowpm", "everyone"}},
                                                  {{"muc#roomconfig_maxusers", "0"}},
                                                  {{"muc#roomconfig_maxusers", "-5"}},
                                                  {{"muc#roomconfig_maxusers", "1e9"}},
                                                  {{"muc#roomconfig_maxusers", "99999999999999999999"}},
                                                  {{"muc#maxhistoryfetch", "101"}},
                                                  {{"muc#roomconfig_presencebroadcast", "owner"}},
                                                  {{"muc#roomconfig_roomowners", "@@"}},
                                                  {{"muc#roomconfig_roomadmins", "example.org"}},
                                                  {{"muc#roomconfig_roomname", std::string(201, 'x')}},
                                                  {{"muc#roomconfig_roomdesc", std::string(2001, 'x')}},
                                                  {{"muc#roomconfig_roomsecret", std::string(201, 'x')}}}) {
    EXPECT_EQ(refusal(fields), ErrorKind::not_acceptable) << fields[0].first << " " << fields[0].second;
  }
  DataForm other(DataForm::Type::submit, "urn:other");
  EXPECT_EQ(parse_config_form(other, {}).error().kind, ErrorKind::bad_request);
  EXPECT_EQ(parse_config_form(DataForm(DataForm::Type::cancel), {}).error().kind, ErrorKind::bad_request);
}

TEST(ConfigForm, ListsBelongToThoseWhoMayReadThem) {
  using enum Affiliation;
  RoomConfig open;
  for (const auto list : {outcast, member, admin, owner}) {
    EXPECT_TRUE(may_read_list(open, {owner, Role::none}, list));
    EXPECT_TRUE(may_read_list(open, {admin, Role::none}, list));
    EXPECT_FALSE(may_read_list(open, {member, Role::moderator}, list)) << "a semi-anonymous room hides addresses";
    EXPECT_FALSE(may_read_list(open, {none, Role::none}, list));
    EXPECT_FALSE(may_read_list(open, {outcast, Role::none}, list));
  }
  RoomConfig group;
  group.members_only = group.non_anonymous = true;
  EXPECT_TRUE(may_read_list(group, {member, Role::none}, owner));
  EXPECT_FALSE(may_read_list(group, {member, Role::moderator}, outcast));
  EXPECT_FALSE(may_read_list(group, {none, Role::none}, member));
  EXPECT_FALSE(may_read_list(group, {outcast, Role::none}, member));
  group.member_list[0] = false;
  EXPECT_TRUE(may_read_list(group, {none, Role::moderator}, member));
  EXPECT_FALSE(may_read_list(group, {none, Role::participant}, member));
}

TEST(ConfigForm, PrivateMessagesByRole) {
  RoomConfig config;
  EXPECT_TRUE(may_send_private(config, Role::visitor));
  config.private_messages = PrivateMessages::participants;
  EXPECT_FALSE(may_send_private(config, Role::visitor));
  EXPECT_TRUE(may_send_private(config, Role::participant));
  config.private_messages = PrivateMessages::moderators;
  EXPECT_FALSE(may_send_private(config, Role::participant));
  EXPECT_TRUE(may_send_private(config, Role::moderator));
  config.private_messages = PrivateMessages::none;
  EXPECT_FALSE(may_send_private(config, Role::moderator));
}

}  // namespace
}  // namespace teahouse::muc::config_form_test
