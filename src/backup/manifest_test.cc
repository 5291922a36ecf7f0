#include "backup/manifest.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::backup::manifest_test {
namespace {

Manifest make_manifest() {
  const FileDigest digest{12, crypto::to_hex(crypto::sha256("twelve bytes"))};
  return {"house", "2026-11-28T13:16:44.000Z", "0.1", {{"control.db", digest, 5}, {"data/000012.sst", digest, 1}}};
}

// As make_backup would have written it.
std::string sealed(const std::string& text) {
  return text + "\n  \"sha256\": \"" + crypto::to_hex(crypto::sha256(text)) + "\"\n}\n";
}

std::string with_path(const std::string& path) {
  return sealed("{\"house\": \"h\", \"files\": [{\"path\": \"" + path + "\", \"bytes\": 1, \"sha256\": \"" +
                std::string(64, 'a') + "\", \"modified_ns\": 1}],");
}

TEST(Manifest, ComesBackAsItWas) {
  const Manifest manifest = make_manifest();
  const auto parsed = parse_manifest(to_text(manifest));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, manifest);
  EXPECT_EQ(parsed->bytes(), 24u);
  ASSERT_TRUE(parsed->find("data/000012.sst"));
  EXPECT_EQ(parsed->find("data/000012.sst")->modified_ns, 1);
  EXPECT_FALSE(parsed->find("data/000013.sst"));
}

TEST(Manifest, EachChangedByteIsNoticed) {
  const std::string text = to_text(make_manifest());
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(parse_manifest(changed)) << at;
    EXPECT_FALSE(parse_manifest(text.substr(0, at))) << at;
  }
}

TEST(Manifest, LeadsNowhereElse) {
  EXPECT_TRUE(parse_manifest(with_path("data/000001.sst")));
  EXPECT_TRUE(parse_manifest(with_path("files/7/ab/abcd")));
  for (const char* path : {"files/", "files//x", "files/../x", "files/7/../x", "files/7/ab/..", "files/1/2/3/x"}) {
    EXPECT_FALSE(parse_manifest(with_path(path))) << path;
  }
  for (const char* path : {"../x", "/etc/passwd", "data/../x", "data/..", "..", ".", "", "data/", "a/b", "data/a/b",
                           ".hidden", "manifest.json", "a\\\\b", "a b", "a\\u0000", "data//x"}) {
    EXPECT_FALSE(parse_manifest(with_path(path))) << path;
  }
}

TEST(Manifest, RefusesWhatNobodyHasWritten) {
  for (const char* text :
       {"", "{", "[],", "{\"house\": \"h\",", "{\"files\": [],", "{\"house\": \"h\", \"files\": {},",
        "{\"house\": \"h\", \"files\": [1],", "{\"house\": \"h\", \"files\": [{\"path\": \"a\", \"bytes\": -1}],"}) {
    EXPECT_FALSE(parse_manifest(sealed(text))) << text;
  }
  Manifest twice = make_manifest();
  twice.files[1].path = twice.files[0].path;
  EXPECT_FALSE(parse_manifest(to_text(twice)));
}

}  // namespace
}  // namespace teahouse::backup::manifest_test
