#include "calls/stun.h"

#include <gtest/gtest.h>

#include "calls/stun_writer.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/md5.h"

namespace teahouse::calls::stun_test {
namespace {

std::string bytes_of(const char* hex) { return *crypto::parse_hex(hex); }

Endpoint endpoint(const char* ip, uint16_t port) { return Endpoint::of(net::make_address(ip, port)->storage); }

// RFC 5769 section 2.
constexpr char request_2_1[] =
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
    "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
constexpr char response_2_2[] =
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599"
    "fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
constexpr char response_2_3[] =
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5"
    "bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
constexpr char request_2_4[] =
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b39"
    "353464364f4c33346f4c39465354767936347341"
    "0014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666";
constexpr char short_term_password[] = "VOkJxbRl1RmTxUk/WvJxBt";

TEST(Stun, ReadsTheSampleRequest) {
  const std::string bytes = bytes_of(request_2_1);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(Method::binding, MessageClass::request));
  EXPECT_EQ(message->find(Attribute::username), "evtj:h6vY");
  EXPECT_TRUE(message->is_made_with(short_term_password));
  EXPECT_FALSE(message->is_made_with("another"));
  EXPECT_EQ(message->unknown(), std::vector<uint16_t>{0x0024}) << "PRIORITY is of ICE";
}

TEST(Stun, ReadsTheSampleResponses) {
  const std::string v4 = bytes_of(response_2_2), v6 = bytes_of(response_2_3);
  const auto one = StunMessage::parse(v4), other = StunMessage::parse(v6);
  ASSERT_TRUE(one && other);
  EXPECT_TRUE(one->is(Method::binding, MessageClass::success));
  EXPECT_TRUE(one->is_made_with(short_term_password));
  EXPECT_TRUE(other->is_made_with(short_term_password));
  EXPECT_EQ(one->find_address(Attribute::xor_mapped_address), endpoint("192.0.2.1", 32853));
  EXPECT_EQ(other->find_address(Attribute::xor_mapped_address),
            endpoint("2001:db8:1234:5678:11:2233:4455:6677", 32853));
}

TEST(Stun, ReadsTheSampleRequestOfLongTermCredentials) {
  const std::string bytes = bytes_of(request_2_4);
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->find(Attribute::realm), "example.org");
  EXPECT_EQ(message->find(Attribute::nonce), "f//499k954d6OL34oL9FSTvy64sA");
  const std::string user = std::string(*message->find(Attribute::username));
  EXPECT_TRUE(message->is_made_with(crypto::md5(user + ":example.org:TheMatrIX")));
}

TEST(Stun, WritesWhatItReads) {
  const std::string transaction = "0123456789ab";
  const Endpoint v4 = endpoint("203.0.113.7", 49152), v6 = endpoint("2001:db8::7", 65535);
  const std::string bytes = StunWriter(Method::channel_bind, MessageClass::error, transaction)
                                .add(Attribute::realm, "calls")
                                .address(Attribute::xor_relayed_address, v4)
                                .address(Attribute::xor_peer_address, v6)
                                .number(Attribute::lifetime, 600)
                                .error(438, "Stale")
                                .sign_sha1("key")
                                .sign_sha256("other key")
                                .fingerprint()
                                .take();
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(Method::channel_bind, MessageClass::error));
  EXPECT_EQ(message->transaction(), transaction);
  EXPECT_EQ(message->find(Attribute::realm), "calls");
  EXPECT_EQ(message->find_address(Attribute::xor_relayed_address), v4);
  EXPECT_EQ(message->find_address(Attribute::xor_peer_address), v6);
  EXPECT_EQ(message->find_number(Attribute::lifetime), 600U);
  EXPECT_EQ(message->find(Attribute::error_code), std::string_view("\0\0\4\x26Stale", 9));
  EXPECT_TRUE(message->is_made_with("other key")) << "SHA-256 counts where it is there";
  EXPECT_FALSE(message->is_made_with("key"));
}

TEST(Stun, ReadsAddressesOfEachKind) {
  const std::string transaction = "0123456789ab";
  const std::string bytes = StunWriter(Method::create_permission, MessageClass::request, transaction)
                                .address(Attribute::xor_peer_address, endpoint("192.0.2.1", 1))
                                .address(Attribute::xor_peer_address, endpoint("192.0.2.2", 2))
                                .take();
  EXPECT_EQ(StunMessage::parse(bytes)->addresses(Attribute::xor_peer_address)->size(), 2U);
  const std::string half = StunWriter(Method::create_permission, MessageClass::request, transaction)
                               .address(Attribute::xor_peer_address, endpoint("192.0.2.1", 1))
                               .add(Attribute::xor_peer_address, std::string("\0\1\0\1\1\1", 6))
                               .take();
  EXPECT_FALSE(StunMessage::parse(half)->addresses(Attribute::xor_peer_address));
}

// RFC 8489 section 14.5: what follows the integrity is not covered by it, so anybody may have added it.
TEST(Stun, IgnoresWhatFollowsTheIntegrity) {
  const std::string bytes = StunWriter(Method::refresh, MessageClass::request, "0123456789ab")
                                .number(Attribute::lifetime, 600)
                                .sign_sha1("key")
                                .add(Attribute::realm, "added")
                                .number(static_cast<Attribute>(0x7777), 1)
                                .take();
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has(Attribute::realm));
  EXPECT_TRUE(message->unknown().empty());
  EXPECT_TRUE(message->is_made_with("key"));
}

TEST(Stun, TakesAShortSha256ButNoneBelow16Bytes) {
  for (const size_t size : {0, 4, 12, 16, 20, 32}) {
    std::string full = StunWriter(Method::refresh, MessageClass::request, "0123456789ab").sign_sha256("key").take();
    full[3] = static_cast<char>(4 + size);  // what the sum covers
    const std::string covered = full.substr(0, stun_header_bytes);
    const std::string sum = crypto::hmac_sha256("key", covered).substr(0, size);
    const std::string bytes = StunWriter(Method::refresh, MessageClass::request, "0123456789ab")
                                  .add(Attribute::message_integrity_sha256, sum)
                                  .take();
    EXPECT_EQ(StunMessage::parse(bytes)->is_made_with("key"), size >= 16) << size;
  }
}

TEST(Stun, RefusesWhatIsNoMessage) {
  const std::string good = bytes_of(request_2_1);
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(StunMessage::parse(good.substr(0, size))) << size;
  EXPECT_FALSE(StunMessage::parse(good + std::string(4, '\0')));
  std::string wrong = good;
  wrong[0] = '\x40';
  EXPECT_FALSE(StunMessage::parse(wrong)) << "ChannelData";
  wrong = good;
  wrong[4] = 0;
  EXPECT_FALSE(StunMessage::parse(wrong)) << "without the cookie";
  wrong = good;
  wrong.back() ^= 1;
  EXPECT_FALSE(StunMessage::parse(wrong)) << "another fingerprint";
  wrong = good;
  wrong[23] = '\xFF';
  EXPECT_FALSE(StunMessage::parse(wrong)) << "an attribute that ends behind the message";
}

}  // namespace
}  // namespace teahouse::calls::stun_test
