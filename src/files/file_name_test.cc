#include "files/file_name.h"

#include <gtest/gtest.h>

#include "files/media_type.h"

namespace teahouse::file_name_test {
namespace {

TEST(FileName, IsKeptAsItIs) {
  for (const std::string& name :
       {std::string("a"), std::string("très cool.jpg"), std::string("茶.png"), std::string("..."),
        std::string(".hidden"), std::string("50% \"off\".txt"), std::string(255, 'x')}) {
    EXPECT_EQ(parse_file_name(name).value(), name);
  }
}

TEST(FileName, IsNoPathAndHidesNothing) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("../etc/passwd"), std::string("a/b"),
        std::string("a\\b"), std::string("a\nb"), std::string("a\0b", 3), std::string("photo\xE2\x80\xAEgpj.exe"),
        std::string("\xC3\x28"), std::string(256, 'x'), std::string("\x7F")}) {
    const auto parsed = parse_file_name(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().kind, ErrorKind::not_acceptable) << name;
  }
}

TEST(FileName, StandsInAHeaderForOldClientsAndNew) {
  EXPECT_EQ(make_disposition(true, "tea.jpg"), "inline; filename=\"tea.jpg\"; filename*=UTF-8''tea.jpg");
  EXPECT_EQ(make_disposition(false, "\"茶\\%.exe"),
            "attachment; filename=\"______.exe\"; filename*=UTF-8''%22%E8%8C%B6%5C%25.exe");
}

TEST(MediaType, IsWhatTheFirstBytesSay) {
  using namespace std::string_view_literals;
  EXPECT_EQ(find_media_type("\x89PNG\r\n\x1a\n...").name, "image/png");
  EXPECT_EQ(find_media_type("GIF89a/*").name, "image/gif");
  EXPECT_EQ(find_media_type("RIFF\1\2\3\4WEBPVP8 "sv).name, "image/webp");
  EXPECT_EQ(find_media_type("RIFF\1\2\3\4AVI LIST"sv).name, "application/octet-stream");
  EXPECT_EQ(find_media_type("\0\0\0\x20"
                            "ftypM4A "sv)
                .name,
            "audio/mp4");
  EXPECT_EQ(find_media_type("\0\0\0\x20"
                            "ftypisom"sv)
                .name,
            "video/mp4");
  EXPECT_EQ(find_media_type("OggS" + std::string(24, '\0') + "OpusHead").name, "audio/ogg");
  EXPECT_EQ(find_media_type("OggS" + std::string(24, '\0') + "\x80theora").name, "video/ogg");
  EXPECT_FALSE(find_media_type("%PDF-1.7").is_shown);
  EXPECT_TRUE(is_shown_type("image/png"));
  EXPECT_FALSE(is_shown_type("application/pdf") || is_shown_type("text/html"));
}

TEST(MediaType, IsNeverOneThatABrowserRuns) {
  for (const char* bytes : {"", "<!DOCTYPE html><script>", "<svg xmlns=", "<?xml version='1.0'?>", "alert(1)",
                            "\xEF\xBB\xBF<html>", "GIF", "  <html>", "@import 'x'"}) {
    EXPECT_EQ(find_media_type(bytes).name, "application/octet-stream") << bytes;
  }
}

}  // namespace
}  // namespace teahouse::file_name_test
