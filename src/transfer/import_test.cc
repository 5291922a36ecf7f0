// Imports that end badly: cut short, killed, made up, or larger than a plan; nothing is left of them.
#include <gtest/gtest.h>

#include "transfer/tar.h"
#include "transfer/testing/transfer_world.h"

namespace teahouse::transfer::import_test {
namespace {

using testing::House;
class Imports : public testing::TransferWorld {};

TEST_F(Imports, OfAnExportThatIsCutShortNothingIsLeft) {
  const std::string bytes = from_.export_of(shop_);
  for (size_t end = 0; end + 2 * tar_block_bytes < bytes.size(); end += 2 * tar_block_bytes + 100) {
    const auto made = to_.import(bytes.substr(0, end), {}, 4096);
    ASSERT_FALSE(made) << end;
    EXPECT_EQ(made.error().kind, ErrorKind::bad_request) << made.error().text;
    EXPECT_EQ(to_.tenants.find("shop"), nullptr);
  }
  to_.expect_nothing(static_cast<TenantId>(100));
  EXPECT_EQ(to_.files_on_disk(), 0u);
  EXPECT_TRUE(to_.import(bytes));
}

// The import stands still for ever, as it does in a crash; the tables are read anew, as a start does.
TEST_F(Imports, OfACrashAtEachStepTheNextStartRemovesAll) {
  const std::string bytes = from_.export_of(shop_);
  for (size_t end = 3000; end < bytes.size(); end += 20'000) {
    const auto made = to_.wait(to_.tenants.begin_arrival(to_.home, {{"shop", "shop.example"}}, "operator"));
    ASSERT_TRUE(made);
    to_.data.map(made->tenant->id, "roster").store("ann@shop.example", "bob@shop.example", "x");
    Tenants anew(*to_.control, to_.clock, to_.keys, to_.audit);
    anew.add_tables(Accounts::tables());
    anew.set_wipe([this](Executor& at, TenantPtr tenant) { return House::wipe(to_, at, std::move(tenant)); });
    ASSERT_TRUE(anew.load_all());
    const TenantPtr left = anew.find("shop");
    ASSERT_TRUE(left);
    EXPECT_TRUE(left->being_removed && !anew.is_arriving(left->id));
    EXPECT_TRUE(to_.wait(anew.remove(to_.home, "shop")));
    EXPECT_EQ(to_.rows_of(left->id), "none");
    EXPECT_TRUE(to_.rows(left->id).empty());
    EXPECT_TRUE(to_.wait(to_.tenants.cancel_arrival(to_.home, made->tenant)));
  }
}

// Takes an export apart and puts it together again, with some of it changed.
struct Entry {
  std::string name, bytes;
};
std::vector<Entry> entries_of(std::string_view all) {
  std::vector<Entry> entries;
  while (true) {
    const auto head = parse_tar_head(all.substr(0, tar_block_bytes));
    if (!head || !*head) return entries;
    const auto bytes = static_cast<size_t>((*head)->bytes);
    entries.push_back({(*head)->name, std::string(all.substr(tar_block_bytes, bytes))});
    all.remove_prefix(tar_block_bytes + bytes + tar_padding(bytes));
  }
}
std::string join(const std::vector<Entry>& entries) {
  std::string all;
  for (const Entry& entry : entries) {
    all += write_tar_head(entry.name, entry.bytes.size(), 0) + entry.bytes;
    all.append(tar_padding(entry.bytes.size()), '\0');
  }
  return all + write_tar_end();
}

TEST_F(Imports, RefusesWhatIsNoSuchExport) {
  const std::vector<Entry> good = entries_of(from_.export_of(shop_));
  const auto with = [&](const std::function<void(std::vector<Entry>&)>& change) {
    std::vector<Entry> entries = good;
    change(entries);
    return to_.refusal(join(entries));
  };
  const auto replaced = [&](size_t entry, const std::string& old, const std::string& other) {
    return with([&](std::vector<Entry>& all) {
      const size_t at = all[entry].bytes.find(old);
      ASSERT_NE(at, std::string::npos) << old;
      all[entry].bytes.replace(at, old.size(), other);
    });
  };
  const auto insert = [&](const std::string& name, const std::string& bytes) {
    return with([&](std::vector<Entry>& all) { all.insert(all.begin() + 1, {name, bytes}); });
  };
  const auto has = [](const std::string& text, const char* words) { return text.find(words) != std::string::npos; };
  EXPECT_EQ(to_.refusal(join(good)), "it was taken");
  ASSERT_TRUE(to_.wait(to_.tenants.remove(to_.home, "shop")));

  EXPECT_TRUE(has(to_.refusal("this is a text"), "cut short"));
  EXPECT_TRUE(has(to_.refusal(std::string(4096, 'x')), "no tar archive"));
  EXPECT_TRUE(has(with([](auto& all) { all.erase(all.begin()); }), "does not begin with tenant.json"));
  EXPECT_TRUE(has(replaced(0, "\"version\":1", "\"version\":2"), "newer Teahouse"));
  EXPECT_TRUE(has(replaced(0, "teahouse-export", "another-export"), "no export of Teahouse"));
  EXPECT_TRUE(has(replaced(0, "\"plan\":\"default\"", "\"plan\":\"gold\""), "gold"));
  EXPECT_TRUE(has(replaced(0, "\"name\":\"shop\"", "\"name\":[]"), "'name'"));
  EXPECT_TRUE(has(replaced(1, "shop.example", "forum.example"), "host"));
  EXPECT_TRUE(has(replaced(1, "name='ann'", "name='Ann@x'"), "users/ann.xml"));
  EXPECT_TRUE(has(with([](auto& all) { all.insert(all.begin() + 2, all[1]); }), "twice"));
  EXPECT_TRUE(has(insert("../../etc/passwd", "x"), "leads out"));
  EXPECT_TRUE(has(insert("/etc/passwd", "x"), "leads out"));
  EXPECT_TRUE(has(insert("what/ever", "x"), "such an entry"));
  EXPECT_TRUE(has(insert("rest/x.jsonl", "{"), "line 1"));
  EXPECT_TRUE(has(insert("rest/x.jsonl", R"({"map":"objects","key":"a","entry":"b","value":"c"})"), "objects"));
  EXPECT_TRUE(has(insert("rest/x.jsonl", R"({"map":"files","key":"all","entry":"b","value":"c"})"), "files"));
  EXPECT_TRUE(has(
      insert(
          "rest/x.jsonl",
          R"({"archive":"archive","owner":"a@forum.example","id":"0000000000100000","at_ms":0,"with":"","stanza":""})"),
      "not at a domain"));
  EXPECT_TRUE(has(insert("rest/x.jsonl", R"({"archive":"archive","owner":"ann@shop.example","id":"ffffffffffffffff",)"
                                         R"("at_ms":0,"with":"","stanza":""})"),
                  "a clock"));
  EXPECT_TRUE(has(insert("rest/x.jsonl", R"({"map":"roster","key":"of @","entry":"b","value":""})"), "no address"));
  EXPECT_TRUE(has(with([](auto& all) { all.back().bytes = R"({"users":3,"rows":1,"files":2})"; }), "not whole"));
  EXPECT_TRUE(has(with([](auto& all) { all.pop_back(); }), "cut short"));
  EXPECT_TRUE(has(with([](auto& all) { all.push_back(all[1]); }), "behind the end"));
  EXPECT_TRUE(has(with([](auto& all) { all[all.size() - 2].bytes.back() ^= 1; }), "SHA-256"));
  EXPECT_TRUE(has(with([](auto& all) { all[all.size() - 2].bytes += "more"; }), "another length"));
  EXPECT_TRUE(has(with([](auto& all) { all.erase(all.end() - 2); }), "missing"));
  to_.expect_nothing(static_cast<TenantId>(60));
  EXPECT_EQ(to_.files_on_disk(), 0u);
}

TEST_F(Imports, PlansBoundWhatComes) {
  for (const auto& [limit, value, words] :
       {std::tuple<int64_t PlanLimits::*, int64_t, const char*>{&PlanLimits::accounts, 2, "2 accounts"},
        {&PlanLimits::archive_bytes, 1000, "1000 bytes"},
        {&PlanLimits::file_bytes, 100, "100 bytes"},
        {&PlanLimits::files_total_bytes, 100, "100 bytes"}}) {
    Plan plan;
    plan.name = "small";
    plan.limits.*limit = value;
    ASSERT_TRUE(to_.wait(to_.tenants.set_plan(to_.home, plan)));
    const std::string refusal = to_.refusal(from_.export_of(shop_), {"", "", "small"});
    EXPECT_NE(refusal.find(words), std::string::npos) << refusal;
  }
  EXPECT_EQ(to_.tenants.find("shop"), nullptr);
}

}  // namespace
}  // namespace teahouse::transfer::import_test
