// devdax without a dax device: /dev/zero, mapped shared, is memory behind a character device.
#include <cerrno>

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kAlignment = 2 * 1024 * 1024;

struct Answer {
  int error = 0;
  std::string reason;
  std::string facts;
  std::int64_t lines = 0;
};

dax_media_info zero_device() {
  dax_media_info media{};
  media.struct_size = sizeof(media);
  media.kind = DAX_MEDIA_DEVDAX;
  media.path = "/dev/zero";
  media.options = "";
  media.size_bytes = 2 * kAlignment;
  media.alignment_bytes = kAlignment;
  media.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  return media;
}

Answer open_device(const dax_media_info& media, std::uint64_t features = cpu_features()) {
  dax_host_info host = host_info();
  host.cpu_features = features;
  const dax_operations& table = *builtin("devdax");
  std::array<char, 512> text{};
  void* handle = nullptr;
  std::uint64_t size = 0;
  Answer answer;
  answer.error = table.open(&host, &media, &handle, &size, text.data(), text.size());
  answer.reason = text.data();
  if (answer.error != 0) return answer;
  EXPECT_EQ(size, media.size_bytes);
  EXPECT_EQ(table.describe(handle, text.data(), text.size()), 0);
  answer.facts = text.data();
  dax_iter iter = one_range(0, 4096, nullptr);
  answer.lines = table.flush(handle, &iter);
  table.close(handle);
  return answer;
}

TEST(Devdax, flushes_by_the_best_instruction_of_the_cpu) {
  Answer answer = open_device(zero_device(), DAX_CPU_CLFLUSH);
  EXPECT_EQ(answer.facts, "flush=clflush alignment_bytes=2097152");
  EXPECT_EQ(answer.lines, 64);
  if ((cpu_features() & DAX_CPU_CLWB) == 0) GTEST_SKIP() << "no clwb";
  answer = open_device(zero_device());
  EXPECT_EQ(answer.facts, "flush=clwb alignment_bytes=2097152");
  EXPECT_EQ(answer.lines, 64);
}

TEST(Devdax, flushes_nothing_where_caches_are_in_the_persistence_domain) {
  dax_media_info media = zero_device();
  media.persistence_domain = DAX_DOMAIN_CPU_CACHE;
  const Answer answer = open_device(media);
  EXPECT_EQ(answer.facts, "flush=none alignment_bytes=2097152");
  EXPECT_EQ(answer.lines, 0);
}

TEST(Devdax, refuses_a_size_that_is_no_multiple_of_the_alignment) {
  dax_media_info media = zero_device();
  media.size_bytes = kAlignment + 4096;
  const Answer answer = open_device(media);
  EXPECT_EQ(answer.error, -EINVAL);
  EXPECT_EQ(answer.reason,
            "devdax maps /dev/zero in multiples of its alignment, 2097152 bytes, and 2101248 bytes "
            "is not one; give a multiple");
}

TEST(Devdax, refuses_a_device_of_unknown_size_or_alignment) {
  for (const bool size : {true, false}) {
    dax_media_info media = zero_device();
    (size ? media.size_bytes : media.alignment_bytes) = 0;
    const Answer answer = open_device(media);
    EXPECT_EQ(answer.error, -EINVAL);
    EXPECT_EQ(answer.reason,
              "devdax cannot map /dev/zero without its size and alignment, and the host found "
              "neither in sysfs; is it bound to the device_dax driver?");
  }
}

TEST(Devdax, refuses_other_media) {
  dax_media_info media = zero_device();
  media.kind = DAX_MEDIA_FILE;
  EXPECT_EQ(open_device(media).reason,
            "devdax opens a character device such as /dev/dax0.0 and was given another kind of "
            "medium; use movnt or clwb there");
  media = zero_device();
  const TemporaryFile file("/dev/shm", 2 * kAlignment);
  media.path = file.path().c_str();
  const Answer answer = open_device(media);
  EXPECT_EQ(answer.error, -ENODEV);
  EXPECT_EQ(answer.reason, "devdax cannot use " + file.path() +
                               ": it is not a character device; name it file: or block:");
}

TEST(Devdax, refuses_options) {
  dax_media_info media = zero_device();
  media.options = "flush=clwb";
  EXPECT_EQ(open_device(media).reason, "devdax knows no option 'flush=clwb'; it has none at all");
}

TEST(Devdax, says_what_cannot_be_opened_or_mapped) {
  dax_media_info media = zero_device();
  media.path = "/dev/dax99.9";
  Answer answer = open_device(media);
  EXPECT_EQ(answer.error, -ENOENT);
  EXPECT_EQ(answer.reason,
            "devdax cannot open /dev/dax99.9: No such file or directory; check the path and that "
            "you may read and write it");
  media.path = "/dev/null";
  answer = open_device(media);
  EXPECT_EQ(answer.error, -ENODEV);
  EXPECT_EQ(answer.reason,
            "devdax cannot map 4194304 bytes of /dev/null: No such device; check that it is a dax "
            "device of that size");
}

}  // namespace
}  // namespace pmembench
