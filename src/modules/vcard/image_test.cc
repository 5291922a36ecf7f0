#include "modules/vcard/image.h"

#include <gtest/gtest.h>

#include <string>

namespace teahouse::vcard::image_test {
namespace {

using namespace std::string_literals;

std::string png(const std::string& size) { return "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s + size; }

TEST(Image, TellsTypeAndSizeByTheFirstBytes) {
  EXPECT_EQ(find_image(png("\0\0\1\0\0\0\0\2"s)), (Image{"image/png", 256, 2}));
  EXPECT_EQ(find_image("GIF89a\2\1\3\0"s), (Image{"image/gif", 258, 3}));
  EXPECT_EQ(find_image("GIF87a\1\0\1\0"s), (Image{"image/gif", 1, 1}));
  // Application data, a table, filling, and the frame's header.
  const std::string jpeg = "\xff\xd8\xff\xe0\0\4ab\xff\xc4\0\2\xff\xff\xc2\0\x0b\x08\0\5\0\7"s;
  EXPECT_EQ(find_image(jpeg), (Image{"image/jpeg", 7, 5}));
  EXPECT_EQ(find_image("RIFF\1\2\3\4WEBPVP8 "), (Image{"image/webp"}));
  EXPECT_EQ(find_image("\0\0\0\x20"
                       "ftypavif"s),
            (Image{"image/avif"}));
}

TEST(Image, HasNoSizeWhereItIsCutOffOrTooLarge) {
  EXPECT_EQ(find_image("\x89PNG\r\n\x1a\n"), (Image{"image/png"}));
  EXPECT_EQ(find_image(png("\0\1\0\0\0\0\0\2"s)), (Image{"image/png"}));
  EXPECT_EQ(find_image(png("\0\0\0\0\0\0\0\2"s)), (Image{"image/png"}));
  EXPECT_EQ(find_image("GIF89a"), (Image{"image/gif"}));
  EXPECT_EQ(find_image("\xff\xd8\xff\xc0\0\x0b\x08\0\5"s), (Image{"image/jpeg"}));
  EXPECT_EQ(find_image("\xff\xd8\xff\xda\0\4ab\xff\xc0\0\x0b\x08\0\5\0\7"s),
            (Image{"image/jpeg"}));  // data comes first
  std::string many = "\xff\xd8"s;
  for (int i = 0; i < 300; ++i) many += "\xff\xe1\0\2"s;
  EXPECT_EQ(find_image(many + "\xff\xc0\0\x0b\x08\0\5\0\7"s), (Image{"image/jpeg"}));
}

TEST(Image, IsNoneWhereNothingIsKnown) {
  for (const char* bytes : {"", "P", "GIF88a", "RIFF", "<svg/>", "BM"}) EXPECT_FALSE(find_image(bytes)) << bytes;
}

}  // namespace
}  // namespace teahouse::vcard::image_test
