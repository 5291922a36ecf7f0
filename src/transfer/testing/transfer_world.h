// TransferWorld: two houses, and in the first two tenants with something of everything. For tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "files/disk_store.h"
#include "store/memory/memory_plane.h"
#include "store/testing/temp_directory.h"
#include "tenant/testing/tenant_world.h"
#include "transfer/transfer.h"

namespace teahouse::transfer::testing {

using Lines = std::vector<std::string>;

inline Task<Result<std::string>> next_piece(std::string* left, size_t bytes) {
  std::string piece = left->substr(0, bytes);
  left->erase(0, bytes);
  co_return piece;
}

// A server without its loops.
struct House : ::teahouse::testing::TenantWorld {
  House() : TenantWorld(Accounts::migrations(), Accounts::tables()) {
    tenants.set_wipe([this](Executor& at, TenantPtr tenant) { return wipe(*this, at, std::move(tenant)); });
  }
  static Task<Result<void>> wipe(House& self, Executor& at, TenantPtr tenant) {
    auto files_gone = co_await self.files.remove_tenant(at, tenant->id);
    if (!files_gone) co_return files_gone;
    auto gone = co_await self.data.remove_tenant(at, tenant->id);
    co_return gone;
  }

  std::string read(std::shared_ptr<http::BodySource> stream) {
    std::string all;
    while (true) {
      const auto piece = wait(stream->read(1000));
      if (!piece) return "broken off: " + piece.error().text;
      if (piece->empty()) return all;
      all += piece->view();
    }
  }
  std::string export_of(const TenantPtr& tenant) { return read(*transfer.export_tenant(files, home, tenant)); }
  Result<TenantPtr> import(std::string bytes, ImportWanted wanted = {}, size_t piece_bytes = 700) {
    const auto made = wait(transfer.import(
        files, home, [&bytes, piece_bytes] { return next_piece(&bytes, piece_bytes); }, std::move(wanted), "operator"));
    return made ? Result<TenantPtr>(made->tenant) : Result<TenantPtr>(made.error());
  }
  std::string refusal(std::string bytes, ImportWanted wanted = {}) {
    const auto made = import(std::move(bytes), std::move(wanted));
    return made ? "it was taken" : made.error().text;
  }

  Lines rows(TenantId tenant) {
    Lines all;
    EXPECT_TRUE(wait(data.export_tenant(home, tenant, [&](std::string line) { all.push_back(std::move(line)); })));
    std::sort(all.begin(), all.end());
    return all;
  }
  Lines accounts_of(TenantId tenant) {
    const auto found = control->execute_now(
        {"SELECT localpart, name, picture, role, scram, created_ms, user_id, expires_ms, incarnation, disabled FROM "
         "accounts WHERE tenant_id = ? ORDER BY localpart",
         {to_value(tenant)}});
    Lines all;
    for (const store::Row& row : found->rows) {
      std::string line;
      for (const store::Value& value : row) {
        line += (value.index() == 1 ? std::to_string(store::as_int(value)) : store::as_text(value)) + "|";
      }
      all.push_back(std::move(line));
    }
    return all;
  }
  size_t files_on_disk() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
      count += entry.is_regular_file();
    }
    return count;
  }
  std::string read_file(const TenantPtr& tenant, const std::string& id) {
    const auto file = wait(files.find(home, tenant->id, id));
    return file ? read(*wait(files.objects().open(home, tenant->id, file->digest))) : file.error().text;
  }
  void expect_nothing(TenantId last) {
    for (uint64_t id = 1; id <= raw(last) + 3; ++id) {
      if (tenants.find(static_cast<TenantId>(id))) continue;
      EXPECT_EQ(rows_of(static_cast<TenantId>(id)), "none");
      EXPECT_TRUE(rows(static_cast<TenantId>(id)).empty());
    }
  }

  store::MemoryPlane data;
  Accounts accounts{*control, clock, seal_key};
  ::teahouse::testing::TempDirectory directory;
  Files files{data, clock, open_disk_store(directory.path() + "/files").value()};
  Transfer transfer{{*control, data, tenants, accounts, clock}};
};

class TransferWorld : public ::testing::Test {
 protected:
  TransferWorld() {
    shop_ = from_
                .try_tenant({"shop",
                             "shop.example",
                             {},
                             {{"title", std::string("The Shop")},
                              {"theme", std::string(R"({"color":"#0a7"})")},
                              {"origins", std::vector<std::string>{"https://shop.example"}},
                              {"guests", true},
                              {"modules", std::string(R"({"muc":{"history_messages":7}})")}}})
                .value();
    forum_ = from_.make_tenant("forum", "forum.example");
    for (const TenantPtr& tenant : {shop_, forum_}) fill(tenant);
  }

  void make_account(const TenantPtr& tenant, const std::string& localpart, AccountChange details = {},
                    const std::string& password = {}) {
    EXPECT_TRUE(from_.wait(from_.accounts.create(from_.home, tenant, localpart, password, std::move(details))));
  }
  void append(const TenantPtr& tenant, const char* archive, const std::string& owner, int64_t at_ms,
              const std::string& with, const std::string& text) {
    const auto id = static_cast<store::ArchiveId>(static_cast<uint64_t>(store::first_id_at(at_ms)) + ++number_);
    from_.data.archive(tenant->id, archive)
        .append(owner,
                {id, with, "<message xmlns='jabber:client' from='" + with + "'><body>" + text + "</body></message>",
                 at_ms});
  }
  void keep_file(const TenantPtr& tenant, const std::string& bytes, const std::string& owner) {
    auto upload = from_.wait(from_.files.objects().begin(from_.home, tenant->id));
    auto room = from_.files.take_room(*tenant, static_cast<int64_t>(bytes.size()));
    ASSERT_TRUE(from_.wait((*upload)->write(bytes)));
    FileInfo file{make_file_id(++number_ + 1000),     owner, "tea.txt", "application/octet-stream", {},
                  static_cast<int64_t>(bytes.size()), 77};
    ASSERT_TRUE(from_.wait(from_.files.keep(from_.home, tenant, std::move(file), **upload)));
    room->keep();
  }
  // Of everything something, at both tenants.
  void fill(const TenantPtr& tenant) {
    const std::string domain = tenant->domain(), name = tenant->name;
    AccountChange moderator;
    moderator.role = "moderator";
    moderator.disabled = true;
    moderator.name = "Bob of " + name;
    make_account(tenant, "ann", {}, "secret of ann");
    make_account(tenant, "bob", moderator);
    make_account(tenant, "zoë");
    const auto map = [&](const char* store) { return from_.data.map(tenant->id, store); };
    const std::string ann = "ann@" + domain, bob = "bob@" + domain, room = "tea@rooms." + domain;
    map("roster").store(ann, bob, "<item jid='" + bob + "' subscription='both' listed='1'/>");
    map("roster").store("of " + bob, ann, "");
    map("private").store(bob, "x y", "<x xmlns='y'>" + name + " for bob</x>");
    map("blocking").store(ann, "eve@other.example", "");
    map("pubsub_items").store(ann, std::string("node\0\x00\xff\x80", 8), "<item>" + name + "</item>");
    map("rooms").store("list", room, R"({"name":"Tea at )" + name + R"(","persistent":true})");
    map("rooms").store(room, "a:" + ann, R"({"affiliation":"owner"})");
    map("rooms").store("of " + ann, room, "");
    for (int64_t at = 1; at <= 30; ++at) {
      append(tenant, "archive", ann, at, bob, "to ann, of " + name + ", write to bob@" + domain + " soon");
      append(tenant, "archive", bob, at, ann, "to bob, of " + name);
      append(tenant, "rooms", room, at, ann, "in the room of " + name);
    }
    append(tenant, "reports", domain, 50, ann, "spam at " + name);
    map("push").store(ann, "device", "this server's alone");  // stays
    from_.data.archive(tenant->id, "events").append("all", {store::first_id_at(9), "", "an event", 9});
    keep_file(tenant, std::string(1500, 'f') + name, ann);
    keep_file(tenant, "of the site " + name, "");
  }
  // The rows of stores that leave.
  static Lines leaving(Lines rows) {
    std::erase_if(
        rows, [](const std::string& row) { return row.starts_with("m\tpush\t") || row.starts_with("a\tevents\t"); });
    return rows;
  }

  House from_, to_;
  TenantPtr shop_, forum_;
  uint64_t number_ = 0;
};

}  // namespace teahouse::transfer::testing
