// duolog_bench_fill HOME COUNT BYTES [KEYS]: writes so many entries into the journal that `write` would go to, through
// the journal's own door, thousands in one transaction; and leaves the journal's record keys in KEYS for the minimal
// reader. Not a tool: it takes no care of secrets. REQUIRES: no daemon runs there, and the vault is locked by a key
// file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <fstream>

#include "daemon/home/home.h"
#include "daemon/household.h"
#include "daemon/journal/journal.h"

namespace {

using namespace duolog;

constexpr std::size_t kInOneTransaction = 5'000;

Household::Outside outside(const home::Home& home) {
  Household::Outside outside;
  outside.clock = Clock::of_this_machine();
  outside.random = [](std::uint32_t) { return 0U; };
  outside.blobs = home.blobs();
  outside.zone = "Europe/Berlin";
  outside.fold_soon = [] {};
  outside.news = [](const journal::News&) {};
  outside.came_or_left = [](const net::PeerStatus&) {};
  outside.note = [](std::string_view) {};
  return outside;
}

void fill(Household& house, journal::Journal& journal, std::size_t count, std::size_t length) {
  std::string text(length, 'x');
  for (std::size_t i = 0; i < length; i += 7) text[i] = ' ';
  std::size_t written = 0;
  while (written < count) {
    house.database().transaction([&] {
      for (std::size_t i = 0; i < kInOneTransaction && written < count; ++i, ++written) {
        const std::string number = std::to_string(written);
        text.replace(0, number.size(), number);
        const auto now = Clock::of_this_machine().wall().time_since_epoch().count();
        journal.append(journal::Entry{text, {}, {}}, {now, 60});
      }
    });
  }
}

void leave_keys(const journal::Journal& journal, const std::string& file) {
  std::ofstream out(file);
  out << hex(journal.id().view()) << "\n";
  for (const auto& chain : journal.roster().chains()) {
    const DeviceId device = crypto::decode(chain.back())->device.id();
    for (const auto& secret : journal.secrets().epochs)
      out << hex(crypto::epoch_id(journal.id(), secret).view()) << " " << hex(device.view()) << " "
          << hex(crypto::record_key(secret, device).view()) << "\n";
  }
}

void run(const std::string& folder, std::size_t count, std::size_t length, const std::string& keys) {
  home::Home home(folder);
  home.lock();
  auto identity = journal::Identity::open(store::VaultFile(home.vault(), home.key_file()), crypto::SecretBytes());
  if (!identity) throw std::runtime_error("the vault does not open with its key file");
  Household house(std::make_unique<store::Database>(home.database(), store::Database::Open::kExisting),
                  std::move(*identity), outside(home));
  journal::Shelf& shelf = house.shelf();
  journal::Journal& journal = *shelf.by_id(shelf.find(shelf.write_to()).id());
  fill(house, journal, count, length);
  if (!keys.empty()) leave_keys(journal, keys);
  std::printf("%llu records\n", static_cast<unsigned long long>(journal.record_count()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  try {
    crypto::initialise();
    run(argv[1], std::stoull(argv[2]), std::stoull(argv[3]), argc > 4 ? argv[4] : "");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "duolog_bench_fill: %s\n", error.what());
    return 1;
  }
}
