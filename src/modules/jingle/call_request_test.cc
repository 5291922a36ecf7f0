#include "modules/jingle/call_request.h"

#include <gtest/gtest.h>

namespace teahouse::jingle::call_request_test {
namespace {

std::optional<CallRequest> find(StanzaKind kind, StanzaType type, const std::string& payload) {
  return find_call_request(Stanza::make(kind, type, payload));
}
std::optional<CallRequest> find_message(const std::string& payload) {
  return find(StanzaKind::message, StanzaType::chat, payload);
}
std::optional<CallRequest> find_jingle(const std::string& action, const std::string& contents) {
  return find(StanzaKind::iq, StanzaType::set,
              "<jingle xmlns='urn:xmpp:jingle:1' action='" + action + "' sid='s'>" + contents + "</jingle>");
}
std::string propose(const std::string& descriptions) {
  return "<propose xmlns='urn:xmpp:jingle-message:0' id='c'>" + descriptions + "</propose>";
}
const std::string audio = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>",
                  video = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'/>",
                  file = "<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>";
std::string content(const std::string& description) {
  return "<content creator='initiator' name='0'>" + description + "</content>";
}

TEST(CallRequest, IsAProposal) {
  EXPECT_FALSE(find_message(propose(audio))->has_video);
  EXPECT_TRUE(find_message(propose(audio + video))->has_video);
  EXPECT_TRUE(find_message(propose(audio))->begins);
  EXPECT_TRUE(find_message(propose("")));  // of nothing that is known: it rings all the same
  EXPECT_FALSE(find_message(propose(file)));
  EXPECT_TRUE(find_message(propose(file + video))->has_video);
  EXPECT_FALSE(find(StanzaKind::message, StanzaType::error, propose(audio)));
}

TEST(CallRequest, IsAnInvitation) {
  EXPECT_FALSE(find_message("<invite xmlns='urn:xmpp:call-invites:0'/>")->has_video);
  EXPECT_TRUE(find_message("<invite xmlns='urn:xmpp:call-invites:0' video='true'/>")->has_video);
  EXPECT_TRUE(find_message("<invite xmlns='urn:xmpp:call-invites:0' video='1'/>")->has_video);
  EXPECT_FALSE(find_message("<invite xmlns='urn:example:none'/>"));
}

TEST(CallRequest, IsASessionThatBeginsOrGrows) {
  EXPECT_TRUE(find_jingle("session-initiate", content(audio))->begins);
  EXPECT_TRUE(find_jingle("session-initiate", content(file) + content(video))->has_video);
  EXPECT_FALSE(find_jingle("content-add", content(audio))->begins);
  EXPECT_TRUE(find_jingle("content-add", content(video))->has_video);
  // Media that this program does not know are more than voice.
  EXPECT_TRUE(find_jingle("session-initiate", content("<description xmlns='urn:xmpp:jingle:apps:rtp:1'/>"))->has_video);
  for (const char* action : {"session-accept", "session-terminate", "transport-info", "session-info", ""}) {
    EXPECT_FALSE(find_jingle(action, content(video))) << action;
  }
  EXPECT_FALSE(find_jingle("session-initiate", content(file)));
  EXPECT_FALSE(find_jingle("session-initiate", video));  // in no content
  EXPECT_FALSE(find_jingle("session-initiate", ""));
  EXPECT_FALSE(
      find(StanzaKind::iq, StanzaType::result, "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate'/>"));
}

TEST(CallRequest, IsNoOtherWordOfACall) {
  for (const char* verb : {"ringing", "proceed", "accept", "reject", "retract", "finish"}) {
    EXPECT_FALSE(find_message("<" + std::string(verb) + " xmlns='urn:xmpp:jingle-message:0' id='c'/>")) << verb;
  }
  EXPECT_FALSE(find_message("<body>propose</body>"));
  EXPECT_FALSE(find(StanzaKind::presence, StanzaType::none, propose(audio)));
}

}  // namespace
}  // namespace teahouse::jingle::call_request_test
