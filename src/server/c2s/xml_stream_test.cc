#include "server/c2s/xml_stream.h"

#include <gtest/gtest.h>

#include "server/c2s/testing/stream_world.h"

namespace teahouse::c2s::xml_stream_test {
namespace {

constexpr StreamKind server_stream{"server", "jabber:server"};

class XmlStreamTest : public ::testing::Test, public XmlStream::Events {
 protected:
  XmlStreamTest() {
    auto transport = std::make_unique<testing::FakeTransport>(loop_, stream_.transport_events());
    wire_ = transport.get();
    stream_.start(std::move(transport));
  }
  void on_header(const xml::Element& header) override { heard_ += "header to " + text(header.attribute("to")) + ";"; }
  void on_element(xml::Document element) override { heard_ += std::string(element.root().name()) + ";"; }
  void on_over() override { heard_ += "over;"; }
  void on_secure() override { heard_ += "secure;"; }
  void on_drained() override {}
  void on_gone(std::string_view) override { heard_ += "gone;"; }
  std::string_view domain() const override { return "a.example"; }
  std::shared_ptr<void> share() override { return nullptr; }
  static std::string text(std::optional<std::string_view> value) { return std::string(value.value_or("")); }

  FakeClock clock_;
  net::Loop loop_{0, clock_};
  XmlStream stream_{server_stream, *this};
  testing::FakeTransport* wire_ = nullptr;
  std::string heard_;
};

TEST_F(XmlStreamTest, BeginsWithAHeaderOfItsKind) {
  wire_->header("version='1.0' to='a.example'", "jabber:server");
  stream_.open("b.example");
  wire_->element("<message xmlns='jabber:server'/>");
  EXPECT_EQ(heard_, "header to a.example;message;");
  EXPECT_EQ(wire_->sent, (std::vector<std::string>{"<stream xmlns='jabber:server' from='a.example' to='b.example'>"}));
}

// XEP-0114: a component's header has no version.
TEST_F(XmlStreamTest, AsksForAVersionOfVersionedKindsAlone) {
  const StreamKind component{"component", "jabber:component:accept", false};
  XmlStream stream(component, *this);
  auto transport = std::make_unique<testing::FakeTransport>(loop_, stream.transport_events());
  testing::FakeTransport& wire = *transport;
  stream.start(std::move(transport));
  wire.header("to='a.example'", "jabber:component:accept");
  EXPECT_EQ(heard_, "header to a.example;");
  EXPECT_EQ(stream.open({}).size(), 22U);
  EXPECT_NE(stream.open({}), stream.open({}));
}

TEST_F(XmlStreamTest, EndsWhatBeginsOtherwise) {
  const struct {
    std::string attributes;
    std::string_view ns;
    std::string condition;
  } wrong[] = {{"version='1.0'", "jabber:client", "invalid-namespace"},
               {"version='0.9'", "jabber:server", "unsupported-version"},
               {"", "jabber:server", "unsupported-version"}};
  for (const auto& each : wrong) {
    XmlStream stream(server_stream, *this);
    auto transport = std::make_unique<testing::FakeTransport>(loop_, stream.transport_events());
    testing::FakeTransport& wire = *transport;
    stream.start(std::move(transport));
    heard_.clear();
    wire.header(each.attributes, each.ns);
    EXPECT_EQ(heard_, "over;");
    EXPECT_EQ(wire.sent.size(), 3U) << "a header of ours, the error, the end: " << wire.all();
    EXPECT_TRUE(wire.has("<" + each.condition)) << wire.all();
  }
  wire_->element("<message xmlns='jabber:server'/>");
  EXPECT_TRUE(wire_->has("<bad-format")) << wire_->all();
}

TEST_F(XmlStreamTest, HasOneHeaderUntilItIsRestarted) {
  wire_->header("version='1.0' to='a.example'", "jabber:server");
  stream_.open({});
  stream_.restart();
  wire_->header("version='1.0' to='a.example'", "jabber:server");
  stream_.open({});
  EXPECT_FALSE(stream_.is_over());
  wire_->header("version='1.0' to='a.example'", "jabber:server");
  EXPECT_TRUE(wire_->has("<bad-format")) << wire_->all();
}

TEST_F(XmlStreamTest, IsOverOnce) {
  wire_->header("version='1.0' to='a.example'", "jabber:server");
  stream_.open({});
  stream_.end("conflict", "why & how", "<mine xmlns='m'/>");
  stream_.end("reset", "");
  stream_.close();
  wire_->events.on_fault(xml::StreamFault::not_well_formed, "");
  wire_->events.on_element(*xml::Document::parse(SharedBytes("<late/>")));
  wire_->events.on_header(xml::Document::parse(SharedBytes("<late/>"))->root(), "jabber:server");
  EXPECT_EQ(heard_, "header to a.example;over;");
  ASSERT_EQ(wire_->sent.size(), 3U) << wire_->all();
  EXPECT_TRUE(wire_->has("why &amp; how") && wire_->has("<mine xmlns='m'/>")) << wire_->all();
  wire_->events.on_gone("the peer closed");
  EXPECT_EQ(heard_, "header to a.example;over;gone;");
}

TEST_F(XmlStreamTest, AnErrorOfThePeersIsAnsweredByTheEndAlone) {
  wire_->header("version='1.0' to='a.example'", "jabber:server");
  stream_.open({});
  wire_->element("<s:error xmlns:s='http://etherx.jabber.org/streams'/>");
  EXPECT_TRUE(stream_.is_over());
  EXPECT_FALSE(wire_->has("error")) << wire_->all();
}

}  // namespace
}  // namespace teahouse::c2s::xml_stream_test
