#include "modules/push/service.h"

#include <gmock/gmock.h>

namespace teahouse::push::service_test {
namespace {

using ::testing::HasSubstr;

Result<Service> enable(const std::string& xml) {
  const auto document = xml::Document::parse_own(SharedBytes("<enable xmlns='urn:xmpp:push:0' " + xml));
  return document ? read_enable(document->root(), 7) : Result<Service>(document.error());
}

constexpr char form[] =
    "<x xmlns='jabber:x:data' type='submit'><title>Much</title><field var='FORM_TYPE' type='hidden'><value>http://"
    "jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>a&lt;b&amp;</value></field>"
    "<field var='two' label='x'><value>1</value><value>2</value></field></x>";

TEST(PushService, ItsRowIsReadAsItWasWritten) {
  auto service = enable("jid='push.example' node='a&apos;b'>" + std::string(form) + "</enable>");
  ASSERT_TRUE(service) << service.error().text;
  EXPECT_EQ(service->node, "a'b");
  EXPECT_EQ(service->options,
            "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/"
            "protocol/pubsub#publish-options</value></field><field var='secret'><value>a&lt;b&amp;</value></field>"
            "<field var='two'><value>1</value><value>2</value></field></x>");
  service->shows_text = true;
  const auto read = read_service(service->id, write_service(*service));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->jid, service->jid);
  EXPECT_EQ(read->node, service->node);
  EXPECT_EQ(read->options, service->options);
  EXPECT_EQ(read->created_ms, 7);
  EXPECT_TRUE(read->shows_text);
  EXPECT_FALSE(read_service("another", write_service(*service)));
}

TEST(PushService, IsOneForEachAddressAndNode) {
  const auto id = [](const std::string& xml) { return enable(xml)->id; };
  EXPECT_EQ(id("jid='push.example' node='a'/>"), id("jid='PUSH.example' node='a'/>"));
  EXPECT_NE(id("jid='push.example' node='a'/>"), id("jid='push.example' node='b'/>"));
  EXPECT_NE(id("jid='push.example' node='a'/>"), id("jid='push.example'/>"));
  EXPECT_NE(id("jid='push.example' node='a'/>"), id("jid='push.example/a' node=''/>"));
}

TEST(PushService, TellsNobodyWhatWasSaidUnasked) {
  auto service = *enable("jid='push.example' node='a'/>");
  const Summary summary{3, 2, "cy@shop.example/x", std::string(1000, 'x')};
  EXPECT_EQ(make_publish(service, summary),
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='a'><item><notification xmlns='urn:xmpp:"
            "push:0'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:push:"
            "summary</value></field><field var='message-count'><value>3</value></field><field var='pending-"
            "subscription-count'><value>2</value></field></x></notification></item></publish></pubsub>");
  service.shows_text = true;
  EXPECT_THAT(make_publish(service, summary), HasSubstr("<value>" + std::string(body_bytes_max, 'x') + "</value>"));
}

}  // namespace
}  // namespace teahouse::push::service_test
