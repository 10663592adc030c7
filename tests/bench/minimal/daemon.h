// daemon.h: one side of the minimal pair: what is written here is sealed, committed and pushed; what comes is verified,
// committed, receipted, opened and told to whoever watches. One thread, one poll. No discovery, no handshake (both know
// the channel's keys), no forks, no membership, no view: what is left is what physics asks.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>

#include "tests/bench/minimal/line.h"
#include "tests/bench/minimal/log.h"

namespace minimal {

class Daemon {
 public:
  struct Options {
    std::string database;
    std::string socket;       // for clients; empty: none
    int listen = 0;           // or
    int dial = 0;             // this port
    std::size_t self = 0;     // which of the two authors
    std::uint64_t until = 0;  // say so when so many records of the other are held and opened; 0: never
  };
  Daemon(const Keys& keys, Options options);
  [[noreturn]] void run();

 private:
  void meet(int fd);
  void say_hello();
  void flow();
  void receive(View message);
  void take_run(View message);
  void receipt();
  bool serve(Line& client);  // false: it has gone
  void write(Line& client, std::string_view text);
  void tell(std::string_view text);
  void say(const char* what) const;

  const Keys& keys_;
  Options options_;
  Log log_;
  std::array<Place, 2> ends_;
  std::unique_ptr<Line> peer_;
  bool greeted_ = false;
  std::uint64_t sent_ = 0;               // of our own chain, up to here
  std::deque<std::uint64_t> under_way_;  // the last seq of every run that is not receipted
  std::vector<std::unique_ptr<Line>> clients_;
  std::vector<Line*> watchers_;
  std::deque<std::string> opened_;
};

}  // namespace minimal
