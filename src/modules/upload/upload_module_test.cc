#include "modules/upload/upload_module.h"

#include <gtest/gtest.h>

#include "files/disk_store.h"
#include "files/files.h"
#include "server/testing/session_world.h"
#include "store/testing/temp_directory.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

struct UploadModuleTest : testing::SessionWorld {
  UploadModuleTest() {
    shared_.files = &files_;
    home_.modules().add(std::make_unique<UploadModule>());
  }
  // The answer to a request for a slot, as XML.
  std::string ask(Session& session, testing::Wire& wire, const std::string& host, const std::string& attributes) {
    Stanza iq =
        Stanza::make(StanzaKind::iq, StanzaType::get, "<request xmlns='urn:xmpp:http:upload:0' " + attributes + "/>");
    iq.id = "slot";
    iq.from = session.jid();
    iq.to = *Jid::parse(host);
    wire.last.clear();
    home_.router().route(std::move(iq));
    turn();
    return wire.last;
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

  testing::TempDirectory directory_;
  Files files_{plane_, world_.clock, open_disk_store(directory_.path() + "/files").value()};
};

TEST_F(UploadModuleTest, GivesASlotAtItsOwnTenantsHostAlone) {
  const std::string slot = ask(*shop_, shop_wire_, "upload.shop.example", "filename='tea.jpg' size='5'");
  EXPECT_TRUE(has(slot, "<put url='https://upload.shop.example/")) << slot;
  EXPECT_TRUE(has(slot, "/tea.jpg'><header name='Authorization'>Bearer ")) << slot;
  const std::string refused = ask(*forum_, forum_wire_, "upload.shop.example", "filename='tea.jpg' size='5'");
  EXPECT_TRUE(has(refused, "<forbidden ")) << refused;
}

TEST_F(UploadModuleTest, SaysWhenAnAccountMayAskAgain) {
  const auto ask_shop = [this] { return ask(*shop_, shop_wire_, "upload.shop.example", "filename='a' size='5'"); };
  for (int64_t i = 0; i < UploadModule::slots_per_min; ++i) EXPECT_TRUE(has(ask_shop(), "<slot ")) << i;
  const std::string refused = ask_shop();
  EXPECT_TRUE(has(refused, "<error type='wait'><resource-constraint ")) << refused;
  EXPECT_TRUE(has(refused,
                  "<retry xmlns='urn:xmpp:http:upload:0' stamp='" + format_time(world_.clock.wall_ms() + 1000) + "'/>"))
      << refused;
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, "upload.forum.example", "filename='a' size='5'"), "<slot "));
  world_.clock.advance_ms(1000);
  EXPECT_TRUE(has(ask_shop(), "<slot "));
}

TEST_F(UploadModuleTest, TakesNothingNewWhileTheDiskIsFull) {
  plane_.health().raise(store::DiskHealth::little_space);
  const std::string refused = ask(*shop_, shop_wire_, "upload.shop.example", "filename='a' size='5'");
  EXPECT_TRUE(has(refused, "<error type='wait'><resource-constraint ")) << refused;
}

}  // namespace
}  // namespace teahouse
