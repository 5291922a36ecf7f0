#include "xmpp/stringprep.h"

#include <gtest/gtest.h>

namespace teahouse::xmpp::stringprep_test {
namespace {

std::string node(std::string_view text) { return nodeprep(text).value_or("(refused)"); }
std::string sasl(std::string_view text) { return saslprep(text).value_or("(refused)"); }

TEST(Stringprep, PreparesLocalpartsAsRfc3920) {
  EXPECT_EQ(node("Romeo"), "romeo");
  EXPECT_EQ(node("straße"), "strasse");
  EXPECT_EQ(node("νίκος"), "νίκοσ");
  EXPECT_EQ(node("می\u200Cخواهم"), "میخواهم");
  EXPECT_EQ(node("m²"), "m2");
  EXPECT_EQ(node("a b"), "(refused)");
  EXPECT_EQ(node("a\u0639"), "(refused)");
  EXPECT_EQ(node("\u1A20"), "\u1A20");  // younger than Unicode 3.2
  EXPECT_EQ(node("\xFF"), "(refused)");
  EXPECT_EQ(node(std::string(5000, 'a')), "(refused)");
}

// RFC 4013 section 3.
TEST(Stringprep, PreparesPasswordsAsRfc4013) {
  EXPECT_EQ(sasl("I\u00ADX"), "IX");
  EXPECT_EQ(sasl("user"), "user");
  EXPECT_EQ(sasl("USER"), "USER");
  EXPECT_EQ(sasl("\u00AA"), "a");
  EXPECT_EQ(sasl("\u2168"), "IX");
  EXPECT_EQ(sasl("\u0007"), "(refused)");
  EXPECT_EQ(sasl("\u0627\u0031"), "(refused)");
  EXPECT_EQ(sasl("m²tea"), "m2tea");
  EXPECT_EQ(sasl("\uFDFA"),
            "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064A\u0647 \u0648\u0633\u0644\u0645");
}

}  // namespace
}  // namespace teahouse::xmpp::stringprep_test
