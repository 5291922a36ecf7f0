#include "modules/vcard/photo.h"

#include <gtest/gtest.h>

namespace teahouse::vcard::photo_test {
namespace {

constexpr char gif[] = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

std::optional<Photo> read(const std::string& inner) {
  const auto document = xml::Document::parse(SharedBytes("<vCard xmlns='vcard-temp'><FN>A</FN>" + inner + "</vCard>"));
  EXPECT_TRUE(document) << inner;
  return document ? find_photo(document->root()) : std::nullopt;
}

TEST(Photo, IsReadWithWhiteSpaceAndWrittenWithout) {
  std::string spread = "\r\n\t ";
  for (const char c : std::string(gif)) spread.append(1, c).append("\n ");
  const auto photo = read("<PHOTO><TYPE>image/gif</TYPE><BINVAL>" + spread + "</BINVAL></PHOTO>");
  ASSERT_TRUE(photo);
  EXPECT_EQ(hash_of(*photo), "d5fceb6532643d0d84ffe09c40c481ecdf59e15a");
  EXPECT_EQ(write_photo(*photo), "<PHOTO><TYPE>image/gif</TYPE><BINVAL>" + std::string(gif) + "</BINVAL></PHOTO>");
}

TEST(Photo, HasTheTypeThatItIs) {
  for (const char* type : {"", "image/png", "text/plain", "nonsense"}) {
    const auto photo = read("<PHOTO><TYPE>" + std::string(type) + "</TYPE><BINVAL>" + gif + "</BINVAL></PHOTO>");
    ASSERT_TRUE(photo) << type;
    EXPECT_EQ(photo->type, "image/gif");
  }
  const auto other = read("<PHOTO><TYPE> Image/SVG+xml </TYPE><BINVAL>PHN2Zy8+</BINVAL></PHOTO>");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->type, "image/svg+xml");
}

TEST(Photo, IsNoneWhereThereIsNoPicture) {
  for (const char* photo :
       {"", "<PHOTO/>", "<PHOTO><BINVAL/></PHOTO>", "<PHOTO><EXTVAL>https://a.example/a.png</EXTVAL></PHOTO>",
        "<PHOTO><TYPE>image/png</TYPE><BINVAL>a</BINVAL></PHOTO>", "<PHOTO><BINVAL>PHN2Zy8+</BINVAL></PHOTO>",
        "<PHOTO><TYPE>image/</TYPE><BINVAL>PHN2Zy8+</BINVAL></PHOTO>",
        "<PHOTO><TYPE>image/a b</TYPE><BINVAL>PHN2Zy8+</BINVAL></PHOTO>",
        "<PHOTO xmlns='urn:other'><TYPE>image/png</TYPE><BINVAL>PHN2Zy8+</BINVAL></PHOTO>"}) {
    EXPECT_FALSE(read(photo)) << photo;
  }
}

TEST(Photo, IsTheFirstOneThatCanBeRead) {
  const auto photo = read("<PHOTO><EXTVAL>x</EXTVAL></PHOTO><PHOTO><BINVAL>" + std::string(gif) +
                          "</BINVAL></PHOTO><PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>PHN2Zy8+</BINVAL></PHOTO>");
  ASSERT_TRUE(photo);
  EXPECT_EQ(photo->type, "image/gif");
}

}  // namespace
}  // namespace teahouse::vcard::photo_test
