// The tables of RFC 6121 appendix A, row by row.
#include "modules/roster/subscription.h"

#include <gtest/gtest.h>

namespace teahouse::subscription_test {
namespace {

// Letters of the nine states: t(o), f(rom), o(ut pending), i(n pending).
Subscription state(std::string_view letters) {
  Subscription made;
  made.to = letters.find('t') != letters.npos;
  made.from = letters.find('f') != letters.npos;
  made.pending_out = letters.find('o') != letters.npos;
  made.pending_in = letters.find('i') != letters.npos;
  return made;
}

constexpr const char* states[] = {"", "o", "i", "oi", "t", "ti", "f", "fo", "tf"};

struct Row {
  bool pass;          // routed (outbound) or delivered (inbound)
  const char* after;  // nullptr: no change
};

void expect_outbound(StanzaType type, const Row (&rows)[9]) {
  for (int i = 0; i < 9; ++i) {
    Subscription now = state(states[i]);
    const OutboundEffect effect = apply_outbound(now, type);
    now.approved = false;  // pre-approval is another test
    EXPECT_EQ(effect.route, rows[i].pass) << "state '" << states[i] << "'";
    EXPECT_EQ(now, state(rows[i].after ? rows[i].after : states[i])) << "state '" << states[i] << "'";
  }
}

void expect_inbound(StanzaType type, const Row (&rows)[9]) {
  for (int i = 0; i < 9; ++i) {
    Subscription now = state(states[i]);
    const InboundEffect effect = apply_inbound(now, type);
    EXPECT_EQ(effect.deliver, rows[i].pass) << "state '" << states[i] << "'";
    EXPECT_EQ(now, state(rows[i].after ? rows[i].after : states[i])) << "state '" << states[i] << "'";
  }
}

TEST(Subscription, OutboundSubscribe) {
  expect_outbound(StanzaType::subscribe, {{true, "o"},
                                          {true, nullptr},
                                          {true, "oi"},
                                          {true, nullptr},
                                          {true, nullptr},
                                          {true, nullptr},
                                          {true, "fo"},
                                          {true, nullptr},
                                          {true, nullptr}});
}

TEST(Subscription, OutboundUnsubscribe) {
  expect_outbound(StanzaType::unsubscribe, {{true, nullptr},
                                            {true, ""},
                                            {true, nullptr},
                                            {true, "i"},
                                            {true, ""},
                                            {true, "i"},
                                            {true, nullptr},
                                            {true, "f"},
                                            {true, "f"}});
}

TEST(Subscription, OutboundSubscribed) {
  expect_outbound(StanzaType::subscribed, {{false, nullptr},
                                           {false, nullptr},
                                           {true, "f"},
                                           {true, "fo"},
                                           {false, nullptr},
                                           {true, "tf"},
                                           {false, nullptr},
                                           {false, nullptr},
                                           {false, nullptr}});
}

TEST(Subscription, OutboundUnsubscribed) {
  expect_outbound(StanzaType::unsubscribed, {{false, nullptr},
                                             {false, nullptr},
                                             {true, ""},
                                             {true, "o"},
                                             {false, nullptr},
                                             {true, "t"},
                                             {true, ""},
                                             {true, "o"},
                                             {true, "t"}});
}

TEST(Subscription, InboundSubscribe) {
  expect_inbound(StanzaType::subscribe, {{true, "i"},
                                         {true, "oi"},
                                         {false, nullptr},
                                         {false, nullptr},
                                         {true, "ti"},
                                         {false, nullptr},
                                         {false, nullptr},
                                         {false, nullptr},
                                         {false, nullptr}});
}

TEST(Subscription, InboundUnsubscribe) {
  expect_inbound(StanzaType::unsubscribe, {{false, nullptr},
                                           {false, nullptr},
                                           {true, ""},
                                           {true, "o"},
                                           {false, nullptr},
                                           {true, "t"},
                                           {true, ""},
                                           {true, "o"},
                                           {true, "t"}});
}

TEST(Subscription, InboundSubscribed) {
  expect_inbound(StanzaType::subscribed, {{false, nullptr},
                                          {true, "t"},
                                          {false, nullptr},
                                          {true, "ti"},
                                          {false, nullptr},
                                          {false, nullptr},
                                          {false, nullptr},
                                          {true, "tf"},
                                          {false, nullptr}});
}

TEST(Subscription, InboundUnsubscribed) {
  expect_inbound(StanzaType::unsubscribed, {{false, nullptr},
                                            {true, ""},
                                            {false, nullptr},
                                            {true, "i"},
                                            {true, ""},
                                            {true, "i"},
                                            {false, nullptr},
                                            {true, "f"},
                                            {true, "f"}});
}

TEST(Subscription, WhoIsSubscribedAlreadyIsAnsweredByTheServer) {
  for (const char* letters : {"f", "fo", "tf"}) {
    Subscription now = state(letters);
    EXPECT_TRUE(apply_inbound(now, StanzaType::subscribe).answer_subscribed);
  }
}

TEST(Subscription, PreApprovalGrantsTheNextRequestAndCanBeTakenBack) {
  Subscription now;
  EXPECT_FALSE(apply_outbound(now, StanzaType::subscribed).route);
  EXPECT_TRUE(now.approved);
  Subscription taken_back = now;
  EXPECT_FALSE(apply_outbound(taken_back, StanzaType::unsubscribed).route);
  EXPECT_FALSE(taken_back.approved);
  const InboundEffect effect = apply_inbound(now, StanzaType::subscribe);
  EXPECT_TRUE(effect.answer_subscribed);
  EXPECT_FALSE(effect.deliver);
  EXPECT_TRUE(now.from);
}

}  // namespace
}  // namespace teahouse::subscription_test
