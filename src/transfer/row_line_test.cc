#include "transfer/row_line.h"

#include <gtest/gtest.h>

#include "transfer/addresses.h"

namespace teahouse::transfer::row_line_test {
namespace {

store::TenantRow map_row(std::string key, std::string entry, std::string value) {
  store::TenantRow row;
  row.kind = store::WriteKind::store_entry;
  row.store = "last";
  row.key = std::move(key);
  row.entry = std::move(entry);
  row.value = std::move(value);
  return row;
}

TEST(RowLine, ReadsWhatItWrites) {
  for (const auto& row : {map_row("ann@shop.example", "", ""), map_row("a\nb", "\"\\\t", "<x y='é'/>"),
                          map_row("ann@shop.example", std::string("n\0\xff", 3), std::string("\xc3\x28", 2))}) {
    const std::string line = write_row_line(row);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto read = parse_row_line(line);
    ASSERT_TRUE(read) << line;
    EXPECT_EQ(store::to_line(*read), store::to_line(row));
  }
  store::TenantRow row = map_row("ann@shop.example", "bob@shop.example", "<message/>");
  row.kind = store::WriteKind::append_row;
  row.id = static_cast<store::ArchiveId>(static_cast<uint64_t>(store::first_id_at(5000)) + 1);
  for (const int64_t at_ms : {int64_t{-1}, int64_t{0}, int64_t{4999}, int64_t{5000}}) {
    row.at_ms = at_ms;
    const auto read = parse_row_line(write_row_line(row));
    ASSERT_TRUE(read);
    EXPECT_EQ(store::to_line(*read), store::to_line(row));
  }
}

TEST(RowLine, RefusesWhatIsNoRow) {
  for (const char* line :
       {"", "{", "[]", "{}", R"({"map":"a","key":"b","entry":"c"})", R"({"map":1,"key":"b","entry":"c","value":"d"})",
        R"({"map":"a","key64":"?","entry":"c","value":"d"})",
        R"({"archive":"a","owner":"b","id":"0","at_ms":0,"with":"","stanza":""})",
        R"({"archive":"a","owner":"b","id":"0000000000000000","at_ms":0,"with":"","stanza":""})",
        R"({"archive":"a","owner":"b","id":"0000000000100000","at_ms":2,"with":"","stanza":""})",
        R"({"archive":"a","owner":"b","id":"0000000000100000","at_ms":-1,"with":"","stanza":""})",
        R"({"archive":"a","owner":"b","id":"0000000000100000","with":"","stanza":""})"}) {
    EXPECT_FALSE(parse_row_line(line)) << line;
  }
  EXPECT_FALSE(parse_row_line(write_row_line(map_row(std::string(5000, 'k'), "", ""))));
  EXPECT_TRUE(parse_row_line(write_row_line(map_row(std::string(4096, 'k'), "", ""))));
}

TEST(Addresses, ChangeWhereTheyStandWhole) {
  const Addresses addresses({{"shop.example", HostKind::accounts},
                             {"rooms.shop.example", HostKind::rooms},
                             {"other.example", HostKind::component}},
                            "shop.example", "cafe.example");
  for (const auto& [old, other] : std::initializer_list<std::pair<const char*, const char*>>{
           {"shop.example", "cafe.example"},
           {"ann@shop.example", "ann@cafe.example"},
           {"ann@shop.example/phone", "ann@cafe.example/phone"},
           {"a:ann@shop.example", "a:ann@cafe.example"},
           {"of ann@shop.example", "of ann@cafe.example"},
           {"tea@rooms.shop.example", "tea@rooms.cafe.example"},
           {"<x from='ann@shop.example/x' to=\"shop.example\"/>", "<x from='ann@cafe.example/x' to=\"cafe.example\"/>"},
           {"<value>ann@shop.example</value>", "<value>ann@cafe.example</value>"},
           {R"({"maker":"ann@shop.example"})", R"({"maker":"ann@cafe.example"})"},
           {"<body>go to shop.example now</body>", "<body>go to shop.example now</body>"},
           {"<body>mail ann@shop.example now</body>", "<body>mail ann@shop.example now</body>"},
           {"https://shop.example", "https://shop.example"},
           {"ann@myshop.example", "ann@myshop.example"},
           {"ann@shop.example.org", "ann@shop.example.org"},
           {"ann@other.example", "ann@other.example"},
           {"@shop.example", "@shop.example"}}) {
    EXPECT_EQ(addresses.rename(old), other);
  }
  EXPECT_EQ(addresses.rename_host("rooms.shop.example"), "rooms.cafe.example");
  EXPECT_EQ(addresses.rename_host("other.example"), "other.example");
  EXPECT_EQ(Addresses().rename("ann@shop.example"), "ann@shop.example");
}

}  // namespace
}  // namespace teahouse::transfer::row_line_test
