#include "modules/conferences/conference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/conferences/testing/fake_engine.h"

namespace teahouse::conferences::conference_test {
namespace {

using ::testing::ElementsAre;
using testing::FakeEngine;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string offer(const std::string& sid, const std::string& senders = "initiator") {
  return "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='" + sid +
         "'><content creator='initiator' name='voice' senders='" + senders +
         "'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'><payload-type id='111' name='opus' "
         "clockrate='48000' channels='2'/></description><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' "
         "ufrag='u' pwd='p'><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>" +
         FakeEngine::fingerprint() + "</fingerprint></transport></content></jingle>";
}

std::string replace(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

class ConferenceTest : public ::testing::Test {
 protected:
  Result<void> join(const char* who, const std::string& jingle, bool may_speak = true) {
    const auto document = xml::Document::parse(SharedBytes(jingle));
    return conference_.join(*FullJid::parse(who), "garden@rooms.shop.example/" + std::string(who).substr(0, 1),
                            may_speak, document->root());
  }
  Result<void> handle(const char* who, const std::string& jingle) {
    const auto document = xml::Document::parse(SharedBytes(jingle));
    return conference_.handle(*FullJid::parse(who), document->root());
  }
  static std::string session(const std::string& action, const std::string& sid, const std::string& inner = "") {
    return "<jingle xmlns='urn:xmpp:jingle:1' action='" + action + "' sid='" + sid + "'>" + inner + "</jingle>";
  }
  // They are connected.
  void come_in(const char* who, const std::string& sid, const std::string& feed, bool may_speak = true) {
    ASSERT_TRUE(join(who, offer(sid), may_speak));
    engine_.describe_all();
    engine_.publisher(feed).events.up();
    engine_.describe_all();
  }
  struct Sent {
    std::string to, id, payload;
  };
  std::vector<Sent> take() { return std::exchange(sent_, {}); }
  std::vector<Sent> take(const std::string& to, const std::string& action) {
    std::vector<Sent> some;
    for (const Sent& each : sent_) {
      if (each.to == to && each.payload.find("action='" + action) != std::string::npos) some.push_back(each);
    }
    return some;
  }

  FakeEngine engine_;
  std::vector<Sent> sent_;
  std::string changed_;
  int over_ = 0;
  Conference conference_{engine_,
                         {"garden@calls.shop.example", 3, {"192.0.2.9"}},
                         {[this](const FullJid& to, std::string id, std::string payload) {
                            sent_.push_back({to.str(), std::move(id), std::move(payload)});
                          },
                          [this](const std::string& info) { changed_ = info; }, [this] { ++over_; }}};
  const char* const romeo_ = "romeo@shop.example/a";
  const char* const juliet_ = "juliet@forum.example/b";
};

TEST_F(ConferenceTest, AcceptsAStreamAndTellsOnlyAddressesOfItsOwn) {
  ASSERT_TRUE(join(romeo_, offer("s1")));
  EXPECT_THAT(engine_.publisher("1").offer, HasSubstr("a=sendonly"));
  EXPECT_THAT(sent_, IsEmpty());
  engine_.describe_all();
  const auto accepted = take(romeo_, "session-accept");
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_THAT(accepted[0].payload, HasSubstr("name='voice'"));
  EXPECT_THAT(accepted[0].payload, HasSubstr("isfocus='true'"));
  EXPECT_THAT(accepted[0].payload, HasSubstr("ip='192.0.2.9'"));
  EXPECT_THAT(accepted[0].payload, Not(HasSubstr("fe80")));
  EXPECT_THAT(changed_, IsEmpty()) << "nobody is connected yet";
}

TEST_F(ConferenceTest, CallsEachBackWithTheOthersStreamsAlone) {
  come_in(romeo_, "s1", "1");
  EXPECT_THAT(take(romeo_, "session-initiate"), IsEmpty()) << "there is nobody else, and never oneself";
  take();
  come_in(juliet_, "s1", "2");
  const auto to_romeo = take(romeo_, "session-initiate"), to_juliet = take(juliet_, "session-initiate");
  ASSERT_EQ(to_romeo.size(), 1U);
  ASSERT_EQ(to_juliet.size(), 1U);
  EXPECT_THAT(to_romeo[0].payload, HasSubstr("<user entity='xmpp:garden@rooms.shop.example/j'"));
  EXPECT_THAT(to_romeo[0].payload, Not(HasSubstr("forum.example")));
  EXPECT_THAT(to_juliet[0].payload, HasSubstr("<user entity='xmpp:garden@rooms.shop.example/r'"));
  EXPECT_THAT(changed_, HasSubstr("<user-count>2</user-count>"));
  const std::string answer =
      replace(replace(offer(to_romeo[0].id), "session-initiate", "session-accept"), "'voice'", "'0'");
  EXPECT_EQ(handle(juliet_, answer).error().kind, ErrorKind::item_not_found) << "it is romeo's session";
  ASSERT_TRUE(handle(romeo_, answer));
  EXPECT_EQ(handle(romeo_, answer).error().kind, ErrorKind::unexpected_request);
  const auto answered = std::ranges::count_if(engine_.lines, [](const auto* line) { return !line->answer.empty(); });
  EXPECT_EQ(answered, 1);
}

TEST_F(ConferenceTest, TellsThoseWhoComeLaterWhatIsMuted) {
  const auto info = [&](const std::string& verb) {
    return session("session-info", "s1", "<" + verb + " xmlns='urn:xmpp:jingle:apps:rtp:info:1' name='voice'/>");
  };
  const auto accept_the_other = [&] {
    const std::string sid = take(juliet_, "session-initiate").at(0).id;
    take();
    EXPECT_TRUE(handle(juliet_, replace(replace(offer(sid), "session-initiate", "session-accept"), "'voice'", "'0'")));
  };
  come_in(romeo_, "s1", "1");
  ASSERT_TRUE(handle(romeo_, info("mute")));
  come_in(juliet_, "s1", "2");
  EXPECT_THAT(take(juliet_, "session-info"), ::testing::Each(::testing::Field(&Sent::payload, Not(HasSubstr("mute")))));
  accept_the_other();
  ASSERT_EQ(take(juliet_, "session-info").size(), 1U);
  EXPECT_THAT(take(juliet_, "session-info")[0].payload, HasSubstr("<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1'"));
  ASSERT_TRUE(handle(romeo_, info("unmute")));
  ASSERT_TRUE(handle(juliet_, session("session-terminate", "s1")));
  come_in(juliet_, "s2", "3");
  accept_the_other();
  EXPECT_THAT(take(juliet_, "session-info"), IsEmpty());
}

TEST_F(ConferenceTest, EndsAStreamForThoseWhoHaveIt) {
  come_in(romeo_, "s1", "1");
  come_in(juliet_, "s1", "2");
  take();
  ASSERT_TRUE(handle(romeo_, session("session-terminate", "s1", "<reason><success/></reason>")));
  EXPECT_EQ(take(juliet_, "session-terminate").size(), 1U);
  EXPECT_EQ(take(romeo_, "session-terminate").size(), 1U) << "of what came from juliet";
  EXPECT_THAT(changed_, HasSubstr("<user-count>1</user-count>"));
  EXPECT_FALSE(conference_.has(*FullJid::parse(romeo_)));
  EXPECT_EQ(over_, 0);
  ASSERT_TRUE(handle(juliet_, session("session-terminate", "s1")));
  EXPECT_EQ(over_, 1);
  EXPECT_THAT(engine_.lines, IsEmpty());
}

TEST_F(ConferenceTest, TellsAllWhenTheEngineDies) {
  come_in(romeo_, "s1", "1");
  come_in(juliet_, "s1", "2");
  take();
  for (auto* line : std::vector(engine_.lines)) {
    if (std::ranges::find(engine_.lines, line) != engine_.lines.end()) std::function(line->events.over)("it has died");
  }
  for (const char* who : {romeo_, juliet_}) {
    bool is_told = false;
    for (const Sent& each : take(who, "session-terminate")) {
      is_told = is_told || (each.payload.find("sid='s1'") != std::string::npos &&
                            each.payload.find("<connectivity-error/>") != std::string::npos);
    }
    EXPECT_TRUE(is_told) << who;
  }
  EXPECT_TRUE(conference_.empty());
  EXPECT_EQ(over_, 1);
}

TEST_F(ConferenceTest, HearsNobodyWithoutVoice) {
  come_in(romeo_, "s1", "1", false);
  EXPECT_THAT(engine_.told, ElementsAre("1 silent"));
  EXPECT_THAT(changed_, HasSubstr("muted-via-focus"));
  conference_.set_voice(*FullJid::parse(romeo_), true);
  EXPECT_THAT(engine_.told, ElementsAre("1 silent", "1 heard"));
  EXPECT_THAT(changed_, Not(HasSubstr("muted-via-focus")));
}

TEST_F(ConferenceTest, PassesMuteOnByTheNameThatTheOthersHave) {
  come_in(romeo_, "s1", "1");
  come_in(juliet_, "s1", "2");
  take();
  const std::string mute = "<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1' creator='initiator' name='voice'/>";
  ASSERT_TRUE(handle(romeo_, session("session-info", "s1", mute)));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].to, juliet_);
  EXPECT_THAT(sent_[0].payload,
              HasSubstr("<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1' creator='initiator' name='0'/>"));
  take();
  EXPECT_EQ(handle(romeo_, session("session-info", "s1", replace(mute, "voice", "no"))).error().kind,
            ErrorKind::bad_request);
  EXPECT_EQ(handle(romeo_, session("session-info", "s1", replace(mute, "mute", "boo"))).error().kind,
            ErrorKind::feature_not_implemented);
  ASSERT_TRUE(handle(romeo_, session("session-info", "s1"))) << "a ping";
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(ConferenceTest, RefusesWhatIsHostile) {
  EXPECT_EQ(join(romeo_, offer("")).error().kind, ErrorKind::bad_request);
  EXPECT_EQ(join(romeo_, offer(std::string(65, 's'))).error().kind, ErrorKind::bad_request);
  EXPECT_EQ(join(romeo_, offer("s1", "both")).error().kind, ErrorKind::bad_request);
  EXPECT_TRUE(conference_.empty());
  come_in(romeo_, "s1", "1");
  EXPECT_EQ(join(romeo_, offer("s1")).error().kind, ErrorKind::conflict);
  ASSERT_TRUE(join(romeo_, offer("s2")));
  ASSERT_TRUE(join(romeo_, offer("s3")));
  EXPECT_EQ(join(romeo_, offer("s4")).error().kind, ErrorKind::resource_constraint);
  ASSERT_TRUE(join(juliet_, offer("s1"))) << "a session of another's by the same name";
  ASSERT_TRUE(join("nurse@forum.example/c", offer("s1")));
  for (int i = 0; i < 1000; ++i) {
    const std::string who = "u" + std::to_string(i) + "@shop.example/x";
    EXPECT_EQ(join(who.c_str(), offer("s1")).error().kind, ErrorKind::resource_constraint);
  }
  EXPECT_EQ(conference_.size(), 3U);
  EXPECT_EQ(handle(juliet_, session("session-terminate", "s2")).error().kind, ErrorKind::item_not_found) << "romeo's";
  EXPECT_EQ(handle("x@shop.example/x", session("session-terminate", "s1")).error().kind, ErrorKind::item_not_found);
  EXPECT_EQ(handle(romeo_, session("content-add", "s1")).error().kind, ErrorKind::feature_not_implemented);
  EXPECT_EQ(handle(romeo_, session("session-accept", "s1")).error().kind, ErrorKind::unexpected_request);
}

TEST_F(ConferenceTest, EndsSessionsThatComeBack) {
  come_in(romeo_, "s1", "1");
  come_in(juliet_, "s1", "2");
  const auto called = take(romeo_, "session-initiate");
  ASSERT_EQ(called.size(), 1U);
  const size_t lines = engine_.lines.size();
  conference_.bounce(*FullJid::parse(romeo_), called[0].id);
  EXPECT_EQ(engine_.lines.size(), lines - 1);
}

TEST_F(ConferenceTest, RemovesThoseWhoAreOutOfTheRoom) {
  come_in(romeo_, "s1", "1");
  come_in(juliet_, "s1", "2");
  take();
  conference_.remove(*FullJid::parse(romeo_), "gone", "You are not in the room of this call any more.");
  const auto told = take(romeo_, "session-terminate");
  ASSERT_FALSE(told.empty());
  EXPECT_THAT(told[0].payload, HasSubstr("<reason><gone/>"));
  EXPECT_EQ(conference_.size(), 1U);
}

}  // namespace
}  // namespace teahouse::conferences::conference_test
