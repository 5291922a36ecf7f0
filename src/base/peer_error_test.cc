#include "base/peer_error.h"

#include <gtest/gtest.h>

namespace teahouse::peer_error_test {
namespace {

TEST(PeerError, TellsWhatFailedInsideToTheLogOnly) {
  const Error inside{ErrorKind::internal_server_error, "data plane: IO error: /var/lib/teahouse/data/000004.log"};
  ::testing::internal::CaptureStderr();
  const Error shown = for_peer(inside), again = for_peer(inside);
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(shown.kind, inside.kind);
  EXPECT_EQ(shown.text.find("data plane"), std::string::npos) << shown.text;
  EXPECT_EQ(shown.text.find("/var"), std::string::npos) << shown.text;
  EXPECT_NE(shown.text, again.text);
  const std::string id = shown.text.substr(shown.text.size() - 9, 8);
  EXPECT_NE(logged.find(inside.text + " id=" + id), std::string::npos) << logged;
}

TEST(PeerError, LeavesWhatThePeerDidAsItIs) {
  const Error theirs{ErrorKind::bad_request, "The item's jid: it has no domain."};
  EXPECT_EQ(for_peer(theirs).text, theirs.text);
  EXPECT_EQ(for_peer(theirs).kind, theirs.kind);
}

}  // namespace
}  // namespace teahouse::peer_error_test
