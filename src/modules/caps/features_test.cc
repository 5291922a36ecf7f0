#include "modules/caps/features.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::caps::features_test {
namespace {

Stanza read(const std::string& xml) {
  const auto document = xml::Document::parse(SharedBytes(xml), {}, "jabber:client");
  EXPECT_TRUE(document) << document.error().text;
  auto stanza = Stanza::read(*document);
  EXPECT_TRUE(stanza);
  return std::move(*stanza);
}

Stanza answer(const std::string& children) {
  return read("<iq type='result' from='a@x.example/r' id='i'><query xmlns='http://jabber.org/protocol/disco#info'>" +
              children + "</query></iq>");
}

std::optional<CapsName> name_by(const std::string& hash, const std::string& ver) {
  return read_caps(read("<presence><c xmlns='http://jabber.org/protocol/caps' node='n' hash='" + hash + "' ver='" +
                        ver + "'/></presence>"));
}

FeaturesPtr check(const CapsName& name, const std::string& children) {
  const Stanza iq = answer(children);
  return verify(name, *iq.first_child());
}

std::string features(const std::vector<std::string>& vars) {
  std::string xml;
  for (const std::string& var : vars) xml += "<feature var='" + var + "'/>";
  return xml;
}

// The hash of this text, as XEP-0115 has it.
CapsName name_of(const std::string& text) { return *name_by("sha-1", crypto::to_base64(crypto::sha1(text))); }

const std::vector<std::string> exodus = {"http://jabber.org/protocol/caps", "http://jabber.org/protocol/disco#info",
                                         "http://jabber.org/protocol/disco#items", "http://jabber.org/protocol/muc"};

// XEP-0115 section 5.2.
TEST(Features, FitTheSimpleExample) {
  const auto name = name_by("sha-1", "QgayPKawpkPSDYmwT/WM94uAlu0=");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->node, "n#QgayPKawpkPSDYmwT/WM94uAlu0=");
  const auto known = check(*name, "<identity category='client' name='Exodus 0.9.1' type='pc'/>" + features(exodus));
  ASSERT_TRUE(known);
  for (const std::string& feature : exodus) EXPECT_TRUE(known->has(feature)) << feature;
  EXPECT_FALSE(known->has("http://jabber.org/protocol"));
  EXPECT_FALSE(check(*name, "<identity category='client' name='Exodus 0.9.2' type='pc'/>" + features(exodus)));
}

// XEP-0115 section 5.3.
TEST(Features, FitTheComplexExample) {
  const auto name = name_by("sha-1", "q07IKJEyjvHSyhy//CH0CxmKi8w=");
  ASSERT_TRUE(name);
  EXPECT_TRUE(check(
      *name,
      "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>"
      "<identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>" +
          features(exodus) +
          "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"
          "<value>urn:xmpp:dataforms:softwareinfo</value></field>"
          "<field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>"
          "<field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field>"
          "<field var='software'><value>Psi</value></field><field var='software_version'><value>0.11</value></field>"
          "</x>"));
}

// XEP-0115 section 5.1: texts are sorted before each is ended by '<', which other characters come before.
TEST(Features, AreSortedWithoutTheirEnds) {
  const std::string query =
      "<identity category='client' type='pc' name='A+'/><identity category='client' type='pc' name='A'/>"
      "<feature var='urn:n+notify'/><feature var='urn:n'/><feature var='urn:n#x'/>"
      "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:f:2</value></field></x>"
      "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:f</value></field>"
      "<field var='os#version'><value>1</value></field><field var='os'><value>b-1</value><value>b</value></field></x>";
  const auto known = check(name_of("client/pc//A<client/pc//A+<urn:n<urn:n#x<urn:n+notify<"
                                   "urn:f<os<b<b-1<os#version<1<urn:f:2<"),
                           query);
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->has("urn:n") && known->has("urn:n+notify"));
  EXPECT_FALSE(check(name_of("client/pc//A+<client/pc//A<urn:n#x<urn:n+notify<urn:n<"
                             "urn:f:2<urn:f<os#version<1<os<b-1<b<"),
                     query));
}

// XEP-0390 section 4.5.1.
TEST(Features, FitAHashSet) {
  const auto name = read_caps(read(
      "<presence><c xmlns='http://jabber.org/protocol/caps' node='n' hash='sha-1' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>"
      "<c xmlns='urn:xmpp:caps'><hash xmlns='urn:xmpp:hashes:2' algo='sha3-256'>AAAA</hash>"
      "<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8=</hash></c>"
      "</presence>"));
  ASSERT_TRUE(name);
  EXPECT_EQ(name->node, "urn:xmpp:caps#sha-256.kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8=");
  const std::vector<std::string> vars = {"http://jabber.org/protocol/si",
                                         "http://jabber.org/protocol/bytestreams",
                                         "http://jabber.org/protocol/chatstates",
                                         "http://jabber.org/protocol/disco#info",
                                         "http://jabber.org/protocol/disco#items",
                                         "urn:xmpp:ping",
                                         "jabber:iq:time",
                                         "jabber:iq:privacy",
                                         "jabber:iq:version",
                                         "http://jabber.org/protocol/rosterx",
                                         "urn:xmpp:time",
                                         "jabber:x:oob",
                                         "http://jabber.org/protocol/ibb",
                                         "http://jabber.org/protocol/si/profile/file-transfer",
                                         "urn:xmpp:receipts",
                                         "jabber:iq:roster",
                                         "jabber:iq:last"};
  const auto known = check(*name, "<identity category='client' name='BombusMod' type='mobile'/>" + features(vars));
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->has("urn:xmpp:ping"));
}

// XEP-0115 section 7.1: the hashed text can be told in several forms. None of them hides a feature from those who show
// the same hash in good faith.
TEST(Features, AreTheSameInWhicheverFormALiarTellsThem) {
  const std::string text = "client/pc//A<http://a.example/b<urn:x<urn:y<urn:z+notify<";
  const auto honest = check(name_of(text), "<identity category='client' type='pc' name='A'/>" +
                                               features({"http://a.example/b", "urn:x", "urn:y", "urn:z+notify"}));
  const std::string form =
      "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>"
      "<field var='urn:y'><value>urn:z+notify</value></field></x>";
  const auto by_form = check(
      name_of(text), "<identity category='client' type='pc' name='A'/>" + features({"http://a.example/b"}) + form);
  const auto by_feature = check(name_of(text), "<identity category='client' type='pc' name='A'/>" +
                                                   features({"http://a.example/b&lt;urn:x", "urn:y&lt;urn:z+notify"}));
  for (const auto& known : {honest, by_form, by_feature}) {
    ASSERT_TRUE(known);
    for (const char* feature : {"http://a.example/b", "urn:x", "urn:y", "urn:z+notify"}) {
      EXPECT_TRUE(known->has(feature)) << feature;
    }
  }
}

TEST(Features, OfIllFormedAnswersFitNothing) {
  const std::string identity = "<identity category='client' type='pc' name='A'/>";
  EXPECT_FALSE(check(name_of("client/pc//A<urn:x<urn:x<"), identity + features({"urn:x", "urn:x"})));
  EXPECT_FALSE(check(name_of("client/pc//A<client/pc//A<"), identity + identity));
  EXPECT_FALSE(check(name_of(""), features({"urn:x"})));
  const std::string large(features_bytes_max, 'x');
  EXPECT_FALSE(check(name_of("client/pc//A<" + large + "<"), identity + features({large})));
}

TEST(Features, HaveANameOnlyByAHashThatIsKnown) {
  EXPECT_FALSE(name_by("md5", "QgayPKawpkPSDYmwT/WM9w=="));
  EXPECT_FALSE(name_by("", "QgayPKawpkPSDYmwT/WM94uAlu0="));
  EXPECT_FALSE(name_by("sha-1", "1.0"));
  EXPECT_FALSE(name_by("sha-256", "QgayPKawpkPSDYmwT/WM94uAlu0="));
  EXPECT_FALSE(read_caps(read("<presence/>")));
}

}  // namespace
}  // namespace teahouse::caps::features_test
