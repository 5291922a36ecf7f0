#include "modules/private_xml/row_form.h"

#include <gtest/gtest.h>

#include "transfer/testing/form_check.h"

namespace teahouse::row_form_test {
namespace {

TEST(PrivateXmlForm, ElementsComeBackAsTheyWere) {
  transfer::testing::expect_same(make_private_xml_form(),
                                 {{"a x:1", "<a xmlns='x:1'>  <b/> </a>"}, {"a x:2", "<a xmlns='x:2' y='&quot;'/>"}});
}

TEST(PrivateXmlForm, RefusesWhatIsThereTwiceOrTooOften) {
  EXPECT_FALSE(transfer::testing::parse_user(make_private_xml_form(),
                                             "<query xmlns='jabber:iq:private'><a xmlns='x'/><a xmlns='x'/></query>"));
  std::string many = "<query xmlns='jabber:iq:private'>";
  for (int i = 0; i < 101; ++i) many += "<a xmlns='x:" + std::to_string(i) + "'/>";
  EXPECT_FALSE(transfer::testing::parse_user(make_private_xml_form(), many + "</query>"));
}

}  // namespace
}  // namespace teahouse::row_form_test
