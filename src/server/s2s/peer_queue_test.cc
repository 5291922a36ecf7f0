#include "server/s2s/peer_queue.h"

#include <algorithm>

#include "server/testing/session_world.h"

namespace teahouse::s2s::peer_queue_test {
namespace {

constexpr int64_t day_ms = 24 * 60 * 60 * 1000;

class PeerQueueTest : public testing::SessionWorld {
 protected:
  PeerQueueTest() { plane_.hold_commits(false); }

  std::shared_ptr<PeerQueue> make(const TenantPtr& tenant, const std::string& peer = "peer.example") {
    auto queue = std::make_shared<PeerQueue>(home_, Pair{tenant->name + ".example", peer}, tenant);
    queue->load([this] { ++loads_; });
    turn();
    return queue;
  }
  static Stanza make_stanza(StanzaKind kind, StanzaType type, const std::string& id, const std::string& tenant = "shop",
                            const std::string& payload = "<body>x</body>") {
    Stanza made = Stanza::make(kind, type, payload);
    made.id = id;
    made.from = *FullJid::parse("ann@" + tenant + ".example/phone");
    made.to = *BareJid::parse("bob@peer.example");
    return made;
  }
  static Stanza chat(const std::string& id, const std::string& tenant = "shop",
                     const std::string& payload = "<body>x</body>") {
    return make_stanza(StanzaKind::message, StanzaType::chat, id, tenant, payload);
  }
  // The outcome of the stanza, once that is known.
  TicketPtr ticket(std::optional<DeliveryOutcome>& outcome) {
    return std::make_shared<CallbackTicket>([&outcome](DeliveryOutcome told) { outcome = std::move(told); });
  }
  // Writes what it can; gives the ids.
  std::string write(PeerQueue& queue, bool is_counted = true, size_t most = SIZE_MAX) {
    std::string ids;
    for (; most > 0; --most) {
      const Stanza* const stanza = queue.next();
      if (!stanza) break;
      ids += stanza->id + " ";
      queue.on_written(is_counted);
    }
    return ids;
  }
  uint64_t rows() {
    const std::string key = PeerQueue::make_key({"shop.example", "peer.example"});
    return *world_.wait(plane_.map(world_.shop->id, PeerQueue::store_name).count(world_.home, key));
  }
  int64_t metered(const TenantPtr& tenant) { return tenant->meter->s2s_queue_bytes.load(); }
  void limit(TenantPtr& tenant, int64_t bytes) {
    auto changed = std::make_shared<Tenant>(*tenant);
    changed->plan.limits.s2s_queue_bytes = bytes;
    tenant = std::move(changed);
  }
  std::vector<std::string> errors() {
    turn();
    return shop_wire_.got;
  }

  size_t loads_ = 0;
};

TEST_F(PeerQueueTest, SaysAgainInOrderWhatIsNotAcknowledged) {
  const auto queue = make(world_.shop);
  for (const char* id : {"a", "b", "c", "d"}) queue->add(chat(id), nullptr);
  queue->begin_count();
  EXPECT_EQ(write(*queue, true, 3), "a b c ");
  EXPECT_TRUE(queue->acknowledge(1));
  queue->begin_count();
  EXPECT_FALSE(queue->has_unacknowledged());
  EXPECT_EQ(write(*queue), "b c d ");
  EXPECT_TRUE(queue->acknowledge(3));
  EXPECT_TRUE(queue->empty());
}

TEST_F(PeerQueueTest, BelievesNoCountOfMoreOrLess) {
  const auto queue = make(world_.shop);
  for (const char* id : {"a", "b", "c"}) queue->add(chat(id), nullptr);
  write(*queue, true, 2);
  EXPECT_FALSE(queue->acknowledge(3));
  EXPECT_TRUE(queue->acknowledge(2));
  EXPECT_FALSE(queue->acknowledge(1));
  EXPECT_TRUE(queue->acknowledge(2));
  EXPECT_EQ(queue->count(), 1U);
}

// A pair that is warm costs no write.
TEST_F(PeerQueueTest, WritesNoRowForWhatIsAcknowledgedInTime) {
  const auto queue = make(world_.shop);
  std::optional<DeliveryOutcome> outcome;
  const Lsn before = plane_.appended();
  queue->add(chat("a"), ticket(outcome));
  write(*queue);
  world_.clock.advance_ms(100);
  queue->write_rows(250);
  EXPECT_FALSE(outcome);
  EXPECT_TRUE(queue->acknowledge(1));
  EXPECT_EQ(plane_.appended(), before);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has(Ended::delivered));
}

TEST_F(PeerQueueTest, HoldsTheTicketUntilTheRowIsWritten) {
  const auto queue = make(world_.shop);
  std::optional<DeliveryOutcome> outcome, late;
  queue->add(chat("a"), ticket(outcome));
  write(*queue);
  world_.clock.advance_ms(300);
  queue->add(chat("b"), ticket(late));
  const Lsn before = plane_.appended();
  queue->write_rows(250);
  ASSERT_TRUE(outcome);
  EXPECT_GT(outcome->stored, before);
  EXPECT_TRUE(outcome->has(Ended::queued));
  EXPECT_FALSE(late);
  EXPECT_GT(metered(world_.shop), 0);
  EXPECT_EQ(metered(world_.forum), 0);
  EXPECT_TRUE(queue->acknowledge(1));
  EXPECT_EQ(metered(world_.shop), 0);
}

TEST_F(PeerQueueTest, ComesBackFromDiskInOrderAndBeforeWhatIsNew) {
  auto queue = make(world_.shop);
  for (const char* id : {"a", "b", "c"}) queue->add(chat(id), nullptr);
  queue->add(make_stanza(StanzaKind::iq, StanzaType::get, "ping"), nullptr);
  EXPECT_EQ(write(*queue, true, 1), "a ");  // the peer may have it or not
  queue->write_rows();
  const int64_t bytes = metered(world_.shop);
  queue.reset();
  EXPECT_EQ(metered(world_.shop), 0);
  const auto again = std::make_shared<PeerQueue>(home_, Pair{"shop.example", "peer.example"}, world_.shop);
  again->load([] {});
  again->add(chat("new"), nullptr);
  again->write_rows();
  turn();
  EXPECT_GT(metered(world_.shop), bytes);
  EXPECT_EQ(make(world_.forum)->count(), 0U);
  EXPECT_EQ(make(world_.shop, "other.example")->count(), 0U);
  EXPECT_EQ(write(*again), "a b c new ");
  EXPECT_TRUE(again->acknowledge(4));
  EXPECT_EQ(metered(world_.shop), 0);
  EXPECT_EQ(make(world_.shop)->count(), 0U);
}

TEST_F(PeerQueueTest, KeepsOnDiskAloneWhatMemoryHasNoRoomFor) {
  const auto queue = make(world_.shop);
  const size_t count = 3 * PeerQueue::memory_max;
  std::string wanted, got;
  for (size_t i = 0; i < count; ++i) {
    queue->add(chat(std::to_string(i)), nullptr);
    wanted += std::to_string(i) + " ";
  }
  EXPECT_TRUE(errors().empty());
  EXPECT_EQ(queue->count(), count);
  uint32_t h = 0;
  while (!queue->empty()) {
    const std::string ids = write(*queue, true, 100);
    got += ids;
    h += static_cast<uint32_t>(std::ranges::count(ids, ' '));
    ASSERT_TRUE(queue->acknowledge(h));
    turn();
    ASSERT_LE(got.size(), wanted.size());
  }
  EXPECT_EQ(got, wanted);
  EXPECT_GT(loads_, 1U);
  EXPECT_EQ(metered(world_.shop), 0);
}

// One tenant's queue is full: its senders hear so, and the other's waits.
TEST_F(PeerQueueTest, RefusesWhatThePlanHasNoRoomFor) {
  TenantPtr shop = world_.shop;
  limit(shop, 1000);
  const auto full = make(shop), other = make(world_.forum);
  for (int i = 0; i < 10; ++i) {
    full->add(chat("s" + std::to_string(i)), nullptr);
    other->add(chat("f" + std::to_string(i), "forum"), nullptr);
  }
  full->write_rows();
  other->write_rows();
  EXPECT_LE(metered(world_.shop), 1000);
  EXPECT_GT(full->count(), 1U);
  EXPECT_EQ(errors().size(), 10 - full->count());
  EXPECT_NE(shop_wire_.last.find("resource-constraint"), std::string::npos);
  EXPECT_EQ(errors().front(), "s" + std::to_string(full->count()));
  EXPECT_EQ(other->count(), 10U);
  EXPECT_TRUE(forum_wire_.got.empty());
}

// A message that the peer may have is not refused for want of room.
TEST_F(PeerQueueTest, KeepsWhatThePeerMayHaveThoughThereIsNoRoom) {
  TenantPtr shop = world_.shop;
  limit(shop, 0);
  const auto queue = make(shop);
  std::optional<DeliveryOutcome> outcome;
  queue->add(chat("a"), ticket(outcome));
  write(*queue);
  queue->write_rows();
  EXPECT_FALSE(outcome);
  EXPECT_TRUE(errors().empty());
  queue->begin_count();
  queue->write_rows();
  EXPECT_TRUE(outcome && outcome->refusal);
  EXPECT_EQ(errors(), std::vector<std::string>{"a"});
}

TEST_F(PeerQueueTest, RefusesAtOnceWhatDoesNotWait) {
  const auto queue = make(world_.shop);
  queue->add(chat("chat"), nullptr);
  queue->add(make_stanza(StanzaKind::iq, StanzaType::get, "iq"), nullptr);
  queue->add(make_stanza(StanzaKind::message, StanzaType::groupchat, "room"), nullptr);
  queue->add(make_stanza(StanzaKind::message, StanzaType::chat, "state", "shop",
                         "<composing xmlns='http://jabber.org/protocol/chatstates'/>"),
             nullptr);
  queue->add(make_stanza(StanzaKind::presence, StanzaType::none, "presence"), nullptr);
  queue->refuse_impatient({ErrorKind::remote_server_timeout, "Down."});
  EXPECT_EQ(errors(), (std::vector<std::string>{"iq", "room", "state"}));
  EXPECT_EQ(write(*queue), "chat ");
}

// Of what was written and refused meanwhile the peer may still tell that it has it.
TEST_F(PeerQueueTest, CountsWhatItHasRefusedAndSaysItNoMore) {
  const auto queue = make(world_.shop);
  queue->add(make_stanza(StanzaKind::iq, StanzaType::get, "one"), nullptr);
  queue->add(chat("a"), nullptr);
  queue->add(make_stanza(StanzaKind::iq, StanzaType::get, "two"), nullptr);
  write(*queue);
  queue->refuse_impatient({ErrorKind::remote_server_timeout, "Down."});
  EXPECT_EQ(errors(), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(queue->acknowledge(1));
  std::string again;
  queue->for_each_unacknowledged([&again](const Stanza& stanza) { again += stanza.id + " "; });
  EXPECT_EQ(again, "a ");
  EXPECT_TRUE(queue->acknowledge(2));
  EXPECT_TRUE(queue->empty());
}

TEST_F(PeerQueueTest, RefusesWhatHasWaitedTooLongAlsoWhereItIsOnDiskAlone) {
  auto queue = make(world_.shop);
  const std::string much(PeerQueue::memory_bytes_max, 'x');
  queue->add(chat("a", "shop", "<body>" + much + "</body>"), nullptr);
  queue->add(chat("b"), nullptr);
  world_.clock.advance_ms(2 * day_ms);
  queue->add(chat("c"), nullptr);
  queue->write_rows();
  world_.clock.advance_ms(2 * day_ms);
  queue->refuse_older(3 * day_ms, {ErrorKind::remote_server_timeout, "Down."});
  EXPECT_EQ(errors().size(), 2U);
  EXPECT_NE(shop_wire_.last.find("remote-server-timeout"), std::string::npos);
  const Stanza* left = queue->next();
  turn();
  left = queue->next();
  ASSERT_TRUE(left);
  EXPECT_EQ(left->id, "c");
  EXPECT_NE(left->stamps().find("urn:xmpp:delay"), std::string::npos);
  write(*queue);
  EXPECT_TRUE(queue->acknowledge(1));
  EXPECT_EQ(metered(world_.shop), 0);
  EXPECT_EQ(make(world_.shop)->count(), 0U);
}

// The portion that is on its way is of those that are refused meanwhile.
TEST_F(PeerQueueTest, LosesNothingWhereItsBeginIsRefusedWhileItIsRead) {
  const auto queue = make(world_.shop);
  const std::string body = "<body>" + std::string(1000, 'x') + "</body>";
  for (int i = 0; i < 2000; ++i) queue->add(chat(std::to_string(i), "shop", body), nullptr);
  queue->write_rows();
  world_.clock.advance_ms(2 * day_ms);
  for (int i = 2000; i < 2100; ++i) queue->add(chat(std::to_string(i), "shop", body), nullptr);
  queue->write_rows();
  world_.clock.advance_ms(2 * day_ms);
  const std::string first = write(*queue);
  ASSERT_TRUE(queue->acknowledge(static_cast<uint32_t>(std::ranges::count(first, ' '))));
  EXPECT_FALSE(queue->next());
  queue->refuse_older(3 * day_ms, {ErrorKind::remote_server_timeout, "Down."});
  std::string wanted, got;
  for (int i = 2000; i < 2100; ++i) wanted += std::to_string(i) + " ";
  for (int i = 0; i < 100 && !queue->empty(); ++i) {
    const std::string ids = write(*queue, false);
    got += ids;
    turn();
  }
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(metered(world_.shop), 0);
  for (int i = 0; i < 1000 && rows() > 0; ++i) turn();  // what is refused goes back in portions
  EXPECT_EQ(rows(), 0U);
  turn();
}

TEST_F(PeerQueueTest, RefusesAllAndLeavesNoRow) {
  const auto queue = make(world_.shop);
  for (const char* id : {"a", "b", "c"}) queue->add(chat(id), nullptr);
  write(*queue, true, 1);
  queue->write_rows();
  queue->refuse_all({ErrorKind::not_allowed, "Closed."});
  EXPECT_EQ(errors(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(queue->empty());
  EXPECT_EQ(make(world_.shop)->count(), 0U);
  EXPECT_EQ(metered(world_.shop), 0);
}

// A peer that can't acknowledge is believed to have what was written.
TEST_F(PeerQueueTest, IsDoneWithWhatIsNotCounted) {
  const auto queue = make(world_.shop);
  std::optional<DeliveryOutcome> outcome;
  queue->add(chat("a"), ticket(outcome));
  queue->write_rows();
  EXPECT_EQ(write(*queue, false), "a ");
  EXPECT_TRUE(outcome);
  EXPECT_TRUE(queue->empty());
  EXPECT_EQ(make(world_.shop)->count(), 0U);
}

TEST(PeerQueue, ReadsItsKeys) {
  const auto pair = PeerQueue::parse_key(PeerQueue::make_key({"shop.example", "peer.example"}));
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->ours, "shop.example");
  EXPECT_EQ(pair->peer, "peer.example");
  for (const char* key : {"", " ", "a", "a ", " b"}) EXPECT_FALSE(PeerQueue::parse_key(key)) << key;
}

}  // namespace
}  // namespace teahouse::s2s::peer_queue_test
