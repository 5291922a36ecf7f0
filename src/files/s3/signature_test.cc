// The examples of AWS's documentation, "Signature Calculations for the Authorization Header: Transferring Payload in a
// Single Chunk (AWS Signature Version 4)".
#include "files/s3/signature.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::s3::signature_test {
namespace {

constexpr int64_t may_24_2013_ms = 1'369'353'600'000;
const SigningKey key{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"};

std::string authorization(http::ClientRequest request, const std::string& body = {}) {
  EXPECT_TRUE(sign(request, key, crypto::to_hex(crypto::sha256(body)), may_24_2013_ms));
  return std::string(request.headers.value("Authorization"));
}

http::ClientRequest make(const std::string& method, const std::string& target) {
  http::ClientRequest request;
  request.method = method;
  request.url = "https://examplebucket.s3.amazonaws.com" + target;
  return request;
}

std::string expected(const std::string& headers, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" +
         headers + ",Signature=" + signature;
}

TEST(Signature, IsThatOfTheExampleGetObject) {
  auto request = make("GET", "/test.txt");
  request.headers.add("Range", "bytes=0-9");
  EXPECT_EQ(authorization(request), expected("host;range;x-amz-content-sha256;x-amz-date",
                                             "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST(Signature, IsThatOfTheExamplePutObject) {
  auto request = make("PUT", "/test%24file.text");
  request.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  request.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  EXPECT_EQ(authorization(request, "Welcome to Amazon S3."),
            expected("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(Signature, IsThatOfTheExampleGetBucketLifecycle) {
  EXPECT_EQ(authorization(make("GET", "/?lifecycle")),
            expected("host;x-amz-content-sha256;x-amz-date",
                     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST(Signature, IsThatOfTheExampleListObjects) {
  const std::string whole = expected("host;x-amz-content-sha256;x-amz-date",
                                     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  EXPECT_EQ(authorization(make("GET", "/?max-keys=2&prefix=J")), whole);
  EXPECT_EQ(authorization(make("GET", "/?prefix=J&max-keys=2")), whole) << "the parameters' order is nothing";
}

TEST(Signature, SaysNothingOfTheSecret) {
  auto request = make("GET", "/");
  ASSERT_TRUE(sign(request, key, "x", may_24_2013_ms));
  for (const http::Header& header : request.headers) EXPECT_EQ(header.value.find(key.secret), std::string::npos);
}

TEST(Signature, OfNoUrlIsNone) {
  http::ClientRequest request;
  request.url = "s3://tea/leaves";
  EXPECT_FALSE(sign(request, key, "x", 0));
}

}  // namespace
}  // namespace teahouse::s3::signature_test
