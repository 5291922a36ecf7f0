#include "account/user_id.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "xmpp/jid.h"

namespace teahouse::user_id_test {
namespace {

std::string localpart(std::string_view id) {
  const auto made = localpart_of_user_id(id);
  return made ? *made : "(refused)";
}

TEST(UserId, IsReadInItsLocalpartWhereItCanBe) {
  const std::pair<const char*, const char*> table[] = {
      {"42", "42"},
      {"Ann Lee", "ann\\20lee"},
      {"ann@shop.example", "ann\\40shop.example"},
      {"CORP\\bo", "corp\\bo"},
      {"staff/bo", "staff\\2fbo"},
      {"王", "王"},
      {"Ａｎｎ", "ann"},             // fullwidth letters
      {"ann＠shop", "ann\\40shop"},  // and what they make is escaped as if it had come so
      {"\u212A", "k"},
      {"e\u0301", "\u00E9"},
      {"a＼20b", "a\\5c20b"},  // not what "a b" is
      {"=foo", "=foo"},
      {"=m=c2", "=m=c2"},  // no UTF-8, so no other id's
  };
  for (const auto& [id, natural] : table) EXPECT_EQ(localpart(id), natural) << id;
}

TEST(UserId, HasALocalpartWhateverItIs) {
  const std::pair<const char*, const char*> table[] = {
      {"m²", "=m=c2=b2"},
      {"น้ำ", "==e0=b8=99=e0=b9=89=e0=b8=b3"},
      {"Լևոն", "==d4=bc=d6=87=d5=b8=d5=b6"},
      {"ໜຶ່ງ", "==e0=bb=9c=e0=ba=b6=e0=bb=88=e0=ba=87"},
      {"Ali علي", "==41li=20=d8=b9=d9=84=d9=8a"},
      {"😀", "==f0=9f=98=80"},
      {" ann", "==20ann"},
      {"ann ", "=ann=20"},
      {"a\nb", "=a=0ab"},
      {"\u200B", "==e2=80=8b"},
      {"/\u0307", "==2f=cc=87"},                        // the escape's "f" would become one letter with the dot
      {"a＼20b", "a\\5c20b"},                           // not what "a b" is
      {"=m=c2=b2", "==3dm=3dc2=3db2"},                  // what "m²" has is not given twice,
      {"=M=C2=B2", "==3d=4d=3d=432=3d=422"},            // in no spelling,
      {"==3dm=3dc2=3db2", "==3d=3d3dm=3d3dc2=3d3db2"},  // however often
  };
  std::map<std::string, std::string> taken;
  for (const auto& [id, derived] : table) {
    EXPECT_EQ(localpart(id), derived) << id;
    EXPECT_TRUE(taken.emplace(localpart(id), id).second) << id;
    const auto jid = BareJid::make(localpart(id), "shop.example");
    ASSERT_TRUE(jid) << id << ": " << jid.error().text;
    EXPECT_EQ(jid->localpart(), localpart(id));
  }
  std::string longest;
  for (int i = 0; i < 64; ++i) longest += "😀";
  EXPECT_EQ(localpart(longest).size(), 1 + 64 * 12);
  for (const char* blank : {"", " ", "\t\r\n"}) EXPECT_EQ(localpart(blank), "(refused)");
  EXPECT_EQ(localpart("\xFF"), "(refused)");
  EXPECT_EQ(localpart(std::string(2000, '<')), "(refused)");
}

TEST(UserId, ComesBackFromItsLocalpart) {
  for (const char* id : {"42", "ann lee", "corp\\bo", "王", "=foo", "m²", "น้ำ", "Ali علي", "😀", " ann ", "a\nb",
                         "=m=c2=b2", "==3dm=3dc2=3db2", "\\20", "a\\5cb", "<&>"}) {
    EXPECT_EQ(user_id_of(localpart(id)), id);
  }
  EXPECT_EQ(user_id_of(localpart("Ann Lee")), "ann lee");
  for (const char* other : {"=", "=zz", "=4", "=foo", "=f=6fo", "=m=C2=B2"}) EXPECT_EQ(user_id_of(other), other);
}

TEST(UserId, HasAPlaceThatIsSpeltOut) {
  EXPECT_EQ(spell_out_id("gross"), "==67=72=6f=73=73");
  EXPECT_EQ(spell_out_id("gro\u00DF"), "==67=72=6f=c3=9f");
  EXPECT_EQ(spell_out_id("=m=c2=b2"), "==6d=c2=b2") << "m²";
  EXPECT_EQ(spell_out_id("==67"), std::nullopt) << "it is there already";
  EXPECT_EQ(user_id_of("==67=72=6f=73=73"), "gross");
  EXPECT_EQ(localpart("==67=72=6f=73=73"), "==3d=3d67=3d72=3d6f=3d73=3d73") << "which nobody else is given";
  EXPECT_EQ(user_id_of(localpart("==67=72=6f=73=73")), "==67=72=6f=73=73");
}

// Ids made of all pairs and triples of what the two forms are made of.
TEST(UserId, SharesItsLocalpartWithNoOther) {
  const std::vector<std::string> pieces = {"a", "m", "=",  "==", "=3d", "=20", "=c2=b2",
                                           "²", " ", "\\", "20", "5c",  "/",   "=61"};
  std::map<std::string, std::string> ids;
  for (const auto& a : pieces) {
    for (const auto& b : pieces) {
      for (const auto& c : pieces) {
        const std::string id = a + b + c;
        const std::string own = localpart(id);
        if (own == "(refused)") continue;  // blank
        EXPECT_EQ(user_id_of(own), id);
        const auto [known, is_new] = ids.emplace(own, id);
        EXPECT_TRUE(is_new || known->second == id) << id << " and " << known->second << " are both " << own;
        const auto spelt = spell_out_id(own);
        if (!spelt) continue;
        EXPECT_EQ(user_id_of(*spelt), id);
        EXPECT_EQ(ids.emplace(*spelt, id).first->second, id) << *spelt;
      }
    }
  }
}

TEST(UserId, OfAGuestIsKnownInEverySpelling) {
  for (const char* id : {"guest-1", "GUEST-1", "ｇuest-1", "guest-²"}) EXPECT_TRUE(is_guest_id(id)) << id;
  for (const char* id : {"guest", "aguest-1", "", "m²"}) EXPECT_FALSE(is_guest_id(id)) << id;
}

}  // namespace
}  // namespace teahouse::user_id_test
