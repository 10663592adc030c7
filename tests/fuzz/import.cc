// Any file as somebody else's journal, in each format: refused in one sentence, or entries within their limits. The
// first byte chooses the format, the second the order of days and months.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "client/failure.h"
#include "client/import/formats.h"
#include "client/sanitise.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using namespace duolog::client;
using fuzz::must;

namespace {

constexpr std::array kReaders = {read_day_one, read_jrnl, read_markdown, read_text, read_duolog};

// A file in memory, with a name that can be opened; the ending says what it is taken for.
std::filesystem::path put(ByteView bytes, bool classic) {
  static const int plain = ::memfd_create("2024-05-01.md", 0);
  static const std::string folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "duolog-fuzz.XXXXXX").string();
    must(::mkdtemp(name.data()) != nullptr, "no folder");
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(plain), name + "/2024-05-01.md");
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(plain), name + "/a.doentry");
    return name;
  }();
  must(::ftruncate(plain, 0) == 0 &&
           ::pwrite(plain, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
       "no file");
  return folder + (classic ? "/a.doentry" : "/2024-05-01.md");
}

void require_limits(const Found& found) {
  must(found.tags.size() <= 64, "too many tags");
  for (const auto& tag : found.tags) must(!tag.empty() && tag.size() <= 64, "a tag is out of limits");
  must(found.media.empty(), "a file that stands alone has others beside it");
  must(found.at.offset_minutes >= -24 * 60 && found.at.offset_minutes <= 24 * 60, "an offset is none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ::setenv("TZ", "Europe/Berlin", 1);
  fuzz::Script script(data, size);
  const auto reader = kReaders[script.below(kReaders.size())];
  const std::uint8_t how = script.byte();
  const auto place = put(script.rest(), (how & 4) != 0);
  try {
    const auto files = open_files(place);
    Findings findings;
    Once once(findings);
    const Sink sink = [&](Found found) {
      std::uint32_t again = 0;
      require_limits(found);
      once.first(found, again);
    };
    reader({*files, static_cast<DateOrder>(how % 3), findings, sink, (how & 8) != 0});
  } catch (const Failure& refusal) {
    must(std::string_view(refusal.what()).find('\n') == std::string_view::npos, "a refusal is longer than a sentence");
    must(sanitise_line(refusal.what()) == refusal.what(), "a refusal shows what it should not");
  }
  return 0;
}
