// Files over a bucket: what files_test.cc has of a disk, and what only another server can do wrong.
#include "files/s3/s3_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "files/s3/source.h"
#include "files/s3/testing/fake_s3.h"
#include "files/testing/file_world.h"

namespace teahouse::s3::s3_store_test {
namespace {

using testing::FakeS3;

struct S3StoreTest : ::testing::Test, teahouse::testing::FileWorld {
  S3StoreTest() { open(); }
  void open() {
    files.reset();
    files = std::make_unique<Files>(
        data, clock, open_s3_store(bucket.settings(), directory.path() + "/files", system_clock).value());
  }
  size_t half_written() const {
    const std::filesystem::directory_iterator folder(directory.path() + "/files/incoming");
    return static_cast<size_t>(std::distance(begin(folder), end(folder)));
  }
  bool has_intents(const TenantPtr& tenant) {
    return !wait(data.map(tenant->id, "object_intents").load(home, "all"))->empty();
  }
  // Waits until the bucket has been asked this so often; each request ends some wait.
  void await_requests(const std::string& beginning, size_t count) {
    while (bucket.count(beginning) < count) std::this_thread::yield();
  }
  void end_store() { files.reset(); }
  ~S3StoreTest() override { end_store(); }

  SystemClock system_clock;
  FakeS3 bucket;
};

std::string in_many_parts() {
  std::string bytes;
  for (int i = 0; i < 2345; ++i) bytes += static_cast<char>('a' + i % 23);
  return bytes;
}

TEST_F(S3StoreTest, KeepsEachTenantsUnderItsNumberAndTheirDigest) {
  const FileInfo tea = keep(shop, "tea").value(), same = keep(shop, "tea").value(), others = keep(forum, "tea").value();
  EXPECT_EQ(read(shop, tea), "tea");
  EXPECT_EQ(read(forum, others), "tea");
  const auto objects = bucket.world().objects;
  ASSERT_EQ(objects.size(), 2U) << "two of a tenant's files with the same bytes are one object";
  EXPECT_TRUE(
      objects.contains("house/" + std::to_string(raw(shop->id)) + "/" + tea.digest.substr(0, 2) + "/" + tea.digest));
  ASSERT_TRUE(wait(files->remove(home, shop, tea.id)));
  EXPECT_EQ(read(shop, same), "tea");
  ASSERT_TRUE(wait(files->remove(home, shop, same.id)));
  EXPECT_EQ(bucket.objects(), 1U);
  EXPECT_EQ(read(shop, same), "There is no such file.");
  EXPECT_EQ(read(forum, others), "tea");
  EXPECT_FALSE(has_intents(shop));
}

TEST_F(S3StoreTest, GivesAPartOfAnObject) {
  const FileInfo file = keep(shop, in_many_parts()).value();
  auto source = wait(files->objects().open(home, shop->id, file.digest)).value();
  EXPECT_EQ(source->size(), in_many_parts().size());
  source->narrow(100, 50);
  EXPECT_EQ(wait(source->read(30)).value().view(), in_many_parts().substr(100, 30));
  EXPECT_EQ(wait(source->read(30)).value().view(), in_many_parts().substr(130, 20));
  EXPECT_TRUE(wait(source->read(30)).value().empty());
  EXPECT_EQ(bucket.count("GET house/"), 1U);
}

TEST_F(S3StoreTest, ALongObjectComesRunByRun) {
  const std::string bytes(S3Source::run_bytes * 2 + 7, 'x');
  const FileInfo file = keep(shop, bytes).value();
  auto source = wait(files->objects().open(home, shop->id, file.digest)).value();
  std::string got;
  while (true) {
    const auto piece = wait(source->read(100'000)).value();
    if (piece.empty()) break;
    got += piece.view();
  }
  EXPECT_TRUE(got == bytes);
  EXPECT_EQ(bucket.count("GET house/"), 3U);
}

TEST_F(S3StoreTest, KeepsAnEmptyFile) {
  const FileInfo file = keep(shop, "").value();
  EXPECT_EQ(read(shop, file), "");
  EXPECT_EQ(bucket.objects(), 1U);
}

TEST_F(S3StoreTest, ALargeObjectGoesInParts) {
  const FileInfo file = keep(shop, in_many_parts()).value();
  EXPECT_EQ(read(shop, file), in_many_parts());
  EXPECT_EQ(bucket.count("PUT "), 3U);
  EXPECT_EQ(bucket.count("POST "), 2U);
  EXPECT_TRUE(bucket.world().uploads.empty());
  EXPECT_EQ(half_written(), 0U);
}

TEST_F(S3StoreTest, AsksAgainWhereThatMayHelp) {
  std::atomic<int> left = 0;
  bucket.use([&left](const std::string& request) {
    if (!request.starts_with("PUT") || left-- <= 0) return FakeS3::Fault{};
    return FakeS3::Fault{503, "SlowDown"};
  });
  left = 3;
  EXPECT_EQ(read(shop, keep(shop, "tea").value()), "tea");
  left = 3;
  EXPECT_EQ(read(shop, keep(shop, in_many_parts()).value()), in_many_parts());
  left = 4;
  const auto refused = keep(shop, "more");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::service_unavailable);
  EXPECT_EQ(bucket.objects(), 2U);
}

TEST_F(S3StoreTest, AsksOnceWhereThatHelpsNobody) {
  bucket.use([](const std::string& request) {
    return request.starts_with("PUT") ? FakeS3::Fault{403, "SignatureDoesNotMatch"} : FakeS3::Fault{};
  });
  EXPECT_EQ(keep(shop, "tea").error().kind, ErrorKind::service_unavailable);
  EXPECT_EQ(bucket.count("PUT "), 1U);
}

TEST_F(S3StoreTest, AnUploadWhoseLastAnswerIsLostIsThere) {
  std::atomic<bool> is_lost = false;
  bucket.use([&is_lost](const std::string& request) {
    const bool is_last = request.starts_with("POST") && request.ends_with("uploadId");
    if (!is_last || is_lost.exchange(true)) return FakeS3::Fault{};
    return FakeS3::Fault{500, "InternalError", true};
  });
  EXPECT_EQ(read(shop, keep(shop, in_many_parts()).value()), in_many_parts());
}

TEST_F(S3StoreTest, AnUploadThatFailsAfterAllIsNoFile) {
  bucket.use([](const std::string& request) {  // 200, and a fault in the body
    const bool is_last = request.starts_with("POST") && request.ends_with("uploadId");
    return is_last ? FakeS3::Fault{200, "InternalError"} : FakeS3::Fault{};
  });
  EXPECT_EQ(keep(shop, in_many_parts()).error().kind, ErrorKind::service_unavailable);
  EXPECT_TRUE(bucket.world().uploads.empty()) << "it is given up";
  EXPECT_EQ(bucket.objects(), 0U);
}

// The answer to a PUT is lost four times: the object is there, its file is not.
TEST_F(S3StoreTest, WhatMayHaveComeToPassIsSettledLater) {
  std::atomic<bool> is_away = true;
  bucket.use([&is_away](const std::string& request) {
    return is_away && request.starts_with("PUT") ? FakeS3::Fault{500, "InternalError", true} : FakeS3::Fault{};
  });
  EXPECT_FALSE(keep(shop, "tea"));
  EXPECT_EQ(bucket.objects(), 1U);
  is_away = false;
  wait(files->finish_all(home));
  EXPECT_EQ(bucket.objects(), 0U);
  EXPECT_FALSE(has_intents(shop));
  EXPECT_EQ(read(shop, keep(shop, "tea").value()), "tea");
}

TEST_F(S3StoreTest, AFileIsRemovedThoughTheBucketDoesNotAnswer) {
  const FileInfo file = keep(shop, "tea").value();
  std::atomic<bool> is_away = true;
  bucket.use([&is_away](const std::string&) {
    return is_away ? FakeS3::Fault{503, "ServiceUnavailable"} : FakeS3::Fault{};
  });
  EXPECT_EQ(read(shop, file), "The files of this server can't be reached at the moment. Try again in a minute.");
  ASSERT_TRUE(wait(files->remove(home, shop, file.id)));
  EXPECT_FALSE(has(shop, file.id));
  wait(files->finish_all(home));
  EXPECT_EQ(bucket.objects(), 1U);
  is_away = false;
  wait(files->finish_all(home));
  EXPECT_EQ(bucket.objects(), 0U);
}

// As versitygw says of an access key that it does not know.
TEST_F(S3StoreTest, A404OfSomethingElseIsNoAbsence) {
  const FileInfo file = keep(shop, "tea").value();
  std::atomic<bool> is_unknown = true;
  bucket.use([&is_unknown](const std::string&) {
    return is_unknown ? FakeS3::Fault{404, "XAdminUserNotFound"} : FakeS3::Fault{};
  });
  EXPECT_EQ(wait(files->objects().open(home, shop->id, file.digest)).error().kind, ErrorKind::service_unavailable);
  ASSERT_TRUE(wait(files->remove(home, shop, file.id)));
  EXPECT_TRUE(has_intents(shop));
  is_unknown = false;
  wait(files->finish_all(home));
  EXPECT_EQ(bucket.objects(), 0U);
  EXPECT_FALSE(has_intents(shop));
}

TEST_F(S3StoreTest, RemovesATenantsObjectsAndNoOthers) {
  for (const char* bytes : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(keep(shop, bytes));
  const FileInfo others = keep(forum, "a").value();
  bucket.change(
      [&](auto& world) { world.objects["house/" + std::to_string(raw(shop->id)) + "0/x"] = "another number"; });
  ASSERT_TRUE(wait(files->remove_tenant(home, shop->id)));
  EXPECT_EQ(bucket.objects(), 2U);
  EXPECT_EQ(read(forum, others), "a");
  EXPECT_EQ(keep(shop, "late").error().kind, ErrorKind::gone);
}

// A kill leaves parts; a start finds them, and leaves what is not this house's.
TEST_F(S3StoreTest, AStartGivesUpThePartsThatAKillLeft) {
  ASSERT_TRUE(keep(shop, "tea"));
  bucket.change([](auto& world) {
    world.uploads["left"] = {"house/1/ab/left", {{1, "x"}}};
    world.uploads["others"] = {"else/1/ab/left", {{1, "x"}}};
  });
  open();
  await_requests("DELETE house/1/ab/left uploadId", 1);
  EXPECT_EQ(wait(files->objects().open(home, shop->id, std::string(64, 'a'))).error().kind, ErrorKind::item_not_found);
  const auto uploads = bucket.world().uploads;
  EXPECT_FALSE(uploads.contains("left"));
  EXPECT_TRUE(uploads.contains("others"));
  EXPECT_EQ(bucket.objects(), 1U);
}

TEST_F(S3StoreTest, AnUploadThatIsGivenUpLeavesNothing) {
  {
    auto upload = wait(files->objects().begin(home, shop->id)).value();
    ASSERT_TRUE(wait(upload->write("half")));
    EXPECT_EQ(half_written(), 1U);
  }
  end_store();
  EXPECT_EQ(half_written(), 0U);
  EXPECT_EQ(bucket.count("PUT "), 0U);
}

TEST_F(S3StoreTest, ASourceOutlivesTheStore) {
  const FileInfo file = keep(shop, "tea").value();
  const auto source = wait(files->objects().open(home, shop->id, file.digest)).value();
  end_store();
  EXPECT_EQ(source->size(), 3U);
}

}  // namespace
}  // namespace teahouse::s3::s3_store_test
