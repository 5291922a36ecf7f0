#include "modules/pubsub/access.h"

#include <gtest/gtest.h>

namespace teahouse::pubsub::access_test {
namespace {

NodeConfig with(AccessModel access, PublishModel publish = PublishModel::publishers) {
  NodeConfig config;
  config.access = access;
  config.publish = publish;
  return config;
}
std::string_view why(const NodeConfig& config, const Standing& standing, Action action) {
  const auto fault = judge(config, standing, action);
  return !fault ? "may" : fault->condition.empty() ? to_string(fault->error.kind) : fault->condition;
}
Standing of(Affiliation affiliation) { return {affiliation, false, false, false}; }

constexpr Standing stranger{}, contact{Affiliation::none, false, true, false},
    friend_{Affiliation::none, false, true, true}, subscriber{Affiliation::none, true, false, false};

TEST(Access, IsByTheModel) {
  EXPECT_EQ(why(with(AccessModel::open), stranger, Action::retrieve), "may");
  EXPECT_EQ(why(with(AccessModel::presence), stranger, Action::retrieve), "presence-subscription-required");
  EXPECT_EQ(why(with(AccessModel::presence), contact, Action::retrieve), "may");
  EXPECT_EQ(why(with(AccessModel::roster), contact, Action::retrieve), "not-in-roster-group");
  EXPECT_EQ(why(with(AccessModel::roster), friend_, Action::subscribe), "may");
  EXPECT_EQ(why(with(AccessModel::authorize), friend_, Action::retrieve), "not-subscribed");
  EXPECT_EQ(why(with(AccessModel::authorize), stranger, Action::subscribe), "may");
  EXPECT_EQ(why(with(AccessModel::authorize), subscriber, Action::retrieve), "may");
  EXPECT_EQ(why(with(AccessModel::whitelist), subscriber, Action::retrieve), "closed-node");
}

TEST(Access, IsByTheAffiliationFirst) {
  for (const AccessModel access : {AccessModel::open, AccessModel::presence, AccessModel::roster,
                                   AccessModel::authorize, AccessModel::whitelist}) {
    for (const Action action : {Action::retrieve, Action::subscribe}) {
      EXPECT_EQ(why(with(access), of(Affiliation::outcast), action), "forbidden");
      EXPECT_EQ(why(with(access), of(Affiliation::publish_only), action), "forbidden");
      EXPECT_EQ(why(with(access), of(Affiliation::member), action), "may");
      EXPECT_EQ(why(with(access), of(Affiliation::publisher), action), "may");
      EXPECT_EQ(why(with(access), of(Affiliation::owner), action), "may");
    }
  }
}

TEST(Access, ToPublishIsByThePublishModel) {
  const AccessModel open = AccessModel::open;
  EXPECT_EQ(why(with(open), of(Affiliation::member), Action::publish), "forbidden");
  EXPECT_EQ(why(with(open), of(Affiliation::publish_only), Action::publish), "may");
  EXPECT_EQ(why(with(open), of(Affiliation::publisher), Action::publish), "may");
  EXPECT_EQ(why(with(open), subscriber, Action::publish), "forbidden");
  EXPECT_EQ(why(with(open, PublishModel::subscribers), subscriber, Action::publish), "may");
  EXPECT_EQ(why(with(open, PublishModel::subscribers), stranger, Action::publish), "forbidden");
  EXPECT_EQ(why(with(open, PublishModel::open), stranger, Action::publish), "may");
  EXPECT_EQ(why(with(open, PublishModel::open), of(Affiliation::outcast), Action::publish), "forbidden");
}

TEST(Access, ToTheNodeItselfIsItsOwners) {
  EXPECT_EQ(why(with(AccessModel::open), of(Affiliation::publisher), Action::own), "forbidden");
  EXPECT_EQ(why(with(AccessModel::open), of(Affiliation::owner), Action::own), "may");
}

}  // namespace
}  // namespace teahouse::pubsub::access_test
