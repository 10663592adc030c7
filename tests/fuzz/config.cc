// Any file as config.toml: refused in one sentence that names file and line, or values within their limits.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

#include "daemon/home/address.h"
#include "daemon/home/home.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

// A file in memory, written anew each time.
class Paper {
 public:
  Paper() : fd_(::memfd_create("config.toml", 0)) { must(fd_ >= 0, "no file in memory"); }
  std::filesystem::path write(ByteView text) const {
    must(::ftruncate(fd_, 0) == 0, "the file cannot be cut");
    must(::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()), "the file cannot be written");
    return "/proc/self/fd/" + std::to_string(fd_);
  }

 private:
  int fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Paper paper;
  const auto file = paper.write({data, size});
  const fuzz::Frugal frugal(size, 64 << 10);
  try {
    const home::Config config = home::read_config(file);
    must(config.listen.empty() || parse_place_to_listen(config.listen), "listen is no address");
    must(config.addresses.size() <= kAddressesLimit, "too many addresses");
    for (const std::string& address : config.addresses) must(is_address(address), "no address");
    must(config.passphrase_cost.ops >= 1 && config.passphrase_cost.ops <= crypto::kCostLimit.ops,
         "a cost is out of limits");
    must(config.passphrase_cost.memory_kib <= crypto::kCostLimit.memory_kib, "a cost is out of limits");
    must(config.journal_limit_mib >= 1, "a journal has no room");
  } catch (const std::runtime_error& refusal) {
    must(std::string_view(refusal.what()).starts_with(file.string()), "a refusal does not name the file");
  }
  return 0;
}
