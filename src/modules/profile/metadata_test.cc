#include "modules/profile/metadata.h"

#include <gtest/gtest.h>

namespace teahouse::profile::metadata_test {
namespace {

constexpr char gif[] = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
constexpr char hash[] = "d5fceb6532643d0d84ffe09c40c481ecdf59e15a";

std::string id_in(const std::string& inner, const char* root = "metadata") {
  const auto document = xml::Document::parse(
      SharedBytes("<" + std::string(root) + " xmlns='urn:xmpp:avatar:metadata'>" + inner + "</" + root + ">"));
  EXPECT_TRUE(document) << inner;
  const auto info = document ? find_info(document->root()) : std::nullopt;
  return info ? info->id + ' ' + info->type : std::string();
}

std::optional<vcard::Photo> data(const std::string& xml, const AvatarInfo& info) {
  const auto document = xml::Document::parse(SharedBytes(xml));
  EXPECT_TRUE(document) << xml;
  return document ? read_data(document->root(), info) : std::nullopt;
}

TEST(AvatarMetadata, NamesThePictureThatIsInTheDataNode) {
  EXPECT_EQ(id_in("<info id='a' type='image/gif' url='https://x.example/'/><info id='b' type='image/gif'/>"),
            "b image/gif");
  EXPECT_EQ(id_in("<info id='a' type='image/gif'/><info id='b' type='image/png'/>"), "b image/png");
  EXPECT_EQ(id_in("<info id='a'/><pointer/>"), "a ");
}

TEST(AvatarMetadata, NamesNoneWhereThereIsNone) {
  for (const std::string& inner :
       {std::string(), std::string("<stop/>"), std::string("<info/>"), std::string("<info id=''/>"),
        std::string("<info id='a' url=''/>"), std::string("<info xmlns='urn:other' id='a'/>"),
        "<info id='" + std::string(513, 'a') + "'/>"}) {
    EXPECT_EQ(id_in(inner), "") << inner;
  }
  EXPECT_EQ(id_in("<info id='a' type='image/png'/>", "other"), "");
}

TEST(AvatarMetadata, TellsOfAPhoto) {
  const auto photo = vcard::make_photo(*vcard::read_base64(gif), {});
  EXPECT_EQ(write_metadata(*photo), "<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='42' id='" +
                                        std::string(hash) + "' type='image/gif' width='1' height='1'/></metadata>");
  EXPECT_EQ(id_in(write_no_metadata()), "");
  const auto again = data(write_data(*photo), {hash, "image/png"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bytes, photo->bytes);
}

TEST(AvatarData, IsThePictureThatItsIdSays) {
  const std::string payload = "<data xmlns='urn:xmpp:avatar:data'>" + std::string(gif) + "</data>";
  EXPECT_TRUE(data(payload, {hash, {}}));
  EXPECT_TRUE(data(payload, {"D5FCEB6532643D0D84FFE09C40C481ECDF59E15A", {}}));
  EXPECT_FALSE(data(payload, {"d5fceb6532643d0d84ffe09c40c481ecdf59e15b", "image/gif"}));
  EXPECT_FALSE(data(payload, {"d5fceb", "image/gif"}));
  EXPECT_FALSE(data("<data xmlns='urn:other'>" + std::string(gif) + "</data>", {hash, {}}));
  EXPECT_FALSE(data("<data xmlns='urn:xmpp:avatar:data'>?</data>", {hash, "image/gif"}));
}

}  // namespace
}  // namespace teahouse::profile::metadata_test
