#include "modules/upload/upload_module.h"

#include <gtest/gtest.h>

#include <vector>

#include "files/disk_store.h"
#include "files/files.h"
#include "server/testing/session_world.h"
#include "store/testing/temp_directory.h"
#include "xmpp/namespaces.h"

namespace teahouse::upload_module_test {
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
  FileInfo keep(const TenantPtr& tenant, const std::string& owner, const std::string& bytes) {
    auto upload = world_.wait(files_.objects().begin(world_.home, tenant->id));
    EXPECT_TRUE(upload && world_.wait((*upload)->write(bytes)));
    FileInfo file;
    file.id = make_file_id(world_.clock.wall_ms());
    file.owner = owner;
    file.name = "tea.jpg";
    file.bytes = static_cast<int64_t>(bytes.size());
    return world_.wait(files_.keep(world_.home, tenant, std::move(file), **upload)).value();
  }
  bool is_there(const TenantPtr& tenant, const FileInfo& file) {
    return world_.wait(files_.find(world_.home, tenant->id, file.id)).has_value();
  }
  // A message of the author's that names these files is taken back from an archive of the shop.
  void retract(const std::string& author, bool by_author, const std::vector<FileInfo>& files) {
    std::string body = "<body>Look:";
    for (const FileInfo& file : files) body += " https://upload.shop.example/" + file.id + "/tea.jpg";
    const Stanza said = Stanza::make(StanzaKind::message, StanzaType::chat, body + "</body>");
    const HostPtr host = home_.hosts().find("shop.example");
    home_.hooks().message_retracted(RetractedMessage{host, *BareJid::parse(author), by_author, said});
    turn();
  }
  void wait_until_gone(const TenantPtr& tenant, const FileInfo& file) {
    while (is_there(tenant, file)) loop_.run_once(10);
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

TEST_F(UploadModuleTest, FilesGoWithTheMessageOfTheirOwnerThatIsTakenBack) {
  plane_.hold_commits(false);
  const FileInfo own = keep(world_.shop, "ann@shop.example", "a"), next = keep(world_.shop, "ann@shop.example", "b"),
                 others = keep(world_.shop, "bo@shop.example", "c"),
                 forums = keep(world_.forum, "ann@forum.example", "d");
  retract("ann@forum.example", false, {own, next, others, forums});  // a moderator of another tenant's room
  retract("cid@shop.example", true, {own, next, others, forums});
  for (const FileInfo& file : {own, next, others}) EXPECT_TRUE(is_there(world_.shop, file));
  EXPECT_TRUE(is_there(world_.forum, forums));
  retract("ann@shop.example", true, {own, others, forums});
  wait_until_gone(world_.shop, own);
  EXPECT_TRUE(is_there(world_.shop, next) && is_there(world_.shop, others));
  retract("ann@forum.example", true, {next, forums});
  wait_until_gone(world_.forum, forums);
  EXPECT_TRUE(is_there(world_.shop, next)) << "it is of the shop's ann";
  retract("bo@shop.example", false, {others});
  wait_until_gone(world_.shop, others);
}

TEST_F(UploadModuleTest, TakesNothingNewWhileTheDiskIsFull) {
  plane_.health().raise(store::DiskHealth::little_space);
  const std::string refused = ask(*shop_, shop_wire_, "upload.shop.example", "filename='a' size='5'");
  EXPECT_TRUE(has(refused, "<error type='wait'><resource-constraint ")) << refused;
}

}  // namespace
}  // namespace teahouse::upload_module_test
