#include "modules/vcard/row_form.h"

#include <gtest/gtest.h>

#include "transfer/testing/form_check.h"

namespace teahouse::row_form_test {
namespace {

TEST(VcardForm, ComesBackAsItWas) {
  transfer::testing::expect_same(make_vcard_form(),
                                 {{"vcard", "<vCard xmlns='vcard-temp'><FN>Ann &amp; é</FN></vCard>"}});
  const auto none = transfer::testing::parse_user(make_vcard_form(), "<vCard xmlns='other'/>");
  EXPECT_TRUE(none && none->rows.empty());
}

}  // namespace
}  // namespace teahouse::row_form_test
