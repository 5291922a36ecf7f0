#include "modules/pubsub/node.h"

#include <gtest/gtest.h>

namespace teahouse::pubsub::node_test {
namespace {

Node make_node() {
  Node node;
  node.name = "news";
  node.config.title = "News";
  node.created_ms = 7;
  node.affiliations = {{*BareJid::parse("eve@x.example"), Affiliation::outcast}};
  node.subscriptions = {{*Jid::parse("ann@x.example"), {true, true}}, {*Jid::parse("bea@x.example/r"), {false, false}}};
  return node;
}

TEST(Node, IsReadAsItWasWritten) {
  Node node = make_node();
  node.creator = "ann@x.example";
  const auto read = read_node("news", write_node(node), {});
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->config, node.config);
  EXPECT_EQ(read->created_ms, 7);
  EXPECT_EQ(read->creator, "ann@x.example");
  for (const char* text : {"", "[]", "{\"config\":"}) EXPECT_FALSE(read_node("news", text, {})) << text;
}

TEST(Subscription, IsReadAsItWasWritten) {
  for (const bool is_pending : {false, true}) {
    for (const bool deliver : {false, true}) {
      const auto read = read_subscription(write_subscription({is_pending, deliver}));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->is_pending, is_pending);
      EXPECT_EQ(read->deliver, deliver);
    }
  }
  for (const char* text : {"", "{}", "[]", R"({"pending":1,"deliver":true})", R"({"pending":false})"}) {
    EXPECT_FALSE(read_subscription(text)) << text;
  }
}

TEST(Node, FindsASubscriptionByAnyAddressOfItsEntity) {
  const Node node = make_node();
  EXPECT_TRUE(node.find_subscription(*BareJid::parse("ann@x.example")));
  EXPECT_TRUE(node.find_subscription(*BareJid::parse("bea@x.example")));
  EXPECT_FALSE(node.find_subscription(*BareJid::parse("an@x.example")));
  EXPECT_FALSE(node.find_subscription(*BareJid::parse("x.example")));
}

TEST(Node, TakesAnEntityForSubscribedByAnyApprovedAddress) {
  Nodes nodes;
  Node& node = nodes.add(make_node());
  const BareJid ann = *BareJid::parse("ann@x.example");
  EXPECT_TRUE(node.find_subscription(ann)->is_pending);
  nodes.set_subscription(node, *Jid::parse("ann@x.example/r"), {});
  EXPECT_FALSE(node.find_subscription(ann)->is_pending);
  EXPECT_EQ(node.subscribed_addresses(ann).size(), 2U);
}

TEST(Nodes, CountWhomTheyNameAndAllTheirEntries) {
  Nodes nodes;
  Node& node = nodes.add(make_node());
  EXPECT_EQ(nodes.entries, 3U);
  const BareJid eve = *BareJid::parse("eve@x.example"), ann = *BareJid::parse("ann@x.example");
  EXPECT_TRUE(nodes.names(eve));
  nodes.set_affiliation(node, eve, Affiliation::member);
  nodes.set_subscription(node, *Jid::parse("eve@x.example/r"), {});
  nodes.set_affiliation(node, eve, Affiliation::none);
  EXPECT_TRUE(nodes.names(eve));
  nodes.remove_subscription(node, *Jid::parse("eve@x.example/r"));
  nodes.remove_subscription(node, *Jid::parse("eve@x.example/r"));
  EXPECT_FALSE(nodes.names(eve));
  nodes.set_subscription(node, Jid(ann), {});  // that was there
  nodes.set_creator(node, ann.str());
  EXPECT_EQ(nodes.entries, 2U);
  nodes.add_item(node, 1, {"a", {}, 1, 0});
  EXPECT_TRUE(nodes.has_room(service_entries_max - 3));
  EXPECT_FALSE(nodes.has_room(service_entries_max - 2));
  const Node gone = std::move(node);
  nodes.remove(gone);
  EXPECT_EQ(nodes.entries, 0U);
  EXPECT_TRUE(nodes.mentions.empty());
}

TEST(Nodes, CountWhatEachHas) {
  Nodes nodes;
  Node& node = nodes.add(make_node());
  nodes.add_item(node, 1, {"a", {}, 10, 0});
  nodes.add_item(node, 2, {"b", {}, 5, 0});
  nodes.add_item(node, 3, {"a", {}, 1, 0});  // in the place of the first
  EXPECT_EQ(nodes.shares[""].bytes, 6);
  EXPECT_EQ(node.items.size(), 2U);
  EXPECT_EQ(node.items.find("a"), 3U);
  nodes.set_creator(node, "ann@x.example");
  EXPECT_FALSE(nodes.shares.contains(""));
  EXPECT_EQ(nodes.shares["ann@x.example"].bytes, 6);
  nodes.remove_item(node, 3);
  EXPECT_EQ(nodes.shares["ann@x.example"].bytes, 5);
  const Node gone = node;
  nodes.remove(gone);
  EXPECT_TRUE(nodes.shares.empty());
  EXPECT_EQ(nodes.find("news"), nullptr);
}

}  // namespace
}  // namespace teahouse::pubsub::node_test
