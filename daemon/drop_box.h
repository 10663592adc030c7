// drop_box.h: a folder that somebody else brings over (a synced one, a stick that stays in): what the others lack is
// put there after it was written, and what they have put there is taken in.
//
//   wrote() ─► a few seconds ─► what do they lack? ─► one file a journal, in the place of the one before
//   the folder changes ─► look ─► each file that was not read as it is now ─► sync::BundleReader
//
// One file at a time, a piece at a time, with the daemon's other work in between. What is wrong with a file is that
// file's matter: it is tried again when it changes. What is wrong with the folder is told, and looked at each minute.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "daemon/home/clock.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog {

class Household;

class DropBox {
 public:
  // All outlive it. `note`: for the daemon's notes.
  DropBox(asio::io_context& io, std::filesystem::path folder, Household& house, const Clock& clock,
          std::function<void(std::string_view)> note);
  ~DropBox();

  void wrote();  // there may be something to carry

  struct Told {
    std::string folder;
    std::int64_t written_ms = 0;  // when something was last put there; 0: never
    std::int64_t read_ms = 0;     // or taken from there
    std::string trouble;          // why not; empty: all is well
  };
  [[nodiscard]] Told told() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog
