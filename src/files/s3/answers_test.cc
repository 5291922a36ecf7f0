#include "files/s3/answers.h"

#include <gtest/gtest.h>

namespace teahouse::s3::answers_test {
namespace {

constexpr char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

TEST(S3Answers, AreListsOfObjects) {
  const auto page = parse_object_page(
      std::string(declaration) +
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>tea</Name><KeyCount>2</KeyCount>"
      "<Contents><Key>1/ab/abc</Key><ETag>&quot;x&quot;</ETag><Size>7</Size></Contents>"
      "<Contents><Key>a&amp;b</Key><Size>0</Size></Contents>"
      "<IsTruncated>true</IsTruncated><NextContinuationToken>1ue==</NextContinuationToken></ListBucketResult>");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "1/ab/abc");
  EXPECT_EQ(page->objects[0].bytes, 7);
  EXPECT_EQ(page->objects[1].key, "a&b");
  EXPECT_EQ(page->next, "1ue==");
  const auto last = parse_object_page("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->objects.empty() && last->next.empty());
}

TEST(S3Answers, AreAsLongAsAPageOfAThousandObjects) {
  std::string body = "<ListBucketResult>";
  for (int i = 0; i < 1000; ++i) {
    body += "<Contents><Key>house/7/ab/" + std::string(64, 'a') +
            "</Key><LastModified>2026-11-29T17:00:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e"
            "&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
            "<Size>1</Size><StorageClass>STANDARD</StorageClass><Owner><ID>x</ID><DisplayName>y</DisplayName></Owner>"
            "</Contents>";
  }
  const auto page = parse_object_page(body + "</ListBucketResult>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->objects.size(), 1000U);
}

TEST(S3Answers, AreListsOfUploads) {
  const auto page = parse_upload_page(
      "<ListMultipartUploadsResult><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>i</NextUploadIdMarker>"
      "<IsTruncated>true</IsTruncated><Upload><Key>k</Key><UploadId>i</UploadId></Upload>"
      "</ListMultipartUploadsResult>");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->uploads.size(), 1U);
  EXPECT_EQ(page->uploads[0].key + page->uploads[0].id, "ki");
  EXPECT_FALSE(page->is_last);
  EXPECT_EQ(page->next_key + page->next_id, "ki");
  const auto id =
      parse_upload_id("<InitiateMultipartUploadResult><UploadId>a+/=</UploadId></InitiateMultipartUploadResult>");
  EXPECT_EQ(id.value(), "a+/=");
}

TEST(S3Answers, AreFaults) {
  EXPECT_EQ(find_fault_code(std::string(declaration) + "<Error><Code>NoSuchKey</Code><Key>x</Key></Error>"),
            "NoSuchKey");
  EXPECT_EQ(find_fault_code("<Error><Code>no word\n</Code></Error>"), "Unknown");
  EXPECT_EQ(find_fault_code("<Error/>"), "Unknown");
  EXPECT_EQ(find_fault_code("<CompleteMultipartUploadResult/>"), "");
  EXPECT_EQ(find_fault_code(""), "");
  EXPECT_EQ(find_fault_code("<html>"), "");
}

TEST(S3Answers, ThatAreNoneAreRefused) {
  for (const std::string body :
       {"", "<", "<?xml", "no", "<Error><Code>NoSuchKey</Code></Error>", "<ListBucketResult>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult/>",
        "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"}) {
    EXPECT_FALSE(parse_object_page(body)) << body;
  }
  for (const std::string body :
       {"", "<ListBucketResult/>",
        "<ListMultipartUploadsResult><Upload><Key>k</Key></Upload></ListMultipartUploadsResult>",
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>"}) {
    EXPECT_FALSE(parse_upload_page(body)) << body;
  }
  EXPECT_FALSE(parse_upload_id("<InitiateMultipartUploadResult/>"));
  EXPECT_FALSE(parse_object_page("<ListBucketResult>" + std::string(answer_bytes_max, ' ') + "</ListBucketResult>"));
}

TEST(S3Answers, TheListOfPartsIsWritten) {
  EXPECT_EQ(write_parts({"\"a\"", "<b>"}),
            "<CompleteMultipartUpload xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Part><PartNumber>1</PartNumber>"
            "<ETag>&quot;a&quot;</ETag></Part><Part><PartNumber>2</PartNumber><ETag>&lt;b&gt;</ETag></Part>"
            "</CompleteMultipartUpload>");
}

}  // namespace
}  // namespace teahouse::s3::answers_test
