#include "modules/muc/hats.h"

#include <gtest/gtest.h>

namespace teahouse::muc::hats_test {
namespace {

TEST(Hats, AreNamedByUris) {
  for (const char* uri : {"http://example.com/hats#host", "urn:x", "a+b-c.1:x", "http://b\u00FCcher.example/h"}) {
    EXPECT_TRUE(check_hat(uri, {"Host", {}})) << uri;
  }
  for (const std::string& uri :
       {std::string(), std::string("host"), std::string(":x"), std::string("x:"), std::string("1x:y"),
        std::string("http://a b"), std::string("http://a\n"), std::string("http://<a>"), std::string("\u00E9t\u00E9:x"),
        std::string("x:\0y", 4), "x:" + std::string(hat_uri_bytes_max, 'y')}) {
    EXPECT_EQ(check_hat(uri, {"Host", {}}).error().kind, ErrorKind::bad_request) << uri;
  }
}

TEST(Hats, HaveATitleAndPerhapsAHue) {
  const auto check = [](const std::string& title, const std::string& hue) {
    return static_cast<bool>(check_hat("urn:x", {title, hue}));
  };
  for (const char* hue : {"", "0", "7", "327.255249", "360", "360.000", "000"}) EXPECT_TRUE(check("T", hue)) << hue;
  for (const char* hue :
       {"361", "360.1", "-1", "1.", ".5", "1.2.3", "1e2", "0001", "1.1234567", "red", " 1", "\u0661"}) {
    EXPECT_FALSE(check("T", hue)) << hue;
  }
  EXPECT_TRUE(check(std::string(hat_title_bytes_max, 'x'), ""));
  for (const std::string& title : {std::string(), std::string("  "), std::string("a\nb"), std::string("a\tb"),
                                   std::string("a\u202Eb"), std::string(hat_title_bytes_max + 1, 'x')}) {
    EXPECT_FALSE(check(title, "")) << title;
  }
}

TEST(Hats, AreWrittenForThoseWhoWearThem) {
  Hats hats;
  const BareJid ann = BareJid::parse("ann@shop.example").value(), bo = BareJid::parse("bo@shop.example").value();
  EXPECT_EQ(hats.write_worn(ann), "");
  hats.made["urn:a"] = {"<A>", "12.5"};
  const std::string first = hats.hash();
  hats.made["urn:b"] = {"B", ""};
  EXPECT_NE(hats.hash(), first);
  hats.worn[ann] = {"urn:a", "urn:gone"};
  const std::string written = hats.write_worn(ann);
  EXPECT_NE(written.find("&lt;A&gt;"), std::string::npos) << written;
  EXPECT_NE(written.find("12.5"), std::string::npos);
  EXPECT_EQ(written.find("urn:b"), std::string::npos);
  EXPECT_EQ(written.find("urn:gone"), std::string::npos);
  EXPECT_EQ(hats.write_worn(bo), "");
}

}  // namespace
}  // namespace teahouse::muc::hats_test
