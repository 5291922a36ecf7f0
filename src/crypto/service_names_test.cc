#include "crypto/service_names.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace teahouse::crypto::service_names_test {
namespace {

std::string corpus(const std::string& name) {
  std::ifstream file("fuzz/corpus/server_names/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ServiceNames, AreReadBesideDnsNames) {
  const ServiceNames names = read_service_names(corpus("xmpp.der"));
  EXPECT_FALSE(names.srv.empty() && names.xmpp.empty());
  for (const std::string& each : names.srv) EXPECT_TRUE(each.starts_with("_xmpp-")) << each;
}

TEST(ServiceNames, OfRubbishAreNone) {
  for (const std::string& der : {std::string(), std::string("rubbish"), corpus("cut.der"), corpus("no-names.der")}) {
    const ServiceNames names = read_service_names(der);
    EXPECT_TRUE(names.srv.empty() && names.xmpp.empty());
  }
}

}  // namespace
}  // namespace teahouse::crypto::service_names_test
