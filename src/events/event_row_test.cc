#include "events/event_row.h"

#include <gtest/gtest.h>

namespace teahouse::event_row_test {
namespace {

template <class Body>
Body again(Body body) {
  const auto read = parse_event(write_event({1'700'000'000'000, std::move(body), 7}));
  EXPECT_TRUE(read);
  EXPECT_EQ(read->at_ms, 1'700'000'000'000);
  EXPECT_EQ(read->outbox_number, 7);
  const Body* same = std::get_if<Body>(&read->body);
  EXPECT_NE(same, nullptr) << Body::type.name;
  return same ? *same : Body();
}

template <size_t Index = 1>
void expect_all_types_differ(std::vector<int> numbers = {}) {
  if constexpr (Index < std::variant_size_v<EventBody>) {
    using Body = std::variant_alternative_t<Index, EventBody>;
    for (const int number : numbers) EXPECT_NE(number, Body::type.number) << Body::type.name;
    EXPECT_TRUE(Body::type.name.starts_with(to_string(Body::type.kind))) << Body::type.name;
    again(Body());
    numbers.push_back(Body::type.number);
    expect_all_types_differ<Index + 1>(std::move(numbers));
  }
}

TEST(EventRow, IsReadAsItWasWritten) {
  const auto message = again(MessageArchived{"ann@shop.example", static_cast<store::ArchiveId>(uint64_t{1} << 63),
                                             "ann@shop.example", "bob@shop.example"});
  EXPECT_EQ(message.archive, "ann@shop.example");
  EXPECT_EQ(message.id, static_cast<store::ArchiveId>(uint64_t{1} << 63));
  EXPECT_EQ(message.to, "bob@shop.example");
  const auto line = again(AuditRecorded{"operator", "tenant.suspend", "Überfällig"});
  EXPECT_EQ(line.action, "tenant.suspend");
  EXPECT_EQ(line.detail, "Überfällig");
  expect_all_types_differ();
}

TEST(EventRow, OfAnEarlierProgramLacksFieldsAndOfALaterOneHasMore) {
  const Event event{5, UserMade{{"ann@shop.example", "42"}}};
  std::string row = write_event(event);
  const auto longer = parse_event(row + std::string("\0\3new", 5));
  ASSERT_TRUE(longer);
  EXPECT_EQ(std::get<UserMade>(longer->body).user, "42");
  row.resize(row.size() - 4);
  const auto shorter = parse_event(row);
  ASSERT_TRUE(shorter);
  EXPECT_EQ(std::get<UserMade>(shorter->body).address, "ann@shop.example");
  EXPECT_EQ(std::get<UserMade>(shorter->body).user, "");
}

TEST(EventRow, OfAnUnknownTypeOrVersionHasNoBody) {
  std::string row = write_event({5, RoomMade{{"lobby@rooms.shop.example"}}});
  row[1] = '\xFE';
  const auto unknown = parse_event(row);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(type_of(unknown->body), nullptr);
  EXPECT_EQ(unknown->at_ms, 5);
  row[0] = 9;
  const auto later = parse_event(row);
  ASSERT_TRUE(later);
  EXPECT_EQ(type_of(later->body), nullptr);
}

TEST(EventRow, ThatEndsTooEarlyIsNone) {
  const std::string row = write_event({5, SessionBound{{"ann@shop.example/phone"}}});
  EXPECT_FALSE(parse_event(""));
  EXPECT_FALSE(parse_event(row.substr(0, 10)));
  EXPECT_FALSE(parse_event(row.substr(0, row.size() - 1)));
}

TEST(EventRow, IsBounded) {
  const std::string row = write_event({5, AuditRecorded{std::string(9000, 'a'), std::string(9000, 'b'), "ü"}});
  EXPECT_LT(row.size(), 16U << 10);
  const auto read = parse_event(row);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<AuditRecorded>(read->body).actor.size(), event_field_bytes_max);
  EXPECT_EQ(std::get<AuditRecorded>(read->body).detail, "ü");
}

}  // namespace
}  // namespace teahouse::event_row_test
