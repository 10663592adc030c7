// duolog_bench_minimal: a journal of two that does only what physics asks, for comparison. tests/bench/README.md.
//
//   fill DIR SIDE COUNT BYTES                     appends so many records to DIR/SIDE.db
//   daemon DIR SIDE [listen=P] [dial=P] [until=N] one of the two daemons; clients at DIR/SIDE.sock
//   write SOCKET TEXT                             the client: returns when the text is durable
//   open DATABASE KEYS SHOWN                      opens a log of duologd's own, decodes it all, prints the last
// SPDX-License-Identifier: GPL-3.0-or-later
#include <poll.h>
#include <sodium.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "tests/bench/minimal/daemon.h"
#include "tests/bench/minimal/reader.h"

namespace {

using namespace minimal;

Keys keys_of(const std::string& folder) {
  std::ifstream file(folder + "/seed", std::ios::binary);
  Id seed{};
  file.read(reinterpret_cast<char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
  if (!file) throw std::runtime_error("there is no seed in " + folder);
  return Keys(seed);
}

std::size_t side_of(std::string_view side) { return side == "b" ? 1 : 0; }

void fill(const std::string& folder, const std::string& side, std::uint64_t count, std::size_t length) {
  const Keys keys = keys_of(folder);
  const std::size_t self = side_of(side);
  Log log(folder + "/" + side + ".db");
  Place place = log.end(keys, self);
  std::string text(length, 'x');
  while (count > 0) {
    log.begin();
    for (int i = 0; i < 10'000 && count > 0; ++i, --count) {
      const std::string number = std::to_string(place.seq);
      text.replace(0, number.size(), number);
      const std::uint64_t seq = place.seq;
      log.append(self, seq, seal_record(keys, self, place, keys.authors[1 - self].device, text));
    }
    log.commit();
  }
}

void serve(const std::string& folder, const std::string& side, std::span<char*> rest) {
  const Keys keys = keys_of(folder);
  Daemon::Options options;
  options.database = folder + "/" + side + ".db";
  options.socket = folder + "/" + side + ".sock";
  options.self = side_of(side);
  for (const std::string_view word : rest) {
    const auto value = std::stoull(std::string(word.substr(word.find('=') + 1)));
    if (word.starts_with("listen=")) options.listen = static_cast<int>(value);
    if (word.starts_with("dial=")) options.dial = static_cast<int>(value);
    if (word.starts_with("until=")) options.until = value;
  }
  Daemon(keys, options).run();
}

void write(const std::string& socket, const std::string& text) {
  Line line(dial_unix(socket));
  const std::string request = "W" + text;
  line.send({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()});
  for (;;) {
    pollfd wanted{line.fd(), POLLIN, 0};
    ::poll(&wanted, 1, -1);
    if (!line.read()) throw std::runtime_error("not saved");
    const auto reply = line.next();
    if (!reply) continue;
    std::printf("saved %02x%02x%02x%02x\n", (*reply)[0], (*reply)[1], (*reply)[2], (*reply)[3]);
    return;
  }
}

void run(std::span<char*> words) {
  const std::string_view verb = words.empty() ? "" : words[0];
  if (verb == "fill" && words.size() == 5)
    return fill(words[1], words[2], std::stoull(words[3]), std::stoull(words[4]));
  if (verb == "daemon" && words.size() >= 3) return serve(words[1], words[2], words.subspan(3));
  if (verb == "write" && words.size() == 3) return write(words[1], words[2]);
  if (verb == "open" && words.size() == 4) return open_log(words[1], words[2], std::stoull(words[3]));
  throw std::runtime_error("what to do? the top of tests/bench/minimal/main.cc says");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (sodium_init() < 0) return 1;
    run(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "duolog_bench_minimal: %s\n", error.what());
    return 1;
  }
}
